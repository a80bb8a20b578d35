/**
 * Rules for names: what none of them holds, which texts are allowed as userPrincipalName, and the
 * name generated from an id when there is none. Uses no database.
 */

import { createHash } from 'node:crypto'
import { isGuid, normalizeId } from '../guid.ts'
import { userNameKey } from './queries/name-key.ts'

/**
 * Line breaks are among them; marks of direction are not, because Arabic and Hebrew names have them.
 */
export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)
}

/** `.invalid` is a reserved domain: https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const generatedSuffix = '@signed-in.invalid'
const deletedSuffix = '@deleted.invalid'

/** The longest name that fits into an index of both databases, in any script. */
export const maxNameLength = 640
const maxGeneratedLength = maxNameLength - generatedSuffix.length

/**
 * Generates a name that is unique to this id. Ids are compared with case and names without, so
 * capitals are written in hexadecimal, like all other special characters. A name that gets too long
 * is a hash, with the prefix `~~`, which no other name has.
 */
export function nameFromId(id: string): string {
  const written = normalizeId(id).replace(/[^a-z\d._|@-]/gu, toHexadecimal)
  const hash = () => createHash('sha256').update(id).digest('hex')
  return `${written.length > maxGeneratedLength ? `~~${hash()}` : written}${generatedSuffix}`
}

function toHexadecimal(character: string): string {
  const bytes = Buffer.from(character).toString('hex')
  return bytes.replace(/../g, byte => `~${byte}`)
}

/** Generated names may not be used as another person's name or id. */
export function isReserved(nameOrId: string): boolean {
  const key = userNameKey(nameOrId)
  return key.endsWith(generatedSuffix) || key.endsWith(deletedSuffix)
}

/** Replaces the name of a deleted person, so that others can take it. */
export function deletedName(id: string): string {
  return `${nameFromId(id).slice(0, -generatedSuffix.length)}${deletedSuffix}`
}

/**
 * Whether the text is allowed as a name; other people are not considered. A GUID is refused,
 * because it would read as an id.
 */
export function isValidName(name: string): boolean {
  const key = userNameKey(name)
  const isShort = Math.max(name.length, key.length) <= maxNameLength
  return isShort && name.trim() !== '' && !isGuid(key.trim()) && !isReserved(name)
}

/**
 * Whether a source may set this name. "The general format is alias@domain":
 * https://learn.microsoft.com/en-us/graph/api/resources/user
 */
export function isValidUserPrincipalName(name: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(name) && isValidName(name)
}
