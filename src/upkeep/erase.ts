/**
 * Removes the photo of one owner and every trace of its bytes, and checks the result: the pointer, its pack, earlier
 * packs that wait for the sweep, and packs without a pointer that could belong to the owner. The person stays in the
 * directory. Backups and caches of clients are out of reach.
 */
import { Failure } from '../failure.ts'
import type { OwnerKey } from '../photos/photo.ts'
import {
  deleteRetired,
  findPointer,
  lockOwner,
  photoTables,
  removePointer,
} from '../photos/pointer.ts'
import { hashesAmong, listRetiredOf, versionsAmong } from '../photos/versions.ts'
import type { PackStore, Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { type Pause, scrubDeleted } from '../storage/scrub.ts'
import { batchesOf, inParallel } from './in-parallel.ts'
import type { Side } from './photos.ts'

/**
 * The longest time from when a pack is visible to when a pointer names it: the rest of the write (15 s on S3), a
 * connection (5 s) and four statements (12 s each), with their timeouts. A pack that has no pointer for this long never
 * gets one. The age of a pack is not used, because a clock may be set.
 */
export const longestUploadMs = 90_000

export type Traces = Readonly<{
  /** The pack of the pointer. */
  current: readonly string[]
  /** Earlier photos of the same owner. */
  earlier: readonly string[]
  /** Retired by an older Visage, which did not store owners. */
  ownerless: readonly string[]
  /** Packs without a pointer: uploads under way or interrupted. */
  orphans: readonly string[]
  /** Removed earlier, but the bucket keeps old versions of them. */
  deletedKeys: readonly string[]
  /** How many packs have a pointer. */
  named: number
  uploadHash: string | undefined
}>

/** Reads everything and changes nothing. */
export async function findTraces({ database, packs }: Side, owner: OwnerKey): Promise<Traces> {
  const pointer = await findPointer(database, owner)
  return {
    current: pointer === undefined ? [] : [pointer.version],
    earlier: await listRetiredOf(database, owner),
    ownerless: await listRetiredOf(database, undefined),
    ...(await findOrphans(database, packs)),
    deletedKeys: await findDeletedKeys(database, packs),
    uploadHash: pointer?.upload_hash,
  }
}

export type Erased = Readonly<{
  /** Keys that were checked one by one and not found. */
  absent: readonly string[]
  /** Interrupted writes that were removed with them. */
  leftovers: number
  /** Keys that were found again, and where. */
  left: readonly Readonly<{ key: string; what: string }>[]
  /** The owner has a pointer again. */
  newVersion: string | undefined
  searchedFiles: readonly string[]
  remark: string | undefined
}>

/**
 * First the pointer, in one transaction, then the packs, then the rows of retired packs: after any interruption it can
 * be run again.
 */
export async function erasePhoto(
  store: Side,
  owner: OwnerKey,
  traces: Traces,
  { now, pause }: Readonly<{ now: () => number; pause: Pause }>,
): Promise<Erased> {
  const { database, packs } = store
  if (traces.orphans.length > 0) await pause(longestUploadMs)
  const dropped = await dropPointer(database, owner, now())
  const current = dropped.map(({ version }) => version)
  const keys = [
    ...new Set([
      ...current,
      ...traces.current,
      ...traces.earlier,
      ...(await listRetiredOf(database, owner)),
      ...traces.ownerless,
      ...traces.orphans,
      ...traces.deletedKeys,
    ]),
  ]
  // A pack that has a pointer now was an upload under way, and is in use.
  const named = await versionsAmong(database, 'photos', keys)
  const mine = keys.filter(key => !named.has(key))
  const left = (await inParallel(maxParallel, mine, key => purge(packs, key))).filter(
    entry => entry !== undefined,
  )
  const stays = new Set(left.map(({ key }) => key))
  const gone = mine.filter(key => !stays.has(key))
  await deleteRetired(database, gone)
  const leftovers = (await packs.removeLeftovers?.(now() - longestUploadMs)) ?? 0
  const theirs = [...current, ...traces.current, ...traces.earlier].filter(key => !stays.has(key))
  const hashes = [traces.uploadHash, ...dropped.map(pointer => pointer.upload_hash)]
  const texts = [...theirs, ...(await withoutShared(database, hashes))]
  const { searched, found, remark } = await scrub(database, [...new Set(texts)], pause)
  return {
    absent: gone,
    leftovers,
    left: [...left, ...found],
    newVersion: (await findPointer(database, owner))?.version,
    searchedFiles: searched,
    remark,
  }
}

/** The photo is already removed, so a failure is reported as a result, not thrown. */
async function scrub(
  database: Database,
  texts: readonly string[],
  pause: Pause,
): Promise<Readonly<{ searched: readonly string[]; found: Erased['left']; remark?: string }>> {
  try {
    const { found, ...scrubbed } = await scrubDeleted(database, photoTables, texts, pause)
    const what = `still in ${scrubbed.searched.join(' or ')}`
    return { ...scrubbed, found: found.map(key => ({ key, what })) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { searched: [], found: [{ key: 'the files of the database', what: error.detail }] }
  }
}

const maxParallel = 8

/** Retires the pack with its owner until the bytes are removed: a second run finds it in `retired_packs`. */
async function dropPointer(
  database: Database,
  owner: OwnerKey,
  now: number,
): Promise<readonly Readonly<{ version: string; upload_hash: string }>[]> {
  return await database.transaction().execute(async transaction => {
    await lockOwner(transaction, owner)
    const pointer = await findPointer(transaction, owner)
    if (pointer === undefined) return []
    await removePointer(transaction, owner, now)
    return [pointer]
  })
}

/** Purges a pack, then checks in two ways that it is gone: the listing of the medium, and a read. */
async function purge(
  packs: Packs,
  key: string,
): Promise<Readonly<{ key: string; what: string }> | undefined> {
  try {
    await packs.purge(key)
    const traces = await packs.traces(key)
    if (traces.length > 0) return { key, what: traces.join(', ') }
    if ((await packs.readWhole(key)) !== undefined) return { key, what: 'it can still be read' }
    return undefined
  } catch (error) {
    return { key, what: error instanceof Error ? error.message : String(error) }
  }
}

async function findOrphans(
  database: Database,
  packs: Packs,
): Promise<Pick<Traces, 'orphans' | 'named'>> {
  const orphans: string[] = []
  let named = 0
  for await (const entries of batchesOf(packs.list(), 500)) {
    const keys = entries.map(({ key }) => key)
    const unnamed = await unnamedAmong(database, keys)
    orphans.push(...unnamed)
    named += keys.length - unnamed.size
  }
  return { orphans, named }
}

async function findDeletedKeys(database: Database, packs: PackStore): Promise<string[]> {
  const found: string[] = []
  if (packs.deletedKeys === undefined) return found
  for await (const keys of batchesOf(packs.deletedKeys(), 500)) {
    found.push(...(await unnamedAmong(database, keys)))
  }
  return found
}

/** Keys that are neither a current photo nor a retired one; retired ones are removed by the sweep or an erasure of their owner. */
async function unnamedAmong(
  database: Database,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = await versionsAmong(database, 'photos', keys)
  const retired = await versionsAmong(database, 'retired_packs', keys)
  return new Set(keys.filter(key => !named.has(key) && !retired.has(key)))
}

/** Leaves out hashes that the photo of another owner has: it may be the same picture. */
async function withoutShared(
  database: Database,
  hashes: readonly (string | undefined)[],
): Promise<string[]> {
  const known = hashes.filter(hash => hash !== undefined)
  const shared = await hashesAmong(database, known)
  return known.filter(hash => !shared.has(hash))
}
