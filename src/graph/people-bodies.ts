/**
 * Converts bodies that create and change people. An unsupported property is refused by name:
 * ignoring it would suggest that it was stored.
 */

import type { UserChanges } from '../directory/change-users.ts'
import { isValidUserPrincipalName } from '../directory/names.ts'
import type { NewUser } from '../directory/users.ts'
import { invalid, isBlank, readObject, readText, refuseUnknown } from './bodies.ts'

type Fields = Readonly<Record<string, unknown>>
type Property = keyof Omit<NewUser, 'id'>
type Read = (fields: Fields, name: string) => string | boolean | undefined

/** Graph's names -> the directory's names, and how to read the value. */
const properties: Readonly<Record<string, readonly [Property, Read]>> = {
  accountEnabled: ['isActive', readFlag],
  department: ['department', readText],
  displayName: ['displayName', readText],
  employeeId: ['employeeId', readText],
  givenName: ['givenName', readText],
  jobTitle: ['jobTitle', readText],
  mail: ['mail', readText],
  mailNickname: ['mailNickname', readText],
  surname: ['surname', readText],
  userPrincipalName: ['userPrincipalName', readName],
  userType: ['userType', readUserType],
}
/** These cannot be removed, and a new person must have them. */
const required = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName'] as const

/**
 * https://learn.microsoft.com/en-us/graph/api/user-post-users. @differs `passwordProfile`, which
 * Graph requires, may be missing, and is neither stored nor logged: people sign in at the
 * organisation's issuer.
 */
export function readNewUser(body: unknown): Omit<NewUser, 'id'> {
  const { passwordProfile: _ignored, ...fields } = readObject(body)
  const user = readProperties(fields)
  const { userPrincipalName, displayName } = user
  const missing = required.find(name => fields[name] === undefined)
  if (missing !== undefined || userPrincipalName === undefined || displayName === undefined) {
    throw invalid(`a user needs ${missing ?? 'userPrincipalName and displayName'}`)
  }
  return { ...user, userPrincipalName, displayName }
}

/** https://learn.microsoft.com/en-us/graph/api/user-update */
export function readUserChanges(body: unknown): UserChanges {
  return readProperties(readObject(body))
}

function readProperties(fields: Fields): UserChanges {
  refuseUnknown(fields, Object.keys(properties), 'user')
  const entries = Object.entries(properties).flatMap(([name, [property, read]]) => {
    if (!Object.hasOwn(fields, name)) return []
    const value = read(fields, name)
    const isRequired = required.some(one => one === name)
    if (isRequired && isBlank(value)) throw invalid(`${name} cannot be empty`)
    return [[property, value] as const]
  })
  return Object.fromEntries(entries)
}

function readFlag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name]
  if (value === null || typeof value === 'boolean') return value ?? undefined
  throw invalid(`${name} is neither true nor false`)
}

/**
 * "The general format is alias@domain." The directory checks whether another person has the name.
 */
function readName(fields: Fields, name: string): string | undefined {
  const value = readText(fields, name)
  if (value === undefined) return undefined
  if (isValidUserPrincipalName(value)) return value
  throw invalid(`${name} is not of the form alias@domain`)
}

function readUserType(fields: Fields, name: string): string | undefined {
  const value = readText(fields, name)
  if (value === undefined || value === 'Member' || value === 'Guest') return value
  throw invalid(`${name} is neither 'Member' nor 'Guest'`)
}
