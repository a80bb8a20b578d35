/**
 * Packs as files of one folder: `ab/cd/<key>.jpg`. A copy of the folder is a copy of the photos,
 * and any image viewer opens a file. This file decides in which order bytes, names and folders
 * reach the disk. It does not know whose photo a pack is or whether it is still needed.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import {
  access,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import {
  checkPackKey,
  type Leftovers,
  type PackEntry,
  type Packs,
  refuseOverlong,
} from './packs.ts'
import { closeToOthers, makePrivateFolders } from './private-folder.ts'
import { syncFolder } from './sync.ts'

/**
 * Creates the folder when it is missing. Throws Failure 'storage-unavailable' when it cannot be
 * written to.
 */
export async function openDiskPacks(folder: string): Promise<Packs & Leftovers> {
  const root = resolve(folder)
  const incoming = join(root, 'incoming')
  await orUnavailable(`${root} cannot hold packs`, async () => {
    await makeRoot(root)
    await makeFolder(incoming)
  })
  const check = () => checkFolders(root, incoming)
  await check()
  const prepareShard = createShards(root)
  return Object.freeze({
    write: (key, bytes) => writePack(root, prepareShard, key, bytes),
    read: async (key, offset, length) => readRange(pathOf(root, key), offset, length),
    readWhole: key => readWhole(pathOf(root, key)),
    remove: key => removePack(root, key),
    traces: key => findTraces(root, key),
    purge: key => purgePack(root, key),
    list: () => listPacks(root),
    removeLeftovers: beforeMs => removeOlder(incoming, beforeMs),
    check,
  } satisfies Packs & Leftovers)
}

/** Checks that both folders exist and are writable. A full disk passes: reads still work. */
async function checkFolders(root: string, incoming: string): Promise<void> {
  await orUnavailable(`${root} cannot hold packs`, async () => {
    await access(root, constants.W_OK | constants.X_OK)
    await access(incoming, constants.W_OK | constants.X_OK)
  })
}

/** Photos of faces are personal data: a new folder is readable by its owner only. */
async function makeRoot(root: string): Promise<void> {
  const firstMade = makePrivateFolders(root)
  closeToOthers(root)
  if (firstMade === undefined) return
  for (let path = root; path.length >= firstMade.length; path = dirname(path)) {
    await syncFolder(dirname(path))
  }
}

function pathOf(folder: string, key: string): string {
  checkPackKey(key)
  return `${folder}/${key.slice(0, 2)}/${key.slice(2, 4)}/${key}.jpg`
}

function partOf(folder: string, key: string): string {
  checkPackKey(key)
  return join(folder, 'incoming', `${key}.part`)
}

/**
 * The file appears in `ab/cd` only after its bytes are on the disk, and the promise resolves only
 * after its name is. After a power failure a pack is either whole or absent.
 */
async function writePack(
  folder: string,
  prepareShard: (key: string) => Promise<void>,
  key: string,
  bytes: Uint8Array,
): Promise<void> {
  const path = pathOf(folder, key)
  const temporary = partOf(folder, key)
  await orUnavailable(`pack ${key} was not written`, async () => {
    const file = await open(temporary, 'wx')
    try {
      await allSettled([writeDurably(file, bytes), prepareShard(key)])
      await rename(temporary, path)
      await syncFolder(dirname(path))
    } catch (cause) {
      await Promise.allSettled([unlink(temporary), unlink(path)])
      throw cause
    }
  })
}

/** Like Promise.all, but waits for all: the clean-up must not race with a late write. */
async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}

async function writeDurably(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Makes `ab` and `ab/cd` durable once per process. An existing folder is synced too: another
 * process may have created it without having synced it yet.
 */
function createShards(folder: string): (key: string) => Promise<void> {
  const ready = new Map<string, Promise<void>>()
  const prepare = (name: string): Promise<void> => {
    const known = ready.get(name)
    if (known) return known
    const making = makeFolder(join(folder, name))
    ready.set(name, making)
    making.catch(() => ready.delete(name))
    return making
  }
  return async key => {
    await prepare(key.slice(0, 2))
    await prepare(`${key.slice(0, 2)}/${key.slice(2, 4)}`)
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await syncFolder(dirname(path))
}

/**
 * Symbolic links are refused: one in place of a pack could lead a backup run by root to any file.
 * Windows has no such flag.
 */
const reading = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/**
 * Synchronous, because that was measured to be faster:
 * docs/decisions/0003-disk-reads-are-synchronous.md.
 */
function readRange(path: string, offset: number, length: number): Uint8Array | undefined {
  try {
    const file = openSync(path, reading)
    try {
      // A small size comes from Node's shared pool: a buffer of its own costs more to make and to free than to fill.
      const bytes = Buffer.allocUnsafe(length)
      const count = readSync(file, bytes, 0, length, offset)
      if (count === length) return bytes
      // The rest of `bytes` is uninitialised memory of this process and must not be returned.
      throw new Failure('storage-unavailable', {
        detail: `${path} ends early: ${count} of ${length} bytes at ${offset}`,
      })
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unavailable(`${path} cannot be read`, error)
  }
}

/** No sync: if a crash undoes the removal, the next sweep removes the orphan. */
async function removePack(folder: string, key: string): Promise<void> {
  const path = pathOf(folder, key)
  await orUnavailable(`pack ${key} was not removed`, () => removeIfThere(path))
}

async function readWhole(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path)
    refuseOverlong(path, size)
    return await readFile(path, { flag: reading })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unavailable(`${path} cannot be read`, error)
  }
}

/** The pack and the temporary file of an interrupted write. */
function placesOf(root: string, key: string): readonly string[] {
  return [pathOf(root, key), partOf(root, key)]
}

async function findTraces(root: string, key: string): Promise<readonly string[]> {
  const found = await Promise.all(
    placesOf(root, key).map(async path => [path, await statIfThere(path)] as const),
  )
  return found.flatMap(([path, there]) => (there ? [`${path} (${there.bytes} bytes)`] : []))
}

/** Unlike `remove`, this syncs: an erased pack must not reappear after a crash. */
async function purgePack(root: string, key: string): Promise<void> {
  for (const path of placesOf(root, key)) {
    await orUnavailable(`${path} was not removed`, async () => {
      if (await removeIfThere(path)) await syncFolder(dirname(path))
    })
  }
  const left = await findTraces(root, key)
  if (left.length > 0)
    throw new Failure('storage-unavailable', { detail: `still there: ${left.join(', ')}` })
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Lists folder by folder, so that only the names of one folder are in memory. */
async function* listPacks(folder: string): AsyncGenerator<PackEntry> {
  for (const first of await namesIn(folder, /^[0-9a-f]{2}$/)) {
    for (const second of await namesIn(join(folder, first), /^[0-9a-f]{2}$/)) {
      const shard = join(folder, first, second)
      const names = await namesIn(shard, /^[0-9a-f]{32}\.jpg$/)
      const found = await Promise.all(names.map(name => statIfThere(join(shard, name))))
      for (const [index, name] of names.entries()) {
        const entry = found[index]
        if (entry) yield { key: name.slice(0, 32), ...entry }
      }
    }
  }
}

async function namesIn(path: string, pattern: RegExp): Promise<string[]> {
  const names = await orUnavailable(`${path} cannot be listed`, () => readdir(path))
  return names.filter(name => pattern.test(name))
}

async function statIfThere(path: string): Promise<Omit<PackEntry, 'key'> | undefined> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { bytes: size, writtenAtMs: Math.floor(mtimeMs) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unavailable(`${path} cannot be listed`, error)
  }
}

async function removeOlder(incoming: string, beforeMs: number): Promise<number> {
  let removed = 0
  for (const name of await namesIn(incoming, /\.part$/)) {
    const path = join(incoming, name)
    const found = await statIfThere(path)
    if (!found || found.writtenAtMs >= beforeMs) continue
    if (await orUnavailable(`${path} was not removed`, () => removeIfThere(path))) removed += 1
  }
  return removed
}

async function orUnavailable<T>(detail: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(detail, error)
  }
}

/** An error of a system call means that the medium is unavailable. Any other error is a bug. */
function unavailable(detail: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  return new Failure('storage-unavailable', { detail: `${detail} (${code})`, cause: error })
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return String(error.code)
}
