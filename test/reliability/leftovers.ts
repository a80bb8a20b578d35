/** Checks that a sweep after the faults leaves exactly the packs that have a row. */
import { sweepPacks } from '../../src/photos/sweep.ts'
import type { Packs } from '../../src/storage/packs.ts'
import type { Database } from '../../src/storage/schema.ts'
import { listOf } from '../suites/packs.ts'

/** For stores without a server. Throws if another pack is left. Returns what was swept, in words. */
export async function sweepAll(database: Database, packs: Packs): Promise<string> {
  // Later than any time that a clock had.
  const parts = { database, packs, now: () => Date.now() + 365 * 86_400_000 }
  const swept = await sweepPacks(parts, 0)
  const named = await database.selectFrom('photos').select('version').execute()
  const kept = await listOf(packs)
  const [is, shouldBe] = [kept.map(({ key }) => key), named.map(({ version }) => version)]
  if (String(is.sort()) !== String(shouldBe.sort())) {
    throw new Error(`the sweep left ${is.length} packs, rows name ${shouldBe.length}`)
  }
  return `swept: ${swept.retired} replaced, ${swept.orphans} orphans, ${swept.leftovers} leftovers`
}
