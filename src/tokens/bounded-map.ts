/**
 * A map with a maximum size that removes entries not used recently. Entries do not expire. It keeps two
 * generations instead of a list in order of use, so that finding an entry in the recent one writes
 * nothing. When the recent generation is full, the older one is removed as a whole.
 */

type BoundedMap<V> = Readonly<{
  get(key: string): V | undefined
  set(key: string, value: V): void
  /** At most `maxEntries`. */
  size(): number
}>

export function createBoundedMap<V>(maxEntries: number): BoundedMap<V> {
  const maxRecent = Math.max(1, Math.floor(maxEntries / 2))
  let recent = new Map<string, V>()
  let older = new Map<string, V>()

  function put(key: string, value: V): void {
    older.delete(key)
    if (recent.size >= maxRecent && !recent.has(key)) {
      older = recent
      recent = new Map()
    }
    recent.set(key, value)
  }

  return {
    get(key) {
      const value = recent.get(key)
      if (value !== undefined) return value
      const known = older.get(key)
      if (known !== undefined) put(key, known)
      return known
    },
    set: put,
    size: () => recent.size + older.size,
  }
}
