/**
 * Finds the target of an address in the caller's tenant, and the caller's relation to it. Nothing
 * of another tenant is ever revealed.
 */

import { noCaller, refuseInactive } from '../directory/caller-state.ts'
import type { Directory } from '../directory/directory.ts'
import type { ContactWithPhoto } from '../directory/find-contact.ts'
import { type ContactFolder, findFolder, maxFolderDepth } from '../directory/folders.ts'
import type { GroupWithPhoto } from '../directory/groups.ts'
import type { Mailbox } from '../directory/mailbox.ts'
import { isGroupOwner, isTeamJoined, rolesOfUser } from '../directory/relations.ts'
import {
  addSignedInUser,
  describeSignedInUser,
  followNames,
  mayBeAdded,
  type SignedIn,
} from '../directory/sign-in.ts'
import { hasOlderNames, type User, type UserWithPhoto } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Relation } from '../permissions/decide.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Match } from './operation.ts'

export type Target =
  | Readonly<{ kind: 'directory' }>
  | Readonly<{ kind: 'user'; user: UserWithPhoto }>
  | Readonly<{ kind: 'group'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'team'; group: GroupWithPhoto }>
  | Readonly<{ kind: 'mailbox'; user: UserWithPhoto }>
  | Readonly<{ kind: 'folder'; user: UserWithPhoto; folder: ContactFolder }>
  | Readonly<{ kind: 'contact'; user: Person; contact: ContactWithPhoto }>

/** The owner of a mailbox. */
type Person = Pick<User, 'tenant_id' | 'id'>

/** 'add' adds people who sign in and are not in the directory; 'known' refuses them. */
export type SignInMode = 'add' | 'known'

/** With `isReadOnly`, signing in writes nothing. */
type FindParts = Directory &
  Readonly<{ isReadOnly?: boolean | undefined; signIn?: SignInMode | undefined }>

/**
 * Throws Failure 'account-disabled' or 'account-deleted' for such a caller; otherwise the
 * 'not-found' failure of the first part of the path that does not exist.
 */
export async function find(match: Match, caller: Caller, directory: FindParts): Promise<Target> {
  try {
    return await findTarget(match, caller, directory)
  } catch (error) {
    // The statement found no row, so it did not return the caller's state.
    if (error instanceof Failure && error.code.endsWith('-not-found'))
      await refuseInactiveCaller(caller, directory)
    throw error
  }
}

async function findTarget(match: Match, caller: Caller, directory: FindParts): Promise<Target> {
  if (match.folders.length > maxFolderDepth) throw new Failure('contact-folder-not-found')
  switch (match.target) {
    case 'directory':
      await refuseInactiveCaller(caller, directory)
      return { kind: 'directory' }
    case 'user':
    case 'mailbox':
      return { kind: match.target, user: await findPerson(match, caller, directory) }
    case 'group':
    case 'team':
      return { kind: match.target, group: await findGroupOrTeam(match, caller, directory) }
    case 'folder':
      return await findFolderOf(match, caller, directory)
    case 'contact':
      return await findContactOf(match, caller, directory)
  }
}

async function refuseInactiveCaller(
  caller: Caller,
  { findCallerState }: Pick<FindParts, 'findCallerState'>,
): Promise<void> {
  if (caller.kind === 'application') return
  refuseInactive(await findCallerState(caller.tenantId, caller.objectId))
}

/** The signed-in person, added to the directory if necessary. Throws Failure 'user-not-found'. */
export async function findCaller(caller: Caller, directory: FindParts): Promise<UserWithPhoto> {
  return await findPerson({ isMe: true, user: undefined }, caller, directory)
}

async function findPerson(
  match: Pick<Match, 'isMe' | 'user'>,
  caller: Caller,
  directory: FindParts,
): Promise<UserWithPhoto> {
  const { idOrName, by } = personNamed(match, caller)
  const user = await directory.findUser(caller.tenantId, idOrName, by, callerIdOf(caller))
  if (user === undefined) {
    return await addCaller(match.user ?? caller.objectId, caller, directory)
  }
  refuseInactive(user)
  if (directory.isReadOnly === true || !isCaller(caller, user.id)) return user
  if (!hasOlderNames(user, caller.profile.issuedAt)) return user
  return await followNames(directory, user, signedIn(caller))
}

async function addCaller(id: string, caller: Caller, directory: FindParts): Promise<UserWithPhoto> {
  const { signIn = 'add', isReadOnly } = directory
  if (!isCaller(caller, normalizeId(id)) || signIn === 'known' || !mayBeAdded(id)) {
    throw new Failure('user-not-found', { facts: { id } })
  }
  const person = signedIn(caller)
  if (isReadOnly !== true) return await addSignedInUser(directory, person)
  await refuseInactiveCaller(caller, directory)
  return describeSignedInUser(person)
}

function signedIn({ tenantId, objectId, profile }: Caller): SignedIn {
  return { tenantId, id: objectId, profile }
}

/** The caller is identified by id, even where another person's name equals it. */
function personNamed({ isMe, user = '' }: Pick<Match, 'isMe' | 'user'>, caller: Caller) {
  if (isMe || isCaller(caller, normalizeId(user))) {
    return { idOrName: caller.objectId, by: 'id' } as const
  }
  return { idOrName: user, by: 'idOrName' } as const
}

function callerIdOf({ kind, objectId }: Caller): string {
  return kind === 'application' ? noCaller : objectId
}

/** `id` as in rows: GUIDs in lower case. */
function isCaller(caller: Caller, id: string): boolean {
  return caller.kind !== 'application' && id === caller.objectId
}

async function findGroupOrTeam(
  match: Match,
  caller: Caller,
  directory: FindParts,
): Promise<GroupWithPhoto> {
  const id = match.group ?? ''
  const group = await directory.findGroup(caller.tenantId, id, callerIdOf(caller))
  refuseInactive(group)
  if (match.target === 'group') {
    if (group === undefined) throw new Failure('group-not-found', { facts: { id } })
    return group
  }
  if (group?.is_team !== 1) throw new Failure('team-not-found', { facts: { id } })
  if (!match.isMe && match.user === undefined) return group
  // …/joinedTeams/{id} finds only teams that this person is in.
  const person = await findPerson(match, caller, directory)
  if (!(await isTeamJoined(directory.database, caller.tenantId, group.id, person.id))) {
    throw new Failure('team-not-found', { facts: { id } })
  }
  return group
}

async function findFolderOf(match: Match, caller: Caller, directory: FindParts): Promise<Target> {
  const user = await findPerson(match, caller, directory)
  const folder = await findFolder(directory.database, mailboxOf(user), match.folders)
  if (folder === undefined) throw new Failure('contact-folder-not-found')
  return { kind: 'folder', user, folder }
}

async function findContactOf(match: Match, caller: Caller, directory: FindParts): Promise<Target> {
  const { folders, contact: id = '' } = match
  const person = personNamed(match, caller)
  const at = { tenantId: caller.tenantId, ...person, folders, id, callerId: callerIdOf(caller) }
  const found = await directory.findContact(at)
  refuseInactive(found)
  // findContact found no such person. If it is the caller, signing in for the first time,
  // findPerson adds them.
  if (found === undefined) await findPerson(match, caller, directory)
  const hasFolders = found?.hasFolders ?? folders.length === 0
  if (!hasFolders) throw new Failure('contact-folder-not-found')
  if (found?.contact === undefined) throw new Failure('contact-not-found')
  return { kind: 'contact', user: found.user, contact: found.contact }
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
type Related = Readonly<{
  kind: Target['kind']
  user?: Pick<User, 'id'>
  group?: Readonly<{ id: string }>
}>

/** The relation as far as it is known without another query. */
export function knownRelation(caller: Caller, target: Related): Relation {
  const person = target.user?.id
  const isPerson = person !== undefined && isCaller(caller, person)
  return {
    isSelf: target.kind === 'user' && isPerson,
    isOwner: false,
    isOwnMailbox: isPerson,
    roleTemplateIds: caller.roleTemplateIds,
  }
}

/** The whole relation, including group ownership and the roles in the directory. */
export async function wholeRelation(
  caller: Caller,
  target: Related,
  { database }: Pick<Directory, 'database'>,
): Promise<Relation> {
  const known = knownRelation(caller, target)
  if (caller.kind === 'application') return known
  const callerId = caller.objectId
  const roles = await rolesOfUser(database, caller.tenantId, callerId)
  const isOwner =
    target.group !== undefined &&
    (await isGroupOwner(database, caller.tenantId, target.group.id, callerId))
  return { ...known, isOwner, roleTemplateIds: new Set([...known.roleTemplateIds, ...roles]) }
}
