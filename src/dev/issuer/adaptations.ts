/**
 * Differences between Entra's OAuth and the standard, which the library implements: small functions on parameters of a
 * request and bodies of answers.
 */

import { decodeJwt } from 'jose'
import type { ClientProof, TokenVersion } from './claims.ts'
import { type ProofParts, readClientProof } from './client-proof.ts'
import { type Consent, deviceGrant, grants, onBehalfOfGrant, signInScopes } from './clients.ts'
import { OAuthRefused } from './refusals.ts'
import { findResource, isClientResource, listResources, type Resources } from './resources.ts'

export type Endpoint = 'authorize' | 'token' | 'devicecode' | 'logout'

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

export type Dialect = ProofParts &
  Readonly<{
    resources: Resources
    consent: Consent
    /** Sent for every client, so that the library handles one kind of client. */
    clientSecret: string
    clientNames: Readonly<Record<string, string>>
  }>

type Asked = Readonly<{ endpoint: Endpoint; version: TokenVersion; tenantId: string }>

/** Changes `params` to what the library understands. */
export function adaptRequest(
  dialect: Dialect,
  { endpoint, version, tenantId }: Asked,
  params: URLSearchParams,
): AdaptedRequest {
  const adapted: AdaptedRequest = {
    endpoint,
    version,
    clientProof: readClientProof(params, tenantId, dialect),
    wantsClientInfo: params.get('client_info') === '1',
    grantType: nameDeviceGrant(params),
    spellings: new Map(),
    defaults: [],
  }
  if (endpoint === 'token') checkGrant(adapted.grantType)
  if (endpoint === 'token' || endpoint === 'devicecode') setClientSecret(dialect, params, adapted)
  if (endpoint === 'logout') nameClient(params)
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

function checkGrant(grantType: string): void {
  if (grants.includes(grantType)) return
  throw new OAuthRefused(
    'grant-unsupported',
    `There is no grant type '${grantType.slice(0, 100)}' here, only ${grants.join(', ')}.`,
  )
}

/** Any id is one of a client here. */
const nobodysClient = '00000000-0000-0000-0000-000000000000'

/**
 * Entra returns to an application after sign-out that names only its address, as msal-browser does. The library returns only to a
 * client that it knows; its address is checked all the same.
 */
function nameClient(params: URLSearchParams): void {
  if (!params.has('post_logout_redirect_uri') || params.has('id_token_hint')) return
  if (!params.has('client_id')) params.set('client_id', nobodysClient)
}

const provenOnly: readonly string[] = ['client_credentials', onBehalfOfGrant]

/** Only a program that proves who it is may act in its own name or on behalf of others, as at Entra. */
function setClientSecret(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const id = params.get('client_id')
  if (!id) throw new OAuthRefused('client-id-missing', "The parameter 'client_id' is missing.")
  if (provenOnly.includes(adapted.grantType) && adapted.clientProof === 'none') {
    throw new OAuthRefused(
      'client-secret-missing',
      "The parameter 'client_secret' or 'client_assertion' is missing.",
    )
  }
  for (const name of ['client_assertion', 'client_assertion_type']) params.delete(name)
  params.set('client_secret', dialect.clientSecret)
}

/** The v1 endpoints have `resource=X` where v2 has `scope=X/.default`. */
function readResource(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const resource = params.get('resource')
  params.delete('resource')
  if (resource === null) return
  const found = expectResource(dialect, resource)
  const scope = `${resource}/.default`
  if (adapted.grantType === 'client_credentials') params.set('scope', scope)
  else if (adapted.endpoint !== 'token' || adapted.grantType === onBehalfOfGrant) {
    params.set('scope', `${scope} openid profile`)
  } else params.set('resource', found)
}

function expectResource({ resources }: Dialect, uri: string): string {
  const resource = findResource(resources, uri)
  if (resource !== undefined) return resource
  const known = listResources(resources)
  throw new OAuthRefused('resource-unknown', `There is no resource '${uri}', only ${known}.`)
}

/** What `/.default` means at an API of a client: the one scope that people may grant it. */
const clientScopes = ['access_as_user']

/**
 * `https://graph.microsoft.com/User.Read` -> `User.Read`; `/.default` -> everything that is consented to.
 */
function shortenScopes(dialect: Dialect, params: URLSearchParams, adapted: AdaptedRequest): void {
  const asked = (params.get('scope') ?? '').split(/\s+/).filter(Boolean)
  const named = new Set<string>()
  const names = asked.flatMap(word => {
    const { name, resource } = readScope(dialect, word)
    if (resource !== undefined) named.add(resource)
    const all = isClientResource(resource ?? '') ? clientScopes : dialect.consent.scopes
    const meant = name === '.default' ? all : [name]
    if (name === '.default') adapted.defaults.push(word)
    for (const one of meant) if (word !== name) adapted.spellings.set(one, respell(word, one))
    return meant
  })
  setResource(named, params)
  if (adapted.grantType === 'client_credentials') checkAppScope(asked, params)
  else if (names.length > 0) params.set('scope', [...new Set(names)].join(' '))
}

function setResource(named: ReadonlySet<string>, params: URLSearchParams): void {
  if (named.size > 1) {
    throw new OAuthRefused(
      'resources-mixed',
      `The scope is for more than one resource: ${[...named].join(', ')}. Ask for each alone.`,
    )
  }
  for (const resource of named) params.set('resource', resource)
}

/** A permission without a resource is one of this Graph; the scopes of OpenID Connect are of none. */
function readScope(dialect: Dialect, word: string) {
  const slash = word.lastIndexOf('/')
  const name = word.slice(slash + 1)
  const resource =
    slash >= 0
      ? expectResource(dialect, word.slice(0, slash))
      : signInScopes.includes(name)
        ? undefined
        : dialect.resources.audience
  if (/^[\w.-]{1,120}$/.test(name)) return { name, resource }
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
