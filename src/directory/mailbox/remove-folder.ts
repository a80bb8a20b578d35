/**
 * Removes a contact folder with its contents. The folder is first marked as removed, so that it is
 * no longer found; its contents are then deleted in slices. After a crash, finishRemovals deletes
 * the rest.
 */
import { removePointers } from '../../photos/pointer.ts'
import type { Database } from '../../storage/schema.ts'
import type { Slicing } from '../../storage/slices.ts'
import { inTransaction } from '../../storage/transactions.ts'
import type { Searchable } from '../queries/find-by-words.ts'
import type { Mailbox } from './mailbox.ts'

/** Removes a folder with its contents at any depth. False when the folder did not exist. */
export async function removeFolder(
  { database, slices }: Searchable,
  mailbox: Mailbox,
  id: string,
  now: number,
): Promise<boolean> {
  const isMarked = await inTransaction(database, async transaction => {
    const marked = await mark(transaction, mailbox, [id], now)
    if (marked > 0) await markDescendants(transaction, mailbox, now)
    return marked > 0
  })
  if (isMarked) await clearRemoved(database, mailbox, now, slices.begin(Number.POSITIVE_INFINITY))
  return isMarked
}

/** Completes interrupted removals. */
export async function finishRemovals({ database, slices }: Searchable, now: number): Promise<void> {
  const mailboxes = await database
    .selectFrom('contact_folders')
    .select(['tenant_id', 'mailbox_id'])
    .distinct()
    .where('removed_at', 'is not', null)
    .limit(1000)
    .execute()
  for (const { tenant_id: tenantId, mailbox_id: userId } of mailboxes) {
    const slicing = slices.begin(Number.POSITIVE_INFINITY)
    await clearRemoved(database, { tenantId, userId }, now, slicing)
  }
}

/** Rows deleted per transaction. */
const rowsOfSlice = 250

async function clearRemoved(
  database: Database,
  mailbox: Mailbox,
  now: number,
  slicing: Slicing,
): Promise<void> {
  const slice = async <Result>(work: (transaction: Database) => Promise<Result>) => {
    await slicing.next()
    return await inTransaction(database, work)
  }
  for (;;) {
    const folders = await slice(transaction => markDescendants(transaction, mailbox, now))
    if (folders.length === 0) return
    for (const chunk of chunksOf(folders, rowsOfSlice)) {
      for (let rows = 1; rows > 0; ) {
        rows = await slice(transaction => removeContacts(transaction, mailbox, chunk, now))
      }
      await slice(transaction => removeFolders(transaction, mailbox, chunk))
    }
  }
}

/**
 * Marks the folders inside marked folders, including new ones, and returns all marked folders,
 * innermost first, because the cascade of a database has a limited depth. Reads all folders of the
 * mailbox; the quota limits their number.
 */
async function markDescendants(
  transaction: Database,
  mailbox: Mailbox,
  now: number,
): Promise<readonly string[]> {
  const folders = await transaction
    .selectFrom('contact_folders')
    .select(['id', 'parent_folder_id', 'removed_at'])
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .execute()
  const children = Map.groupBy(folders, folder => folder.parent_folder_id)
  const isMarked = new Set(folders.filter(folder => folder.removed_at !== null).map(({ id }) => id))
  const outermost = folders.filter(
    ({ id, parent_folder_id }) => isMarked.has(id) && !isMarked.has(parent_folder_id ?? ''),
  )
  const all = outermost.map(({ id }) => id)
  // The array grows while it is iterated, level by level.
  for (const id of all) all.push(...(children.get(id) ?? []).map(child => child.id))
  const unmarked = all.filter(id => !isMarked.has(id))
  for (const chunk of chunksOf(unmarked, 1000)) await mark(transaction, mailbox, chunk, now)
  return all.reverse()
}

/** Returns the number of newly marked folders. */
async function mark(
  transaction: Database,
  mailbox: Mailbox,
  ids: readonly string[],
  now: number,
): Promise<number> {
  const marked = await transaction
    .updateTable('contact_folders')
    .set({ removed_at: now })
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('id', 'in', ids)
    .where('removed_at', 'is', null)
    .returning('id')
    .execute()
  return marked.length
}

async function removeContacts(
  transaction: Database,
  mailbox: Mailbox,
  folders: readonly string[],
  now: number,
): Promise<number> {
  const contacts = await transaction
    .selectFrom('contacts')
    .select('id')
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('folder_id', 'in', folders)
    .limit(rowsOfSlice)
    .execute()
  if (contacts.length === 0) return 0
  const ids = contacts.map(({ id }) => id)
  await transaction
    .deleteFrom('contacts')
    .where('tenant_id', '=', mailbox.tenantId)
    .where('id', 'in', ids)
    .execute()
  await removePointers(transaction, { tenantId: mailbox.tenantId, kind: 'contact', ids }, now)
  return ids.length
}

async function removeFolders(
  transaction: Database,
  mailbox: Mailbox,
  ids: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('contact_folders')
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('id', 'in', ids)
    .execute()
}

function chunksOf(ids: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  )
}
