/**
 * Contacts and their folders, in the mailbox of a user. They exist here because a contact's photo
 * needs a contact: list, read, create and delete, and no more of Outlook than that.
 */
import { sql } from 'kysely'
import { Failure } from '../failure.ts'
import { lockRows } from '../storage/row-locks.ts'
import type { ContactFolderRow, ContactRow, Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { matches, searchText, type Term } from './search.ts'

export type Contact = ContactRow
export type ContactFolder = ContactFolderRow

/** A mailbox is named by its tenant and its user. */
export type Mailbox = Readonly<{ tenantId: string; userId: string }>

export type EmailAddress = Readonly<{ address: string; name: string }>

/**
 * The folder at the end of a path of folder ids, outermost first. Each has to be a child of the one
 * before it; the first may lie anywhere, as an id is enough to find a folder in a mailbox.
 */
export async function findFolder(
  database: Database,
  mailbox: Mailbox,
  path: readonly string[],
): Promise<ContactFolderRow | undefined> {
  let folder: ContactFolderRow | undefined
  for (const id of path) {
    const next = await findFolderById(database, mailbox, id)
    if (next === undefined) return undefined
    if (folder !== undefined && next.parent_folder_id !== folder.id) return undefined
    folder = next
  }
  return folder
}

async function findFolderById(
  database: Database,
  mailbox: Mailbox,
  id: string,
): Promise<ContactFolderRow | undefined> {
  return await foldersOf(database, mailbox).selectAll().where('id', '=', id).executeTakeFirst()
}

function foldersOf(database: Database, mailbox: Mailbox) {
  return database
    .selectFrom('contact_folders')
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
}

/** Contacts of one folder, or of the default folder where none is named. */
export async function listContacts(
  database: Database,
  mailbox: Mailbox,
  folderId: string | undefined,
  page: Readonly<{ anyOf: readonly Term[]; top: number; skip: number }>,
): Promise<ContactRow[]> {
  return await database
    .selectFrom('contacts')
    .selectAll()
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('folder_id', folderId === undefined ? 'is' : '=', folderId ?? null)
    .where(builder => matches(builder, page.anyOf))
    .orderBy('display_name')
    .orderBy('id')
    .limit(page.top)
    .offset(page.skip)
    .execute()
}

export async function listFolders(
  database: Database,
  mailbox: Mailbox,
  parentFolderId: string | undefined,
  page: Readonly<{ top: number; skip: number }>,
): Promise<ContactFolderRow[]> {
  return await database
    .selectFrom('contact_folders')
    .selectAll()
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('parent_folder_id', parentFolderId === undefined ? 'is' : '=', parentFolderId ?? null)
    .orderBy('display_name')
    .orderBy('id')
    .limit(page.top)
    .offset(page.skip)
    .execute()
}

export type NewContact = Readonly<{
  id: string
  folderId?: string | undefined
  displayName: string
  givenName?: string | undefined
  surname?: string | undefined
  companyName?: string | undefined
  jobTitle?: string | undefined
  emailAddresses?: readonly EmailAddress[] | undefined
}>

/** Throws 'contact-folder-not-found' when the folder it is to lie in vanished meanwhile. */
export async function addContact(
  database: Database,
  mailbox: Mailbox,
  contact: NewContact,
): Promise<ContactRow> {
  return await inTransaction(database, async transaction => {
    await expectFolder(transaction, mailbox, contact.folderId)
    return await insertContact(transaction, mailbox, contact)
  })
}

/** For a transaction of the caller's own. */
export async function insertContact(
  database: Database,
  mailbox: Mailbox,
  contact: NewContact,
): Promise<ContactRow> {
  const row = toRow(mailbox, contact)
  await database.insertInto('contacts').values(row).execute()
  return row
}

function toRow(mailbox: Mailbox, contact: NewContact): ContactRow {
  const emailAddresses = contact.emailAddresses ?? []
  return {
    tenant_id: mailbox.tenantId,
    mailbox_id: mailbox.userId,
    id: contact.id,
    folder_id: contact.folderId ?? null,
    display_name: contact.displayName,
    given_name: contact.givenName ?? null,
    surname: contact.surname ?? null,
    company_name: contact.companyName ?? null,
    job_title: contact.jobTitle ?? null,
    email_addresses: JSON.stringify(emailAddresses),
    search_text: searchText([
      ['displayName', contact.displayName],
      ['givenName', contact.givenName],
      ['surname', contact.surname],
      ['companyName', contact.companyName],
      ...emailAddresses.map(({ address }) => ['email', address] as const),
    ]),
  }
}

export type NewFolder = Readonly<{
  id: string
  parentFolderId?: string | undefined
  displayName: string
}>

/**
 * How many folders lie in one another, Exchange's FolderHierarchyDepthReceiveQuota
 * (https://learn.microsoft.com/powershell/module/exchange/set-mailbox).
 */
export const maxFolderDepth = 300

/** Throws 'contact-folder-not-found' when its parent vanished meanwhile, 'resource-invalid' when it is too deep. */
export async function addFolder(
  database: Database,
  mailbox: Mailbox,
  folder: NewFolder,
): Promise<ContactFolderRow> {
  return await inTransaction(database, async transaction => {
    await expectFolder(transaction, mailbox, folder.parentFolderId)
    await expectRoomBelow(transaction, mailbox, folder.parentFolderId)
    return await insertFolder(transaction, mailbox, folder)
  })
}

/** For a transaction of the caller's own. */
export async function insertFolder(
  database: Database,
  mailbox: Mailbox,
  folder: NewFolder,
): Promise<ContactFolderRow> {
  const row: ContactFolderRow = {
    tenant_id: mailbox.tenantId,
    mailbox_id: mailbox.userId,
    id: folder.id,
    parent_folder_id: folder.parentFolderId ?? null,
    display_name: folder.displayName,
  }
  await database.insertInto('contact_folders').values(row).execute()
  return row
}

/**
 * Inside the transaction that puts something into it: a folder may vanish after it was looked up, but
 * not after this.
 */
async function expectFolder(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  if (!(await holdFolder(transaction, mailbox, id))) throw new Failure('contact-folder-not-found')
}

/** Folders never change their parent: the way up stays what it was when it was counted. */
async function expectRoomBelow(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  const { tenantId, userId } = mailbox
  const { rows } = await sql<{ id: string }>`
    with recursive way_up (id, parent_folder_id) as (
      select id, parent_folder_id from contact_folders
      where tenant_id = ${tenantId} and mailbox_id = ${userId} and id = ${id}
      union all
      select folder.id, folder.parent_folder_id from contact_folders folder
      join way_up on folder.id = way_up.parent_folder_id
      where folder.tenant_id = ${tenantId} and folder.mailbox_id = ${userId})
    select id from way_up`.execute(transaction)
  if (rows.length < maxFolderDepth) return
  const reason = `no more than ${maxFolderDepth} folders lie in one another`
  throw new Failure('resource-invalid', { facts: { reason } })
}

async function holdFolder(transaction: Database, mailbox: Mailbox, id: string): Promise<boolean> {
  const query = foldersOf(transaction, mailbox).select('id').where('id', '=', id)
  return (await lockRows(transaction, query).executeTakeFirst()) !== undefined
}

/** Removes a contact, and in the same transaction the pointer to its photo. False when it was gone. */
export async function removeContact(
  database: Database,
  mailbox: Mailbox,
  id: string,
  now: number,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const removed = await transaction
      .deleteFrom('contacts')
      .where('tenant_id', '=', mailbox.tenantId)
      .where('mailbox_id', '=', mailbox.userId)
      .where('id', '=', id)
      .returning('id')
      .execute()
    await retirePhotosOf(
      transaction,
      mailbox,
      removed.map(row => row.id),
      now,
    )
    return removed.length > 0
  })
}

/** Removes a folder with everything in it, however deep. False when it was gone. */
export async function removeFolder(
  database: Database,
  mailbox: Mailbox,
  id: string,
  now: number,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const levels = await foldersWithin(transaction, mailbox, id)
    // The innermost first: left to the database, a folder takes others along only so far down.
    for (const folders of levels.toReversed().flatMap(inPortions)) {
      const contacts = await transaction
        .deleteFrom('contacts')
        .where('tenant_id', '=', mailbox.tenantId)
        .where('mailbox_id', '=', mailbox.userId)
        .where('folder_id', 'in', folders)
        .returning('id')
        .execute()
      await retirePhotosOf(
        transaction,
        mailbox,
        contacts.map(row => row.id),
        now,
      )
      await transaction
        .deleteFrom('contact_folders')
        .where('tenant_id', '=', mailbox.tenantId)
        .where('mailbox_id', '=', mailbox.userId)
        .where('id', 'in', folders)
        .execute()
    }
    return levels.length > 0
  })
}

/**
 * Level by level, the folder itself first. Each is held before its children are looked for: nobody puts
 * another one in behind our back.
 */
async function foldersWithin(
  transaction: Database,
  mailbox: Mailbox,
  id: string,
): Promise<string[][]> {
  if (!(await holdFolder(transaction, mailbox, id))) return []
  const levels = [[id]]
  for (let level = [id]; level.length > 0; ) {
    const children: string[][] = []
    for (const parents of inPortions(level)) {
      const query = foldersOf(transaction, mailbox)
        .select('id')
        .where('parent_folder_id', 'in', parents)
      const rows = await lockRows(transaction, query).execute()
      children.push(rows.map(row => row.id))
    }
    level = children.flat()
    levels.push(level)
  }
  return levels
}

/** SQLite binds at most 32,766 values in a statement. */
function inPortions(ids: readonly string[]): string[][] {
  const size = 1000
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  )
}

/** The packs stay until the sweep: a reader may have read the pointer a moment ago. */
async function retirePhotosOf(
  database: Database,
  mailbox: Mailbox,
  contactIds: readonly string[],
  now: number,
): Promise<void> {
  for (const contactId of contactIds) {
    const retired = await database
      .deleteFrom('photos')
      .where('tenant_id', '=', mailbox.tenantId)
      .where('owner_kind', '=', 'contact')
      .where('owner_id', '=', contactId)
      .returning(['version', 'tenant_id', 'owner_kind', 'owner_id'])
      .execute()
    if (retired.length === 0) continue
    await database
      .insertInto('retired_packs')
      .values(retired.map(row => ({ ...row, retired_at: now })))
      .execute()
  }
}
