/**
 * The contract of pack stores, with optional parts: bytes under a key, written once and never
 * changed. A pack holds all JPEGs of one photo version, one after another, largest first.
 */
import { randomBytes } from 'node:crypto'
import { Failure } from '../failure.ts'

export type PackEntry = Readonly<{ key: string; bytes: number; writtenAtMs: number }>

export interface Packs {
  /**
   * Stores `bytes` under `key`. When the promise resolves, they survive a crash of the machine.
   * Keys are unique (a version is never reused), so nothing is overwritten.
   * Throws Failure 'storage-unavailable' when the medium refuses (full, read-only, unreachable).
   * Nothing is then stored under `key`, except when the answer was lost on a network: the sweep
   * removes such an orphan.
   */
  write(key: string, bytes: Uint8Array): Promise<void>
  /**
   * Returns `length` bytes from `offset`; undefined when the pack does not exist. Throws Failure
   * 'storage-unavailable' when the pack is shorter.
   */
  read(key: string, offset: number, length: number): Promise<Uint8Array | undefined>
  /**
   * Returns the whole pack, of any length up to maxPackBytes; undefined when it does not exist. It
   * does not check the content, so requests must not use it.
   */
  readWhole(key: string): Promise<Uint8Array | undefined>
  /** Removes a pack. Does nothing when it does not exist. */
  remove(key: string): Promise<void>
  /**
   * Describes everything that the medium still holds of a pack: the pack itself, remains of an
   * interrupted write, versions kept by a bucket. Empty when there is nothing.
   */
  traces(key: string): Promise<readonly string[]>
  /**
   * Permanently removes everything that `traces` lists. Throws Failure 'storage-unavailable' when
   * something remains, for example for lack of permissions. Does nothing when there is nothing.
   */
  purge(key: string): Promise<void>
  /**
   * Lists all packs in no particular order; packs written or removed meanwhile may appear. Too slow
   * for requests.
   */
  list(): AsyncIterable<PackEntry>
  /**
   * Resolves when the medium is available, as far as that is known without reading or writing a
   * pack. Throws Failure 'storage-unavailable'.
   */
  check(): Promise<void>
}

/** For stores that keep old versions of objects. */
export interface Versions {
  /** Keys of removed packs that the medium still keeps as old versions. */
  deletedKeys(): AsyncIterable<string>
}

/** For stores where an interrupted write leaves a temporary file. */
export interface Leftovers {
  /** Removes temporary files older than `beforeMs` (epoch milliseconds); returns their number. */
  removeLeftovers(beforeMs: number): Promise<number>
}

/** For stores with a cache, in this process or in a folder of this machine. */
export interface Caching {
  /** In no particular order. A key may come twice. */
  cachedKeys(): AsyncIterable<string>
  /** Removes the pack from the cache, not from the store. */
  forget(key: string): Promise<void>
}

/**
 * For stores in the memory of this process: removed packs must be freed at once, without waiting
 * for the sweep.
 */
export interface InMemory {
  readonly isMemory: true
}

export type PackStore = Packs & Partial<Versions & Leftovers & Caching & InMemory>

/** Far above any pack: a photo in nine sizes takes about 250 KB. Longer files are not read. */
export const maxPackBytes = 64 * 1024 * 1024

export function refuseOverlong(what: string, bytes: number): void {
  if (bytes <= maxPackBytes) return
  throw new Failure('storage-unavailable', {
    detail: `${what} has ${bytes} bytes, more than any pack`,
  })
}

/** 32 hexadecimal digits, equal to the version of the photo. */
const packKeyPattern = /^[0-9a-f]{32}$/

/** A random key that is never used again. */
export function newPackKey(): string {
  return randomBytes(16).toString('hex')
}

/**
 * Every store calls this first. It stops a key from leaving the store (`../../etc/passwd`, an
 * absolute path, a NUL byte). It does not stop a symbolic link placed by someone with access to the
 * folder, or a caller who knows the key of a photo they may not see.
 */
export function checkPackKey(key: string): void {
  if (!packKeyPattern.test(key)) throw new TypeError(`not a pack key: ${JSON.stringify(key)}`)
}
