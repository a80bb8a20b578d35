/**
 * The cells of a line -> a person as the directory takes them. A property without a column stays as it is; an empty cell
 * takes the value away.
 */
import type { UserChanges } from '../directory/change-users.ts'
import { isReserved, isValidUserPrincipalName } from '../directory/names.ts'
import { userNameKey } from '../directory/queries/name-key.ts'
import { isGuid, normalizeId } from '../guid.ts'
import type { PersonProperty } from './person-properties.ts'
import { quoted } from './refused.ts'
import { readFlag, readText, readWord, Unreadable } from './values.ts'

export type WantedPerson = Readonly<{
  /** The source's name for them: a second run finds them by it. */
  externalId: string
  /** As the file says it: the id of a new person if it is a GUID; another one finds who signed in with it. */
  id: string | undefined
  nameKey: string
  fields: UserChanges & Readonly<{ userPrincipalName: string; displayName: string }>
  /** As the file names them; '' for none, undefined if the file does not say. */
  manager: string | undefined
}>

/** Text of a property; undefined if the file does not have it at all. */
type Cells = (property: PersonProperty) => string | undefined

const texts = [
  'givenName',
  'surname',
  'mail',
  'mailNickname',
  'jobTitle',
  'department',
  'employeeId',
] as const

/** Throws Unreadable. */
export function readPerson(cells: Cells): WantedPerson {
  const read = (property: PersonProperty) => readText(property, cells(property) ?? '')
  const userPrincipalName = readName(read('userPrincipalName'))
  const given = texts.filter(property => cells(property) !== undefined)
  const details = Object.fromEntries(given.map(property => [property, read(property)]))
  const names = [read('givenName'), read('surname')].filter(name => name !== undefined)
  const displayName = read('displayName') ?? (names.join(' ') || userPrincipalName)
  return {
    ...readIds(read('id'), read('externalId'), userPrincipalName),
    nameKey: userNameKey(userPrincipalName),
    fields: { ...details, ...readKinds(cells), userPrincipalName, displayName },
    manager: cells('manager') === undefined ? undefined : (read('manager') ?? ''),
  }
}

function readName(name: string | undefined): string {
  if (name === undefined) throw new Unreadable('there is no userPrincipalName')
  if (isValidUserPrincipalName(name)) return name
  throw new Unreadable(
    `the userPrincipalName ${quoted(name)} is not of the form alias@domain`,
    'userPrincipalName',
  )
}

/** A second run finds people by externalId, else by id, else by name. */
function readIds(
  id: string | undefined,
  externalId: string | undefined,
  userPrincipalName: string,
): Pick<WantedPerson, 'externalId' | 'id'> {
  if (id !== undefined && !isGuid(id) && externalId !== undefined) {
    throw new Unreadable(`the id ${quoted(id)} is not a GUID`, 'id')
  }
  const called = externalId ?? id ?? userNameKey(userPrincipalName)
  if (isReserved(called)) throw new Unreadable(`the id ${quoted(called)} is reserved`)
  const given = id ?? externalId
  return { externalId: normalizeId(called), id: given && normalizeId(given) }
}

function readKinds(cells: Cells): Pick<UserChanges, 'userType' | 'isActive'> {
  const [type, enabled] = [cells('userType'), cells('accountEnabled')]
  return {
    ...(type !== undefined && { userType: readWord('userType', type, ['Member', 'Guest']) }),
    ...(enabled !== undefined && { isActive: readFlag('accountEnabled', enabled) }),
  }
}
