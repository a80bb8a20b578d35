/**
 * Caches ranges of packs as files of a local folder, in front of a store across a network:
 * `ab/<key>-<offset>-<length>`. Packs never change, so a file stays valid, also after a restart and
 * for other processes on the same folder; there is no index. A file counts only with the length and
 * the hash that it must have. Access is not checked here.
 */
import { hash, randomBytes, randomInt } from 'node:crypto'
import { closeSync, constants, openSync, readSync, unlinkSync } from 'node:fs'
import { access, mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import type { FolderCounts } from './health.ts'
import { type Caching, checkPackKey, type PackStore } from './packs.ts'
import { openPrivateFolder } from './private-folder.ts'

export type CacheFolder = Readonly<{
  path: string
  maxBytes: number
  /** How many write to it. */
  processes: number
}>

type CachedPacks = PackStore & Caching & Readonly<{ folderCounts: () => FolderCounts }>

type Surroundings = Readonly<{
  now: () => number
  /** The folder cannot be written, listed or emptied; at most once a minute. */
  troubled: (error: unknown) => void
}>

/** With 300,000 pictures a folder has about 1,200. */
const shards = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))
/** Files under another name until they are complete. */
const incoming = 'incoming'

/** More writes at once are left out: their pictures would fill the memory behind a slow disk. */
const maxWrites = 16
/** After an error. A full disk would otherwise cost every read a vain write. */
const restMs = 60_000
/** Of an interrupted write. */
const leftoverMs = 3_600_000
/** Each file takes whole blocks of the disk. */
const blockBytes = 4096

/**
 * Each time that the processes may have written an eighth of `maxBytes`, and at the start, the folder is
 * measured. If more than seven eighths are used, files are removed until a quarter is free, which the start
 * does not wait for. A range larger than a sixteenth is not cached. Throws Failure 'storage-unavailable' when
 * the folder cannot be created, read or written, contains other things, or stays writable by other users.
 */
export async function cachePacksOnDisk(
  packs: PackStore,
  { path, maxBytes, processes }: CacheFolder,
  { now, troubled }: Surroundings,
): Promise<CachedPacks> {
  const root = resolve(path)
  await openFolder(root)
  let hits = 0
  let misses = 0
  let removals = 0
  let writes = 0
  let writtenBytes = 0
  let restsUntilMs = 0
  /** Nothing is kept meanwhile, so the folder does not outgrow the removal. */
  let isTidying = false

  const rest = (error: unknown) => {
    if (now() < restsUntilMs) return
    restsUntilMs = now() + restMs
    troubled(wrong(root, error))
  }
  /** Resolves when the folder is measured. After a failure, the next write tries again. */
  const tidy = async () => {
    isTidying = true
    const end = () => {
      isTidying = false
    }
    const measuring = removeLeftovers(root, now() - leftoverMs).then(() => measureShards(root))
    void measuring
      .then(shards => removeUntilFree(root, shards, maxBytes))
      .then(() => {
        writtenBytes = 0
      })
      .catch(rest)
      .then(end)
    await measuring.catch(() => {})
  }
  const keep = async (name: string, bytes: Uint8Array, removalsBefore: number): Promise<void> => {
    if (writes >= maxWrites || isTidying || now() < restsUntilMs) return
    writes += 1
    try {
      const content = contentOf(name, bytes)
      await writeEntry(root, name, content)
      // A pack that was removed meanwhile must not stay: its owner may have asked for the erasure.
      if (removals !== removalsBefore) await removeFile(pathOf(root, name))
      writtenBytes += blocksOf(content.length)
      if (writtenBytes >= maxBytes / 8 / processes && !isTidying) await tidy()
    } catch (error) {
      rest(error)
    } finally {
      writes -= 1
    }
  }
  /** After a failure, the next sweep tries again; the pack must leave the store all the same. */
  const forget = async (key: string) => {
    checkPackKey(key)
    removals += 1
    const names = await namesIn(root, key.slice(0, 2)).catch(nothing)
    for (const name of names) {
      if (name.startsWith(key)) await removeFile(pathOf(root, name)).catch(rest)
    }
  }
  const nothing = (error: unknown): string[] => {
    rest(error)
    return []
  }
  async function* cachedKeys(): AsyncGenerator<string> {
    for (const shard of shards) {
      const names = await namesIn(root, shard).catch(nothing)
      yield* new Set(names.map(name => name.slice(0, 32)))
    }
  }
  const withoutCaching = async (key: string, work: () => Promise<void>) => {
    await forget(key)
    await work()
    await forget(key)
  }
  await tidy()
  return Object.freeze({
    ...packs,
    async read(key, offset, length) {
      checkPackKey(key)
      const name = `${key}-${offset}-${length}`
      const known = readEntry(pathOf(root, name), name, length)
      if (known) {
        hits += 1
        return known
      }
      misses += 1
      const removalsBefore = removals
      const bytes = await packs.read(key, offset, length)
      if (bytes && length <= maxBytes / 16) void keep(name, bytes, removalsBefore)
      return bytes
    },
    remove: key => withoutCaching(key, () => packs.remove(key)),
    purge: key => withoutCaching(key, () => packs.purge(key)),
    cachedKeys,
    forget,
    folderCounts: () => ({ hits, misses }),
  } satisfies CachedPacks)
}

async function openFolder(root: string): Promise<void> {
  try {
    openPrivateFolder(root, [tagName])
    await tagFolder(root)
    const folders = [incoming, ...shards].map(name => join(root, name))
    for (const path of folders) await mkdir(path, { recursive: true, mode: 0o700 })
    for (const path of [root, ...folders]) {
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    }
  } catch (error) {
    throw wrong(root, error)
  }
}

function wrong(root: string, cause: unknown): Failure {
  const why = cause instanceof Failure ? cause.detail : String(cause)
  return new Failure('storage-unavailable', { detail: `cache folder ${root}: ${why}`, cause })
}

/** Tells backup programs to leave the folder out: https://bford.info/cachedir/ */
const tagName = 'CACHEDIR.TAG'
const tag = `Signature: 8a477f597d28d172789f06886806bc55
# Photos that Visage has read from S3. This folder can be removed while no server runs.
`

/** Refuses a folder of other things: files are removed here, and an operator may remove all of it. */
async function tagFolder(root: string): Promise<void> {
  const path = join(root, tagName)
  const found = await readFile(path, 'utf8').catch(unlessMissing)
  if (found === tag) return
  const isOther = (name: string) => !name.startsWith(tagName) && name !== 'lost+found'
  if (found !== undefined || (await readdir(root)).some(isOther)) {
    throw new Error('it contains other things than this cache; name an empty folder')
  }
  // Whole under its name, for processes that start at the same time.
  const temporary = `${path}.${randomBytes(8).toString('hex')}`
  await writeFile(temporary, tag, { mode: 0o600 })
  await rename(temporary, path)
}

function pathOf(root: string, name: string): string {
  return `${root}/${name.slice(0, 2)}/${name}`
}

const hashBytes = 32

/** The name, so that a file under another name does not count; the bytes; the hash of both. */
function contentOf(name: string, bytes: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from(name), bytes, Buffer.alloc(hashBytes)])
  const end = content.length - hashBytes
  hash('sha256', content.subarray(0, end), 'buffer').copy(content, end)
  return content
}

/** A symbolic link is refused, and a named pipe does not block. Windows has neither flag. */
const reading = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * undefined when there is no file, or none that counts; that one is removed. Synchronous like the
 * folder of packs: docs/decisions/0003-disk-reads-are-synchronous.md.
 */
function readEntry(path: string, name: string, length: number): Uint8Array | undefined {
  try {
    const file = openSync(path, reading)
    try {
      const end = name.length + length
      // One byte more, to notice a file that is too long.
      const content = Buffer.allocUnsafeSlow(end + hashBytes + 1)
      const count = readSync(file, content, 0, content.length, 0)
      if (count === end + hashBytes && content.toString('latin1', 0, name.length) === name) {
        const wanted = hash('sha256', content.subarray(0, end), 'buffer')
        if (wanted.equals(content.subarray(end, count))) return content.subarray(name.length, end)
      }
      unlinkSync(path)
    } finally {
      closeSync(file)
    }
  } catch {
    // Whatever is wrong with a file of the cache, the store has the picture.
  }
  return undefined
}

/** Complete under its name, or not there. Without a sync: after a power failure, the hash decides. */
async function writeEntry(root: string, name: string, content: Buffer): Promise<void> {
  const temporary = join(root, incoming, randomBytes(16).toString('hex'))
  try {
    await writeFile(temporary, content, { flag: 'wx', mode: 0o600 })
    await rename(temporary, pathOf(root, name))
  } catch (error) {
    // A full disk also fails here, and the first error says more.
    await unlink(temporary).catch(() => {})
    throw error
  }
}

/** Another process may have removed it. */
async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(unlessMissing)
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

const entryName = /^([0-9a-f]{32})-\d{1,15}-(\d{1,15})$/

async function namesIn(root: string, shard: string): Promise<string[]> {
  const names = await readdir(join(root, shard)).catch(unlessMissing)
  return (names ?? []).filter(name => entryName.test(name))
}

function bytesOf(name: string): number {
  const length = Number(entryName.exec(name)?.[2])
  return blocksOf(name.length + length + hashBytes)
}

function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}

const temporaryName = /^[0-9a-f]{32}$/

async function removeLeftovers(root: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(join(root, incoming))) {
    if (!temporaryName.test(name)) continue
    const path = join(root, incoming, name)
    const found = await stat(path).catch(unlessMissing)
    if (found && found.mtimeMs < beforeMs) await removeFile(path)
  }
}

type Shard = Readonly<{ name: string; bytes: number }>

async function measureShards(root: string): Promise<Shard[]> {
  const measured: Shard[] = []
  for (const name of shards) {
    const files = await namesIn(root, name)
    measured.push({ name, bytes: files.reduce((sum, file) => sum + bytesOf(file), 0) })
  }
  return measured
}

/**
 * Empties shards at random, which needs neither an index nor times of last use: keys are random, and
 * the memory in front holds what is asked for most.
 */
async function removeUntilFree(
  root: string,
  measured: readonly Shard[],
  maxBytes: number,
): Promise<void> {
  let total = measured.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= maxBytes * (7 / 8)) return
  const left = [...measured]
  while (total > maxBytes * (3 / 4)) {
    const [shard] = left.splice(randomInt(left.length), 1)
    if (shard === undefined) return
    for (const name of await namesIn(root, shard.name)) await removeFile(pathOf(root, name))
    total -= shard.bytes
  }
}
