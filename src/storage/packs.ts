/**
 * What every pack store can do, and what only some can: bytes under a key, written once, never changed.
 * A pack holds all JPEGs of one photo version, one after another, largest first.
 */
import { randomBytes } from 'node:crypto'
import { Failure } from '../failure.ts'

export type PackEntry = Readonly<{ key: string; bytes: number; writtenAtMs: number }>

export interface Packs {
  /**
   * Stores `bytes` under `key`; when the promise resolves they survive a crash of the machine.
   * Keys are unique by construction (a version is never reused), so nothing is ever overwritten.
   * Throws Failure 'storage-unavailable' when the medium refuses (full, read-only, away); then
   * nothing is left under `key`; or, where the answer got lost on a network, perhaps an orphan for the sweep.
   */
  write(key: string, bytes: Uint8Array): Promise<void>
  /**
   * `length` bytes from `offset`; undefined when there is no such pack.
   * A pack shorter than asked for is a fault of the medium: Failure 'storage-unavailable'.
   */
  read(key: string, offset: number, length: number): Promise<Uint8Array | undefined>
  /** The pack as it is, however long; undefined when there is none. Not for requests: it checks nothing. */
  readWhole(key: string): Promise<Uint8Array | undefined>
  /** Removes a pack; a pack that is already gone is no fault. */
  remove(key: string): Promise<void>
  /**
   * Everything that the medium still holds of a pack, in words for a person: the pack, what an interrupted
   * write left of it, versions that a bucket has kept. Empty when there is nothing.
   */
  traces(key: string): Promise<readonly string[]>
  /**
   * Removes all that `traces` names, for good. Failure 'storage-unavailable' when something stays, be it
   * for want of rights; nothing there is no fault.
   */
  purge(key: string): Promise<void>
  /** Every pack, in no order, also those written or removed meanwhile. Never on a request's path. */
  list(): AsyncIterable<PackEntry>
  /**
   * Resolves when the medium is there, as far as can be told without reading or writing a pack.
   * Throws Failure 'storage-unavailable'.
   */
  check(): Promise<void>
}

/** Where versions are kept. */
export interface Versions {
  /** Keys of packs that were removed and that the medium keeps all the same. */
  deletedKeys(): AsyncIterable<string>
}

/** Where a write can be interrupted. */
export interface Leftovers {
  /** Removes what is older than `beforeMs` (epoch milliseconds); returns how many. */
  removeLeftovers(beforeMs: number): Promise<number>
}

/** Where a cache in this process stands before the medium. */
export interface Caching {
  cachedKeys(): readonly string[]
  /** Lets go of the bytes in memory; the pack stays. */
  forget(key: string): void
}

/** Every pack takes memory of this process, so that none may wait for the sweep. */
export interface InMemory {
  readonly isMemory: true
}

export type PackStore = Packs & Partial<Versions & Leftovers & Caching & InMemory>

/** Nothing of ours is near: a photo in nine sizes takes 250 KB. What is longer is read by nobody. */
export const maxPackBytes = 64 * 1024 * 1024

export function refuseOverlong(what: string, bytes: number): void {
  if (bytes <= maxPackBytes) return
  throw new Failure('storage-unavailable', {
    detail: `${what} has ${bytes} bytes, more than any pack`,
  })
}

/** A pack's key: 32 hexadecimal digits, the version of the photo it holds. */
const packKeyPattern = /^[0-9a-f]{32}$/

/** Never the same again. */
export function newPackKey(): string {
  return randomBytes(16).toString('hex')
}

/**
 * Every store calls this first. It stops a key from climbing out of the store (`../../etc/passwd`,
 * an absolute path, a NUL byte). It does not stop a symbolic link that someone with access to the
 * folder has put there, nor a caller who knows the key of a photo they may not see.
 */
export function checkPackKey(key: string): void {
  if (!packKeyPattern.test(key)) throw new TypeError(`not a pack key: ${JSON.stringify(key)}`)
}
