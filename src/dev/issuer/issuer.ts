/**
 * The development token issuer: it imitates Entra without passwords. This file decides which paths belong to the issuer
 * and which file answers them. Only `visage dev` starts it, only on loopback.
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWK } from 'jose'
import { isUnderVersion } from '../../graph/request/address.ts'
import { clouds, graphAudiences } from '../../tokens/clouds.ts'
import type { Dialect } from './adaptations.ts'
import type { IssuedBy } from './claims.ts'
import { type Consent, grants } from './clients.ts'
import { correlationIdOf, echoCorrelationId } from './correlation.ts'
import { describeInstances, describeIssuer } from './discovery.ts'
import { BodyRefused, forbidFraming, queryOf, sendJson } from './exchange.ts'
import { makeSigningKey, openSigningKey, type SigningKey } from './keys.ts'
import { whyRefused } from './loopback.ts'
import { type Minted, type MintParts, mintToken, type TokenOrder } from './mint.ts'
import { answerMint } from './mint-endpoint.ts'
import type { OAuthHandler } from './oauth-endpoints.ts'
import { mintPath } from './orders.ts'
import type { People } from './people.ts'
import { describeRefusal, OAuthRefused, type Stamp } from './refusals.ts'
import { findTenant, listTenantNames, type Tenants } from './tenants.ts'

export type IssuerOptions = Readonly<{
  /** `https://localhost:8443`, without a slash at the end. */
  origin: string
  /** Origins in `iss`, if they are others. */
  issuedBy?: IssuedBy
  /** Hosts of the same cloud, the first preferred; by default its own. */
  authorityHosts?: readonly string[]
  /** Besides loopback, exactly these; pages of their origins may ask for tokens. */
  redirectUris?: readonly string[]
  /** The first is the home tenant. */
  tenants: Tenants
  people: People
  /** Permissions of `/.default`, and of an order without permissions. */
  consent: Consent
  /** Client id -> the name that people read when they sign in. */
  clientNames?: Readonly<Record<string, string>>
  /** Role name -> template id, so that an order may name roles. */
  adminRoles?: Readonly<Record<string, string>>
  audience?: string
  /** A key of `makeSigningKey` from an earlier start; default: a new one. */
  signingKey?: JWK | Promise<JWK>
  now?: () => number
  newTokenId?: () => string
  /** A bug or a broken connection inside the OAuth library; never an error of a client. */
  onError?: (error: unknown) => void
}>

export type Issuer = Readonly<{
  /** True if the path is the issuer's; it is then being answered. */
  handle: (req: IncomingMessage, res: ServerResponse) => boolean
  /** A signed access token; throws `OrderRefused` with what is wrong with the order. */
  mint: (order: TokenOrder) => Promise<string>
  /** As `mint`, with the defaults that were used. */
  order: (order: TokenOrder) => Promise<Minted>
  jwks: () => Promise<{ keys: JWK[] }>
  /** The private key, to keep between starts. */
  signingKey: () => Promise<JWK>
}>

type Parts = MintParts &
  Stamp &
  Readonly<{
    origin: string
    authorityHosts: readonly string[]
    redirectUris: readonly string[]
    dialect: Dialect
    onError: (error: unknown) => void
    loadOAuth: () => Promise<OAuthHandler>
  }>

/** Returns at once: the key is made meanwhile, the OAuth library is loaded on first use. */
export function createIssuer(options: IssuerOptions): Issuer {
  const parts = gatherParts(options)
  const order = (wanted: TokenOrder) => mintToken(parts, wanted)
  return {
    handle: (req, res) => handle(parts, req, res),
    mint: async wanted => (await order(wanted)).token,
    order,
    jwks: async () => ({ keys: [(await parts.signingKey).publicJwk] }),
    signingKey: async () => (await parts.signingKey).privateJwk,
  }
}

function gatherParts(options: IssuerOptions): Parts {
  const { audience = clouds.global.graphRoot, consent } = options
  const uris = [...graphAudiences, audience, options.origin].map(uri => uri.toLowerCase())
  const now = options.now ?? Date.now
  const { origin, redirectUris = [] } = options
  const parts = {
    origin,
    issuedBy: options.issuedBy ?? { 1: origin, 2: origin },
    authorityHosts: options.authorityHosts ?? [new URL(origin).host],
    redirectUris,
    tenants: options.tenants,
    people: options.people,
    consent,
    audience,
    adminRoles: options.adminRoles ?? {},
    signingKey: openWhenReady(options.signingKey ?? makeSigningKey()),
    now,
    newTokenId: options.newTokenId ?? (() => randomBytes(16).toString('base64url')),
    onError: options.onError ?? (() => {}),
    dialect: {
      origin: options.origin,
      tenants: options.tenants,
      now,
      consent,
      resources: { origin: options.origin, audience, uris: new Set(uris) },
      clientSecret: randomBytes(32).toString('base64url'),
      clientNames: options.clientNames ?? {},
    },
  }
  return { ...parts, loadOAuth: openOnce(parts) }
}

/** A failure to make or read the key is thrown where it is first needed. */
function openWhenReady(jwk: JWK | Promise<JWK>): Promise<SigningKey> {
  const key = Promise.resolve(jwk).then(openSigningKey)
  key.catch(() => {})
  return key
}

function openOnce(parts: Omit<Parts, 'loadOAuth'>): () => Promise<OAuthHandler> {
  let handler: Promise<OAuthHandler> | undefined
  return () => {
    handler ??= import('./oauth-endpoints.ts').then(({ createOAuthHandler }) =>
      createOAuthHandler(parts),
    )
    return handler
  }
}

const routes = {
  discovery: /^\/([^/]+)\/(v2\.0\/)?\.well-known\/openid-configuration$/,
  instances: /^\/common\/discovery\/instance$/,
  keys: /^\/([^/]+)\/discovery\/(v2\.0\/)?keys$/,
  oauth: /^\/([^/]+)(\/oauth2\/.+)$/,
  /** What MSAL asks before it sends a password. */
  userRealm: /^\/[^/]+\/userrealm\/.+$/i,
} as const

function handle(parts: Parts, req: IncomingMessage, res: ServerResponse): boolean {
  const path = (req.url ?? '').split('?', 1)[0] ?? ''
  const answer = route(parts, path, req, res)
  if (!answer) return false
  forbidFraming(res)
  echoCorrelationId(req, queryOf(req), res)
  const refused = whyRefused(req, parts.origin, parts.redirectUris)
  if (refused) {
    sendJson(res, 403, { error: 'access_denied', error_description: refused })
  } else {
    answer().catch((error: unknown) => answerFailure(parts, error, res))
  }
  return true
}

function route(parts: Parts, path: string, req: IncomingMessage, res: ServerResponse) {
  if (path === mintPath) return () => answerMint(order => mintToken(parts, order), req, res)
  // A version of Graph is never a tenant.
  if (isUnderVersion(path)) return undefined
  const discovery = routes.discovery.exec(path)
  if (discovery) return () => answerDiscovery(parts, discovery, res)
  if (routes.instances.test(path)) return () => answerInstances(parts, req, res)
  const keys = routes.keys.exec(path)
  if (keys) return () => answerKeys(parts, keys, res)
  if (routes.userRealm.test(path)) return refusePasswords
  const oauth = routes.oauth.exec(path)
  return oauth ? () => answerOAuth(parts, oauth, req, res) : undefined
}

async function refusePasswords(): Promise<void> {
  throw new OAuthRefused(
    'grant-unsupported',
    `There are no passwords here. Supported are ${grants.join(', ')}.`,
  )
}

async function answerDiscovery(
  parts: Parts,
  [, name = '', v2]: RegExpExecArray,
  res: ServerResponse,
): Promise<void> {
  const tenant = needTenant(parts, name)
  sendPublicJson(res, describeIssuer(parts, tenant.id, v2 ? 2 : 1))
  // a sign-in follows this request: loading the library takes longest, so it starts now
  parts.loadOAuth().catch(parts.onError)
}

async function answerInstances(
  { authorityHosts }: Parts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  sendPublicJson(res, describeInstances(authorityHosts, queryOf(req).get('authorization_endpoint')))
}

async function answerKeys(
  parts: Parts,
  [, name = '']: RegExpExecArray,
  res: ServerResponse,
): Promise<void> {
  needTenant(parts, name)
  sendPublicJson(res, { keys: [(await parts.signingKey).publicJwk] })
}

async function answerOAuth(
  parts: Parts,
  [, name = '', rest = '']: RegExpExecArray,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const tenant = needTenant(parts, name)
  const handler = await parts.loadOAuth()
  await handler({ tenantId: tenant.id, namedAs: name, path: rest }, req, res)
}

function needTenant({ tenants }: Parts, name: string) {
  const tenant = findTenant(tenants, unescapeName(name))
  if (tenant) return tenant
  const known = ['common', 'organizations', 'consumers', ...listTenantNames(tenants)].join(', ')
  throw new OAuthRefused('tenant-unknown', `There is no tenant '${name}', only ${known}.`)
}

function unescapeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** Pages of all origins may read it, as at Entra. */
function sendPublicJson(res: ServerResponse, body: unknown): void {
  res.setHeader('access-control-allow-origin', '*')
  sendJson(res, 200, body)
}

function answerFailure(parts: Parts, error: unknown, res: ServerResponse): void {
  if (res.headersSent) {
    parts.onError(error)
    res.destroy()
  } else if (error instanceof OAuthRefused) {
    const { status, body } = describeRefusal(error, parts, correlationIdOf(res))
    sendJson(res, status, body)
  } else if (error instanceof BodyRefused) {
    sendJson(res, error.status, { error: 'invalid_request', error_description: error.message })
  } else {
    parts.onError(error)
    sendJson(res, 500, { error: 'server_error', error_description: 'The issuer has a bug.' })
  }
}
