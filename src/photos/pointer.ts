/**
 * The only door to the rows of photos: the pointer owner -> version, and what happens to the version it
 * pointed at before. Nothing else writes `photos` and `retired_packs`; reads of many are in versions.ts.
 * Writers run inside a transaction of the caller.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Database, PhotoRow, RetiredPackRow, Schema } from '../storage/schema.ts'
import { lockRows } from '../storage/transactions.ts'
import type { OwnerKey } from './photo.ts'

const tables = { user: 'users', group: 'groups', contact: 'contacts' } as const

/** The columns of a photo's row that a reader needs; all null when the owner has no photo. */
export type PhotoColumns = {
  [Column in 'version' | 'upload_hash' | 'renditions' | 'updated_at']: PhotoRow[Column] | null
}

/** Joins the pointer to the photo of the owner that `query` finds: owner and photo are one statement. */
export function joinPhoto<Tables, Name extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Name, Row>,
  kind: OwnerKey['kind'],
): SelectQueryBuilder<Tables, Name, Row & PhotoColumns> {
  const owners = tables[kind]
  // Kysely's types do not say "any query that has the owner's table".
  const joined = (query as unknown as SelectQueryBuilder<Schema, typeof owners, Row>)
    .leftJoin('photos', join =>
      join
        .onRef('photos.tenant_id', '=', `${owners}.tenant_id`)
        .on('photos.owner_kind', '=', kind)
        .onRef('photos.owner_id', '=', `${owners}.id`),
    )
    .select(['version', 'upload_hash', 'renditions', 'updated_at'])
  return joined as unknown as SelectQueryBuilder<Tables, Name, Row & PhotoColumns>
}

/** For a room that reads all rows in its own order. */
export const photoRows = sql`photos`

/** For PostgreSQL, which is told to give back the space of deleted rows. */
export const photoTables = ['photos', 'retired_packs'] as const satisfies (keyof Schema)[]

/**
 * Whether the owner is there; then nobody removes them, and nobody else changes their photo, before the
 * transaction ends. Comes before findPointer: what that reads is then what will be replaced. An owner
 * may be deleted while their photo is on its way, and a photo of nobody would never go away.
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

/** Rows as they are in another store, over those that are there. */
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

/** Everybody's; versions of `kept` are about to be pointed at again. */
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

/** Rows whose packs the caller removes, or never had: nothing is left for the sweep. */
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

/** The pack stays until a sweep removes it: readers that saw the old pointer still finish. */
async function retire(database: Database, rows: readonly RetiredPackRow[]): Promise<void> {
  // A statement binds at most 32,766 values.
  for (let start = 0; start < rows.length; start += 1000) {
    await database
      .insertInto('retired_packs')
      .values(rows.slice(start, start + 1000))
      .execute()
  }
}

/** Their packs are gone. */
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
