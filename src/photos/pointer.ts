/**
 * The rows of photos: the pointer from owner to version, and the retired versions. Only this file writes `photos` and
 * `retired_packs`; reads of many rows are in versions.ts. Writes run inside a transaction of the caller.
 */
import { type Expression, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, PhotoRow, RetiredPackRow, Schema } from '../storage/schema.ts'
import { lockRows } from '../storage/transactions.ts'
import type { OwnerKey } from './photo.ts'

const tables = { user: 'users', group: 'groups', contact: 'contacts' } as const

const photoColumns = ['version', 'upload_hash', 'renditions', 'updated_at'] as const

/** The columns that a reader needs; all null if the owner has no photo. */
export type PhotoColumns = {
  [Column in (typeof photoColumns)[number]]: PhotoRow[Column] | null
}

/** Joins the pointer to the owner that `query` finds, so that owner and photo are read by one statement. */
export function joinPhoto<Tables, Name extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Name, Row>,
  kind: OwnerKey['kind'],
): SelectQueryBuilder<Tables, Name, Row & PhotoColumns> {
  const owners = tables[kind]
  // Kysely's types cannot express "any query with the owner's table".
  const joined = (query as unknown as SelectQueryBuilder<Schema, typeof owners, Row>)
    .leftJoin('photos', join =>
      join
        .onRef('photos.tenant_id', '=', `${owners}.tenant_id`)
        .on('photos.owner_kind', '=', kind)
        .onRef('photos.owner_id', '=', `${owners}.id`),
    )
    .select(photoColumns)
  return joined as unknown as SelectQueryBuilder<Tables, Name, Row & PhotoColumns>
}

/** Begins with the pointer, for an owner who is looked up only if it does not prove them. One row, also without a photo. */
export function selectPhotoOf(
  database: Database,
  kind: OwnerKey['kind'],
  at: Readonly<Record<'tenantId' | 'id', Expression<string>>>,
) {
  return database
    .selectFrom(sql`(select 1)`.as('one'))
    .leftJoin('photos', join =>
      join
        .on('photos.tenant_id', '=', at.tenantId)
        .on('photos.owner_kind', '=', kind)
        .on('photos.owner_id', '=', at.id),
    )
    .select(photoColumns)
}

/** Whether the pointer proves that its owner is a person who is neither deleted nor disabled. */
export const provesOwner = sql<boolean>`photos.owner_is_active = 1`

/** For another room that reads all rows in its own order. */
export const photoRows = sql`photos`

/** For VACUUM in PostgreSQL. */
export const photoTables = ['photos', 'retired_packs'] as const satisfies (keyof Schema)[]

/**
 * Whether the owner exists. Locks the row: until the transaction ends, the owner is not deleted and no other request
 * changes the photo. Call it before findPointer, so that the row read there is the one that is replaced. An owner can
 * be deleted while a photo is being uploaded, and a photo without an owner would never be removed.
 */
export async function lockOwner(transaction: Database, owner: OwnerKey): Promise<boolean> {
  const query = transaction
    .selectFrom(tables[owner.kind])
    .select('id')
    .where('tenant_id', '=', owner.tenantId)
    .where('id', '=', owner.id)
  return (await lockRows(query).executeTakeFirst()) !== undefined
}

export async function findPointer(
  database: Database,
  owner: OwnerKey,
): Promise<Pick<PhotoRow, 'version' | 'upload_hash'> | undefined> {
  return await database
    .selectFrom('photos')
    .select(['version', 'upload_hash'])
    .where('tenant_id', '=', owner.tenantId)
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .executeTakeFirst()
}

export type PointerRow = Readonly<
  Pick<PhotoRow, 'version' | 'upload_hash' | 'pack_hash' | 'renditions' | 'updated_at'>
>

export async function movePointer(
  database: Database,
  owner: OwnerKey,
  row: PointerRow,
  previous: string | undefined,
): Promise<void> {
  const key = { tenant_id: owner.tenantId, owner_kind: owner.kind, owner_id: owner.id }
  await copyPointers(database, [{ ...key, ...row }])
  if (previous === undefined) return
  await retire(database, [{ ...key, version: previous, retired_at: row.updated_at }])
}

/** Copies rows of another store as they are; replaces existing rows. */
export async function copyPointers(database: Database, rows: readonly PhotoRow[]): Promise<void> {
  await database
    .insertInto('photos')
    .values(rows)
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'owner_kind', 'owner_id']).doUpdateSet(({ ref }) => ({
        version: ref('excluded.version'),
        upload_hash: ref('excluded.upload_hash'),
        pack_hash: ref('excluded.pack_hash'),
        renditions: ref('excluded.renditions'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .execute()
}

export async function removePointer(
  database: Database,
  owner: OwnerKey,
  now: number,
): Promise<void> {
  await removePointers(database, { ...owner, ids: [owner.id] }, now)
}

export async function removePointers(
  database: Database,
  { tenantId, kind, ids }: Pick<OwnerKey, 'tenantId' | 'kind'> & { ids: readonly string[] },
  now: number,
): Promise<void> {
  if (ids.length === 0) return
  const removed = await database
    .deleteFrom('photos')
    .where('tenant_id', '=', tenantId)
    .where('owner_kind', '=', kind)
    .where('owner_id', 'in', ids)
    .returning(['version', 'tenant_id', 'owner_kind', 'owner_id'])
    .execute()
  await retire(
    database,
    removed.map(row => ({ ...row, retired_at: now })),
  )
}

/** A person becomes another row: their photo, and earlier packs that wait for the sweep. */
export async function giveToOwner(
  transaction: Database,
  from: OwnerKey,
  { tenantId, kind, id }: OwnerKey,
): Promise<void> {
  const to = { tenant_id: tenantId, owner_kind: kind, owner_id: id }
  for (const table of photoTables) {
    await transaction
      .updateTable(table)
      .set(to)
      .where('tenant_id', '=', from.tenantId)
      .where('owner_kind', '=', from.kind)
      .where('owner_id', '=', from.id)
      .execute()
  }
}

/** Removes the pointers of all owners. Versions in `kept` are not retired: they get a pointer again. */
export async function removeAllPointers(
  database: Database,
  kept: ReadonlySet<string>,
  now: number,
): Promise<void> {
  const removed = await database
    .deleteFrom('photos')
    .returning(['version', 'tenant_id', 'owner_kind', 'owner_id'])
    .execute()
  await retire(
    database,
    removed.filter(row => !kept.has(row.version)).map(row => ({ ...row, retired_at: now })),
  )
}

/** Deletes rows without retiring their packs: the caller removes these, or they do not exist. */
export async function dropPointers(
  database: Database,
  rows: 'all' | readonly PhotoRow[],
): Promise<void> {
  const query = database.deleteFrom('photos')
  if (rows === 'all') return void (await query.execute())
  const keys = rows.map(row => sql`(${row.tenant_id}, ${row.owner_kind}, ${row.owner_id})`)
  await query
    .where(sql<boolean>`(tenant_id, owner_kind, owner_id) in (values ${sql.join(keys)})`)
    .execute()
}

/** The pack stays until a sweep removes it, so that readers that saw the old pointer can finish. */
async function retire(database: Database, rows: readonly RetiredPackRow[]): Promise<void> {
  // SQLite binds at most 32,766 values per statement.
  for (let start = 0; start < rows.length; start += 1000) {
    await database
      .insertInto('retired_packs')
      .values(rows.slice(start, start + 1000))
      .execute()
  }
}

/** Call it when their packs are removed. */
export async function deleteRetired(
  database: Database,
  versions: 'all' | readonly string[],
): Promise<void> {
  const query = database.deleteFrom('retired_packs')
  if (versions === 'all') return void (await query.execute())
  for (let start = 0; start < versions.length; start += 500) {
    await query.where('version', 'in', versions.slice(start, start + 500)).execute()
  }
}
