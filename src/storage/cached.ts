/**
 * Caches ranges of packs in memory, in front of a store across a network. Packs never change, so a
 * cached range stays valid. The least recently used pack is evicted first. Missing packs and
 * pointers are not cached, and access is not checked here.
 */
import type { CacheCounts } from './health.ts'
import { type Caching, checkPackKey, type PackStore } from './packs.ts'

type CachedPacks = PackStore & Caching & Readonly<{ counts: () => CacheCounts }>

type Kept = { bytes: number; readonly ranges: Map<string, Uint8Array> }

/**
 * `maxBytes` counts the pictures; the map adds about 300 bytes per range. A range larger than a
 * sixteenth of `maxBytes` is not cached, so that it cannot evict everything else.
 */
export function cachePacks(packs: PackStore, maxBytes: number): CachedPacks {
  const cache = createCache(maxBytes)
  let hits = 0
  let misses = 0
  let removals = 0
  const inFlight = new Map<string, Promise<Uint8Array | undefined>>()
  /** Concurrent reads of one range share one request. */
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
      // A pack that was removed during the read must not enter the cache: its owner may have asked
      // for the erasure.
      // A copy, because `bytes` may be a small part of a buffer that it would keep in memory.
      if (length <= maxBytes / 16 && removals === removalsBefore)
        cache.keep(key, range, Uint8Array.from(bytes))
      // A copy, because the caller may change the bytes.
      return Uint8Array.from(bytes)
    },
    remove: key => withoutCaching(key, () => packs.remove(key)),
    purge: key => withoutCaching(key, () => packs.purge(key)),
    async *cachedKeys() {
      yield* cache.keys()
      if (packs.cachedKeys) yield* packs.cachedKeys()
    },
    async forget(key) {
      removals += 1
      cache.forget(key)
      await packs.forget?.(key)
    },
    counts: () => ({ hits, misses, bytes: cache.totalBytes() }),
  } satisfies CachedPacks)
}

/**
 * Grouped by pack: several sizes of one photo are often read together, and a pack is evicted as a
 * whole.
 */
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
      // A Map iterates in insertion order, so this moves the pack to the end.
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
