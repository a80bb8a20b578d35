/**
 * Folders of contacts in the mailbox of a user: finding one by its path, listing them, adding them. How
 * one goes with all that lies in it is remove-folder.ts.
 */
import { sql } from 'kysely'
import { Failure } from '../failure.ts'
import type { ContactFolderRow, Database } from '../storage/schema.ts'
import { inTransaction, lockRows } from '../storage/transactions.ts'
import type { Searchable } from './find-by-words.ts'
import { type OrderedRows, readPage } from './in-order.ts'
import { expectFolderWithinQuota, type Mailbox } from './mailbox.ts'

export type ContactFolder = ContactFolderRow

/**
 * How many folders lie in one another, Exchange's FolderHierarchyDepthReceiveQuota
 * (https://learn.microsoft.com/powershell/module/exchange/set-mailbox).
 */
export const maxFolderDepth = 300

/**
 * The folder at the end of a path of folder ids, outermost first. Each has to be a child of the one
 * before it; the first may lie anywhere, as an id is enough to find a folder in a mailbox.
 */
export async function findFolder(
  database: Database,
  mailbox: Mailbox,
  path: readonly string[],
): Promise<ContactFolderRow | undefined> {
  const last = path.at(-1)
  if (last === undefined || path.length > maxFolderDepth) return undefined
  const found = await findAncestors(database, mailbox, last)
  const folder = found.find(({ id }) => id === last)
  return folder?.removed_at === null && isPath(found, path) ? folder : undefined
}

/** The folder and all that it lies in: one statement, however deep. */
export async function findAncestors(
  database: Database,
  mailbox: Mailbox,
  id: string,
): Promise<ContactFolderRow[]> {
  const { tenantId, userId } = mailbox
  const { rows } = await sql<ContactFolderRow>`
    with recursive ancestors as (
      select * from contact_folders
      where tenant_id = ${tenantId} and mailbox_id = ${userId} and id = ${id}
      union all
      select folder.* from contact_folders folder
      join ancestors on folder.id = ancestors.parent_folder_id
      where folder.tenant_id = ${tenantId} and folder.mailbox_id = ${userId})
    select * from ancestors`.execute(database)
  return rows
}

/** Whether each of `path` is among the folders found, and a child of the one before it. */
export function isPath(
  found: readonly Pick<ContactFolderRow, 'id' | 'parent_folder_id'>[],
  path: readonly string[],
): boolean {
  const parents = new Map(found.map(({ id, parent_folder_id }) => [id, parent_folder_id]))
  return path.every((id, index) =>
    index === 0 ? parents.has(id) : parents.get(id) === path[index - 1],
  )
}

/** In whatever mailbox. */
export async function hasFolders(database: Database): Promise<boolean> {
  const query = database.selectFrom('contact_folders').select('id').limit(1)
  return (await query.executeTakeFirst()) !== undefined
}

function foldersOf(database: Database, mailbox: Mailbox) {
  return database
    .selectFrom('contact_folders')
    .where('contact_folders.tenant_id', '=', mailbox.tenantId)
    .where('contact_folders.mailbox_id', '=', mailbox.userId)
}

/** Folders of one folder, or of the mailbox where none is named. Throws Failure 'search-too-long'. */
export async function listFolders(
  { database, slices }: Searchable,
  { tenantId, userId }: Mailbox,
  parentFolderId: string | undefined,
  page: Readonly<{ top: number; skip: number }>,
): Promise<ContactFolderRow[]> {
  const inParent =
    parentFolderId === undefined
      ? sql`parent_folder_id is null`
      : sql`parent_folder_id = ${parentFolderId}`
  const rows: OrderedRows = {
    database,
    table: 'contact_folders',
    condition: sql`tenant_id = ${tenantId} and mailbox_id = ${userId} and ${inParent}
      and removed_at is null`,
  }
  return await readPage<ContactFolderRow>(rows, page, slices.begin())
}

type NewFolder = Readonly<{
  id: string
  parentFolderId?: string | undefined
  displayName: string
}>

/**
 * Throws 'contact-folder-not-found' when its parent vanished meanwhile, 'resource-invalid' when it is too deep,
 * 'mailbox-full'.
 */
export async function addFolder(
  database: Database,
  mailbox: Mailbox,
  folder: NewFolder,
): Promise<ContactFolderRow> {
  return await inTransaction(database, async transaction => {
    await expectFolder(transaction, mailbox, folder.parentFolderId)
    await expectDepthWithinLimit(transaction, mailbox, folder.parentFolderId)
    await expectFolderWithinQuota(transaction, mailbox)
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
    removed_at: null,
  }
  await database.insertInto('contact_folders').values(row).execute()
  return row
}

/**
 * Inside the transaction that puts something into it: a folder may vanish after it was looked up, but
 * not after this.
 */
export async function expectFolder(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  if (!(await lockFolder(transaction, mailbox, id))) throw new Failure('contact-folder-not-found')
}

/** Folders never change their parent: the way up stays what it was when it was counted. */
async function expectDepthWithinLimit(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  if ((await findAncestors(transaction, mailbox, id)).length < maxFolderDepth) return
  const reason = `no more than ${maxFolderDepth} folders lie in one another`
  throw new Failure('resource-invalid', { facts: { reason } })
}

async function lockFolder(transaction: Database, mailbox: Mailbox, id: string): Promise<boolean> {
  const query = foldersOf(transaction, mailbox)
    .select('id')
    .where('id', '=', id)
    .where('removed_at', 'is', null)
  return (await lockRows(query).executeTakeFirst()) !== undefined
}
