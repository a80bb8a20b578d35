/** The id of whose photo it is. It becomes part of an address and of a file's name, and comes from a server or a file. */

/** Longer than any directory has. */
const maxLength = 256

/** False for what would lead to another address: a separator, a query, a fragment, an escape, a step up. */
export function isOwnerId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxLength || !value.isWellFormed()) return false
  return /^[^/\\?#%\p{Cc}\p{Cf}]+$/u.test(value) && !/^\.{1,2}$/.test(value)
}
