/**
 * Links or adds calling people who are not in the directory yet, as the settings say, and updates the names and the
 * sign-in of those who are. Nothing is written while the store is read-only.
 */
import type { Directory } from '../../directory/directory.ts'
import { userNameKey } from '../../directory/queries/name-key.ts'
import { linkByName } from '../../directory/sign-in/link-by-name.ts'
import {
  addSignedInUser,
  describeSignedInUser,
  followNames,
  keepSignIn,
  mayBeAdded,
  type SignedIn,
} from '../../directory/sign-in/sign-in.ts'
import {
  hasOlderNames,
  type SignedInUser,
  type User,
  type UserLookups,
  type UserWithPhoto,
} from '../../directory/users.ts'
import type { Events } from '../../events.ts'
import { Failure } from '../../failure.ts'
import { enforceActive } from '../../permissions/decide.ts'
import type { Caller } from '../../tokens/caller.ts'

/** 'add' adds people who sign in and are not in the directory; 'known' refuses them. */
export type SignInMode = 'add' | 'known'

/** How somebody who signs in for the first time is linked to a person who was provisioned. */
export type LinkMode = 'none' | 'userPrincipalName'

export type CallerParts = Directory &
  Readonly<{
    isReadOnly?: boolean | undefined
    signIn?: SignInMode | undefined
    linkBy?: LinkMode | undefined
    events: Pick<Events, 'linked'>
    now: () => number
  }>

/**
 * The id of a caller who is in no row yet: that of a person whom the subject is linked to now, otherwise the
 * subject itself. `named`: the only name that matters to the request.
 */
export async function identifyNewCaller(
  caller: Caller,
  parts: CallerParts,
  named?: Pick<UserWithPhoto, 'user_principal_name_key'>,
): Promise<string> {
  if (parts.linkBy !== 'userPrincipalName') return caller.objectId
  const { vouchedName = '' } = caller.profile
  if (named && userNameKey(vouchedName) !== named.user_principal_name_key) return caller.objectId
  return (await linkCaller(caller, parts))?.id ?? caller.objectId
}

async function linkCaller(caller: Caller, parts: CallerParts): Promise<User | undefined> {
  if (parts.linkBy !== 'userPrincipalName' || parts.isReadOnly === true) return undefined
  const person = await linkByName(parts, signedIn(caller))
  if (person === undefined) return undefined
  const { tenantId, issuer, objectId: subject } = caller
  const { id: userId, source } = person
  parts.events.linked({ tenantId, userId, source, issuer, subject, by: 'name' })
  return person
}

/**
 * For a person who is not in the directory. `id`: as the address has it. Throws Failure 'user-not-found',
 * 'account-disabled' or 'account-deleted'.
 */
export async function addCaller<Column extends keyof User>(
  id: string,
  caller: Caller,
  parts: CallerParts,
  { findUser, findSelf }: UserLookups<Column>,
): Promise<UserWithPhoto<Column>> {
  const linked = await linkCaller(caller, parts)
  const { signIn = 'add', isReadOnly, linkBy = 'none', database, now } = parts
  const { tenantId, objectId, issuer } = caller
  const key = { issuer, callerId: objectId }
  if (linked !== undefined || (linkBy !== 'none' && signIn === 'known')) {
    // Another request may have linked them in between.
    const user = await findSelf(tenantId, key)
    if (user !== undefined) return user
  }
  if (signIn === 'known' || !mayBeAdded(objectId)) {
    throw new Failure('user-not-found', { facts: { id } })
  }
  if (isReadOnly !== true) {
    return await addSignedInUser({ database, findUser, now }, signedIn(caller))
  }
  enforceActive(await parts.findCallerState(tenantId, key))
  return describeSignedInUser(signedIn(caller))
}

export async function updateCaller<Column extends keyof User>(
  user: SignedInUser<Column>,
  caller: Caller,
  parts: CallerParts,
  { findUser }: UserLookups<Column>,
): Promise<UserWithPhoto<Column>> {
  // The names of somebody who is linked are those of their source.
  if (parts.isReadOnly === true || user.id !== caller.objectId) return user
  if (parts.linkBy === 'userPrincipalName' && user.linked_id === null) {
    await keepSignIn(parts, signedIn(caller))
  }
  if (!hasOlderNames(user, caller.profile.issuedAt)) return user
  return await followNames({ database: parts.database, findUser }, user, signedIn(caller))
}

function signedIn({ tenantId, issuer, objectId, profile }: Caller): SignedIn {
  return { tenantId, issuer, id: objectId, profile }
}
