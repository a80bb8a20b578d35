/**
 * How a folder of contacts goes, with everything in it.
 */
import { lockRows } from '../storage/row-locks.ts'
import type { Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { retirePhotosOf } from './contacts.ts'
import { foldersOf, holdFolder } from './folders.ts'
import type { Mailbox } from './mailbox.ts'

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
