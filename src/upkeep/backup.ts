/**
 * Copies the embedded database and its photos into another folder while they are in use. The order of the steps keeps
 * the backup complete at every moment.
 */
import { existsSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import type { Photo } from '../photos/photo.ts'
import { deleteRetired } from '../photos/pointer.ts'
import { sweepPacks } from '../photos/sweep.ts'
import { listPhotos } from '../photos/versions.ts'
import {
  databaseName,
  openDatabaseFile,
  openDataFolder,
  openFolderPacks,
  pathsIn,
} from '../storage/data-folder.ts'
import type { Packs } from '../storage/packs.ts'
import { realPathOf } from '../storage/real-path.ts'
import type { Database } from '../storage/schema.ts'
import { writeSnapshot } from '../storage/snapshot.ts'
import { syncFolder } from '../storage/sync.ts'
import { lengthOf } from './check-pack.ts'
import { batchesOf } from './in-parallel.ts'

type BackedUp = Readonly<{
  photos: number
  /** Packs that earlier backups into this folder did not copy. */
  copied: number
  /** Packs in the folder that no photo uses any more. */
  removed: number
  /** Versions whose pack is missing or incomplete in the source: photos that were lost before. */
  missing: readonly string[]
}>

const copiesAtOnce = 16

/**
 * Makes `to` a data folder with everything that `data` had at one moment during the call. Until the last step it
 * remains the previous backup. Throws Failure 'storage-unavailable'.
 */
export async function backUp(data: string, to: string, now: () => number): Promise<BackedUp> {
  refuseOverlap(data, to)
  await using source = await openDatabaseFile(join(data, databaseName))
  openDataFolder(to)
  await refuseOtherDatabase(source, to)
  const stores = { source, from: await openFolderPacks(data), to: await openFolderPacks(to) }
  const part = join(to, `${databaseName}.part`)
  const round = await copyUntilWhole(stores, part)
  await replaceDatabase(part, to)
  // Removed last: the previous backup needed them until now. Packs of deleted photos were not copied.
  await using database = await openDatabaseFile(join(to, databaseName))
  await deleteRetired(database, 'all')
  const { orphans } = await sweepPacks({ database, packs: stores.to, now }, 0)
  return { ...round, removed: orphans }
}

type Stores = Readonly<{ source: Database; from: Packs; to: Packs }>
type Round = Omit<BackedUp, 'removed'>

/**
 * Database first: every pack that the snapshot names exists then, and stays for the grace time of the sweep even if
 * its photo is replaced. If copying takes longer, the next snapshot names the new packs, and only those are left to
 * copy. Packs that are missing for two snapshots are lost.
 */
async function copyUntilWhole(stores: Stores, part: string): Promise<Round> {
  let copied = 0
  let inVain = new Set<string>()
  for (;;) {
    await removeDatabase(part)
    await writeSnapshot(stores.source, part)
    await using snapshot = await openDatabaseFile(part)
    const round = await copyNamedPacks(snapshot, stores)
    copied += round.copied
    if (round.missing.every(version => inVain.has(version))) return { ...round, copied }
    inVain = new Set(round.missing)
  }
}

async function copyNamedPacks(snapshot: Database, { from, to }: Stores): Promise<Round> {
  const round = { photos: 0, copied: 0, missing: [] as string[] }
  for await (const batch of batchesOf(listPhotos(snapshot), copiesAtOnce)) {
    const outcomes = await Promise.all(batch.map(photo => copyPack(photo, from, to)))
    round.photos += batch.length
    for (const [at, { version }] of batch.entries()) {
      if (outcomes[at] === 'copied') round.copied += 1
      if (outcomes[at] === 'missing') round.missing.push(version)
    }
  }
  return round
}

type Outcome = 'copied' | 'there' | 'missing'

/** A pack never changes, so one with the full length is not copied again. */
async function copyPack(photo: Photo, from: Packs, to: Packs): Promise<Outcome> {
  const { version } = photo
  const bytes = lengthOf(photo)
  if (await isWhole(to, version, bytes)) return 'there'
  const pack = await readIfWhole(from, version, bytes)
  if (pack === undefined) return 'missing'
  await to.write(version, pack)
  return 'copied'
}

/** One damaged photo must not prevent the backup of the others. */
async function readIfWhole(
  packs: Packs,
  version: string,
  bytes: number,
): Promise<Uint8Array | undefined> {
  try {
    return await packs.read(version, 0, bytes)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

async function isWhole(packs: Packs, version: string, bytes: number): Promise<boolean> {
  try {
    return (await packs.read(version, bytes - 1, 1)) !== undefined
  } catch (error) {
    // The copy is incomplete, and is made again.
    if (error instanceof Failure) return false
    throw error
  }
}

/** Removes the log files first: otherwise the old database's log would be applied to the new one. */
async function replaceDatabase(part: string, to: string): Promise<void> {
  const file = join(to, databaseName)
  for (const suffix of logSuffixes) await rm(`${file}${suffix}`, { force: true })
  await rename(part, file)
  await syncFolder(to)
}

const logSuffixes = ['-wal', '-shm']

async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', ...logSuffixes]) await rm(`${file}${suffix}`, { force: true })
}

/**
 * Prevents a backup that overwrites its source, also if both are one folder through a link or a second mount.
 */
function refuseOverlap(data: string, to: string): void {
  const [here, there] = [pathsOf(data), pathsOf(to)]
  const isInside = (inner: string, outer: string) => !/^\.\.(\/|\\|$)/.test(relative(outer, inner))
  const isOverlapping = here.some((one, at) =>
    there.some(
      (other, otherAt) =>
        isInside(one, other) ||
        isInside(other, one) ||
        (at === otherAt && isSameFolder(one, other)),
    ),
  )
  if (!isOverlapping) return
  throw new Failure('storage-unavailable', {
    detail: `${resolve(to)} and ${resolve(data)} are the same folder, or one is inside the other: choose another place for the backup, best on another disk`,
  })
}

/** The folder, and the targets of links in it. */
function pathsOf(data: string): readonly string[] {
  const { rows, packs } = pathsIn(data)
  return [realPathOf(data), rows, packs]
}

function isSameFolder(path: string, other: string): boolean {
  const [one, two] = [path, other].map(name => statSync(name, { throwIfNoEntry: false }))
  return one !== undefined && one.dev === two?.dev && one.ino === two.ino
}

/** Prevents a mistyped folder from being overwritten: data of another Visage, or its backup. */
async function refuseOtherDatabase(source: Database, to: string): Promise<void> {
  const file = join(to, databaseName)
  if (!existsSync(file)) return
  // An unreadable database may belong to anyone.
  await using database = await openDatabaseFile(file)
  if ((await identify(database)) === (await identify(source))) return
  throw new Failure('storage-unavailable', {
    detail: `${file} belongs to another Visage: name an empty folder, or the one of the last backup`,
  })
}

/** undefined for a database of an older version. */
async function identify(database: Database): Promise<string | undefined> {
  const tables = await database.introspection.getTables()
  if (!tables.some(({ name }) => name === 'stores')) return undefined
  return (await database.selectFrom('stores').select('id').executeTakeFirst())?.id
}
