/**
 * Ranges of packs kept in memory in front of a store across a network. Packs never change, so that a
 * range once read is right for ever; what was not asked for longest goes first. It caches no absence and
 * no pointer, and decides nothing about who may read.
 */

import type { CacheCounts } from './health.ts'
import { type Caching, checkPackKey, type PackStore } from './packs.ts'

type CachedPacks = PackStore & Caching & Readonly<{ counts: () => CacheCounts }>

type Kept = { bytes: number; readonly ranges: Map<string, Uint8Array> }

/**
 * `maxBytes` of pictures; what the map itself needs comes on top, about 300 bytes a range. A range of more
 * than a sixteenth of it is passed through, so that no single one empties the rest.
 */
export function cachePacks(packs: PackStore, maxBytes: number): CachedPacks {
  const cache = createCache(maxBytes)
  let hits = 0
  let misses = 0
  let removals = 0
  const inFlight = new Map<string, Promise<Uint8Array | undefined>>()
  /** Many who ask for the same range at once make one request. */
  const fetchOnce = (key: string, offset: number, length: number) => {
    const name = `${key}/${offset}/${length}`
    const known = inFlight.get(name)
    if (known) return known
    const fetching = packs.read(key, offset, length).finally(() => inFlight.delete(name))
    inFlight.set(name, fetching)
    return fetching
  }
  const withoutCaching = async (key: string, work: () => Promise<void>) => {
    removals += 1
    cache.forget(key)
    await work()
    removals += 1
    cache.forget(key)
  }
  return Object.freeze({
    ...packs,
    async read(key, offset, length) {
      checkPackKey(key)
      const range = `${offset}/${length}`
      const known = cache.find(key, range)
      if (known) {
        hits += 1
        return Uint8Array.from(known)
      }
      misses += 1
      const removalsBefore = removals
      const bytes = await fetchOnce(key, offset, length)
      if (bytes === undefined) return undefined
      // A pack that went while it was read must not come back: its person may have asked for that.
      if (length <= maxBytes / 16 && removals === removalsBefore) cache.keep(key, range, bytes)
      // Whoever gets it may write into it.
      return Uint8Array.from(bytes)
    },
    remove: key => withoutCaching(key, () => packs.remove(key)),
    purge: key => withoutCaching(key, () => packs.purge(key)),
    cachedKeys: () => cache.keys(),
    forget(key) {
      removals += 1
      cache.forget(key)
    },
    counts: () => ({ hits, misses, bytes: cache.totalBytes() }),
  } satisfies CachedPacks)
}

/** By pack, because people who look at one size of a photo soon look at another, and packs go whole. */
function createCache(maxBytes: number) {
  const kept = new Map<string, Kept>()
  let total = 0
  const forget = (key: string) => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    forget,
    totalBytes: () => total,
    keys: () => [...kept.keys()],
    find(key: string, range: string): Uint8Array | undefined {
      const pack = kept.get(key)
      if (pack === undefined) return undefined
      // A Map keeps its entries in the order they were set.
      kept.delete(key)
      kept.set(key, pack)
      return pack.ranges.get(range)
    },
    keep(key: string, range: string, bytes: Uint8Array): void {
      const pack = kept.get(key) ?? { bytes: 0, ranges: new Map<string, Uint8Array>() }
      if (pack.ranges.has(range)) return
      pack.ranges.set(range, bytes)
      pack.bytes += bytes.length
      total += bytes.length
      kept.delete(key)
      kept.set(key, pack)
      for (const oldest of kept.keys()) {
        if (total <= maxBytes) return
        forget(oldest)
      }
    },
  }
}
