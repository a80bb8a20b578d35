/**
 * The claims of a token, in both versions of Entra: names and values only. It does not decide who gets a
 * token or how it is signed.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */

import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { personalTenantId } from '../../tokens/clouds.ts'
import type { Person } from './people.ts'

export type TokenVersion = 1 | 2

/** How the client authenticated: `azpacr`, `appidacr`. */
export type ClientProof = keyof typeof proofs

const proofs = { none: '0', secret: '1', assertion: '2' } as const

/** The origins in `iss`; Entra has another one for version 1. */
export type IssuedBy = Readonly<Record<TokenVersion, string>>

type Common = Readonly<{
  version: TokenVersion
  issuedBy: IssuedBy
  tenantId: string
  audience: string
  clientId: string
  clientProof: ClientProof
  tokenId: string
  /** Seconds since 1970. */
  issuedAt: number
  expiresAt: number
}>

export type UserToken = Common &
  Readonly<{
    kind: 'user'
    person: Person
    scopes: readonly string[]
    roleTemplateIds: readonly string[]
  }>

export type AppToken = Common & Readonly<{ kind: 'app'; roles: readonly string[] }>

export function writeClaims(token: UserToken | AppToken): JWTPayload {
  return {
    aud: token.audience,
    iss: issuerOf(token),
    iat: token.issuedAt,
    nbf: token.issuedAt,
    exp: token.expiresAt,
    ...writeClient(token),
    idtyp: token.kind,
    ...(token.kind === 'user' ? writeUser(token) : writeApp(token)),
    tid: token.tenantId,
    uti: token.tokenId,
    ver: token.version === 1 ? '1.0' : '2.0',
  }
}

export function issuerOf({
  version,
  issuedBy,
  tenantId,
}: Pick<Common, 'version' | 'issuedBy' | 'tenantId'>): string {
  const base = `${issuedBy[version]}/${tenantId}/`
  return version === 1 ? base : `${base}v2.0`
}

function writeClient(token: Common): JWTPayload {
  const acr = proofs[token.clientProof]
  if (token.version === 2) return { azp: token.clientId, azpacr: acr }
  return { appid: token.clientId, appidacr: acr }
}

function writeApp(token: AppToken): JWTPayload {
  const oid = servicePrincipalId(token.tenantId, token.clientId)
  return { oid, sub: oid, ...(token.roles.length > 0 ? { roles: token.roles } : {}) }
}

function writeUser(token: UserToken): JWTPayload {
  const { person, roleTemplateIds } = token
  return {
    oid: person.id,
    sub: pairwiseSubject(token),
    name: person.displayName,
    scp: token.scopes.join(' '),
    ...writeNames(token),
    ...(roleTemplateIds.length > 0 ? { wids: roleTemplateIds } : {}),
  }
}

/** A personal account has no userPrincipalName. */
function writeNames({ version, tenantId, person }: UserToken): JWTPayload {
  const name = signInName(person, tenantId)
  const named = version === 1 ? { unique_name: name } : { preferred_username: name }
  return tenantId === personalTenantId ? named : { ...named, upn: person.userPrincipalName }
}

export function signInName(person: Person, tenantId: string): string {
  return tenantId === personalTenantId
    ? (person.mail ?? person.userPrincipalName)
    : person.userPrincipalName
}

/**
 * `sub` differs from `oid` and between APIs, as at Entra, so that a program that takes it for the person's
 * id fails here and not only in production.
 */
function pairwiseSubject({ tenantId, audience, person }: UserToken): string {
  return digest(tenantId, audience, person.id).toString('base64url')
}

/** The same application has the same service principal after a restart. */
function servicePrincipalId(tenantId: string, clientId: string): string {
  const hex = digest(tenantId, clientId).toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}

function digest(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}
