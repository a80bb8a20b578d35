/**
 * Removing the packs that nobody can reach any more: those a pointer has left, and the orphans of
 * crashes between pack and pointer. It never runs on a request's path.
 */
import type { PackEntry, Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'

export type Swept = Readonly<{ retired: number; orphans: number; leftovers: number }>

/** How many packs are compared with the rows in one query. */
const batchSize = 500

/**
 * `graceMs` has to be longer than the slowest upload and the slowest read: a pack younger than that may
 * still get its pointer, and one retired less long ago may still be read.
 */
export async function sweepPacks(
  parts: Readonly<{ database: Database; packs: Packs; now: () => number }>,
  graceMs: number,
): Promise<Swept> {
  const before = parts.now() - graceMs
  const retired = await removeRetired(parts, before)
  const orphans = await removeOrphans(parts, before)
  const leftovers = await parts.packs.removeLeftovers(before)
  return { retired, orphans, leftovers }
}

async function removeRetired(
  { database, packs }: Readonly<{ database: Database; packs: Packs }>,
  before: number,
): Promise<number> {
  let removed = 0
  for (;;) {
    const rows = await database
      .selectFrom('retired_packs')
      .select('version')
      .where('retired_at', '<', before)
      .orderBy('retired_at')
      .limit(batchSize)
      .execute()
    if (rows.length === 0) return removed
    const versions = rows.map(row => row.version)
    // Bytes first: a crash in between leaves rows that name missing packs, which the next sweep clears.
    for (const version of versions) await packs.remove(version)
    await database.deleteFrom('retired_packs').where('version', 'in', versions).execute()
    removed += versions.length
  }
}

async function removeOrphans(
  parts: Readonly<{ database: Database; packs: Packs }>,
  before: number,
): Promise<number> {
  let removed = 0
  let batch: PackEntry[] = []
  for await (const entry of parts.packs.list()) {
    if (entry.writtenAtMs >= before) continue
    batch.push(entry)
    if (batch.length < batchSize) continue
    removed += await removeUnreferenced(parts, batch)
    batch = []
  }
  return removed + (await removeUnreferenced(parts, batch))
}

async function removeUnreferenced(
  { database, packs }: Readonly<{ database: Database; packs: Packs }>,
  entries: readonly PackEntry[],
): Promise<number> {
  if (entries.length === 0) return 0
  const keys = entries.map(entry => entry.key)
  const inUse = await database
    .selectFrom('photos')
    .select('version')
    .where('version', 'in', keys)
    .execute()
  // A pack retired within the grace time is still somebody's to read.
  const waiting = await database
    .selectFrom('retired_packs')
    .select('version')
    .where('version', 'in', keys)
    .execute()
  const kept = new Set([...inUse, ...waiting].map(row => row.version))
  const orphans = keys.filter(key => !kept.has(key))
  for (const key of orphans) await packs.remove(key)
  return orphans.length
}
