/**
 * Finds the target of an address in the caller's tenant, and the caller's relation to it. Nothing
 * of another tenant is ever revealed.
 */

import type { CallerColumns, CallerKey } from '../../directory/caller-state.ts'
import type { Directory } from '../../directory/directory.ts'
import type { ContactWithPhoto } from '../../directory/find-contact.ts'
import type { FindGroup, Group, GroupEntry, GroupWithPhoto } from '../../directory/groups.ts'
import { type ContactFolder, findFolder, maxFolderDepth } from '../../directory/mailbox/folders.ts'
import type { Mailbox } from '../../directory/mailbox/mailbox.ts'
import { isTeamJoined } from '../../directory/relations.ts'
import {
  hasOlderNames,
  type User,
  type UserEntry,
  type UserLookups,
  type UserWithPhoto,
} from '../../directory/users.ts'
import { Failure } from '../../failure.ts'
import { normalizeId } from '../../guid.ts'
import { enforceActive, type Relation } from '../../permissions/decide.ts'
import type { Caller } from '../../tokens/caller.ts'
import { addCaller, type CallerParts, identifyNewCaller, updateCaller } from './caller-person.ts'
import type { Match } from './operation.ts'

/** `callerId`: the id of the person who calls; '' of an application. */
export type Target = Found & Readonly<{ callerId: string }>

type Found =
  | Readonly<{ kind: 'directory' }>
  | Readonly<{ kind: 'user'; user: UserWithPhoto }>
  | Readonly<{ kind: 'userEntry'; user: UserEntry }>
  | Readonly<{ kind: 'group'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'team'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'groupEntry'; group: GroupEntry }>
  | Readonly<{ kind: 'teamEntry'; group: GroupEntry }>
  | Readonly<{ kind: 'mailbox'; user: Person }>
  | Readonly<{ kind: 'folder'; user: Person; folder: ContactFolder }>
  | Readonly<{ kind: 'contact'; user: Person; contact: ContactWithPhoto }>

/** The owner of a mailbox. */
type Person = Pick<User, 'tenant_id' | 'id'>

/**
 * Throws Failure 'account-disabled' or 'account-deleted' for such a caller; otherwise the
 * 'not-found' failure of the first part of the path that does not exist.
 */
export async function find(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  try {
    return await findTarget(match, caller, parts)
  } catch (error) {
    // The statement found no row, so it did not return the caller's state.
    if (error instanceof Failure && error.code.endsWith('-not-found'))
      await enforceActiveCaller(caller, parts)
    throw error
  }
}

async function findTarget(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  if (match.folders.length > maxFolderDepth) throw new Failure('contact-folder-not-found')
  switch (match.target) {
    case 'directory':
      return { kind: 'directory', callerId: await findCallerId(caller, parts) }
    case 'user':
    case 'mailbox':
      return { kind: match.target, ...(await findPerson(match, caller, parts, parts)) }
    case 'userEntry':
      return { kind: match.target, ...(await findPerson(match, caller, parts, parts.entries)) }
    case 'group':
      return { kind: match.target, ...(await findGroup(match, caller, parts, parts)) }
    case 'groupEntry':
      return { kind: match.target, ...(await findGroup(match, caller, parts, parts.entries)) }
    case 'team':
      return { kind: match.target, ...(await findTeam(match, caller, parts, parts)) }
    case 'teamEntry':
      return { kind: match.target, ...(await findTeam(match, caller, parts, parts.entries)) }
    case 'folder':
      return await findFolderOf(match, caller, parts)
    case 'contact':
      return await findContactOf(match, caller, parts)
  }
}

/** For requests that found no row with the caller's state. */
async function enforceActiveCaller(
  caller: Caller,
  { findCallerState }: Pick<Directory, 'findCallerState'>,
): Promise<void> {
  const key = callerKeyOf(caller)
  if (key !== undefined) enforceActive(await findCallerState(caller.tenantId, key))
}

/** undefined for an application. */
function callerKeyOf({ kind, issuer, objectId }: Caller): CallerKey | undefined {
  return kind === 'application' ? undefined : { issuer, callerId: objectId }
}

/**
 * The id of the calling person; '' of an application. `found`: the result of the statement. Throws Failure
 * 'account-disabled' or 'account-deleted'.
 */
async function identifyCaller(
  caller: Caller,
  found: CallerColumns | undefined,
  parts: CallerParts,
  named?: Pick<UserWithPhoto, 'user_principal_name_key'>,
): Promise<string> {
  if (caller.kind === 'application') return ''
  enforceActive(found)
  return found?.caller_id ?? (await identifyNewCaller(caller, parts, named))
}

async function findCallerId(caller: Caller, parts: CallerParts): Promise<string> {
  const key = callerKeyOf(caller)
  const found = key && (await parts.findCallerState(caller.tenantId, key))
  return await identifyCaller(caller, found, parts)
}

/** The signed-in person, added to the directory if necessary. Throws Failure 'user-not-found'. */
export async function findCaller(caller: Caller, parts: CallerParts): Promise<UserWithPhoto> {
  return (await findSelf(caller.objectId, caller, parts, parts)).user
}

type FoundPerson<Column extends keyof User> = Readonly<{
  user: UserWithPhoto<Column>
  callerId: string
}>

async function findPerson<Column extends keyof User>(
  match: Match,
  caller: Caller,
  parts: CallerParts,
  lookups: UserLookups<Column>,
): Promise<FoundPerson<Column>> {
  const { user: id = caller.objectId } = match
  if (namesCaller(match, caller)) return await findSelf(id, caller, parts, lookups)
  const user = await lookups.findUser(caller.tenantId, id, 'idOrName', callerKeyOf(caller))
  if (user === undefined) throw new Failure('user-not-found', { facts: { id } })
  const callerId = await identifyCaller(caller, user, parts, user)
  const isOutdated = user.id === callerId && hasOlderNames(user, caller.profile.issuedAt)
  return isOutdated ? await findSelf(id, caller, parts, lookups) : { user, callerId }
}

/** The calling person. `id`: as the address has it. */
async function findSelf<Column extends keyof User>(
  id: string,
  caller: Caller,
  parts: CallerParts,
  lookups: UserLookups<Column>,
): Promise<FoundPerson<Column>> {
  const { tenantId, issuer, objectId: callerId, profile } = caller
  const found = await lookups.findSelf(tenantId, { issuer, callerId })
  if (found === undefined) {
    const user = await addCaller(id, caller, parts, lookups)
    return { user, callerId: user.id }
  }
  if (found.is_active === 0) throw new Failure('account-disabled')
  const isCurrent = found.linked_id !== null && !hasOlderNames(found, profile.issuedAt)
  const user = isCurrent ? found : await updateCaller(found, caller, parts, lookups)
  return { user, callerId: found.id }
}

/** The caller is identified by id, even where another person's name equals it. */
function namesCaller({ isMe, user = '' }: Match, { kind, objectId }: Caller): boolean {
  return isMe || (kind !== 'application' && normalizeId(user) === objectId)
}

type FoundGroup<Column extends keyof Group> = Readonly<{
  group: GroupWithPhoto<Column>
  callerId: string
}>

type GroupLookups<Column extends keyof Group> = Readonly<{ findGroup: FindGroup<Column> }>

async function findGroup<Column extends keyof Group>(
  match: Match,
  caller: Caller,
  parts: CallerParts,
  lookups: GroupLookups<Column>,
): Promise<FoundGroup<Column>> {
  const id = match.group ?? ''
  const group = await lookups.findGroup(caller.tenantId, id, callerKeyOf(caller))
  if (group === undefined) throw new Failure('group-not-found', { facts: { id } })
  return { group, callerId: await identifyCaller(caller, group, parts) }
}

async function findTeam<Column extends keyof Group>(
  match: Match,
  caller: Caller,
  parts: CallerParts,
  lookups: GroupLookups<Column>,
): Promise<FoundGroup<Column>> {
  const id = match.group ?? ''
  const group = await lookups.findGroup(caller.tenantId, id, callerKeyOf(caller))
  enforceActive(group)
  if (group?.is_team !== 1) throw new Failure('team-not-found', { facts: { id } })
  const isJoined = match.isMe || match.user !== undefined
  if (!isJoined) return { group, callerId: await identifyCaller(caller, group, parts) }
  // …/joinedTeams/{id} finds only teams that this person is in.
  const { user, callerId } = await findPerson(match, caller, parts, parts)
  if (!(await isTeamJoined(parts.database, caller.tenantId, group.id, user.id))) {
    throw new Failure('team-not-found', { facts: { id } })
  }
  return { group, callerId }
}

async function findFolderOf(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  const { user, callerId } = await findPerson(match, caller, parts, parts)
  const folder = await findFolder(parts.database, mailboxOf(user), match.folders)
  if (folder === undefined) throw new Failure('contact-folder-not-found')
  return { kind: 'folder', user, folder, callerId }
}

async function findContactOf(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  const { folders, contact: id = '', user: idOrName = '' } = match
  const { tenantId } = caller
  const by = namesCaller(match, caller) ? 'caller' : 'idOrName'
  const at = { tenantId, idOrName, by, folders, id, caller: callerKeyOf(caller) } as const
  const found = (await parts.findContact(at)) ?? (await findAfterSignIn())
  enforceActive(found)
  const hasFolders = found?.hasFolders ?? folders.length === 0
  if (!hasFolders) throw new Failure('contact-folder-not-found')
  if (found?.contact === undefined) throw new Failure('contact-not-found')
  const { user, contact } = found
  return { kind: 'contact', user, contact, callerId: await identifyCaller(caller, found, parts) }

  // findContact found no such person. If it is the caller, signing in for the first time, findPerson
  // adds or links them.
  async function findAfterSignIn() {
    await findPerson(match, caller, parts, parts)
    return await parts.findContact(at)
  }
}

export function mailboxOf(user: Person): Mailbox {
  return { tenantId: user.tenant_id, userId: user.id }
}

/** Narrows the target to the kinds that the operation supports. */
export function expectTarget<Kind extends Target['kind']>(
  target: Target,
  ...kinds: readonly Kind[]
): Extract<Target, Readonly<{ kind: Kind }>> {
  type Wanted = Extract<Target, Readonly<{ kind: Kind }>>
  const isWanted = (one: Target): one is Wanted => kinds.some(kind => kind === one.kind)
  if (isWanted(target)) return target
  throw new TypeError(`a ${target.kind} is no ${kinds.join(' or ')}`)
}

/** The part of a target that a relation depends on. */
export type Related = Readonly<{
  kind: Target['kind']
  user?: Pick<User, 'id'>
  group?: Readonly<{ id: string }>
  callerId: string
}>

/** The relation as far as it is known without another query. */
export function knownRelation(caller: Caller, target: Related): Relation {
  const isPerson = caller.kind !== 'application' && target.user?.id === target.callerId
  return {
    isSelf: (target.kind === 'user' || target.kind === 'userEntry') && isPerson,
    isOwner: false,
    isOwnMailbox: isPerson,
    roleTemplateIds: caller.roleTemplateIds,
  }
}

/** Disabled people may have a hidden photo. */
export function isDisabled(target: Target): boolean {
  return target.kind === 'user' && target.user.is_active === 0
}
