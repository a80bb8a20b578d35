/**
 * The pointer owner -> version, and what happens to the version it pointed at before. All of these
 * run inside a transaction of the caller.
 */
import { lockRows } from '../storage/row-locks.ts'
import type { Database, PhotoRow } from '../storage/schema.ts'
import type { OwnerKey } from './photo.ts'

const tables = { user: 'users', group: 'groups', contact: 'contacts' } as const

/**
 * Whether the owner is there; then nobody removes them, and nobody else changes their photo, before the
 * transaction ends. Comes before findPointer: what that reads is then what will be replaced. An owner
 * may be deleted while their photo is on its way, and a photo of nobody would never go away.
 */
export async function holdOwner(transaction: Database, owner: OwnerKey): Promise<boolean> {
  const query = transaction
    .selectFrom(tables[owner.kind])
    .select('id')
    .where('tenant_id', '=', owner.tenantId)
    .where('id', '=', owner.id)
  return (await lockRows(transaction, query).executeTakeFirst()) !== undefined
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
  await database
    .insertInto('photos')
    .values({ tenant_id: owner.tenantId, owner_kind: owner.kind, owner_id: owner.id, ...row })
    .onConflict(conflict =>
      conflict.columns(['tenant_id', 'owner_kind', 'owner_id']).doUpdateSet(row),
    )
    .execute()
  if (previous !== undefined) await retire(database, owner, previous, row.updated_at)
}

export async function removePointer(
  database: Database,
  owner: OwnerKey,
  version: string,
  now: number,
): Promise<void> {
  await database
    .deleteFrom('photos')
    .where('tenant_id', '=', owner.tenantId)
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .execute()
  await retire(database, owner, version, now)
}

/** The pack stays until a sweep removes it: readers that saw the old pointer still finish. */
async function retire(
  database: Database,
  { tenantId, kind, id }: OwnerKey,
  version: string,
  now: number,
): Promise<void> {
  const owner = { tenant_id: tenantId, owner_kind: kind, owner_id: id }
  await database
    .insertInto('retired_packs')
    .values({ version, retired_at: now, ...owner })
    .execute()
}
