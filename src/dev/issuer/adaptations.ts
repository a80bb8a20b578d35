/**
 * Differences between Entra's OAuth and the standard, which the library implements: small functions on parameters of a
 * request and bodies of answers.
 */

import { decodeJwt } from 'jose'
import type { ClientProof, TokenVersion } from './claims.ts'
import { type Consent, deviceGrant } from './clients.ts'
import { OAuthRefused } from './refusals.ts'

export type Endpoint = 'authorize' | 'token' | 'devicecode' | 'other'

/** Kept from a request until its answer is written. */
export type AdaptedRequest = {
  endpoint: Endpoint
  version: TokenVersion
  clientProof: ClientProof
  wantsClientInfo: boolean
  grantType: string
  /** Permission -> the full form in which the client asked for it. */
  spellings: Map<string, string>
  /** The scopes that ask for everything that is consented to: `…/.default`. */
  defaults: string[]
}

export type Dialect = Readonly<{
  /** URIs of this Graph, without a slash at the end. */
  resources: ReadonlySet<string>
  consent: Consent
  /** Sent for every client, so that the library handles one kind of client. */
  clientSecret: string
}>

/** Changes `params` to what the library understands. */
export function adaptRequest(
  dialect: Dialect,
  endpoint: Endpoint,
  version: TokenVersion,
  params: URLSearchParams,
): AdaptedRequest {
  const adapted: AdaptedRequest = {
    endpoint,
    version,
    clientProof: params.has('client_secret') ? 'secret' : 'none',
    wantsClientInfo: params.get('client_info') === '1',
    grantType: nameDeviceGrant(params),
    spellings: new Map(),
    defaults: [],
  }
  if (endpoint === 'token' || endpoint === 'devicecode') setClientSecret(dialect, params, adapted)
  readResource(dialect, params, adapted)
  shortenScopes(dialect, params, adapted)
  narrowRefresh(params, adapted)
  simplifyPrompt(params)
  params.delete('claims')
  return adapted
}

/** MSAL polls with `grant_type=device_code`; the standard has a URN. */
function nameDeviceGrant(params: URLSearchParams): string {
  if (params.get('grant_type') === 'device_code') params.set('grant_type', deviceGrant)
  return params.get('grant_type') ?? ''
}

/** Only a program that sends a secret may act in its own name, as at Entra. Any secret is accepted. */
function setClientSecret(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const id = params.get('client_id')
  if (!id) throw new OAuthRefused('client-id-missing', "The parameter 'client_id' is missing.")
  if (adapted.grantType === 'client_credentials' && adapted.clientProof === 'none') {
    throw new OAuthRefused('client-secret-missing', "The parameter 'client_secret' is missing.")
  }
  params.set('client_secret', dialect.clientSecret)
}

/** The v1 endpoints have `resource=X` where v2 has `scope=X/.default`. */
function readResource(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const resource = params.get('resource')
  params.delete('resource')
  if (resource === null) return
  checkResource(dialect, resource)
  const scope = `${resource}/.default`
  if (adapted.grantType === 'client_credentials') params.set('scope', scope)
  else if (adapted.endpoint !== 'token') params.set('scope', `${scope} openid profile`)
}

function checkResource(dialect: Dialect, resource: string): void {
  if (dialect.resources.has(resource.replace(/\/+$/, '').toLowerCase())) return
  const known = [...dialect.resources].join(', ')
  throw new OAuthRefused('resource-unknown', `There is no resource '${resource}', only ${known}.`)
}

/**
 * `https://graph.microsoft.com/User.Read` -> `User.Read`; `/.default` -> everything that is consented to.
 */
function shortenScopes(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const asked = (params.get('scope') ?? '').split(/\s+/).filter(Boolean)
  const names = asked.flatMap(word => {
    const name = readScope(dialect, word)
    const meant = name === '.default' ? dialect.consent.scopes : [name]
    if (name === '.default') adapted.defaults.push(word)
    for (const one of meant) if (word !== name) adapted.spellings.set(one, respell(word, one))
    return meant
  })
  if (adapted.grantType === 'client_credentials') checkAppScope(asked, params)
  else if (names.length > 0) params.set('scope', [...new Set(names)].join(' '))
}

function readScope(dialect: Dialect, word: string): string {
  const slash = word.lastIndexOf('/')
  const name = word.slice(slash + 1)
  if (slash >= 0) checkResource(dialect, word.slice(0, slash))
  if (/^[\w.-]{1,120}$/.test(name)) return name
  throw new OAuthRefused('scope-malformed', `'${word}' is not a scope.`)
}

function respell(word: string, name: string): string {
  return word.slice(0, word.lastIndexOf('/') + 1) + name
}

/** MSAL for Java and Go asks for these for applications too, and Entra ignores them. */
const personOnlyScopes = new Set(['openid', 'profile', 'offline_access'])

/** An application gets all roles that an administrator consented to, without a choice. */
function checkAppScope(asked: readonly string[], params: URLSearchParams): void {
  params.delete('scope')
  const own = asked.filter(word => !personOnlyScopes.has(word))
  if (own.length === 1 && own[0]?.endsWith('/.default')) return
  throw new OAuthRefused(
    'scope-not-default',
    `An application asks for one scope that ends in '/.default', not for '${asked.join(' ')}'.`,
  )
}

/** The library removes `offline_access` from the grant, and later requires it. */
function narrowRefresh(params: URLSearchParams, adapted: AdaptedRequest): void {
  if (adapted.grantType !== 'refresh_token') return
  const asked = (params.get('scope') ?? '').split(' ')
  const kept = asked.filter(name => name !== 'offline_access' && name !== '')
  // without a scope the library gives what was granted, which is what `.default` means here
  if (adapted.defaults.length > 0 || kept.length === 0) params.delete('scope')
  else params.set('scope', kept.join(' '))
}

/** `select_account`, `create` and `consent` all show the page. */
function simplifyPrompt(params: URLSearchParams): void {
  const prompt = params.get('prompt')
  if (prompt && prompt !== 'none') params.set('prompt', 'login')
}

/** MSAL finds a token in its cache only if the answer spells the scopes as asked. */
export function adaptTokens(body: Record<string, unknown>, adapted: AdaptedRequest) {
  const { scope, ...rest } = body
  const granted = typeof scope === 'string' ? scope.split(' ') : []
  const spelled = [...granted.map(name => adapted.spellings.get(name) ?? name), ...adapted.defaults]
  return {
    ...rest,
    ...(granted.length > 0 ? { scope: spelled.join(' ') } : {}),
    ext_expires_in: rest.expires_in,
    ...addClientInfo(body, adapted),
  }
}

/** https://learn.microsoft.com/en-us/entra/msal/: `uid.utid` is MSAL's id of an account. */
function addClientInfo({ id_token }: Record<string, unknown>, adapted: AdaptedRequest) {
  if (!adapted.wantsClientInfo || typeof id_token !== 'string') return {}
  const { oid, tid } = decodeJwt<{ oid?: string; tid?: string }>(id_token)
  const info = JSON.stringify({ uid: oid, utid: tid })
  return { client_info: Buffer.from(info).toString('base64url') }
}

/** Entra sends the text for the person, and how often to poll. */
export function adaptDeviceCode(body: Record<string, unknown>) {
  const { user_code, verification_uri } = body
  return {
    ...body,
    interval: 1,
    message: `To sign in, open ${verification_uri} in a web browser and enter the code ${user_code}.`,
  }
}
