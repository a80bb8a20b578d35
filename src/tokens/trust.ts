/**
 * The issuers that the settings trust: Entra ID of one cloud, or any OpenID Connect issuers.
 * issuers.ts matches tokens with them.
 */

import { type Cloud, type CloudName, clouds, v1Issuer, v2Issuers } from './clouds.ts'
import { presets, type Reading, readingOf } from './presets.ts'

/** A placeholder for any tenant id in the name of an issuer. */
export const tenantTemplate = '{tenantid}'

export type B2cTenant = Readonly<{
  tenantId: string
  /** `contoso.b2clogin.com` or a custom domain; without it, Entra tokens of the tenant count as B2C's. */
  host?: string
  /** With `host`: the user flows whose tokens are accepted, such as `B2C_1_sign_in`. */
  policies?: readonly string[]
}>

export type EntraTrust = Readonly<{
  kind: 'entra'
  cloud: CloudName
  /** GUIDs; with 'any', every organisation's tokens are accepted and permissions decide. */
  tenants: 'any' | readonly string[]
  b2cTenants: readonly B2cTenant[]
  audiences: readonly string[]
  /** Personal Microsoft accounts; has no effect in a cloud without them. */
  personal: boolean
  /** Default: the preset `entra`. */
  reading?: Reading
}>

type OidcIssuer = Readonly<{
  /** Exactly as in `iss`; `{tenantid}` stands for a GUID. */
  issuer: string
  /** Skips discovery; may contain `{tenantid}`. */
  jwksUri?: string
}>

export type OidcTrust = Readonly<{
  kind: 'oidc'
  issuers: readonly OidcIssuer[]
  audiences: readonly string[]
  /** The tenant of callers whose token does not name one. */
  tenantId: string
  /** Allowed values of `{tenantid}`; default any. */
  tenants?: 'any' | readonly string[]
  /** Default: the preset `generic`. */
  reading?: Reading
}>

export type Trust = EntraTrust | OidcTrust

export function readingFor({ kind, reading }: Trust): Reading {
  return reading ?? readingOf(kind === 'entra' ? presets.entra : presets.generic)
}

/** Whether tokens of this tenant, in lower case, may be accepted. Personal accounts are in no organisation. */
export function servesTenant(trust: Trust, tenantId: string): boolean {
  const { tenants = 'any' } = trust
  if (tenants === 'any' || tenants.some(served => served.toLowerCase() === tenantId)) return true
  return (
    trust.kind === 'entra' && trust.b2cTenants.some(b2c => b2c.tenantId.toLowerCase() === tenantId)
  )
}

/** The audience, issuer and authority that a token needs, for the answer to a refused caller. */
export function describeTrust(trust: Trust): {
  audience: readonly string[]
  authority: readonly string[]
  issuer: readonly string[]
} {
  const { audiences } = trust
  if (trust.kind === 'oidc') {
    const issuers = trust.issuers.map(({ issuer }) => issuer)
    return { audience: audiences, authority: issuers, issuer: issuers }
  }
  const cloud: Cloud = clouds[trust.cloud]
  const [host] = cloud.authorityHosts
  const tenant = onlyTenant(trust)
  return {
    audience: audiences,
    authority: [`https://${host}/${tenant ?? 'common'}`],
    issuer: [
      ...v2Issuers(cloud, tenant ?? tenantTemplate),
      v1Issuer(cloud, tenant ?? tenantTemplate),
      ...b2cIssuers(trust),
    ],
  }
}

function onlyTenant({ tenants, personal }: EntraTrust): string | undefined {
  const [tenant, ...others] = tenants === 'any' ? [] : tenants
  return others.length === 0 && !personal ? tenant : undefined
}

function b2cIssuers({ b2cTenants }: EntraTrust): string[] {
  return b2cTenants.flatMap(({ tenantId, host }) =>
    host === undefined ? [] : `https://${host}/${tenantId}/v2.0/`,
  )
}
