/**
 * Converts verified claims to a Caller. Decides whether the caller is an application, a work
 * account or a personal account, by the pointers of the reading. Permissions are decided elsewhere.
 */

import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import { requireAccessToken } from './access-token.ts'
import { isApplication } from './application.ts'
import type { AccountKind, Caller } from './caller.ts'
import { personalTenantId } from './clouds.ts'
import type { Issuer } from './issuers.ts'
import { valueAt } from './pointer.ts'
import type { Reading } from './presets.ts'
import { permissionsIn } from './scopes.ts'
import { readingFor, type Trust } from './trust.ts'
import { type Claims, idAt, listAt, nameAt, textAt, wordsAt } from './values.ts'

export type { Claims } from './values.ts'

/** Throws Failure 'token-is-id-token', 'token-malformed', 'token-subject-missing'. */
export function readCaller(claims: Claims, issuer: Issuer, trust: Trust): Caller {
  const reading = readingFor(trust)
  const { pointers } = reading
  requireAccessToken(claims, reading)
  const tenantId = readTenant(claims, issuer, reading)
  const kind = readKind(claims, reading, tenantId)
  const appId = textAt(claims, pointers.client)
  const granted = wordsAt(
    claims,
    kind === 'application' ? pointers.appPermissions : pointers.scopes,
  )
  return {
    kind,
    tenantId,
    issuer: issuer.spellings[0] ?? '',
    objectId: readId(claims, reading, kind, appId),
    appId,
    permissions: permissionsIn(granted, trust.audiences),
    roleTemplateIds: readRoles(claims, reading),
    isB2c: issuer.isB2c || namesB2cPolicy(claims, reading),
    profile: readProfile(claims, reading),
  }
}

function readTenant(claims: Claims, issuer: Issuer, { pointers }: Reading): string {
  const named = idAt(claims, pointers.tenant).toLowerCase()
  return issuer.namesTenant || named === '' ? issuer.tenantId : named
}

/**
 * The tenant is checked first: the tenant of personal accounts has no applications. A token without
 * any grant belongs to a person without permissions.
 */
function readKind(claims: Claims, reading: Reading, tenantId: string): AccountKind {
  if (tenantId === personalTenantId) return 'personal'
  return isApplication(claims, reading) ? 'application' : 'delegated'
}

/**
 * GUIDs are compared in lower case; other ids are case-sensitive. An application without an id has
 * the id of its client.
 */
function readId(claims: Claims, { pointers }: Reading, kind: AccountKind, client: string): string {
  const found = idAt(claims, pointers.id)
  const id = found === '' && kind === 'application' ? client : found
  if (id === '') {
    throw new Failure('token-subject-missing', {
      detail: 'no id',
      facts: { claims: pointers.id.map(pointer => pointer.slice(1)) },
    })
  }
  return normalizeId(id)
}

/** The roles in the token, and those that the settings assign to the token's groups. */
function readRoles(claims: Claims, { pointers, groupRoles }: Reading): ReadonlySet<string> {
  const held = listAt(claims, pointers.roles).map(role => role.toLowerCase())
  const given =
    groupRoles.size === 0
      ? []
      : listAt(claims, pointers.groups).flatMap(group => groupRoles.get(group) ?? [])
  return new Set([...held, ...given])
}

/**
 * `acr` of an Entra v1.0 token is "0" or "1"; of an older B2C token, the policy.
 * https://learn.microsoft.com/en-us/azure/active-directory-b2c/tokens-overview#claims
 */
function namesB2cPolicy(claims: Claims, { pointers }: Reading): boolean {
  return pointers.b2cPolicy.some(pointer => {
    const value = valueAt(claims, pointer)
    if (pointer !== '/acr') return textAt(claims, [pointer]) !== ''
    return typeof value === 'string' && value.toLowerCase().startsWith('b2c_')
  })
}

function readProfile(claims: Claims, { pointers, vouches }: Reading): Caller['profile'] {
  const mail = nameAt(claims, pointers.mail)
  const userName = nameAt(claims, pointers.userName)
  const vouchedName = { none: undefined, userName, mail: verified(claims, pointers, mail) }[vouches]
  const { iat } = claims
  const profile = {
    userName,
    isVouchedFor: vouches === 'none' ? undefined : true,
    vouchedName,
    displayName: nameAt(claims, pointers.displayName),
    givenName: nameAt(claims, pointers.givenName),
    surname: nameAt(claims, pointers.surname),
    mail,
    issuedAt: typeof iat === 'number' && iat > 0 ? Math.floor(iat) : undefined,
  }
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined))
}

/**
 * Stops people who can set any address in their account from being found under another person's
 * name.
 */
function verified(
  claims: Claims,
  { mailVerified }: Reading['pointers'],
  mail: string | undefined,
): string | undefined {
  return mailVerified.some(pointer => valueAt(claims, pointer) === true) ? mail : undefined
}
