/**
 * Converts bodies that create and change groups. An unsupported property is refused by name:
 * ignoring it would suggest that it was stored.
 */
import type { GroupChanges } from '../../directory/change-groups.ts'
import type { NewGroup } from '../../directory/groups.ts'
import {
  anything,
  type Body,
  choice,
  type Fields,
  invalid,
  type Kind,
  matching,
  readObject,
  readProperties,
  text,
} from '../request/body.ts'
import { maxReferences, readReferences, references } from './references.ts'

/**
 * "This property can contain only characters in the ASCII character set 0 - 127 except the
 * following: @ () \ [] " ; : . <> , SPACE", and 64 of them. @differs Two groups may have the same
 * mailNickname, because no mail is sent to it.
 */
const mailNickname = matching(
  /^[!#-'*+\-/0-9=?A-Z^-~]{1,64}$/,
  'is no alias of at most 64 plain characters',
)

/** Here the names of Graph and of the directory are the same. */
const properties = {
  description: text,
  displayName: text,
  mailNickname,
  // "Private, Public, or empty (which is interpreted as Public)"
  visibility: choice('Public', 'Private'),
} satisfies Readonly<Record<string, Kind<string | undefined>>>
/** These cannot be removed. */
const filled = ['displayName', 'mailNickname']
/** Together they define the kind of a group, which never changes. `expectKind` reads them. */
const ofKind = {
  groupTypes: {
    ...anything,
    schema: { type: ['array', 'null'], maxItems: 1, items: { const: 'Unified' } },
  },
  mailEnabled: { ...anything, schema: { type: 'boolean' } },
  securityEnabled: { ...anything, schema: { type: 'boolean' } },
} satisfies Readonly<Record<string, Kind<unknown>>>
const owners = 'owners@odata.bind'
const members = 'members@odata.bind'

export const groupChanges: Body = {
  name: 'groupChanges',
  type: 'group',
  properties: { ...properties, ...ofKind, [members]: references },
  filled,
}
export const newGroup: Body = {
  name: 'newGroup',
  type: 'group',
  properties: { ...groupChanges.properties, [owners]: references },
  required: ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'],
  filled,
}
/** A team has no settings of its own here. */
export const newTeam: Body = { name: 'newTeam', type: 'team', properties: {} }

/** https://learn.microsoft.com/en-us/graph/api/group-post-groups */
export function readNewGroup(body: unknown): Omit<NewGroup, 'id'> {
  const fields = readObject(body, newGroup)
  const { displayName, ...group } = readGroup(fields, newGroup)
  if (displayName === undefined) throw invalid('a group needs a displayName')
  const isUnified = isUnifiedType(fields.groupTypes)
  expectKind(fields, isUnified)
  return { ...group, displayName, isUnified, ...readPeople(fields) }
}

function readPeople(fields: Fields): Pick<NewGroup, 'owners' | 'members'> {
  const people = {
    owners: readReferences(fields, owners),
    members: readReferences(fields, members),
  }
  if (people.owners.length + people.members.length <= maxReferences) return people
  throw invalid(`'${owners}' and '${members}' have more than ${maxReferences} addresses together`)
}

type Change = Readonly<{ changes: GroupChanges; newMembers: readonly string[] }>

/** https://learn.microsoft.com/en-us/graph/api/group-update */
export function readGroupChanges(body: unknown, isUnified: boolean): Change {
  const fields = readObject(body, groupChanges)
  const changes = readGroup(fields, groupChanges)
  expectKind(fields, isUnified)
  return { changes, newMembers: readReferences(fields, members) }
}

/** https://learn.microsoft.com/en-us/graph/api/team-put-teams */
export function expectTeamWithoutSettings(body: unknown): void {
  readProperties(readObject(body, newTeam), newTeam)
}

/** Without what is read elsewhere. */
function readGroup(fields: Fields, body: Body): GroupChanges {
  const given = Object.entries(readProperties(fields, body))
  return Object.fromEntries(given.filter(([name]) => Object.hasOwn(properties, name)))
}

function isUnifiedType(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (!Array.isArray(value)) throw invalid('groupTypes is no list')
  if (value.length === 0) return false
  if (value.length === 1 && value[0] === 'Unified') return true
  throw invalid("groupTypes is neither empty nor ['Unified']: other kinds of groups are not kept")
}

/**
 * @differs Two kinds of groups are supported: Microsoft 365 groups, with 'Unified' in groupTypes
 * and mail, and security groups, without both. The kind cannot be changed.
 */
function expectKind(fields: Fields, isUnified: boolean): void {
  const wanted = { mailEnabled: isUnified, securityEnabled: !isUnified }
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(fields, name) || fields[name] === value) continue
    const kind = isUnified ? "with 'Unified' in groupTypes" : "without 'Unified' in groupTypes"
    throw invalid(`${name} can only be ${value} for a group ${kind}`)
  }
  if (!Object.hasOwn(fields, 'groupTypes') || isUnifiedType(fields.groupTypes) === isUnified) return
  throw invalid('groupTypes cannot be changed')
}
