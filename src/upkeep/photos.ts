/**
 * Copies photos from one store to another: first the pack, which is read back and compared, then the row. If a move is
 * interrupted, packs without rows may remain, but never a row without its pack.
 */
import { Failure } from '../failure.ts'
import { copyPointers, dropPointers } from '../photos/pointer.ts'
import type { Change } from '../storage/claims.ts'
import type { PackStore, Packs } from '../storage/packs.ts'
import type { Database, PhotoRow } from '../storage/schema.ts'
import { findPackFault } from './check-pack.ts'
import { type Difference, everyRow, findDifferences } from './differences.ts'
import { inParallel } from './in-parallel.ts'
import type { ReadPack } from './read-pack.ts'
import { batchSize, keyOf, readRow, writeRows } from './rows.ts'
import { photosTable, type Row } from './tables.ts'

export type Side = Readonly<{ database: Database; packs: PackStore }>

/** A fault of one photo, for the operator. */
export type PhotoFault = Readonly<{
  tenantId: string
  kind: string
  ownerId: string
  version: string
  what: string
}>

export type PhotoMove = Readonly<{
  from: Side
  to: Side
  /** Whether rows are in different places; the same for packs. */
  hasOtherRows: boolean
  hasOtherPacks: boolean
  /** Packs of an earlier run may exist: each is looked for before it is sent. */
  isResumed: boolean
  /** Packs of photos from before this time exist at the destination. Milliseconds since 1970. */
  knownBefore: number
  /** Changes to the rows of `to`. */
  change: Change
  readPack: ReadPack
  tally: Tally
  isEnding: () => boolean
}>

/** Counts of the work done; they change while a move runs. */
export type Tally = ReturnType<typeof newTally>

export function newTally() {
  return {
    rowsRead: 0,
    photosRead: 0,
    /** Rows added, changed and removed. */
    changes: 0,
    /** Rows that were not written, because a row they refer to is missing. */
    left: 0,
    leftWhy: '',
    packsCopied: 0,
    packsThere: 0,
    packsVerified: 0,
    bytes: 0,
    faults: [] as PhotoFault[],
  }
}

/** Each holds a pack of about 250 KB in memory, twice. */
const maxParallel = 12

/** Further faults are counted, not listed. */
export const maxFaultsNamed = 1000

type Wanted = Exclude<Difference, Readonly<{ kind: 'surplus' }>>

export async function movePhotos(move: PhotoMove): Promise<void> {
  const { from, to, tally } = move
  const wanted: Wanted[] = []
  const surplus: Row[] = []
  const flush = async () => {
    await dropSurplus(move, surplus.splice(0))
    await moveBatch(move, wanted.splice(0))
  }
  // If both sides share a database, only its servers write to it, not the move.
  const differences = move.hasOtherRows
    ? findDifferences(from.database, to.database, photosTable)
    : everyRow(from.database, photosTable)
  for await (const difference of differences) {
    tally.photosRead += 1
    if (difference.kind === 'surplus') surplus.push(difference.there)
    else if (needsWork(move, difference)) wanted.push(difference)
    // In small batches, so that it ends soon after the signal.
    if (wanted.length >= maxParallel * 4 || surplus.length >= batchSize) await flush()
    if (move.isEnding()) return
  }
  await flush()
}

/** If the row exists, its pack was compared before. If only packs are moved, the time decides. */
function needsWork({ hasOtherPacks, knownBefore }: PhotoMove, { kind, row }: Wanted): boolean {
  return kind !== 'same' || (hasOtherPacks && Number(row.updated_at) >= knownBefore)
}

async function moveBatch(move: PhotoMove, wanted: readonly Wanted[]): Promise<void> {
  const { tally } = move
  const copied = move.hasOtherPacks
    ? await inParallel(maxParallel, wanted, ({ row }) => copyPack(move, photoOf(row)))
    : wanted.map(() => 'there')
  const ready = wanted.filter(({ kind }, index) => kind !== 'same' && copied[index] !== 'left')
  tally.changes += wanted.filter(
    ({ kind }, index) => kind === 'same' && copied[index] === 'copied',
  ).length
  const { written, refused } = await writeRows(
    move.change,
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
    move,
    replaced.flatMap(({ row, there }) => (row.version === there.version ? [] : [there])),
  )
}

/** Removes photos that the source no longer has. Their bytes go at once, since the destination has no readers yet. */
async function dropSurplus(move: PhotoMove, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await move.change(transaction => dropPointers(transaction, rows.map(photoOf)))
  move.tally.changes += rows.length
  await removePacks(move, rows)
}

async function removePacks(move: PhotoMove, rows: readonly Row[]): Promise<void> {
  // Shared packs belong to the source while it is in use.
  if (!move.hasOtherPacks) return
  for (const { version } of rows) await move.to.packs.remove(String(version))
}

/** 'left': its row must not be written. */
async function copyPack(move: PhotoMove, row: PhotoRow): Promise<'copied' | 'there' | 'left'> {
  const { to, tally } = move
  const { pack, unreadable } = await move.readPack(row.version)
  const fault = unreadable ?? (await findPackFault(row, pack))
  if (fault !== undefined || pack === undefined) {
    // A server that already uses the destination for packs writes them only there.
    const isThereOnly = !move.hasOtherRows && (await isWholeThere(to, row))
    if (!isThereOnly) await noteFault(move, row, fault ?? 'its pack is missing')
    tally.packsThere += isThereOnly ? 1 : 0
    tally.packsVerified += isThereOnly ? 1 : 0
    return isThereOnly ? 'there' : 'left'
  }
  tally.packsVerified += 1
  if (move.isResumed && (await isThere(to.packs, row.version, pack))) {
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

/** Removes other bytes under this key: they are a failed copy of this move. */
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

/**
 * A photo that was replaced or removed while its pack was read is not a fault: the next pass handles it.
 */
async function noteFault(move: PhotoMove, row: PhotoRow, what: string): Promise<void> {
  const { tally } = move
  const now = await readRow(move.from.database, photosTable, keyOf(photosTable, row))
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

/** A row of the table of photos has all its columns: tables.ts lists them. */
export function photoOf(row: Row): PhotoRow {
  return row as unknown as PhotoRow
}
