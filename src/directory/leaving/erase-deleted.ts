/**
 * Erases people and groups who were deleted long enough ago: the photo with its bytes, contacts, memberships, and last
 * the row. The row is marked before anything is erased, so it can no longer be restored, and the next run continues
 * after a crash.
 */
import { erasePhotosOf, type PhotoStores, type WhileErasing } from '../../photos/erase-photos.ts'
import type { Database } from '../../storage/schema.ts'
import { inTransaction, lockRows } from '../../storage/transactions.ts'
import { erasing } from '../deleted.ts'
import { removeFolder } from '../mailbox/remove-folder.ts'
import type { Searchable } from '../queries/find-by-words.ts'
import { listRemovingSources, readSource } from './removals.ts'

type Kind = 'user' | 'group'
type Key = Readonly<{ kind: Kind; tenantId: string; id: string }>
export type Erased = Key & Readonly<{ source: string }>

const tables = { user: 'users', group: 'groups' } as const

type EraseParts = Searchable & PhotoStores & Readonly<{ now: () => number }>

/**
 * `before`: rows deleted before this moment are due, unless removals of their source wait for an operator.
 * Rejects with the reason of the signal before the next person or group.
 */
export async function eraseDue(
  parts: EraseParts,
  before: number,
  erased: (one: Erased) => void,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0
  for (const kind of ['user', 'group'] as const) {
    for await (const key of listRemovingSources(parts.database, tables[kind])) {
      const { waiting_since } = await readSource(parts.database, key)
      const until = Math.min(before, waiting_since ?? before)
      for (;;) {
        const ids = await listDue(parts.database, kind, key, until)
        for (const id of ids) {
          signal?.throwIfAborted()
          const one = { kind, tenantId: key.tenantId, id }
          if (!(await erase(parts, one, until))) continue
          count += 1
          erased({ ...one, source: key.source })
        }
        if (ids.length < dueAtOnce) break
      }
    }
  }
  return count
}

const dueAtOnce = 100

async function listDue(
  database: Database,
  kind: Kind,
  { tenantId, source }: Readonly<{ tenantId: string; source: string }>,
  until: number,
): Promise<string[]> {
  const rows = await database
    .selectFrom(tables[kind])
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .where('deleted_at', '<', Math.max(until, erasing + 1))
    .orderBy('deleted_at')
    .limit(dueAtOnce)
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * From now on the person or the group cannot be restored, and the next run of the job erases them. False when it is not
 * deleted, or was deleted at `until` or later.
 */
export async function markErasing(
  database: Database,
  { kind, tenantId, id }: Key,
  until = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  const { numUpdatedRows } = await database
    .updateTable(tables[kind])
    .set({ deleted_at: erasing })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('deleted_at', '<', Math.max(until, erasing + 1))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** False when its source has restored it meanwhile. */
async function erase(parts: EraseParts, key: Key, until: number): Promise<boolean> {
  if (!(await markErasing(parts.database, key, until))) return false
  const slicing = parts.slices.begin(Number.POSITIVE_INFINITY)
  const inSlice: WhileErasing = async work => {
    await slicing.next()
    return await whileErasing(parts.database, key, work)
  }
  if (key.kind === 'user') await eraseMailbox(parts, key, inSlice)
  await erasePhotosOf(parts, { ...key, ids: [key.id] }, parts.now(), inSlice)
  for (let memberships = 1; memberships > 0; ) {
    memberships = await inSlice(transaction => removeMemberships(transaction, key))
  }
  for (let reports = key.kind === 'user' ? 1 : 0; reports > 0; ) {
    await slicing.next()
    reports = await takeAwayManager(parts.database, key)
  }
  return (await inSlice(transaction => removeRow(transaction, key))) > 0
}

/** 0 when the row is no longer marked, because its source has restored it. */
async function whileErasing(
  database: Database,
  { kind, tenantId, id }: Key,
  work: (transaction: Database) => Promise<number>,
): Promise<number> {
  return await inTransaction(database, async transaction => {
    const query = transaction
      .selectFrom(tables[kind])
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('deleted_at', '=', erasing)
    const row = await lockRows(query).executeTakeFirst()
    return row === undefined ? 0 : await work(transaction)
  })
}

const rowsOfSlice = 250

/** The photos of contacts are erased before the rows: after a crash the rows still name the photos that are left. */
async function eraseMailbox(parts: EraseParts, key: Key, inSlice: WhileErasing): Promise<void> {
  const { database, slices } = parts
  const { tenantId, id: userId } = key
  for (let left = 1; left > 0; ) {
    const ids = await listIds(database, 'contacts', key)
    await erasePhotosOf(parts, { tenantId, kind: 'contact', ids }, parts.now(), inSlice)
    left = await inSlice(transaction => removeContacts(transaction, tenantId, ids))
  }
  for (;;) {
    const folders = await listIds(database, 'contact_folders', key)
    if (folders.length === 0) return
    for (const folder of folders) {
      await removeFolder({ database, slices }, { tenantId, userId }, folder, parts.now())
    }
  }
}

async function removeContacts(
  transaction: Database,
  tenantId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  await transaction
    .deleteFrom('contacts')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute()
  return ids.length
}

async function listIds(
  database: Database,
  table: 'contacts' | 'contact_folders',
  { tenantId, id }: Key,
): Promise<string[]> {
  const rows = await database
    .selectFrom(table)
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', id)
    .limit(rowsOfSlice)
    .execute()
  return rows.map(row => row.id)
}

/** Memberships of a person, or members and owners of a group. */
async function removeMemberships(
  transaction: Database,
  { kind, tenantId, id }: Key,
): Promise<number> {
  const column = kind === 'user' ? 'user_id' : 'group_id'
  const rows = await transaction
    .selectFrom('group_people')
    .select(['group_id', 'user_id'])
    .where('tenant_id', '=', tenantId)
    .where(column, '=', id)
    .limit(rowsOfSlice)
    .execute()
  for (const { group_id, user_id } of rows) {
    await transaction
      .deleteFrom('group_people')
      .where('tenant_id', '=', tenantId)
      .where('group_id', '=', group_id)
      .where('user_id', '=', user_id)
      .execute()
  }
  return rows.length
}

/**
 * Their reports have no manager. The person is not locked meanwhile: setManager locks both by id, and this would wait
 * for a report while it holds the manager.
 */
async function takeAwayManager(database: Database, { tenantId, id }: Key): Promise<number> {
  return await inTransaction(database, async transaction => {
    const reports = transaction
      .selectFrom('users')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('manager_id', '=', id)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('users as manager')
            .select('manager.id')
            .where('manager.tenant_id', '=', tenantId)
            .where('manager.id', '=', id)
            .where('manager.deleted_at', '=', erasing),
        ),
      )
      .orderBy('id')
      .limit(rowsOfSlice)
    const ids = (await lockRows(reports).execute()).map(row => row.id)
    if (ids.length === 0) return 0
    await transaction
      .updateTable('users')
      .set({ manager_id: null })
      .where('tenant_id', '=', tenantId)
      .where('id', 'in', ids)
      .execute()
    return ids.length
  })
}

/** Removes roles and sign-ins too. */
async function removeRow(transaction: Database, { kind, tenantId, id }: Key): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom(tables[kind])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
