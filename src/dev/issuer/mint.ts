/**
 * Tokens made to order, for `visage token` and for tests: no client, no sign-in, no consent. It decides
 * what an order means and what is wrong with it; claims.ts writes the claims.
 */

import { SignJWT } from 'jose'
import { isGuid } from '../../guid.ts'
import { personalTenantId } from '../../tokens/clouds.ts'
import {
  type AppToken,
  type IssuedBy,
  type TokenVersion,
  type UserToken,
  writeClaims,
} from './claims.ts'
import { type Consent, signInScopes } from './clients.ts'
import type { SigningKey } from './keys.ts'
import { nearest } from './nearest.ts'
import { nickname, type People, type Person } from './people.ts'
import { findTenant, listTenantNames, type Tenants } from './tenants.ts'

export type TokenOrder = Readonly<{
  /** Name before the @, userPrincipalName, id, or the person; default: the first in the list. */
  person?: string | Person | undefined
  scopes?: readonly string[] | undefined
  /** The client id of an application that acts in its own name; `{}` for the default one. */
  app?: string | Readonly<Record<string, never>> | undefined
  roles?: readonly string[] | undefined
  /** Template ids of roles, or their names; added to the person's own. */
  adminRoles?: readonly string[] | undefined
  /** As for a personal Microsoft account. */
  personal?: boolean | undefined
  /** Id or domain; default: the home tenant. */
  tenantId?: string | undefined
  /** The program a person signs in to. */
  clientId?: string | undefined
  version?: TokenVersion | undefined
  lifetimeSeconds?: number | undefined
  audience?: string | undefined
  /** Refuse unknown permissions instead of warning about them. */
  strict?: boolean | undefined
}>

export type Minted = Readonly<{
  token: string
  expiresIn: number
  tenantId: string
  /** The person of the token; undefined for an application. */
  person: Person | undefined
  /** Warnings about permissions that have no effect. */
  warnings: readonly string[]
}>

/** An invalid order; `problem` is a sentence for the person who sent it. */
export class OrderRefused extends Error {
  readonly suggestions: readonly string[]

  constructor(problem: string, suggestions: readonly string[] = []) {
    super(problem + didYouMean(suggestions))
    this.name = 'OrderRefused'
    this.suggestions = suggestions
  }
}

export type MintParts = Readonly<{
  issuedBy: IssuedBy
  audience: string
  tenants: Tenants
  people: People
  consent: Consent
  /** Role name -> role template id. */
  adminRoles: Readonly<Record<string, string>>
  signingKey: Promise<SigningKey>
  now: () => number
  newTokenId: () => string
}>

const defaultClientId = 'f3a1c6de-7a52-4f0e-9c3b-5d1e8a90b742'

const defaultLifetimeSeconds = 3600
const longestLifetimeSeconds = 366 * 24 * 3600

export async function mintToken(parts: MintParts, order: TokenOrder): Promise<Minted> {
  const tenantId = order.personal ? personalTenantId : chooseTenant(parts, order.tenantId)
  const lifetime = checkLifetime(order.lifetimeSeconds ?? defaultLifetimeSeconds)
  const warnings = findUnknown(parts.consent, order)
  if (order.strict && warnings.length > 0) throw new OrderRefused(warnings.join(' '))
  const token =
    order.app === undefined
      ? await fillUserToken(parts, order, tenantId, lifetime)
      : fillAppToken(parts, order, tenantId, lifetime)
  return {
    token: await signToken(await parts.signingKey, token),
    expiresIn: lifetime,
    tenantId,
    person: token.kind === 'user' ? token.person : undefined,
    warnings,
  }
}

function signToken(key: SigningKey, token: UserToken | AppToken): Promise<string> {
  return new SignJWT(writeClaims(token))
    .setProtectedHeader(writeHeader(key, token.version))
    .sign(key.privateKey)
}

export function writeHeader({ kid }: SigningKey, version: TokenVersion) {
  return { typ: 'JWT', alg: 'RS256', kid, ...(version === 1 ? { x5t: kid } : {}) }
}

async function fillUserToken(
  parts: MintParts,
  order: TokenOrder,
  tenantId: string,
  lifetime: number,
): Promise<UserToken> {
  if (order.roles) throw new OrderRefused('Only an application has roles; a user has scopes.')
  const person = await choosePerson(parts, order, tenantId)
  const asked = (order.adminRoles ?? []).map(role => readAdminRole(parts.adminRoles, role))
  return {
    kind: 'user',
    ...fillCommon(parts, order, tenantId, lifetime),
    clientId: order.clientId ?? defaultClientId,
    clientProof: 'none',
    person,
    scopes: checkPermissions(order.scopes ?? parts.consent.scopes),
    roleTemplateIds: [...new Set([...(person.roleTemplateIds ?? []), ...asked])],
  }
}

function fillAppToken(
  parts: MintParts,
  order: TokenOrder,
  tenantId: string,
  lifetime: number,
): AppToken {
  if (order.person) throw new OrderRefused('A token is for a user or for an application, not both.')
  if (order.scopes) throw new OrderRefused('Only a user has scopes; an application has roles.')
  if (order.adminRoles) throw new OrderRefused('Only a user has admin roles.')
  if (order.personal) throw new OrderRefused('An application has no personal account.')
  const clientId = typeof order.app === 'string' ? order.app : (order.clientId ?? defaultClientId)
  return {
    kind: 'app',
    ...fillCommon(parts, order, tenantId, lifetime),
    clientId,
    clientProof: 'secret',
    roles: checkPermissions(order.roles ?? parts.consent.roles),
  }
}

function fillCommon(parts: MintParts, order: TokenOrder, tenantId: string, lifetime: number) {
  const issuedAt = Math.floor(parts.now() / 1000)
  return {
    version: order.version ?? 2,
    issuedBy: parts.issuedBy,
    tenantId,
    audience: order.audience ?? parts.audience,
    tokenId: parts.newTokenId(),
    issuedAt,
    expiresAt: issuedAt + lifetime,
  }
}

function chooseTenant({ tenants }: MintParts, name = 'common'): string {
  const tenant = findTenant(tenants, name)
  if (tenant) return tenant.id
  const names = listTenantNames(tenants)
  throw new OrderRefused(`There is no tenant '${name}', only ${names.join(', ')}.`)
}

async function choosePerson(parts: MintParts, order: TokenOrder, tenantId: string) {
  if (typeof order.person === 'object') return order.person
  const tenantIds = order.personal ? [tenantId, parts.tenants[0].id] : [tenantId]
  for (const id of tenantIds) {
    const found = order.person
      ? await parts.people.findPerson(id, order.person)
      : (await parts.people.listPeople(id))[0]
    if (found) return found
  }
  throw await personUnknown(parts.people, tenantIds, order.person)
}

async function personUnknown(
  people: People,
  tenantIds: readonly string[],
  name: string | undefined,
) {
  if (name === undefined) return new OrderRefused('There is nobody in this tenant to choose from.')
  const listed = (await Promise.all(tenantIds.map(id => people.listPeople(id)))).flat()
  return new OrderRefused(`There is no user '${name}'.`, suggestPeople(name, listed))
}

export function suggestPeople(name: string, listed: readonly Person[]): readonly string[] {
  const spelling = name.includes('@') ? (one: Person) => one.userPrincipalName : nickname
  return nearest(name, [...new Set(listed.map(spelling))])
}

function readAdminRole(known: Readonly<Record<string, string>>, role: string): string {
  if (isGuid(role)) return role.toLowerCase()
  const name = Object.keys(known).find(one => one.toLowerCase() === role.toLowerCase())
  const id = name === undefined ? undefined : known[name]
  if (id) return id
  const names = Object.keys(known)
  const near = nearest(role, names)
  const listed = near.length > 0 ? '' : ` There are ${names.join(', ')}, or any role template id.`
  throw new OrderRefused(`There is no directory role '${role}'.${listed}`, near)
}

/** Any permission of Graph may be ordered, not only those of photos. */
function checkPermissions(names: readonly string[]): readonly string[] {
  const odd = names.find(name => !/^[\w.-]{1,120}$/.test(name))
  if (odd !== undefined) throw new OrderRefused(`'${odd}' is not the name of a permission.`)
  return [...new Set(names)]
}

/** A sentence for each permission without effect: misspelt, or of other parts of Graph. */
function findUnknown({ scopes, roles }: Consent, order: TokenOrder): readonly string[] {
  const [asked, known, others] =
    order.app === undefined ? [order.scopes, scopes, roles] : [order.roles, roles, scopes]
  return [...new Set(asked)]
    .filter(name => !known.includes(name) && !signInScopes.includes(name))
    .map(name =>
      others.includes(name)
        ? `'${name}' is no permission of ${order.app === undefined ? 'a user' : 'an application'}: it grants nothing here.`
        : `There is no permission '${name}' here: it grants nothing.${didYouMean(nearest(name, known))}`,
    )
}

function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? ` Did you mean ${names.join(' or ')}?` : ''
}

/** Lifetimes may be negative, for tests with an expired token. */
function checkLifetime(seconds: number): number {
  if (Number.isInteger(seconds) && Math.abs(seconds) <= longestLifetimeSeconds) return seconds
  throw new OrderRefused('A lifetime is a whole number of seconds, at most a year.')
}
