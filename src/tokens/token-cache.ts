/**
 * What is known of tokens, by their text, in a bounded number of bytes. No owner can have more than a
 * share of them: whoever sends very many tokens of their own makes only these be forgotten. It knows no
 * time and no claims.
 *
 * Two generations instead of a list in order of use: a token that is used often is found in the recent
 * one, and finding it there writes nothing. The older generation is forgotten as a whole when the recent
 * one is full.
 */

export type TokenCache<Value> = Readonly<{
  get(token: string): Value | undefined
  /** `bytes`: what token and value take. */
  set(token: string, entry: Readonly<{ owner: string; bytes: number; value: Value }>): void
  /** What all entries take; at most `maxBytes`. */
  bytes(): number
}>

export type TokenCacheLimits = Readonly<{ maxBytes: number; maxBytesPerOwner: number }>

type Entry<Value> = Readonly<{ token: string; owner: string; bytes: number; value: Value }>

/**
 * The end of a signature, 72 bits of it, names a token well enough: the whole token is compared before
 * anything is believed. As short as this, V8 copies it instead of keeping the whole header for its sake.
 */
const nameLength = 12

export function createTokenCache<Value>(limits: TokenCacheLimits): TokenCache<Value> {
  // Each generation has half of it all.
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

/** Cut from a header, a text keeps the whole header in memory. */
function copy(token: string): string {
  return Buffer.from(token).toString()
}

type Generation<Value> = Readonly<{
  get(name: string): Entry<Value> | undefined
  add(name: string, entry: Entry<Value>): void
  remove(name: string): void
  /** The one that has been here longest. */
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
