/**
 * Moves a store to another place while the source is in use. Passes over all data are repeated until one finds no
 * difference. Nothing is sent twice, so another run continues an interrupted move. It prints nothing.
 */
import { Failure } from '../failure.ts'
import { dropPointers } from '../photos/pointer.ts'
import { hasNoPhotos } from '../photos/versions.ts'
import { type Change, type Claimed, claimDestination, hasNoPacks } from '../storage/claims.ts'
import { type Places, readStoreId, refuseUnfinishedMove } from '../storage/marks.ts'
import type { Database } from '../storage/schema.ts'
import { takeTurn } from '../storage/turns.ts'
import { findDifferences } from './differences.ts'
import { movePhotos, newTally, type PhotoMove, type Side, type Tally } from './photos.ts'
import { createPackReader } from './read-pack.ts'
import { batchSize, countRows, isEmpty, putRows, removeRows, writeRows } from './rows.ts'
import { directoryTables, photosTable, type Row, type Table } from './tables.ts'

type End = Side & Readonly<{ places: Places }>

export type MoveOptions = Readonly<{
  from: End
  /** The same database object as in `from` if only packs are moved. */
  to: End
  now: () => number
  /** Called at intervals with the progress. */
  watch: (progress: MoveProgress) => void
  /** Ends the move after the photos under way. */
  signal: AbortSignal
}>

export type MoveProgress = Readonly<{
  pass: number
  /** `photos` or the name of a table. */
  doing: string
  /** Photos of the source at the start of the pass. */
  photos: number
  pace: Readonly<Tally>
}>

export type MoveResult = Readonly<{
  /** 'left': the last pass still found differences, or something cannot be moved. 'ended': by the signal. */
  outcome: 'agree' | 'left' | 'ended'
  passes: number
  people: number
  photos: number
  total: Readonly<Tally>
  /** The last pass; its `left` and `faults` remain. */
  last: Readonly<Tally>
  seconds: number
}>

/** A source in use keeps changing; a later run with a read-only source finishes. */
const maxPasses = 5

/** The time of a photo is read before its row is written, and may come from another machine's clock. */
const clockMarginMs = 3_600_000

/**
 * Throws Failure 'storage-unavailable' if either side refuses, or the destination belongs to another store.
 */
export async function moveStore(options: MoveOptions): Promise<MoveResult> {
  const { from, to, now } = options
  const work = () => moveClaimed(options, now())
  if (from.database === to.database) return await work()
  const result = await takeTurn(to.database, 'move', work)
  if (result !== undefined) return result
  throw new Failure('storage-unavailable', {
    detail: `another \`visage move\` to ${to.places.rows} is running`,
  })
}

async function moveClaimed(options: MoveOptions, startedAt: number): Promise<MoveResult> {
  const { from, to, signal } = options
  const hasOtherRows = from.database !== to.database
  const hasOtherPacks = from.places.packs !== to.places.packs
  const claimed = await claim(options, hasOtherRows, hasOtherPacks)
  const { known, change } = claimed
  let knownBefore = knownBeforeOf(known, hasOtherRows)
  const move: Omit<PhotoMove, 'tally' | 'knownBefore'> = {
    from,
    to,
    hasOtherRows,
    hasOtherPacks,
    change,
    readPack: createPackReader(from.packs),
    isResumed: known.packs !== undefined,
    isEnding: () => signal.aborted,
  }
  // Interrupted writes of an earlier run. Removed at any age, since a clock may have been set back.
  if (hasOtherPacks) await to.packs.removeLeftovers?.(Number.POSITIVE_INFINITY)
  const total = newTally()
  let last = newTally()
  let passes = 0
  let outcome: MoveResult['outcome'] = 'left'
  while (passes < maxPasses && outcome === 'left') {
    passes += 1
    const passStartedAt = options.now()
    const isResumed = move.isResumed || passes > 1
    last = await runPass(options, { ...move, isResumed, knownBefore }, passes)
    if (last.left === 0) knownBefore = Math.max(knownBefore, passStartedAt - clockMarginMs)
    add(total, last)
    if (signal.aborted) outcome = 'ended'
    else if (last.changes === 0 && last.left === 0) outcome = 'agree'
    // The rest cannot be moved by another pass.
    else if (last.changes === 0) break
  }
  if (outcome === 'agree') await claimed.complete(startedAt)
  const people = await countRows(from.database, tableNamed('users'))
  const photos = await countRows(from.database, photosTable)
  const seconds = (options.now() - startedAt) / 1000
  return { outcome, passes, people, photos, total, last, seconds }
}

/** An existing row proves that its pack was copied and compared. If only packs are moved, the time decides. */
function knownBeforeOf({ packs }: Claimed['known'], hasOtherRows: boolean): number {
  if (hasOtherRows) return Number.POSITIVE_INFINITY
  return packs === undefined ? 0 : packs - clockMarginMs
}

async function claim(
  { from, to, now }: MoveOptions,
  hasOtherRows: boolean,
  hasOtherPacks: boolean,
): Promise<Claimed> {
  if (!hasOtherRows && !hasOtherPacks) {
    throw new Failure('storage-unavailable', {
      detail: `source and destination are the same: ${from.places.rows}, ${from.places.packs}`,
    })
  }
  const sourceId = await readStoreId(from.database)
  if (hasOtherRows && sourceId === (await readStoreId(to.database))) {
    throw new Failure('storage-unavailable', {
      detail: `${to.places.rows} is the source by another address, or a copy of it: it has the same id`,
    })
  }
  await refuseUnfinishedMove(from.database, from.places)
  const places = {
    ...(hasOtherRows && { rows: to.places.rows }),
    ...(hasOtherPacks && { packs: to.places.packs }),
  }
  const isEmpty = {
    rows: () => isEmptyDatabase(to.database),
    packs: () => hasNoPacks(to.packs),
  }
  const dropPhotos = (transaction: Database) => dropPointers(transaction, 'all')
  const claim = { sourceId, places, isEmpty, dropPhotos }
  return await claimDestination(to.database, claim, now())
}

/** Without people, photos and settings. */
async function isEmptyDatabase(database: Database): Promise<boolean> {
  for (const name of ['users', 'groups', 'photo_update_settings'] as const) {
    if (!(await isEmpty(database, tableNamed(name)))) return false
  }
  return await hasNoPhotos(database)
}

async function runPass(
  { from, to, watch, signal }: MoveOptions,
  move: Omit<PhotoMove, 'tally'>,
  pass: number,
): Promise<Tally> {
  const tally = newTally()
  const photos = await countRows(from.database, photosTable)
  let doing = 'photos'
  watch({ pass, doing, photos, pace: tally })
  const timer = setInterval(() => watch({ pass, doing, photos, pace: tally }), watchEveryMs)
  try {
    if (move.hasOtherRows) {
      for (const table of directoryTables) {
        doing = table.name
        const copy = { from: from.database, to: to.database, change: move.change, table }
        if (table.parent !== undefined) await copyTable(copy, tally, signal, table.parent)
        await copyTable(copy, tally, signal)
      }
    }
    doing = 'photos'
    if (!signal.aborted) await movePhotos({ ...move, tally })
    watch({ pass, doing, photos, pace: tally })
    return tally
  } finally {
    clearInterval(timer)
  }
}

const watchEveryMs = 200

type TableCopy = Readonly<{ from: Database; to: Database; change: Change; table: Table }>

/**
 * `orphaned` names a column that refers to the same table. With it, only missing rows are written, with null in that
 * column. A second call without it writes the rest.
 */
async function copyTable(
  { from, to, change, table }: TableCopy,
  tally: Tally,
  signal: AbortSignal,
  orphaned?: string,
): Promise<void> {
  const wanted: Row[] = []
  const surplus: Row[] = []
  const flush = async () => {
    const gone = surplus.splice(0)
    if (gone.length > 0) await change(transaction => removeRows(transaction, table, gone))
    const { written, refused } = await writeRows(change, wanted.splice(0), (transaction, rows) =>
      putRows(transaction, table, rows),
    )
    tally.changes += gone.length + written.length
    tally.left += refused.length
    if (refused.length > 0) tally.leftWhy = String(refused[0])
  }
  for await (const difference of findDifferences(from, to, table)) {
    if (orphaned === undefined) tally.rowsRead += 1
    if (difference.kind === 'surplus') surplus.push(difference.there)
    if (difference.kind === 'missing') {
      wanted.push(orphaned === undefined ? difference.row : { ...difference.row, [orphaned]: null })
    }
    if (difference.kind === 'other' && orphaned === undefined) wanted.push(difference.row)
    if (wanted.length >= batchSize || surplus.length >= batchSize) await flush()
    if (signal.aborted) return
  }
  await flush()
}

function add(total: Tally, pass: Readonly<Tally>): void {
  total.rowsRead += pass.rowsRead
  total.photosRead += pass.photosRead
  total.changes += pass.changes
  total.packsCopied += pass.packsCopied
  total.packsThere += pass.packsThere
  total.packsVerified += pass.packsVerified
  total.bytes += pass.bytes
}

function tableNamed(name: Table['name']): Table {
  const found = directoryTables.find(table => table.name === name)
  if (found === undefined) throw new TypeError(`no table ${name}`)
  return found
}
