/**
 * Converts bodies that create and change groups. An unsupported property is refused by name:
 * ignoring it would suggest that it was stored.
 */
import type { GroupChanges } from '../directory/change-groups.ts'
import type { NewGroup } from '../directory/groups.ts'
import { invalid, isBlank, readObject, readText, refuseUnknown } from './bodies.ts'
import { maxReferences, readReferences } from './references.ts'

type Fields = Readonly<Record<string, unknown>>
type Property = 'description' | 'displayName' | 'mailNickname' | 'visibility'

/** Here the names of Graph and of the directory are the same. */
const properties: Readonly<Record<Property, (fields: Fields, name: string) => string | undefined>> =
  {
    description: readText,
    displayName: readText,
    mailNickname: readNickname,
    visibility: readVisibility,
  }
/** These cannot be removed. */
const required: readonly string[] = ['displayName', 'mailNickname']
/** Together they define the kind of a group, which never changes. */
const ofKind = ['groupTypes', 'mailEnabled', 'securityEnabled'] as const
const owners = 'owners@odata.bind'
const members = 'members@odata.bind'

/** https://learn.microsoft.com/en-us/graph/api/group-post-groups */
export function readNewGroup(body: unknown): Omit<NewGroup, 'id'> {
  const fields = readObject(body)
  const known = [...Object.keys(properties), ...ofKind, owners, members]
  refuseUnknown(fields, known, 'group')
  const missing = ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'].find(
    name => fields[name] === undefined,
  )
  const { displayName, ...group } = readProperties(fields)
  if (missing !== undefined || displayName === undefined) {
    throw invalid(`a group needs ${missing ?? 'a displayName'}`)
  }
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
  const fields = readObject(body)
  refuseUnknown(fields, [...Object.keys(properties), ...ofKind, members], 'group')
  expectKind(fields, isUnified)
  return { changes: readProperties(fields), newMembers: readReferences(fields, members) }
}

/**
 * A team has no settings of its own here.
 * https://learn.microsoft.com/en-us/graph/api/team-put-teams
 */
export function expectTeamWithoutSettings(body: unknown): void {
  refuseUnknown(readObject(body), [], 'team')
}

function readProperties(fields: Fields): GroupChanges {
  const entries = Object.entries(properties).flatMap(([name, read]) => {
    if (!Object.hasOwn(fields, name)) return []
    const value = read(fields, name)
    if (required.includes(name) && isBlank(value)) throw invalid(`${name} cannot be empty`)
    return [[name, value] as const]
  })
  return Object.fromEntries(entries)
}

/**
 * "This property can contain only characters in the ASCII character set 0 - 127 except the
 * following: @ () \ [] " ; : . <> , SPACE", and 64 of them. @differs Two groups may have the same
 * mailNickname, because no mail is sent to it.
 */
function readNickname(fields: Fields, name: string): string | undefined {
  const value = readText(fields, name)
  if (value === undefined || /^[!#-'*+\-/0-9=?A-Z^-~]{1,64}$/.test(value)) return value
  throw invalid(`${name} is no alias of at most 64 plain characters`)
}

/** "Private, Public, or empty (which is interpreted as Public)" */
function readVisibility(fields: Fields, name: string): string | undefined {
  const value = readText(fields, name)
  if (value === undefined || value === 'Public' || value === 'Private') return value
  throw invalid(`${name} is neither 'Public' nor 'Private'`)
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
