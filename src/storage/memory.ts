/**
 * Packs in memory for the lifetime of the process, for `visage dev --memory` and tests. Reads
 * return copies, as from the disk. There is no size limit.
 */
import { Failure } from '../failure.ts'
import { checkPackKey, type InMemory, type PackEntry, type Packs } from './packs.ts'

type Kept = Readonly<{ bytes: Uint8Array; writtenAtMs: number }>

export function openMemoryPacks(now: () => number): Packs & InMemory {
  const kept = new Map<string, Kept>()
  const remove = async (key: string) => {
    checkPackKey(key)
    kept.delete(key)
  }
  return Object.freeze({
    async write(key, bytes) {
      checkPackKey(key)
      kept.set(key, { bytes: Uint8Array.from(bytes), writtenAtMs: now() })
    },
    async read(key, offset, length) {
      checkPackKey(key)
      const pack = kept.get(key)
      return pack && rangeOf(key, pack.bytes, offset, length)
    },
    async readWhole(key) {
      checkPackKey(key)
      return kept.get(key)?.bytes.slice()
    },
    remove,
    list: () => listKept(kept),
    async traces(key) {
      checkPackKey(key)
      return kept.has(key) ? [`memory ${key}`] : []
    },
    purge: remove,
    check: async () => {},
    isMemory: true,
  } satisfies Packs & InMemory)
}

function rangeOf(key: string, bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > bytes.length) {
    throw new Failure('storage-unavailable', {
      detail: `pack ${key} ends early: ${bytes.length} bytes, ${length} wanted at ${offset}`,
    })
  }
  return bytes.slice(offset, offset + length)
}

async function* listKept(kept: ReadonlyMap<string, Kept>): AsyncGenerator<PackEntry> {
  for (const [key, { bytes, writtenAtMs }] of kept) {
    yield { key, bytes: bytes.length, writtenAtMs }
  }
}
