/**
 * Removes cached packs that no pointer names any more, because the photo was replaced, removed or erased. No request
 * can reach them; this only deletes the bytes from memory.
 */
import type { PackStore } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { versionsAmong } from './versions.ts'

/** Keys per query. */
const batchSize = 500

export async function forgetUnnamed({
  database,
  packs,
}: Readonly<{ database: Database; packs: PackStore }>): Promise<void> {
  const keys = packs.cachedKeys?.() ?? []
  for (let start = 0; start < keys.length; start += batchSize) {
    const some = keys.slice(start, start + batchSize)
    const named = await versionsAmong(database, 'photos', some)
    for (const key of some) if (!named.has(key)) packs.forget?.(key)
  }
}
