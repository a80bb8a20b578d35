/**
 * A map that forgets entries not used for long when it is full. It knows no time: what an entry is
 * worth, and until when, is its user's affair. Two generations instead of a list in order of use: an
 * entry that is used often is found in the recent one, and finding it there writes nothing. The older
 * generation is forgotten as a whole when the recent one is full.
 */

export type BoundedMap<V> = Readonly<{
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
