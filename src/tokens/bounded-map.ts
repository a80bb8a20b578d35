/**
 * A map that forgets the least recently used entry when it is full. It knows no time: what an entry
 * is worth, and until when, is its user's affair. Map keeps insertion order, so moving an entry to
 * the end is all there is to it; the npm packages for this bring time limits and sizes nobody needs here.
 */

export type BoundedMap<V> = Readonly<{
  get(key: string): V | undefined
  set(key: string, value: V): void
  size(): number
}>

export function createBoundedMap<V>(maxEntries: number): BoundedMap<V> {
  const entries = new Map<string, V>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= maxEntries) return
      for (const oldest of entries.keys()) {
        entries.delete(oldest)
        return
      }
    },
    size: () => entries.size,
  }
}
