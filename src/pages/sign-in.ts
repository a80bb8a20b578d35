/**
 * How a browser signs in here, for /.well-known/visage.json: the issuer, and how it spells each permission. It is read from
 * the trust of the server, so a token that the page gets is one that the server accepts.
 */
import { permissionReach } from '../permissions/tables.ts'
import { type Cloud, clouds, isEntraIssuer } from '../tokens/clouds.ts'
import { type EntraTrust, readingFor, type Trust, tenantTemplate } from '../tokens/trust.ts'
import type { Mode } from './addresses.ts'

export type SignIn = Readonly<{
  /** Exactly as in its discovery document, except for Entra's `organizations` and `common`. */
  issuer: string
  /** Permission -> its text in `scope`. */
  scopes: Readonly<Record<string, string>>
  /** Further parameters of the authorization request. */
  parameters: Readonly<Record<string, string>>
}>

export function describeSignIn(trust: Trust, mode: Mode): SignIn {
  const issuer = issuerOf(trust)
  const prefix =
    mode === 'dev' || trust.kind === 'entra' || isEntraIssuer(issuer)
      ? `${resourceOf(trust.audiences)}/`
      : ''
  const scopes = Object.keys(permissionReach).map(name => [name, prefix + name] as const)
  const [audience] = trust.audiences
  const asks = readingFor(trust).asksForAudience === true && audience !== undefined
  return { issuer, scopes: Object.fromEntries(scopes), parameters: asks ? { audience } : {} }
}

function issuerOf(trust: Trust): string {
  if (trust.kind === 'entra') return entraIssuer(trust)
  const [first] = trust.issuers
  return first?.issuer.replaceAll(tenantTemplate, trust.tenantId) ?? ''
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols#endpoints */
function entraIssuer({ cloud, tenants, personal }: EntraTrust): string {
  const { authorityHosts }: Cloud = clouds[cloud]
  const [only, ...others] = tenants === 'any' ? [] : tenants
  const all = personal ? 'common' : 'organizations'
  const tenant = only === undefined || others.length > 0 || personal ? all : only.toLowerCase()
  return `https://${authorityHosts[0]}/${tenant}/v2.0`
}

/**
 * Entra knows a permission by its resource: the App ID URI, which by default is made from the client id.
 * https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc
 */
function resourceOf(audiences: readonly string[]): string {
  const uri = audiences.find(audience => audience.includes('://'))
  return uri?.replace(/\/$/, '') ?? `api://${audiences[0] ?? ''}`
}
