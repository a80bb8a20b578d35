/**
 * The names by which people are found (userPrincipalName): which text may be one, and the name that is
 * made from an id where there is none. It knows no database.
 */

import { createHash } from 'node:crypto'
import { isGuid, normalizeId } from '../guid.ts'

export function userNameKey(userPrincipalName: string): string {
  return userPrincipalName.normalize('NFC').toLowerCase()
}

/** `.invalid` is nobody's domain: https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const generatedSuffix = '@signed-in.invalid'
const deletedSuffix = '@deleted.invalid'

/** As much of a name as an index of either database takes, in any script. */
export const maxNameLength = 640
const maxGeneratedLength = maxNameLength - generatedSuffix.length

/**
 * A name that belongs to this id and to no other: ids compare with case and names without, so capitals
 * are written in hexadecimal, as is everything that is no plain character. What gets too long is hashed;
 * `~~` stands at the start of nothing else.
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

/** What nameFromId makes is for nobody else to take, as a name or as an id. */
export function isReserved(nameOrId: string): boolean {
  const key = userNameKey(nameOrId)
  return key.endsWith(generatedSuffix) || key.endsWith(deletedSuffix)
}

/** What stands in place of the name of somebody who is deleted, so that others may have it. */
export function deletedName(id: string): string {
  return `${nameFromId(id).slice(0, -generatedSuffix.length)}${deletedSuffix}`
}

/** Without a look at who else there is. A name in the form of a GUID would read as somebody's id. */
export function isValidName(name: string): boolean {
  const key = userNameKey(name)
  const isShort = Math.max(name.length, key.length) <= maxNameLength
  return isShort && name.trim() !== '' && !isGuid(key.trim()) && !isReserved(name)
}

/** By a source. "The general format is alias@domain": https://learn.microsoft.com/en-us/graph/api/resources/user */
export function isValidUserPrincipalName(name: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(name) && isValidName(name)
}
