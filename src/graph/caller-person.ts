/**
 * Finds the calling person in the directory: the person that the subject is linked to, otherwise
 * the person whose id equals it. An unknown subject is linked or added, as the settings say.
 * Nothing is written while the store is read-only.
 */
import { type CallerColumns, type CallerKey, noCaller } from '../directory/caller-state.ts'
import type { Directory } from '../directory/directory.ts'
import { linkByName } from '../directory/link-by-name.ts'
import { userNameKey } from '../directory/names.ts'
import {
  addSignedInUser,
  describeSignedInUser,
  followNames,
  keepSignIn,
  mayBeAdded,
  type SignedIn,
} from '../directory/sign-in.ts'
import { hasOlderNames, type User, type UserWithPhoto } from '../directory/users.ts'
import type { Events } from '../events.ts'
import { Failure, type FailureCode } from '../failure.ts'
import type { Caller } from '../tokens/caller.ts'

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

export function callerKeyOf({ kind, issuer, objectId }: Caller): CallerKey {
  return kind === 'application' ? noCaller : { issuer, callerId: objectId }
}

/**
 * The id of the person; '' of an application. `found`: what a statement has said. `named`: the only name that matters to
 * the request. Throws Failure 'account-disabled' or 'account-deleted'.
 */
export async function identifyCaller(
  caller: Caller,
  found: CallerColumns | undefined,
  parts: CallerParts,
  named?: Pick<User, 'user_principal_name_key'>,
): Promise<string> {
  if (caller.kind === 'application') return noCaller.callerId
  refuseInactive(found)
  if (found !== undefined && found.caller_id !== null) return found.caller_id
  const { vouchedName = '' } = caller.profile
  if (named && userNameKey(vouchedName) !== named.user_principal_name_key) return caller.objectId
  return (await linkCaller(caller, parts))?.id ?? caller.objectId
}

/** Throws Failure 'account-disabled' or 'account-deleted'. */
export function refuseInactive(found: CallerColumns | undefined): void {
  const code = codes.find(one => one === found?.caller_state)
  if (code !== undefined) throw new Failure(code)
}

const codes = ['account-disabled', 'account-deleted'] as const satisfies readonly FailureCode[]

/** For requests that found no row with it. Throws as refuseInactive does. */
export async function refuseInactiveCaller(
  caller: Caller,
  { findCallerState }: Pick<Directory, 'findCallerState'>,
): Promise<void> {
  if (caller.kind === 'application') return
  refuseInactive(await findCallerState(caller.tenantId, callerKeyOf(caller)))
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

/** Somebody who is not in the directory. `id`: as the address has it. Throws Failure 'user-not-found'. */
export async function addCaller(
  id: string,
  caller: Caller,
  parts: CallerParts,
): Promise<UserWithPhoto> {
  const linked = await linkCaller(caller, parts)
  const { signIn = 'add', isReadOnly, linkBy = 'none' } = parts
  const { tenantId, objectId } = caller
  if (linked !== undefined || (linkBy !== 'none' && signIn === 'known')) {
    // Another request may have linked them in between.
    const user = await parts.findUser(tenantId, objectId, 'caller', callerKeyOf(caller))
    if (user !== undefined) return user
  }
  if (signIn === 'known' || !mayBeAdded(objectId)) {
    throw new Failure('user-not-found', { facts: { id } })
  }
  if (isReadOnly !== true) return await addSignedInUser(parts, signedIn(caller))
  await refuseInactiveCaller(caller, parts)
  return describeSignedInUser(signedIn(caller))
}

/** `user`: who calls, as they were found; `linked_id` says whether their sign-in is written down. */
export async function welcome(
  user: UserWithPhoto & Readonly<{ linked_id?: string | null }>,
  caller: Caller,
  parts: CallerParts,
): Promise<UserWithPhoto> {
  // The names of somebody who is linked are those of their source.
  if (parts.isReadOnly === true || user.id !== caller.objectId) return user
  if (parts.linkBy === 'userPrincipalName' && user.linked_id === null) {
    await keepSignIn(parts, signedIn(caller))
  }
  if (!hasOlderNames(user, caller.profile.issuedAt)) return user
  return await followNames(parts, user, signedIn(caller))
}

function signedIn({ tenantId, issuer, objectId, profile }: Caller): SignedIn {
  return { tenantId, issuer, id: objectId, profile }
}
