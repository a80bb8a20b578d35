/**
 * Finds the trusted issuer of a token from its unverified claims, and the address of the issuer's
 * keys. Fetches and verifies nothing.
 *
 * Every address is composed from settings and the cloud table; from the token, only a GUID is used,
 * or a policy name that the settings list. Stops SSRF (a token naming an address to fetch) and
 * issuer confusion (keys of one issuer accepted for another). Does not protect against a trusted
 * issuer that lies.
 */

import { type Facts, Failure } from '../failure.ts'
import { guidPattern } from '../guid.ts'
import { type Cloud, clouds, isB2cIssuer, personalTenantId, v1Issuer, v2Issuers } from './clouds.ts'
import type { KeySource } from './key-set.ts'
import { quote } from './token.ts'
import {
  type B2cTenant,
  type EntraTrust,
  type OidcTrust,
  servesTenant,
  type Trust,
  tenantTemplate,
} from './trust.ts'

export type Issuer = Readonly<{
  /** Every trusted spelling of this issuer for this tenant; the order does not change. */
  spellings: readonly string[]
  tenantId: string
  /** The issuer's name contains the tenant; otherwise a claim may name it. */
  namesTenant: boolean
  isB2c: boolean
  keys: KeySource
}>

type IssuerClaims = Readonly<{ iss?: unknown; tid?: unknown; tfp?: unknown; acr?: unknown }>

/** Lower case only, because `iss` is compared exactly. */
const guid = new RegExp(guidPattern)
const wholeGuid = new RegExp(`^${guid.source}$`)

/** Throws Failure 'token-issuer-unknown', 'token-tenant-not-allowed', 'token-malformed'. */
export function findIssuer(trust: Trust, claims: IssuerClaims): Issuer {
  const { iss, tid } = claims
  if (typeof iss !== 'string') throw malformed('iss', iss)
  const found = find(trust, iss, claims)
  if (!found) throw unknown(`iss ${quote(iss)}`, slashFacts(trust, iss, claims))
  if (!found.namesTenant || tid === undefined) return found
  if (typeof tid !== 'string') throw malformed('tid', tid)
  if (tid.toLowerCase() !== found.tenantId) {
    throw unknown(`tid ${quote(tid)} is not the tenant of iss ${quote(iss)}`)
  }
  return found
}

/** The keys of further issuers are fetched when a token needs them. */
const maxSourcesAtStart = 32

/**
 * The key sources of issuers that the settings name in full; an issuer with `{tenantid}` is known
 * only from a token.
 */
export function keySourcesOf(trust: Trust): readonly KeySource[] {
  const sources = trust.kind === 'entra' ? entraSources(trust) : oidcSources(trust)
  return sources.slice(0, maxSourcesAtStart)
}

function entraSources(trust: EntraTrust): readonly KeySource[] {
  const cloud: Cloud = clouds[trust.cloud]
  const tenants = trust.tenants === 'any' ? [undefined] : trust.tenants
  return [
    ...tenants.map(tenant => entraKeys(cloud, tenant, false)),
    ...trust.b2cTenants.flatMap(b2cIssuersOf).map(({ issuer }) => issuer.keys),
  ]
}

function oidcSources(trust: OidcTrust): readonly KeySource[] {
  return trust.issuers.flatMap(({ issuer }) =>
    issuer.includes(tenantTemplate) ? [] : (findOidc(trust, issuer)?.keys ?? []),
  )
}

function find(trust: Trust, iss: string, claims: IssuerClaims): Issuer | undefined {
  return trust.kind === 'entra' ? findEntra(trust, iss, claims) : findOidc(trust, iss)
}

/** Detects a wrong trailing slash, a common mistake that is hard to see. */
function slashFacts(trust: Trust, iss: string, claims: IssuerClaims): Facts {
  const hasSlash = iss.endsWith('/')
  try {
    const found = find(trust, hasSlash ? iss.slice(0, -1) : `${iss}/`, claims)
    return found ? { slash: hasSlash ? 'extra' : 'missing' } : {}
  } catch {
    return {}
  }
}

function findEntra(trust: EntraTrust, iss: string, claims: IssuerClaims): Issuer | undefined {
  const cloud: Cloud = clouds[trust.cloud]
  const tenantId = guid.exec(iss)?.[0]
  if (!tenantId) return undefined
  const v1 = v1Issuer(cloud, tenantId)
  const v2 = v2Issuers(cloud, tenantId)
  if (iss !== v1 && !v2.includes(iss)) return findB2c(trust, iss, claims)
  // Personal accounts get v2.0 tokens only; a v1.0 discovery document for them would not be found.
  if (iss === v1 && tenantId === personalTenantId) return undefined
  requireTenant(cloud, trust, tenantId)
  return {
    spellings: [v1, ...v2],
    tenantId,
    namesTenant: true,
    isB2c: trust.b2cTenants.some(b2c => b2c.tenantId.toLowerCase() === tenantId),
    keys: entraKeys(cloud, sharesKeys(trust, tenantId) ? undefined : tenantId, iss === v1),
  }
}

/**
 * When any tenant is allowed, one shared document serves all, so that tokens cannot cause more
 * fetches.
 */
function sharesKeys(trust: EntraTrust, tenantId: string): boolean {
  return trust.tenants === 'any' && tenantId !== personalTenantId
}

/**
 * The shared document, at `common`, declares its issuer with a literal `{tenantid}`; tokens of each
 * version have their own document. Keys of a single application with claims mapping (`?appid=`) are not
 * fetched: such tokens are refused.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
 */
function entraKeys(cloud: Cloud, tenantId: string | undefined, isV1: boolean): KeySource {
  const [host] = cloud.authorityHosts
  const root = `https://${host}/${tenantId ?? 'common'}${isV1 ? '' : '/v2.0'}`
  const named = tenantId ?? tenantTemplate
  return {
    discovery: wellKnown(root),
    declares: isV1 ? [v1Issuer(cloud, named)] : v2Issuers(cloud, named),
  }
}

function requireTenant(cloud: Cloud, trust: EntraTrust, tenantId: string): void {
  const isPersonal = tenantId === personalTenantId
  const isAllowed = isPersonal
    ? trust.personal && cloud.hasPersonalAccounts
    : servesTenant(trust, tenantId)
  if (!isAllowed) throw notAllowed(tenantId)
}

/**
 * The issuer has two forms, with and without the policy; in both cases the keys belong to the policy.
 * https://learn.microsoft.com/en-us/azure/active-directory-b2c/tokens-overview#claims
 */
function findB2c(trust: EntraTrust, iss: string, claims: IssuerClaims): Issuer | undefined {
  const candidates = trust.b2cTenants.flatMap(b2cIssuersOf).filter(b2c => b2c.spells(iss))
  const named = candidates.filter(({ policy }) => fitsPolicy(policy, claims))
  // A token without a policy is accepted only where exactly one policy is possible.
  if (named.length > 1 && !namesPolicy(claims)) return undefined
  return named[0]?.issuer
}

type B2cIssuer = Readonly<{ policy: string; spells: (iss: string) => boolean; issuer: Issuer }>

function b2cIssuersOf({ tenantId, host, policies = [] }: B2cTenant): B2cIssuer[] {
  if (host === undefined) return []
  const tenant = tenantId.toLowerCase()
  return policies.map(policy => {
    const spellings = b2cSpellings(host, tenant, policy)
    const discovery = wellKnown(`https://${host}/${tenant}/${policy}/v2.0`)
    const issuer = {
      spellings,
      tenantId: tenant,
      namesTenant: true,
      isB2c: true,
      keys: { discovery, declares: spellings },
    }
    return { policy, spells: iss => spellings.includes(iss), issuer }
  })
}

/** B2C writes the policy in lower case here, even if the portal shows capitals. */
function b2cSpellings(host: string, tenant: string, policy: string): readonly string[] {
  const withPolicy = (name: string) => `https://${host}/tfp/${tenant}/${name}/v2.0/`
  return [`https://${host}/${tenant}/v2.0/`, withPolicy(policy.toLowerCase()), withPolicy(policy)]
}

/**
 * Each of these claims, if present, must name the policy. Stops a token of another user flow, such as a
 * sign-up with fewer checks, where the flows share keys.
 */
function fitsPolicy(policy: string, { tfp, acr }: IssuerClaims): boolean {
  const isPolicy = (claim: unknown) =>
    typeof claim === 'string' && claim.toLowerCase() === policy.toLowerCase()
  return [tfp, acr].every(claim => claim === undefined || isPolicy(claim))
}

function namesPolicy({ tfp, acr }: IssuerClaims): boolean {
  return tfp !== undefined || acr !== undefined
}

function findOidc(trust: OidcTrust, iss: string): Issuer | undefined {
  for (const { issuer, jwksUri } of trust.issuers) {
    const tenant = matchTemplate(issuer, iss)
    if (tenant === undefined) continue
    const namesTenant = tenant !== ''
    if (namesTenant && !servesTenant(trust, tenant)) throw notAllowed(tenant)
    return {
      spellings: [iss],
      tenantId: namesTenant ? tenant : trust.tenantId.toLowerCase(),
      namesTenant,
      isB2c: isB2cIssuer(iss),
      keys: jwksUri
        ? { jwksUri: jwksUri.replaceAll(tenantTemplate, tenant), declares: [] }
        : { discovery: wellKnown(iss), declares: [iss] },
    }
  }
  return undefined
}

/** The tenant in `iss`; '' where the template has none; undefined without a match. */
function matchTemplate(template: string, iss: string): string | undefined {
  const [before = '', after] = template.split(tenantTemplate)
  if (after === undefined) return iss === template ? '' : undefined
  if (!iss.startsWith(before) || !iss.endsWith(after)) return undefined
  const tenant = iss.slice(before.length, iss.length - after.length)
  return wholeGuid.test(tenant) ? tenant : undefined
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest */
function wellKnown(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function malformed(claim: string, value: unknown): Failure {
  return new Failure('token-malformed', {
    detail: `${claim} is ${quote(value)}`,
    facts: { claim },
  })
}

function unknown(detail: string, facts: Facts = {}): Failure {
  return new Failure('token-issuer-unknown', { detail, facts })
}

function notAllowed(tenantId: string): Failure {
  return new Failure('token-tenant-not-allowed', { detail: `tenant ${tenantId}` })
}
