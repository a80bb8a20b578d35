/**
 * Every pack that a pointer names against its row, and every pack against the pointers. Servers may write
 * meanwhile: before something is called a fault its row is read again. It repairs nothing.
 */
import type { Database } from '../storage/schema.ts'
import { findPackFault } from './check-pack.ts'
import { inLanes } from './lanes.ts'
import { faultOf, maxFaultsNamed, type PhotoFault, photoOf, type Side } from './photos.ts'
import { createPackReader, type ReadPack } from './read-pack.ts'
import { batchSize, countRows, keyOf, readRow, readRows } from './rows.ts'
import { photosTable, type Row } from './tables.ts'

export type VerifyProgress = Readonly<{
  doing: 'photos' | 'packs'
  done: number
  of: number
  faults: number
}>

export type Verified = Readonly<{
  outcome: 'sound' | 'damaged' | 'ended'
  /** Read and compared with their rows. */
  photos: number
  bytes: number
  /** Of these, a thousand are named. */
  faulty: number
  faults: readonly PhotoFault[]
  /** Photos replaced or removed while their pack was read. */
  changedMeanwhile: number
  /** Packs that no pointer names: none of them a fault. */
  unnamed: Readonly<{
    /** They wait for the sweep. */
    retired: number
    /** Uploads under way, or interrupted: the sweep takes the latter. */
    orphans: number
    bytes: number
  }>
  seconds: number
}>

export type VerifyOptions = Readonly<{
  store: Side
  now: () => number
  watch: (progress: VerifyProgress) => void
  signal: AbortSignal
}>

const lanes = 12
const watchEveryMs = 200

export async function verifyStore({ store, now, watch, signal }: VerifyOptions): Promise<Verified> {
  const startedAt = now()
  const of = await countRows(store.database, photosTable)
  const seen = { photos: 0, bytes: 0, faulty: 0, changedMeanwhile: 0 }
  const faults: PhotoFault[] = []
  const unnamed = { retired: 0, orphans: 0, bytes: 0, listed: 0 }
  let doing: VerifyProgress['doing'] = 'photos'
  const tell = () => {
    const done = doing === 'photos' ? seen.photos : unnamed.listed
    watch({ doing, done, of, faults: seen.faulty })
  }
  const timer = setInterval(tell, watchEveryMs)
  try {
    const readPack = createPackReader(store.packs)
    for await (const rows of batchesOf(readRows(store.database, photosTable), lanes * 4)) {
      if (signal.aborted) break
      for (const judged of await inLanes(lanes, rows, row => judge(store, readPack, row))) {
        seen.photos += 1
        seen.bytes += judged.bytes
        if (judged.fault === 'changed meanwhile') seen.changedMeanwhile += 1
        else if (judged.fault !== undefined) {
          seen.faulty += 1
          if (faults.length < maxFaultsNamed) faults.push(judged.fault)
        }
      }
    }
    tell()
    doing = 'packs'
    if (!signal.aborted) await countUnnamed(store, unnamed, signal)
    tell()
  } finally {
    clearInterval(timer)
  }
  const { listed: _, ...packs } = unnamed
  return {
    outcome: signal.aborted ? 'ended' : seen.faulty === 0 ? 'sound' : 'damaged',
    ...seen,
    faults,
    unnamed: packs,
    seconds: (now() - startedAt) / 1000,
  }
}

type Judged = Readonly<{ bytes: number; fault?: PhotoFault | 'changed meanwhile' }>

async function judge({ database }: Side, readPack: ReadPack, row: Row): Promise<Judged> {
  const photo = photoOf(row)
  const { pack, unreadable } = await readPack(photo.version)
  const what = unreadable ?? (await findPackFault(photo, pack))
  const bytes = pack?.length ?? 0
  if (what === undefined) return { bytes }
  const now = await readRow(database, photosTable, keyOf(photosTable, row))
  return {
    bytes,
    fault: now?.version === photo.version ? faultOf(photo, what) : 'changed meanwhile',
  }
}

async function countUnnamed(
  { database, packs }: Side,
  unnamed: { retired: number; orphans: number; bytes: number; listed: number },
  signal: AbortSignal,
): Promise<void> {
  for await (const entries of batchesOf(packs.list(), batchSize)) {
    if (signal.aborted) return
    const keys = entries.map(({ key }) => key)
    const named = await versionsAmong(database, 'photos', keys)
    // After the other: a photo that is replaced in between is then in both, and not in neither.
    const retired = await versionsAmong(database, 'retired_packs', keys)
    for (const { key, bytes } of entries) {
      unnamed.listed += 1
      if (named.has(key)) continue
      unnamed.bytes += bytes
      unnamed[retired.has(key) ? 'retired' : 'orphans'] += 1
    }
  }
}

/** Those of `keys` that a table names. */
export async function versionsAmong(
  database: Database,
  table: 'photos' | 'retired_packs',
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const rows = await database
    .selectFrom(table)
    .select('version')
    .where('version', 'in', keys)
    .execute()
  return new Set(rows.map(({ version }) => version))
}

export async function* batchesOf<Item>(
  items: AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
