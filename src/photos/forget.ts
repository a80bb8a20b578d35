/**
 * Removes cached packs that no pointer names any more, because the photo was replaced, removed or erased. No request
 * can reach them; this only deletes the bytes from memory and from the cache folder.
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
  const forgetSome = async (keys: readonly string[]) => {
    const named = await versionsAmong(database, 'photos', keys)
    for (const key of keys) if (!named.has(key)) await packs.forget?.(key)
  }
  let some: string[] = []
  for await (const key of packs.cachedKeys?.() ?? []) {
    some.push(key)
    if (some.length < batchSize) continue
    await forgetSome(some)
    some = []
  }
  if (some.length > 0) await forgetSome(some)
}
