/**
 * Contact folders in the mailbox of a user: find by path, list, add. remove-folder.ts removes them.
 */
import { sql } from 'kysely'
import { Failure } from '../../failure.ts'
import type { ContactFolderRow, Database } from '../../storage/schema.ts'
import { inTransaction, lockRows } from '../../storage/transactions.ts'
import type { Searchable } from '../queries/find-by-words.ts'
import { byName, type OrderedRows, readPage } from '../queries/in-order.ts'
import { expectFolderWithinQuota, type Mailbox } from './mailbox.ts'

export type ContactFolder = ContactFolderRow

/**
 * Maximum depth of nested folders: Exchange's FolderHierarchyDepthReceiveQuota
 * (https://learn.microsoft.com/powershell/module/exchange/set-mailbox).
 */
export const maxFolderDepth = 300

/**
 * Finds the folder at the end of a path of folder ids, outermost first. Each must be a child of the
 * one before. The first may have any parent, because an id alone identifies a folder in a mailbox.
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

/** The folder and all its ancestors, in one statement. */
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

/** Whether each id of `path` is in `found`, and is a child of the one before. */
export function isPath(
  found: readonly Pick<ContactFolderRow, 'id' | 'parent_folder_id'>[],
  path: readonly string[],
): boolean {
  const parents = new Map(found.map(({ id, parent_folder_id }) => [id, parent_folder_id]))
  return path.every((id, index) =>
    index === 0 ? parents.has(id) : parents.get(id) === path[index - 1],
  )
}

/** Whether any mailbox has a folder. */
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

/**
 * Lists the children of a folder, or the top folders of the mailbox when `parentFolderId` is
 * undefined. Throws Failure 'search-too-long'.
 */
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
    order: byName,
  }
  return await readPage<ContactFolderRow>(rows, page, slices.begin())
}

type NewFolder = Readonly<{
  id: string
  parentFolderId?: string | undefined
  displayName: string
}>

/**
 * Throws Failure 'contact-folder-not-found' when the parent was removed meanwhile,
 * 'resource-invalid' when the folder would be too deep, and 'mailbox-full'.
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

/** For use inside the caller's transaction. */
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
 * Locks the folder inside the transaction that adds something to it. A folder may be removed after
 * it was found, but not after this.
 */
export async function expectFolder(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  if (!(await lockFolder(transaction, mailbox, id))) throw new Failure('contact-folder-not-found')
}

/** The parent of a folder never changes, so the depth stays as counted. */
async function expectDepthWithinLimit(
  transaction: Database,
  mailbox: Mailbox,
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  if ((await findAncestors(transaction, mailbox, id)).length < maxFolderDepth) return
  const reason = `folders can be nested ${maxFolderDepth} deep at most`
  throw new Failure('resource-invalid', { facts: { reason } })
}

async function lockFolder(transaction: Database, mailbox: Mailbox, id: string): Promise<boolean> {
  const query = foldersOf(transaction, mailbox)
    .select('id')
    .where('id', '=', id)
    .where('removed_at', 'is', null)
  return (await lockRows(query).executeTakeFirst()) !== undefined
}
