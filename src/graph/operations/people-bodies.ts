/**
 * Converts bodies that create and change people. An unsupported property is refused by name:
 * ignoring it would suggest that it was stored.
 */

import type { UserChanges } from '../../directory/change-users.ts'
import { isValidUserPrincipalName } from '../../directory/names.ts'
import type { NewUser } from '../../directory/users.ts'
import {
  anything,
  type Body,
  choice,
  flag,
  invalid,
  type Kind,
  matching,
  readObject,
  readProperties,
  text,
} from '../request/body.ts'

type Property = keyof Omit<NewUser, 'id'>

/** "The general format is alias@domain." The directory checks whether another person has the name. */
const alias = matching(/^[^\s@\0]+@[^\s@\0]+$/, 'is not of the form alias@domain')
const userPrincipalName: Kind<string | undefined> = {
  ...alias,
  read(fields, name) {
    const value = alias.read(fields, name)
    if (value === undefined || isValidUserPrincipalName(value)) return value
    throw invalid(`${name} is not of the form alias@domain`)
  },
}

/** Graph's names -> the directory's names, and what the value may be. */
const properties: Readonly<Record<string, readonly [Property, Kind<unknown>]>> = {
  accountEnabled: ['isActive', flag],
  department: ['department', text],
  displayName: ['displayName', text],
  employeeId: ['employeeId', text],
  givenName: ['givenName', text],
  jobTitle: ['jobTitle', text],
  mail: ['mail', text],
  mailNickname: ['mailNickname', text],
  surname: ['surname', text],
  userPrincipalName: ['userPrincipalName', userPrincipalName],
  userType: ['userType', choice('Member', 'Guest')],
}
/** These cannot be removed, and a new person must have them. */
const required = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName'] as const

export const userChanges: Body = {
  name: 'userChanges',
  type: 'user',
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, [, kind]]) => [name, kind]),
  ),
  filled: required,
}
export const newUser: Body = {
  name: 'newUser',
  type: 'user',
  properties: { ...userChanges.properties, passwordProfile: anything },
  required,
  filled: required,
}

/**
 * https://learn.microsoft.com/en-us/graph/api/user-post-users. @differs `passwordProfile`, which
 * Graph requires, may be missing, and is neither stored nor logged: people sign in at the
 * organisation's issuer.
 */
export function readNewUser(body: unknown): Omit<NewUser, 'id'> {
  const user = readUser(body, newUser)
  const { userPrincipalName, displayName } = user
  if (userPrincipalName === undefined || displayName === undefined) {
    throw invalid('a user needs userPrincipalName and displayName')
  }
  return { ...user, userPrincipalName, displayName }
}

/** https://learn.microsoft.com/en-us/graph/api/user-update */
export function readUserChanges(body: unknown): UserChanges {
  return readUser(body, userChanges)
}

function readUser(body: unknown, kind: Body): UserChanges {
  const given = Object.entries(readProperties(readObject(body, kind), kind))
  return Object.fromEntries(
    given.flatMap(([name, value]) => {
      const [property] = properties[name] ?? []
      return property === undefined ? [] : [[property, value]]
    }),
  )
}
