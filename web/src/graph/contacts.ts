/** The contacts of the signed-in person, and the folders they are in. */
import { maxBatchItems, readBatch } from './batch.ts'
import type { Graph } from './graph.ts'
import { type Fields, type Page, readPage, shownText, textOf, toPage } from './page.ts'

export type Contact = Readonly<{
  id: string
  name: string
  company: string | undefined
  title: string | undefined
  mail: string | undefined
}>

export type Folder = Readonly<{ id: string; name: string; parentId: string | undefined }>

export const contactPermissions = ['Contacts.ReadWrite'] as const

const properties = 'id,displayName,companyName,jobTitle,emailAddresses'

/** Of one folder, or of the mailbox itself for undefined. `text` is anywhere in the name; empty for everybody. */
export function contactsPath(folderId: string | undefined, text: string): string {
  const place = folderId === undefined ? '/me' : folderPath(folderId)
  const query = new URLSearchParams({ $select: properties, $top: '100', $count: 'true' })
  const wanted = text.toWellFormed().trim().replaceAll("'", "''")
  if (wanted !== '') query.set('$filter', `contains(displayName,'${wanted}')`)
  return `${place}/contacts?${query}`
}

export async function readContacts(
  graph: Graph,
  path: string,
  signal: AbortSignal,
): Promise<Page<Contact>> {
  return await readPage(graph, path, toContact, { permissions: contactPermissions, signal })
}

/** More would be a list that nobody reads, and requests without end. */
const maxFolders = 500

/** Every folder, each after the one it is in. Folders in folders are asked for level by level, many in one request. */
export async function readFolders(graph: Graph, signal: AbortSignal): Promise<readonly Folder[]> {
  const options = { permissions: contactPermissions, signal }
  const first = '/me/contactFolders?$select=id,displayName,parentFolderId&$top=100'
  const { rows } = await readPage(graph, first, fields => toFolder(fields, undefined), options)
  const all = [...rows]
  for (let done = 0; done < all.length && all.length < maxFolders; ) {
    const some = all.slice(done, done + maxBatchItems)
    done += some.length
    const items = some.map(({ id }) => ({
      path: `${folderPath(id)}/childFolders?$select=id,displayName,parentFolderId&$top=100`,
    }))
    const answers = await readBatch(graph, items, options)
    for (const [index, { status, body }] of answers.entries()) {
      if (status === 200)
        all.push(...toPage(body, fields => toFolder(fields, some[index]?.id)).rows)
    }
  }
  return all.slice(0, maxFolders)
}

export function folderPath(id: string): string {
  return `/me/contactFolders/${encodeURIComponent(id)}`
}

export function contactPath(id: string): string {
  return `/me/contacts/${encodeURIComponent(id)}`
}

function toFolder(fields: Fields, parentId: string | undefined): Folder {
  const id = textOf(fields, 'id') ?? ''
  return { id, name: shownText(fields, 'displayName') ?? id, parentId }
}

function toContact(fields: Fields): Contact {
  const id = textOf(fields, 'id') ?? ''
  const mail = firstAddress(fields.emailAddresses)
  return {
    id,
    name: shownText(fields, 'displayName') ?? mail ?? id,
    company: shownText(fields, 'companyName'),
    title: shownText(fields, 'jobTitle'),
    mail,
  }
}

function firstAddress(entries: unknown): string | undefined {
  const [first] = Array.isArray(entries) ? entries : []
  return typeof first?.address === 'string' ? first.address : undefined
}
