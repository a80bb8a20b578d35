/**
 * Compares the pack of every pointer with its row, and all packs with the pointers. Servers may write meanwhile: before
 * a difference counts as a fault, the row is read again. It repairs nothing. If the store fails, the findings so far
 * are reported.
 */
import { Failure } from '../failure.ts'
import { versionsAmong } from '../photos/versions.ts'
import { findPackFault } from './check-pack.ts'
import {
  createFindings,
  type Findings,
  inOrder,
  type OrderedRead,
  type PhotoCheck,
} from './findings.ts'
import { batchesOf, inParallel } from './in-parallel.ts'
import { faultOf, type PhotoFault, photoOf, type Side } from './photos.ts'
import { createPackReader } from './read-pack.ts'
import { batchSize, countRows, keyOf, readRow, readRows } from './rows.ts'
import { photosTable, type Row } from './tables.ts'

type VerifyProgress = Readonly<{
  doing: 'photos' | 'packs'
  done: number
  of: number
  faults: number
}>

export type Verified = Readonly<{
  /**
   * 'incomplete': the store failed; `unchecked` has the parts. With this and with 'ended', `faulty` counts only the
   * faults found so far.
   */
  outcome: 'sound' | 'damaged' | 'incomplete' | 'ended'
  /** Read and compared with their rows. */
  photos: number
  bytes: number
  /** All damaged photos; at most a thousand are listed. */
  faulty: number
  faults: readonly PhotoFault[]
  /** Photos replaced or removed while their pack was read. */
  changedMeanwhile: number
  /** Listed packs without a pointer: not faults. */
  unnamed: Readonly<{
    /** They wait for the sweep. */
    retired: number
    /** Packs of uploads under way or interrupted; the sweep removes the latter. */
    orphans: number
    bytes: number
  }>
  /** Parts that could not be read completely, and why. */
  unchecked: readonly Unchecked[]
  seconds: number
}>

/** 'photos': not all were read. 'packs': not all were listed. */
export type Unchecked = Readonly<{ part: VerifyProgress['doing']; why: string }>

export type VerifyOptions = Readonly<{
  store: Side
  now: () => number
  watch: (progress: VerifyProgress) => void
  signal: AbortSignal
}>

const maxParallel = 12
const watchEveryMs = 200

export async function verifyStore({ store, now, watch, signal }: VerifyOptions): Promise<Verified> {
  const startedAt = now()
  const of = await countRows(store.database, photosTable)
  const findings = createFindings()
  const unnamed = { retired: 0, orphans: 0, bytes: 0, listed: 0 }
  const unchecked: Unchecked[] = []
  let doing: VerifyProgress['doing'] = 'photos'
  const showProgress = () => {
    const { photos, faulty } = findings.seen
    watch({ doing, done: doing === 'photos' ? photos : unnamed.listed, of, faults: faulty })
  }
  const check = async (part: VerifyProgress['doing'], work: () => Promise<void>) => {
    doing = part
    const failure = signal.aborted ? undefined : await failureOf(work)
    if (failure) unchecked.push({ part, why: failure.detail || failure.code })
    showProgress()
  }
  const timer = setInterval(showProgress, watchEveryMs)
  try {
    await check('photos', () => readPhotos(store, findings, signal))
    await check('packs', () => countUnnamed(store, unnamed, signal))
  } finally {
    clearInterval(timer)
  }
  const { listed: _, ...packs } = unnamed
  const { seen, faults } = findings
  return {
    outcome: signal.aborted ? 'ended' : outcomeOf(unchecked, seen.faulty),
    ...seen,
    faults,
    unnamed: packs,
    unchecked,
    seconds: (now() - startedAt) / 1000,
  }
}

function outcomeOf(unchecked: readonly Unchecked[], faulty: number): Verified['outcome'] {
  if (unchecked.length > 0) return 'incomplete'
  return faulty > 0 ? 'damaged' : 'sound'
}

/** Bugs are thrown. */
async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

async function readPhotos(store: Side, findings: Findings, signal: AbortSignal): Promise<void> {
  const readPack = inOrder(createPackReader(store.packs))
  for await (const rows of batchesOf(readRows(store.database, photosTable), maxParallel * 4)) {
    if (signal.aborted) break
    // Added one by one, so that the findings of a failing batch are kept.
    await inParallel(maxParallel, rows, async row =>
      findings.add(await checkPhoto(store, readPack, row)),
    )
  }
  findings.keepUnread()
}

async function checkPhoto(
  { database }: Side,
  readPack: OrderedRead,
  row: Row,
): Promise<PhotoCheck> {
  const photo = photoOf(row)
  const { pack, unreadable, span } = await readPack(photo.version)
  const what = unreadable ?? (await findPackFault(photo, pack))
  const read = { span, bytes: pack?.length ?? 0, isUnread: unreadable !== undefined }
  if (what === undefined) return read
  const now = await readRow(database, photosTable, keyOf(photosTable, row))
  return {
    ...read,
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
    // Read after the pointers: a photo that is replaced in between is then in both lists, not in neither.
    const retired = await versionsAmong(database, 'retired_packs', keys)
    for (const { key, bytes } of entries) {
      unnamed.listed += 1
      if (named.has(key)) continue
      unnamed.bytes += bytes
      unnamed[retired.has(key) ? 'retired' : 'orphans'] += 1
    }
  }
}
