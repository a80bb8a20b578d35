/**
 * Photos of one store into another: pack first, read back and compared, then the row that names it. A move
 * that ends at any moment leaves packs without rows, and never a row without its pack.
 */
import { Failure } from '../failure.ts'
import { copyPointers, dropPointers } from '../photos/pointer.ts'
import type { Change } from '../storage/claims.ts'
import type { PackStore, Packs } from '../storage/packs.ts'
import type { Database, PhotoRow } from '../storage/schema.ts'
import { findPackFault } from './check-pack.ts'
import { type Difference, everyRow, findDifferences } from './differences.ts'
import { inLanes } from './lanes.ts'
import type { ReadPack } from './read-pack.ts'
import { batchSize, keyOf, readRow, writeRows } from './rows.ts'
import { photosTable, type Row } from './tables.ts'

export type Side = Readonly<{ database: Database; packs: PackStore }>

/** What is wrong with one photo, for a person who will look after it. */
export type PhotoFault = Readonly<{
  tenantId: string
  kind: string
  ownerId: string
  version: string
  what: string
}>

export type PhotoTrip = Readonly<{
  from: Side
  to: Side
  /** Rows, packs, or both, live in different places. */
  hasOtherRows: boolean
  hasOtherPacks: boolean
  /** Packs may be there from a run before: they are looked at before they are sent. */
  isResumed: boolean
  /** Packs of photos that were set before this moment are known to be there. Epoch milliseconds. */
  knownBefore: number
  /** What happens to the rows of `to`. */
  change: Change
  readPack: ReadPack
  tally: Tally
  isEnding: () => boolean
}>

/** What has been done so far; it changes while a move runs. */
export type Tally = {
  rowsRead: number
  photosRead: number
  /** Rows added, changed and removed. */
  changes: number
  /** Rows that could not be written, for what they refer to was not there. */
  left: number
  leftWhy: string
  packsCopied: number
  packsThere: number
  packsVerified: number
  bytes: number
  faults: PhotoFault[]
}

export function newTally(): Tally {
  return {
    rowsRead: 0,
    photosRead: 0,
    changes: 0,
    left: 0,
    leftWhy: '',
    packsCopied: 0,
    packsThere: 0,
    packsVerified: 0,
    bytes: 0,
    faults: [],
  }
}

/** At once, each with a pack of some 250 KB in memory, twice. */
const lanes = 12

/** More are counted and not named. */
export const maxFaultsNamed = 1000

type Wanted = Exclude<Difference, Readonly<{ kind: 'surplus' }>>

/** One pass over all photos. */
export async function carryPhotos(trip: PhotoTrip): Promise<void> {
  const { from, to, tally } = trip
  const wanted: Wanted[] = []
  const surplus: Row[] = []
  const flush = async () => {
    await dropSurplus(trip, surplus.splice(0))
    await carryBatch(trip, wanted.splice(0))
  }
  // One database for both sides is being written to by those who serve from it: nothing of it is ours to write.
  const differences = trip.hasOtherRows
    ? findDifferences(from.database, to.database, photosTable)
    : everyRow(from.database, photosTable)
  for await (const difference of differences) {
    tally.photosRead += 1
    if (difference.kind === 'surplus') surplus.push(difference.there)
    else if (needsWork(trip, difference)) wanted.push(difference)
    // Few at a time, so that an end that is asked for comes soon.
    if (wanted.length >= lanes * 4 || surplus.length >= batchSize) await flush()
    if (trip.isEnding()) return
  }
  await flush()
}

/** Whoever's row is there had their pack compared before it was written; packs alone go by their time. */
function needsWork({ hasOtherPacks, knownBefore }: PhotoTrip, { kind, row }: Wanted): boolean {
  return kind !== 'same' || (hasOtherPacks && Number(row.updated_at) >= knownBefore)
}

async function carryBatch(trip: PhotoTrip, wanted: readonly Wanted[]): Promise<void> {
  const { tally } = trip
  const carried = trip.hasOtherPacks
    ? await inLanes(lanes, wanted, ({ row }) => carryPack(trip, photoOf(row)))
    : wanted.map(() => 'there')
  const ready = wanted.filter(({ kind }, index) => kind !== 'same' && carried[index] !== 'left')
  tally.changes += wanted.filter(
    ({ kind }, index) => kind === 'same' && carried[index] === 'copied',
  ).length
  const { written, refused } = await writeRows(
    trip.change,
    ready.map(({ row }) => row),
    (transaction, rows) => copyPointers(transaction, rows.map(photoOf)),
  )
  tally.changes += written.length
  tally.left += refused.length
  if (refused.length > 0) tally.leftWhy = String(refused[0])
  const done = new Set(written)
  const replaced = ready.flatMap(difference =>
    difference.kind === 'other' && done.has(difference.row) ? [difference] : [],
  )
  await removePacks(
    trip,
    replaced.flatMap(({ row, there }) => (row.version === there.version ? [] : [there])),
  )
}

/** What the source has removed goes here too, its bytes at once: nobody reads here yet. */
async function dropSurplus(trip: PhotoTrip, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await trip.change(transaction => dropPointers(transaction, rows.map(photoOf)))
  trip.tally.changes += rows.length
  await removePacks(trip, rows)
}

async function removePacks(trip: PhotoTrip, rows: readonly Row[]): Promise<void> {
  // Packs that both sides share belong to the source for as long as it serves.
  if (!trip.hasOtherPacks) return
  for (const { version } of rows) await trip.to.packs.remove(String(version))
}

/** 'left': its row must not follow. */
async function carryPack(trip: PhotoTrip, row: PhotoRow): Promise<'copied' | 'there' | 'left'> {
  const { to, tally } = trip
  const { pack, unreadable } = await trip.readPack(row.version)
  const fault = unreadable ?? (await findPackFault(row, pack))
  if (fault !== undefined || pack === undefined) {
    // A server that has its packs at the other end already writes them there.
    const isThereOnly = !trip.hasOtherRows && (await isWholeThere(to, row))
    if (!isThereOnly) await noteFault(trip, row, fault ?? 'its pack is missing')
    tally.packsThere += isThereOnly ? 1 : 0
    tally.packsVerified += isThereOnly ? 1 : 0
    return isThereOnly ? 'there' : 'left'
  }
  tally.packsVerified += 1
  if (trip.isResumed && (await isThere(to.packs, row.version, pack))) {
    tally.packsThere += 1
    return 'there'
  }
  await to.packs.write(row.version, pack)
  await expectThere(to.packs, row.version, pack)
  tally.packsCopied += 1
  tally.bytes += pack.length
  return 'copied'
}

async function isWholeThere(to: Side, row: PhotoRow): Promise<boolean> {
  return (await findPackFault(row, await to.packs.readWhole(row.version))) === undefined
}

/** Other bytes under this name are nobody's: the place is ours, and a copy there went wrong. */
async function isThere(packs: Packs, key: string, pack: Uint8Array): Promise<boolean> {
  const there = await packs.readWhole(key)
  if (there === undefined) return false
  if (Buffer.compare(there, pack) === 0) return true
  await packs.remove(key)
  return false
}

async function expectThere(packs: Packs, key: string, pack: Uint8Array): Promise<void> {
  const there = await packs.readWhole(key)
  if (there !== undefined && Buffer.compare(there, pack) === 0) return
  throw new Failure('storage-unavailable', {
    detail: `pack ${key} came back from the destination with other bytes than were sent`,
  })
}

/** A photo that was replaced or removed while its pack was read is no fault: the next pass takes what is there. */
async function noteFault(trip: PhotoTrip, row: PhotoRow, what: string): Promise<void> {
  const { tally } = trip
  const now = await readRow(trip.from.database, photosTable, keyOf(photosTable, row))
  if (now?.version !== row.version) {
    tally.changes += 1
    return
  }
  tally.left += 1
  if (tally.faults.length < maxFaultsNamed) tally.faults.push(faultOf(row, what))
}

export function faultOf(row: PhotoRow, what: string): PhotoFault {
  const { tenant_id: tenantId, owner_kind: kind, owner_id: ownerId, version } = row
  return { tenantId, kind, ownerId, version, what }
}

/** What a statement returns is what its table says: the columns are written out in tables.ts. */
export function photoOf(row: Row): PhotoRow {
  return row as unknown as PhotoRow
}
