/**
 * Finds the target of an address in the caller's tenant, and the caller's relation to it. Nothing
 * of another tenant is ever revealed.
 */

import { type CallerColumns, type CallerKey, noCaller } from '../directory/caller-state.ts'
import type { Directory } from '../directory/directory.ts'
import type { ContactWithPhoto } from '../directory/find-contact.ts'
import { type ContactFolder, findFolder, maxFolderDepth } from '../directory/folders.ts'
import type { GroupWithPhoto } from '../directory/groups.ts'
import type { Mailbox } from '../directory/mailbox.ts'
import { isTeamJoined } from '../directory/relations.ts'
import { hasOlderNames, type User, type UserWithPhoto } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import { enforceActive, type Relation } from '../permissions/decide.ts'
import type { Caller } from '../tokens/caller.ts'
import { addCaller, type CallerParts, identifyNewCaller, updateCaller } from './caller-person.ts'
import type { Match } from './operation.ts'

/** `callerId`: the id of the person who calls; '' of an application. */
export type Target = Found & Readonly<{ callerId: string }>

type Found =
  | Readonly<{ kind: 'directory' }>
  | Readonly<{ kind: 'user'; user: UserWithPhoto }>
  | Readonly<{ kind: 'group'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'team'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'mailbox'; user: UserWithPhoto }>
  | Readonly<{ kind: 'folder'; user: UserWithPhoto; folder: ContactFolder }>
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
      return { kind: match.target, ...(await findPerson(match, caller, parts)) }
    case 'group':
    case 'team':
      return { kind: match.target, ...(await findGroupOrTeam(match, caller, parts)) }
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
  if (caller.kind === 'application') return
  enforceActive(await findCallerState(caller.tenantId, callerKeyOf(caller)))
}

function callerKeyOf({ kind, issuer, objectId }: Caller): CallerKey {
  return kind === 'application' ? noCaller : { issuer, callerId: objectId }
}

/**
 * The id of the calling person; '' of an application. `found`: the result of the statement. Throws Failure
 * 'account-disabled' or 'account-deleted'.
 */
async function identifyCaller(
  caller: Caller,
  found: CallerColumns | undefined,
  parts: CallerParts,
  named?: Pick<User, 'user_principal_name_key'>,
): Promise<string> {
  if (caller.kind === 'application') return noCaller.callerId
  enforceActive(found)
  return found?.caller_id ?? (await identifyNewCaller(caller, parts, named))
}

async function findCallerId(caller: Caller, parts: CallerParts): Promise<string> {
  if (caller.kind === 'application') return noCaller.callerId
  const found = await parts.findCallerState(caller.tenantId, callerKeyOf(caller))
  return await identifyCaller(caller, found, parts)
}

/** The signed-in person, added to the directory if necessary. Throws Failure 'user-not-found'. */
export async function findCaller(caller: Caller, parts: CallerParts): Promise<UserWithPhoto> {
  return (await findPerson({ isMe: true, user: undefined }, caller, parts)).user
}

type FoundPerson = Readonly<{ user: UserWithPhoto; callerId: string }>

async function findPerson(
  match: Pick<Match, 'isMe' | 'user'>,
  caller: Caller,
  parts: CallerParts,
): Promise<FoundPerson> {
  const { idOrName, by } = personNamed(match, caller)
  const found = await parts.findUser(caller.tenantId, idOrName, by, callerKeyOf(caller))
  if (found === undefined) {
    const id = match.user ?? caller.objectId
    if (by !== 'caller') throw new Failure('user-not-found', { facts: { id } })
    const user = await addCaller(id, caller, parts)
    return { user, callerId: user.id }
  }
  const callerId = await identifyCaller(caller, found, parts, found)
  const isCurrent = found.linked_id !== null && !hasOlderNames(found, caller.profile.issuedAt)
  if (found.id !== callerId || isCurrent) return { user: found, callerId }
  return { user: await updateCaller(found, caller, parts), callerId }
}

/** The caller is identified by id, even where another person's name equals it. */
function personNamed({ isMe, user = '' }: Pick<Match, 'isMe' | 'user'>, caller: Caller) {
  const { kind, objectId } = caller
  const isCaller = isMe || (kind !== 'application' && normalizeId(user) === objectId)
  return isCaller
    ? ({ idOrName: objectId, by: 'caller' } as const)
    : ({ idOrName: user, by: 'idOrName' } as const)
}

async function findGroupOrTeam(
  match: Match,
  caller: Caller,
  parts: CallerParts,
): Promise<Readonly<{ group: GroupWithPhoto; callerId: string }>> {
  const id = match.group ?? ''
  const group = await parts.findGroup(caller.tenantId, id, callerKeyOf(caller))
  enforceActive(group)
  if (match.target === 'group') {
    if (group === undefined) throw new Failure('group-not-found', { facts: { id } })
    return { group, callerId: await identifyCaller(caller, group, parts) }
  }
  if (group?.is_team !== 1) throw new Failure('team-not-found', { facts: { id } })
  const isJoined = match.isMe || match.user !== undefined
  if (!isJoined) return { group, callerId: await identifyCaller(caller, group, parts) }
  // …/joinedTeams/{id} finds only teams that this person is in.
  const { user, callerId } = await findPerson(match, caller, parts)
  if (!(await isTeamJoined(parts.database, caller.tenantId, group.id, user.id))) {
    throw new Failure('team-not-found', { facts: { id } })
  }
  return { group, callerId }
}

async function findFolderOf(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  const { user, callerId } = await findPerson(match, caller, parts)
  const folder = await findFolder(parts.database, mailboxOf(user), match.folders)
  if (folder === undefined) throw new Failure('contact-folder-not-found')
  return { kind: 'folder', user, folder, callerId }
}

async function findContactOf(match: Match, caller: Caller, parts: CallerParts): Promise<Target> {
  const { folders, contact: id = '' } = match
  const { tenantId } = caller
  const at = { tenantId, ...personNamed(match, caller), folders, id, caller: callerKeyOf(caller) }
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
    await findPerson(match, caller, parts)
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
    isSelf: target.kind === 'user' && isPerson,
    isOwner: false,
    isOwnMailbox: isPerson,
    roleTemplateIds: caller.roleTemplateIds,
  }
}

/** Disabled people may have a hidden photo. */
export function isDisabled(target: Target): boolean {
  return target.kind === 'user' && target.user.is_active === 0
}
