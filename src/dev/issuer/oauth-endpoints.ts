/**
 * Passes an OAuth request to the library: finds tenant and endpoint, and translates Entra's parameters.
 * Knows HTTP and the library's addresses, but no page and no claim.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { type AdaptedRequest, adaptRequest, type Dialect, type Endpoint } from './adaptations.ts'
import type { IssuedBy, TokenVersion } from './claims.ts'
import { onBehalfOfGrant } from './clients.ts'
import { echoCorrelationId } from './correlation.ts'
import { queryOf, readForm, rewriteRequest } from './exchange.ts'
import type { SigningKey } from './keys.ts'
import { exchangeAssertion } from './on-behalf-of.ts'
import { writePage } from './pages.ts'
import type { People } from './people.ts'
import { createProvider, paths } from './provider.ts'
import { OAuthRefused, type Stamp } from './refusals.ts'
import { answerSignIn, sendPage } from './sign-in.ts'

type OAuthParts = Stamp &
  Readonly<{
    issuedBy: IssuedBy
    redirectUris: readonly string[]
    audience: string
    people: People
    dialect: Dialect
    signingKey: Promise<SigningKey>
    onError: (error: unknown) => void
  }>

type Visit = Readonly<{
  tenantId: string
  /** The tenant's segment as in the URL: may be an alias. */
  namedAs: string
  /** From `/oauth2/` on. */
  path: string
}>

export type OAuthHandler = (
  visit: Visit,
  req: IncomingMessage,
  res: ServerResponse,
) => Promise<void>

type Target = Readonly<{ endpoint: Endpoint; version: TokenVersion; path: string }>

/** Entra's addresses -> the library's. */
const targets: Readonly<Record<string, Target>> = {
  '/oauth2/v2.0/authorize': { endpoint: 'authorize', version: 2, path: paths.authorize },
  '/oauth2/v2.0/token': { endpoint: 'token', version: 2, path: paths.token },
  '/oauth2/v2.0/devicecode': { endpoint: 'devicecode', version: 2, path: paths.devicecode },
  '/oauth2/v2.0/logout': { endpoint: 'logout', version: 2, path: paths.logout },
  '/oauth2/authorize': { endpoint: 'authorize', version: 1, path: paths.authorize },
  '/oauth2/token': { endpoint: 'token', version: 1, path: paths.token },
  '/oauth2/devicecode': { endpoint: 'devicecode', version: 1, path: paths.devicecode },
  '/oauth2/logout': { endpoint: 'logout', version: 1, path: paths.logout },
}

export function createOAuthHandler(parts: OAuthParts): OAuthHandler {
  const adapted = new WeakMap<IncomingMessage, AdaptedRequest>()
  const providers = new Map<string, Promise<Provider>>()
  const providerOf = (tenantId: string) => {
    const provider =
      providers.get(tenantId) ??
      parts.signingKey.then(signingKey =>
        createProvider({ ...parts, tenantId, signingKey, adapted }),
      )
    providers.set(tenantId, provider)
    return provider
  }
  return async (visit, req, res) => {
    const { tenantId, path, namedAs } = visit
    if (namedAs !== tenantId && req.method === 'GET') return redirectToTenant(visit, req, res)
    const provider = await providerOf(tenantId)
    if (path.startsWith(`${paths.signIn}/`)) {
      return answerSignIn({ provider, people: parts.people, tenantId }, req, res)
    }
    expectEndpoint(path)
    const forwarded = await translate({ ...parts, provider, adapted }, visit, req, res)
    if (forwarded) await provider.callback()(forwarded, res)
  }
}

/** Some paths of the library continue after these, such as that of a sign-in that resumes. */
function expectEndpoint(path: string): void {
  const isKnown = path in targets || Object.values(paths).some(known => path.startsWith(known))
  if (isKnown) return
  const known = Object.keys(targets).join(', ')
  throw new OAuthRefused('endpoint-unknown', `There is no endpoint '${path}', only ${known}.`)
}

/** Cookies belong to the tenant's path, so a browser is redirected there first. */
function redirectToTenant(
  { tenantId, path }: Visit,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  res.writeHead(307, {
    location: `/${tenantId}${path}${questionOf(req)}`,
    'cache-control': 'no-store',
  })
  res.end()
}

function questionOf(req: IncomingMessage): string {
  const query = queryOf(req).toString()
  return query === '' ? '' : `?${query}`
}

type Translation = OAuthParts &
  Readonly<{ provider: Provider; adapted: WeakMap<IncomingMessage, AdaptedRequest> }>

/** The request for the library; undefined if it was answered here. */
async function translate(
  parts: Translation,
  { tenantId, path }: Visit,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<IncomingMessage | undefined> {
  const mount = `/${tenantId}`
  const target = targets[path]
  if (!target || req.method === 'OPTIONS') {
    const url = (target?.path ?? path) + questionOf(req)
    return Object.assign(req, { url, originalUrl: mount + url })
  }
  const params = req.method === 'POST' ? await readForm(req) : queryOf(req)
  echoCorrelationId(req, params, res)
  if (target.endpoint !== 'authorize') readBasicSecret(req, params)
  try {
    const adapted = adaptRequest(parts.dialect, { ...target, tenantId }, params)
    if (adapted.grantType === onBehalfOfGrant) {
      const signingKey = await parts.signingKey
      await exchangeAssertion({ ...parts, tenantId, signingKey }, parts.provider, params)
    }
    const forwarded = rewriteRequest(req, { mount, ...addressOf(target, req, params) })
    if (target.endpoint !== 'authorize' && target.endpoint !== 'logout') {
      forwarded.headers.accept = 'application/json'
    }
    parts.adapted.set(forwarded, adapted)
    return forwarded
  } catch (error) {
    if (!(error instanceof OAuthRefused) || target.endpoint !== 'authorize') throw error
    sendPage(res, 400, writePage('This sign-in cannot begin', [error.message], []))
    return undefined
  }
}

/** An authorization request may be posted; the library only takes GET. */
function addressOf(target: Target, req: IncomingMessage, params: URLSearchParams) {
  if (target.endpoint === 'authorize' || req.method !== 'POST') {
    return { method: 'GET', url: `${target.path}?${params}`, body: '' }
  }
  return { method: 'POST', url: target.path, body: params.toString() }
}

/** `Authorization: Basic` means the same as the two parameters, which are read here. */
function readBasicSecret(req: IncomingMessage, params: URLSearchParams): void {
  const [scheme, encoded] = (req.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded || params.has('client_secret')) return
  const [id, secret] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s)
  const decoded = new URLSearchParams(`id=${id ?? ''}&secret=${secret ?? ''}`)
  params.set('client_id', decoded.get('id') ?? '')
  params.set('client_secret', decoded.get('secret') ?? '')
  req.headers.authorization = undefined
}
