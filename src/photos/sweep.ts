/**
 * Removes packs that no pointer names: retired ones, and orphans of crashes between pack and pointer. No request waits
 * for it.
 */
import type { PackEntry, PackStore } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { type Grace, graceByWallClock, type Scan } from './grace.ts'
import { deleteRetired } from './pointer.ts'
import { versionsAmong } from './versions.ts'

export type Swept = Readonly<{ retired: number; orphans: number; leftovers: number }>

/** Packs per query. */
const batchSize = 500

export type Stores = Readonly<{ database: Database; packs: PackStore }>

/**
 * For a program that sweeps once. `graceMs` must be longer than the slowest upload and the slowest read: a newer pack
 * may still get its pointer, and a pack retired later may still be read.
 */
export async function sweepPacks(
  parts: Stores & Readonly<{ now: () => number }>,
  graceMs: number,
): Promise<Swept> {
  return await sweepWithGrace(parts, graceByWallClock(parts.now, graceMs))
}

/**
 * For a server, with the same `grace` for every sweep. With ten million packs a sweep takes minutes; an aborted signal
 * ends it before the next pack with the signal's reason, and the next sweep starts from the beginning.
 */
export async function sweepWithGrace(
  stores: Stores,
  grace: Grace,
  signal?: AbortSignal,
): Promise<Swept> {
  const before = grace.before()
  const retired = await removeRetired(stores, before, signal)
  const leftovers = (await stores.packs.removeLeftovers?.(before)) ?? 0
  const orphans = await removeOrphans(stores, grace, signal)
  return { retired, orphans, leftovers }
}

/**
 * Without a grace time: `unread` resolves when every read that began before the call has ended.
 */
export async function removeAllRetired(stores: Stores, unread: () => Promise<void>): Promise<void> {
  for (;;) {
    const versions = await listRetired(stores.database)
    if (versions.length === 0) return
    await unread()
    await removeForGood(stores, versions)
  }
}

async function removeRetired(
  stores: Stores,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let removed = 0
  for (;;) {
    const versions = await listRetired(stores.database, before)
    if (versions.length === 0) return removed
    await removeForGood(stores, versions, signal)
    removed += versions.length
  }
}

/** The oldest, one batch. */
async function listRetired(database: Database, before?: number): Promise<string[]> {
  const query = database.selectFrom('retired_packs').select('version')
  const old = before === undefined ? query : query.where('retired_at', '<', before)
  const rows = await old.orderBy('retired_at').limit(batchSize).execute()
  return rows.map(({ version }) => version)
}

/** Bytes first: a crash in between leaves rows of missing packs, which the next sweep deletes. */
async function removeForGood(
  { database, packs }: Stores,
  versions: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const version of versions) {
    signal?.throwIfAborted()
    await packs.remove(version)
  }
  await deleteRetired(database, versions)
}

async function removeOrphans(
  stores: Stores,
  grace: Grace,
  signal: AbortSignal | undefined,
): Promise<number> {
  const scan = grace.beginScan()
  let removed = 0
  let batch: PackEntry[] = []
  for await (const entry of stores.packs.list()) {
    signal?.throwIfAborted()
    batch.push(entry)
    if (batch.length < batchSize) continue
    removed += await removeAbandoned(stores, scan, batch)
    batch = []
  }
  removed += await removeAbandoned(stores, scan, batch)
  scan.end()
  return removed
}

async function removeAbandoned(
  { database, packs }: Stores,
  scan: Scan,
  entries: readonly PackEntry[],
): Promise<number> {
  if (entries.length === 0) return 0
  const keys = entries.map(entry => entry.key)
  const inUse = await versionsAmong(database, 'photos', keys)
  // A pack that was retired within the grace time may still be read.
  const waiting = await versionsAmong(database, 'retired_packs', keys)
  const kept = new Set([...inUse, ...waiting])
  scan.countNamed(kept.size)
  const orphans = entries.filter(entry => !kept.has(entry.key) && scan.isAbandoned(entry))
  for (const { key } of orphans) await packs.remove(key)
  return orphans.length
}
