/** Operations on contacts and contact folders, as far as contact photos need them. */
import type { Reply } from '../../call.ts'
import * as contacts from '../../directory/mailbox/contacts.ts'
import * as folders from '../../directory/mailbox/folders.ts'
import { removeFolder } from '../../directory/mailbox/remove-folder.ts'
import { Failure } from '../../failure.ts'
import { readJson } from '../../json.ts'
import { nextSkip, withExtraRow } from '../query/paging.ts'
import { readOptions } from '../query/query.ts'
import {
  at,
  contact,
  created,
  folder,
  listOf,
  mailbox,
  one,
  outerFolder,
  selectOnly,
} from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget, mailboxOf, type Target } from '../request/target.ts'
import * as resources from '../resources/resources.ts'
import {
  contactChanges,
  newContact,
  newContactFolder,
  readContact,
  readContactChanges,
  readContactFolder,
} from './contact-bodies.ts'
import { countIfAsked } from './counts.ts'
import { collection, entity, noContent } from './replies.ts'

export const contactOperations: readonly Row[] = [
  {
    name: 'listContacts',
    summary: 'Contacts, by display name',
    at: at('GET', '/contacts', mailbox, folder),
    action: 'listEntries',
    resource: 'contact',
    contract: {
      page: 'user-list-contacts',
      options: ['$select', '$top', '$skip', '$filter', '$orderby', '$count'],
      answer: listOf('contact'),
    },
    perform: listContacts,
  },
  {
    name: 'createContact',
    summary: 'Create a contact',
    at: at('POST', '/contacts', mailbox, folder),
    action: 'createEntry',
    resource: 'contact',
    contract: { page: 'user-post-contacts', body: newContact, answer: created('contact') },
    perform: createContact,
  },
  {
    name: 'getContact',
    summary: 'A contact',
    at: at('GET', '', contact),
    action: 'readEntry',
    resource: 'contact',
    contract: { page: 'contact-get', options: ['$select', '$expand'], answer: one('contact') },
    perform: getContact,
  },
  {
    name: 'updateContact',
    summary: 'Change a contact',
    at: at('PATCH', '', contact),
    action: 'updateEntry',
    resource: 'contact',
    contract: { page: 'contact-update', body: contactChanges, answer: one('contact') },
    perform: updateContact,
  },
  {
    name: 'deleteContact',
    summary: 'Delete a contact',
    at: at('DELETE', '', contact),
    action: 'deleteEntry',
    resource: 'contact',
    contract: { page: 'contact-delete', answer: { kind: 'no-content' } },
    perform: deleteContact,
  },
  {
    name: 'listContactFolders',
    summary: 'Folders of contacts, by display name',
    at: [...at('GET', '/contactFolders', mailbox), ...at('GET', '/childFolders', outerFolder)],
    action: 'listEntries',
    resource: 'contactFolder',
    contract: {
      page: 'user-list-contactfolders',
      options: ['$select', '$top', '$skip', '$orderby'],
      answer: listOf('contactFolder'),
    },
    perform: listContactFolders,
  },
  {
    name: 'createContactFolder',
    summary: 'Create a folder of contacts',
    at: [...at('POST', '/contactFolders', mailbox), ...at('POST', '/childFolders', outerFolder)],
    action: 'createEntry',
    resource: 'contactFolder',
    contract: {
      page: 'user-post-contactfolders',
      body: newContactFolder,
      answer: created('contactFolder'),
    },
    perform: createContactFolder,
  },
  {
    name: 'getContactFolder',
    summary: 'A folder of contacts',
    at: at('GET', '', folder),
    action: 'readEntry',
    resource: 'contactFolder',
    contract: { page: 'contactfolder-get', options: selectOnly, answer: one('contactFolder') },
    perform: getContactFolder,
  },
  {
    name: 'deleteContactFolder',
    summary: 'Delete a folder with everything in it',
    at: at('DELETE', '', folder),
    action: 'deleteEntry',
    resource: 'contactFolder',
    contract: { page: 'contactfolder-delete', answer: { kind: 'no-content' } },
    perform: deleteContactFolder,
  },
]

async function listContacts(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const { mailbox, folderId, path } = locate(request.target)
  const { rows, hasMore } = await contacts.listContacts(parts, mailbox, folderId, options)
  return collection(
    request,
    `${path}/contacts`,
    rows.map(row => resources.contact(row, options.select)),
    hasMore ? { $skip: String(options.skip + rows.length) } : undefined,
    await countIfAsked(options, where => contacts.countContacts(parts, mailbox, folderId, where)),
  )
}

async function createContact(request: Request, parts: Parts): Promise<Reply> {
  const { mailbox, folderId, path } = locate(request.target)
  const contact = readContact(await readJson(request.call, maxJsonBytes), folderId)
  const added = { ...contact, id: parts.newId(), folderId }
  const row = await contacts.addContact(parts.database, mailbox, added)
  return entity(request, `${path}/contacts/$entity`, resources.contact(row, undefined), 201)
}

async function getContact(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { user, contact } = expectTarget(request.target, 'contact')
  return entity(request, contextOf(user), resources.contact(contact, select))
}

function contextOf(user: Readonly<{ id: string }>): string {
  return `${resources.keyed('users', user.id)}/contacts/$entity`
}

async function updateContact(request: Request, parts: Parts): Promise<Reply> {
  const { user, contact } = expectTarget(request.target, 'contact')
  const body = await readJson(request.call, maxJsonBytes)
  const changes = readContactChanges(body, contact.folder_id ?? undefined)
  const row = await contacts.changeContact(parts.database, mailboxOf(user), contact.id, changes)
  if (row === undefined) throw new Failure('contact-not-found')
  return entity(request, contextOf(user), resources.contact(row, undefined))
}

async function deleteContact({ target }: Request, parts: Parts): Promise<Reply> {
  const { user, contact } = expectTarget(target, 'contact')
  const mailbox = mailboxOf(user)
  const removed = await contacts.removeContact(parts.database, mailbox, contact.id, parts.now())
  if (!removed) throw new Failure('contact-not-found')
  return noContent
}

async function listContactFolders(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const { mailbox, folderId, foldersPath } = locate(request.target)
  const rows = await folders.listFolders(parts, mailbox, folderId, withExtraRow(options))
  const page = rows.slice(0, options.top)
  return collection(
    request,
    foldersPath,
    page.map(row => resources.contactFolder(row, options.select)),
    nextSkip(rows, options),
  )
}

async function createContactFolder(request: Request, parts: Parts): Promise<Reply> {
  const { mailbox, folderId, foldersPath } = locate(request.target)
  const { displayName } = readContactFolder(await readJson(request.call, maxJsonBytes), folderId)
  const added = { id: parts.newId(), parentFolderId: folderId, displayName }
  const row = await folders.addFolder(parts.database, mailbox, added)
  const context = `${foldersPath}/$entity`
  return entity(request, context, resources.contactFolder(row, undefined), 201)
}

async function getContactFolder(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { folder } = expectTarget(request.target, 'folder')
  const { foldersPath } = locate(request.target)
  const context = `${foldersPath}/$entity`
  return entity(request, context, resources.contactFolder(folder, select))
}

/** Deletes the folder with its contents, as Outlook does. */
async function deleteContactFolder({ target }: Request, parts: Parts): Promise<Reply> {
  const { user, folder } = expectTarget(target, 'folder')
  const removed = await removeFolder(parts, mailboxOf(user), folder.id, parts.now())
  if (!removed) throw new Failure('contact-folder-not-found')
  return noContent
}

/** Limit for a contact as JSON. Graph allows 4 MB per request, far more than such text needs. */
const maxJsonBytes = 256 * 1024

/**
 * The mailbox, the folder in it (undefined for the mailbox itself), and their paths for contexts.
 */
function locate(target: Target) {
  const parent = expectTarget(target, 'mailbox', 'folder')
  const mailbox = mailboxOf(parent.user)
  const path = resources.keyed('users', parent.user.id)
  const foldersPath = `${path}/contactFolders`
  if (parent.kind === 'mailbox') return { mailbox, folderId: undefined, path, foldersPath }
  const { id } = parent.folder
  return { mailbox, folderId: id, path: resources.keyed(foldersPath, id), foldersPath }
}
