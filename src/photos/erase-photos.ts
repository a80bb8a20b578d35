/**
 * Erases photos of owners who are on their way out, with every byte: no request can reach these photos any more, so
 * nobody waits for the grace time of the sweep. Packs of interrupted uploads are the sweep's.
 */
import type { Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import type { OwnerKey } from './photo.ts'
import { deleteRetired, removePointers } from './pointer.ts'

export type PhotoStores = Readonly<{ database: Database; packs: Packs }>

type Owners = Pick<OwnerKey, 'tenantId' | 'kind'> & Readonly<{ ids: readonly string[] }>

/** Does the work in a transaction, or nothing where the owners are not on their way out any more. */
export type WhileErasing = (work: (transaction: Database) => Promise<number>) => Promise<number>

/**
 * Pointers first, then bytes, then the notes about them: after any interruption it can be run again. Throws Failure
 * 'storage-unavailable' when something stays.
 */
export async function erasePhotosOf(
  { database, packs }: PhotoStores,
  owners: Owners,
  now: number,
  whileErasing: WhileErasing,
): Promise<void> {
  await whileErasing(async transaction => {
    await removePointers(transaction, owners, now)
    return 1
  })
  const versions = await listRetired(database, owners)
  for (const version of versions) await packs.purge(version)
  await deleteRetired(database, versions)
}

async function listRetired(database: Database, { tenantId, kind, ids }: Owners): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await database
    .selectFrom('retired_packs')
    .select('version')
    .where('tenant_id', '=', tenantId)
    .where('owner_kind', '=', kind)
    .where('owner_id', 'in', ids)
    .execute()
  return rows.map(({ version }) => version)
}
