/**
 * A cache by token text, limited in bytes. Each owner has at most a share, so that an owner who
 * sends very many tokens evicts only their own. It uses no clock and reads no claims.
 *
 * Two generations replace a list in order of use, so reading a recent token writes nothing. When
 * the recent generation is full, the older one is removed.
 */

type TokenCache<Value> = Readonly<{
  get(token: string): Value | undefined
  /** `bytes` is the size of token and value. */
  set(token: string, entry: Readonly<{ owner: string; bytes: number; value: Value }>): void
  /** The size of all entries; at most `maxBytes`. */
  bytes(): number
}>

type TokenCacheLimits = Readonly<{ maxBytes: number; maxBytesPerOwner: number }>

type Entry<Value> = Readonly<{ token: string; owner: string; bytes: number; value: Value }>

/**
 * The key is the last 72 bits of the signature; a hit also compares the whole token. V8 copies a
 * text this short instead of keeping the whole header in memory.
 */
const nameLength = 12

export function createTokenCache<Value>(limits: TokenCacheLimits): TokenCache<Value> {
  const maxBytes = limits.maxBytes / 2
  const maxBytesPerOwner = Math.min(limits.maxBytesPerOwner / 2, maxBytes)
  let recent = createGeneration<Value>()
  let older = createGeneration<Value>()

  function put(name: string, entry: Entry<Value>): void {
    older.remove(name)
    recent.remove(name)
    if (entry.bytes > maxBytesPerOwner) return
    while (recent.bytesOf(entry.owner) + entry.bytes > maxBytesPerOwner) {
      recent.removeFirstOf(entry.owner)
    }
    if (recent.bytes() + entry.bytes > maxBytes) {
      older = recent
      recent = createGeneration()
    }
    recent.add(name, entry)
  }

  return {
    get(token) {
      const name = token.slice(-nameLength)
      const entry = recent.get(name)
      if (entry?.token === token) return entry.value
      const known = older.get(name)
      if (known?.token !== token) return undefined
      put(name, known)
      return known.value
    },
    set: (token, entry) => put(token.slice(-nameLength), { ...entry, token: copy(token) }),
    bytes: () => recent.bytes() + older.bytes(),
  }
}

/** A substring of a header would keep the whole header in memory. */
function copy(token: string): string {
  return Buffer.from(token).toString()
}

type Generation<Value> = Readonly<{
  get(name: string): Entry<Value> | undefined
  add(name: string, entry: Entry<Value>): void
  remove(name: string): void
  removeFirstOf(owner: string): void
  bytes(): number
  bytesOf(owner: string): number
}>

function createGeneration<Value>(): Generation<Value> {
  const entries = new Map<string, Entry<Value>>()
  const shares = new Map<string, { bytes: number; names: Set<string> }>()
  let bytes = 0

  function remove(name: string): void {
    const entry = entries.get(name)
    if (entry === undefined) return
    entries.delete(name)
    bytes -= entry.bytes
    const share = shares.get(entry.owner)
    if (share === undefined) return
    share.bytes -= entry.bytes
    share.names.delete(name)
    if (share.names.size === 0) shares.delete(entry.owner)
  }

  return {
    get: name => entries.get(name),
    add(name, entry) {
      const share = shares.get(entry.owner) ?? { bytes: 0, names: new Set() }
      entries.set(name, entry)
      shares.set(entry.owner, share)
      share.names.add(name)
      share.bytes += entry.bytes
      bytes += entry.bytes
    },
    remove,
    removeFirstOf(owner) {
      const [first] = shares.get(owner)?.names ?? []
      if (first !== undefined) remove(first)
    },
    bytes: () => bytes,
    bytesOf: owner => shares.get(owner)?.bytes ?? 0,
  }
}
