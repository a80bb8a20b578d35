/**
 * Verified claims -> Caller: the only file that knows what claims are called. It decides who is an
 * application, a person at work, or a person at home; it does not know what any of them may do.
 *
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */

import { Failure } from '../failure.ts'
import { quote } from './bearer.ts'
import type { AccountKind, Caller } from './caller.ts'
import { personalTenantId } from './clouds.ts'
import type { Issuer } from './issuers.ts'

export type Claims = Readonly<Record<string, unknown>>

/** @throws Failure token-malformed, token-subject-missing */
export function readCaller(claims: Claims, issuer: Issuer): Caller {
  const tenantId = readTenant(claims, issuer)
  const kind = readKind(claims, issuer, tenantId)
  return {
    kind,
    tenantId,
    objectId: readSubject(claims),
    appId: readText(claims, 'azp') || readText(claims, 'appid') || readText(claims, 'client_id'),
    permissions: kind === 'application' ? new Set(readTexts(claims, 'roles')) : readScopes(claims),
    roleTemplateIds: new Set(readTexts(claims, 'wids').map(id => id.toLowerCase())),
    isB2c: issuer.isB2c || namesB2cPolicy(claims),
    profile: readProfile(claims),
  }
}

function readTenant(claims: Claims, issuer: Issuer): string {
  const tid = readId(claims, 'tid').toLowerCase()
  return issuer.namesTenant || tid === '' ? issuer.tenantId : tid
}

/**
 * A personal account has no applications of its own, so its tenant comes first: the narrowest table.
 * A token with neither scopes nor application roles is a person's, with no permission at all.
 */
function readKind(claims: Claims, issuer: Issuer, tenantId: string): AccountKind {
  if (tenantId === personalTenantId) return 'personal'
  return isApplication(claims, issuer) ? 'application' : 'delegated'
}

/**
 * `idtyp` is an optional claim; without it, roles and no scopes mean an application. `roles` of a
 * person are app roles, not application permissions, and an ID token has them without `scp`: so in
 * Entra's tokens `oid` has to equal `sub`, as it does for applications alone. Stops an ID token, or
 * a person's token without scopes, from passing as an application. Other issuers' tokens without
 * `oid` are taken at their word.
 * https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
 */
function isApplication(claims: Claims, issuer: Issuer): boolean {
  const idtyp = readText(claims, 'idtyp')
  if (idtyp !== '') return idtyp === 'app'
  if (readScopes(claims).size > 0 || readTexts(claims, 'roles').length === 0) return false
  const [oid, sub] = [readText(claims, 'oid'), readText(claims, 'sub')]
  return oid === sub || (oid === '' && !issuer.isEntra)
}

/**
 * `scp` is Entra's; `scope` is RFC 9068's; Okta's `scp` is an array. A scope may be spelled in full,
 * `https://graph.microsoft.com/User.Read`: the resource is the audience's business, checked before.
 * https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3
 * https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
 */
function readScopes(claims: Claims): ReadonlySet<string> {
  const { scp } = claims
  const words = Array.isArray(scp)
    ? readTexts(claims, 'scp')
    : `${readText(claims, 'scp') || readText(claims, 'scope')}`.split(/\s+/)
  return new Set(words.map(withoutResource).filter(word => word !== ''))
}

function withoutResource(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1)
}

/** Compared in lower case where it is a GUID; a `sub` of another form is case-sensitive. */
function readSubject(claims: Claims): string {
  const subject = readId(claims, 'oid') || readId(claims, 'sub')
  if (subject === '') throw new Failure('token-subject-missing', { detail: 'no oid and no sub' })
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subject)
    ? subject.toLowerCase()
    : subject
}

/**
 * `acr` of an Entra v1.0 token is "0" or "1"; of an older B2C token, the policy.
 * https://learn.microsoft.com/en-us/azure/active-directory-b2c/tokens-overview#claims
 */
function namesB2cPolicy(claims: Claims): boolean {
  if (readText(claims, 'tfp') !== '') return true
  const { acr } = claims
  return typeof acr === 'string' && acr.toLowerCase().startsWith('b2c_')
}

/** For display only, so what is no text is left out instead of refused. */
function readProfile(claims: Claims): Caller['profile'] {
  const { upn, preferred_username, unique_name, name, email } = claims
  const profile: { userPrincipalName?: string; displayName?: string; mail?: string } = {}
  const userPrincipalName = [upn, preferred_username, unique_name].find(isText)
  if (isText(userPrincipalName)) profile.userPrincipalName = userPrincipalName
  if (isText(name)) profile.displayName = name
  if (isText(email)) profile.mail = email
  return profile
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** '' where the claim is absent. */
function readText(claims: Claims, name: string): string {
  const value = claims[name]
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  throw malformed(name, value)
}

/**
 * "It MUST NOT exceed 255 ASCII characters in length." What is longer becomes nobody's row, in no
 * database's index. https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
const maxIdLength = 255

function readId(claims: Claims, name: string): string {
  const id = readText(claims, name)
  if (id.length > maxIdLength) throw malformed(name, id)
  return id
}

/** [] where the claim is absent. */
function readTexts(claims: Claims, name: string): readonly string[] {
  const value = claims[name]
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw malformed(name, value)
}

function malformed(name: string, value: unknown): Failure {
  return new Failure('token-malformed', { detail: `${name} is ${quote(value)}` })
}
