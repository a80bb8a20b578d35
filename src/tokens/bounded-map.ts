/**
 * A map of limited size that evicts entries not used recently. Entries do not expire. Two
 * generations replace a list in order of use, so reading a recent entry writes nothing. When the
 * recent generation is full, the older one is removed.
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
