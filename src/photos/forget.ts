/**
 * Pictures that a process has in memory and that nobody's pointer names any more: replaced, removed or erased.
 * No request reaches them, for each begins at the pointer; this is so that they are gone all the same.
 */
import type { PackStore } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { versionsAmong } from './versions.ts'

/** How many are asked for in one query. */
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
