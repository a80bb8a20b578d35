/**
 * The contract of a pack store: bytes under a key, written once, never changed.
 * A pack holds all JPEGs of one photo version, one after another, largest first.
 */

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
  /** Removes a pack; a pack that is already gone is no fault. */
  remove(key: string): Promise<void>
  /** Every pack, in no order, also those written or removed meanwhile. Never on a request's path. */
  list(): AsyncIterable<PackEntry>
  /** Leftovers of interrupted writes older than `beforeMs` (epoch milliseconds) are removed; returns how many. */
  removeLeftovers(beforeMs: number): Promise<number>
  /**
   * Resolves when the medium is there, as far as can be told without reading or writing a pack.
   * Throws Failure 'storage-unavailable'.
   */
  check(): Promise<void>
}

/** A pack's key: 32 hexadecimal digits, the version of the photo it holds. */
export const packKeyPattern = /^[0-9a-f]{32}$/

/**
 * Every store calls this first. It stops a key from climbing out of the store (`../../etc/passwd`,
 * an absolute path, a NUL byte). It does not stop a symbolic link that someone with access to the
 * folder has put there, nor a caller who knows the key of a photo they may not see.
 */
export function checkPackKey(key: string): void {
  if (!packKeyPattern.test(key)) throw new TypeError(`not a pack key: ${JSON.stringify(key)}`)
}
