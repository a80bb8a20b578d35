/**
 * The OAuth library as one tenant's Entra: its configuration and hooks. Importing the library takes 150 to
 * 300 ms, so the first OAuth request imports this file. pages.ts writes the HTML.
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  type AdapterFactory,
  type AdapterPayload,
  type Configuration,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import { isObject } from '../../json.ts'
import { choosePolicy, findAccount, grantAll, listScopes } from './accounts.ts'
import { adaptDeviceCode, adaptTokens } from './adaptations.ts'
import { issuerOf } from './claims.ts'
import { mayRedirect, providerGrants, signInScopes } from './clients.ts'
import { correlationIdOf } from './correlation.ts'
import { isOriginOfApp } from './loopback.ts'
import { createMemory } from './memory.ts'
import { type Page, writeCodePage, writeConfirmPage, writePage } from './pages.ts'
import { describeLibraryError, type Stamp } from './refusals.ts'
import { audienceOf } from './resources.ts'
import { shapeToken, type TokenParts } from './shape-token.ts'

type ProviderParts = Stamp &
  TokenParts &
  Readonly<{
    redirectUris: readonly string[]
    onError: (error: unknown) => void
  }>

type Context = KoaContextWithOIDC

export const paths = {
  authorize: '/oauth2/v2.0/authorize',
  token: '/oauth2/v2.0/token',
  devicecode: '/oauth2/v2.0/devicecode',
  logout: '/oauth2/v2.0/logout',
  deviceSignIn: '/oauth2/deviceauth',
  signIn: '/oauth2/sign-in',
} as const

const accessTokenSeconds = 3600
const hour = 3600
const day = 24 * hour

/** In seconds. Every lifetime, since the library prints a notice for each default. */
const lifetimes = {
  AccessToken: accessTokenSeconds,
  ClientCredentials: accessTokenSeconds,
  IdToken: accessTokenSeconds,
  AuthorizationCode: 600,
  DeviceCode: 900,
  Interaction: hour,
  Session: day,
  Grant: 90 * day,
  RefreshToken: 90 * day,
} as const

export function createProvider(parts: ProviderParts): Provider {
  const provider = new Provider(issuerOf({ ...parts, version: 2 }), configure(parts))
  const isAllowed = (address: string) => mayRedirect(address, parts.redirectUris)
  provider.Client.prototype.redirectUriAllowed = isAllowed
  provider.Client.prototype.postLogoutRedirectUriAllowed = isAllowed
  const details = rememberDetails(provider)
  provider.use(async (ctx, next) => {
    await next().catch((error: unknown) => {
      parts.onError(error)
      throw error
    })
    adaptAnswer(parts, ctx, details.get(ctx.req))
  })
  // otherwise the web framework of the library writes to standard error
  provider.silent = true
  provider.on('server_error', (_ctx, error) => parts.onError(error))
  return provider
}

/** The library hides why a grant failed, but developers need the reason. */
function rememberDetails(provider: Provider): WeakMap<IncomingMessage, string> {
  const details = new WeakMap<IncomingMessage, string>()
  const remember = (ctx: Context, error: { error_detail?: string | undefined }) => {
    if (error.error_detail) details.set(ctx.req, error.error_detail)
  }
  provider.on('grant.error', remember)
  provider.on('device_authorization.error', remember)
  return details
}

function adaptAnswer(
  parts: ProviderParts,
  ctx: Pick<Context, 'req' | 'res' | 'status' | 'body'>,
  detail = '',
): void {
  const adapted = parts.adapted.get(ctx.req)
  const { body } = ctx
  if (!adapted || !['token', 'devicecode'].includes(adapted.endpoint) || !isObject(body)) return
  const { status } = ctx
  if (status === 200) {
    ctx.body = adapted.endpoint === 'token' ? adaptTokens(body, adapted) : adaptDeviceCode(body)
  } else {
    const description = detail || String(body.error_description ?? '')
    const { grantType } = adapted
    const said = { error: String(body.error), description, grantType }
    ctx.body = describeLibraryError(said, parts, correlationIdOf(ctx.res))
    ctx.status = status
  }
}

function configure(parts: ProviderParts): Configuration {
  return {
    adapter: describeClients(parts),
    jwks: { keys: [{ ...parts.signingKey.privateJwk, kty: 'RSA' }] },
    cookies: configureCookies(parts),
    routes: {
      authorization: paths.authorize,
      token: paths.token,
      device_authorization: paths.devicecode,
      code_verification: paths.deviceSignIn,
      end_session: paths.logout,
    },
    ttl: lifetimes,
    responseTypes: ['code'],
    allowOmittingSingleRegisteredRedirectUri: false,
    // Entra requires it only of browser apps; S256 is checked whenever a challenge was sent
    pkce: { required: () => false },
    scopes: [...signInScopes],
    claims: {
      openid: ['sub', 'oid', 'tid', 'ver'],
      profile: ['name', 'preferred_username', 'upn'],
      email: ['email'],
    },
    conformIdTokenClaims: false,
    clientBasedCORS: (_ctx, origin) => isOriginOfApp(origin, parts.redirectUris),
    findAccount: (_ctx, id) => findAccount(parts, id),
    loadExistingGrant: ctx => grantAll(parts.audience, ctx),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // as at Entra, an older refresh token stays valid, and outlives the browser's session
    expiresWithSession: () => false,
    rotateRefreshToken: false,
    interactions: { policy: choosePolicy(parts), url: (_ctx, { uid }) => signInPath(parts, uid) },
    features: configureFeatures(parts),
    formats: { customizers: { jwt: (ctx, token, jwt) => shapeToken(parts, ctx, token, jwt) } },
    renderError: (ctx, out) => {
      show(ctx, writePage('This did not work', [out.error_description ?? out.error], []))
    },
  }
}

function signInPath({ tenantId }: ProviderParts, uid: string): string {
  return `/${tenantId}${paths.signIn}/${uid}`
}

/** Cookies ignore ports: own names and an own path avoid conflicts with other local servers. */
function configureCookies({ tenantId }: ProviderParts): NonNullable<Configuration['cookies']> {
  return {
    keys: [randomBytes(32).toString('base64url')],
    names: { session: 'visage-session', interaction: 'visage-sign-in', resume: 'visage-resume' },
    long: { path: `/${tenantId}`, httpOnly: true, sameSite: 'lax', signed: true },
    short: { httpOnly: true, sameSite: 'lax', signed: true },
  }
}

function configureFeatures(parts: ProviderParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: (ctx, form, _out, error) => show(ctx, writeCodePage(form, error?.name)),
      userCodeConfirmSource: (ctx, form, client, _device, code) =>
        show(ctx, writeConfirmPage(form, client.clientId, code)),
      successSource: ctx => show(ctx, writePage('Signed in', ['You can close this page.'], [])),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) =>
        show(
          ctx,
          writePage('Sign out?', [], [{ html: form, formId: 'op.logoutForm', name: 'logout' }]),
        ),
      postLogoutSuccessSource: ctx => show(ctx, writePage('Signed out', [], [])),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => parts.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => ({
        scope: listScopes(ctx),
        audience: audienceOf(resource, parts.adapted.get(ctx.req)?.version ?? 2),
        accessTokenTTL: accessTokenSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  }
}

function show(ctx: Context, { html, policy }: Page): void {
  ctx.type = 'html'
  ctx.set('content-security-policy', policy)
  ctx.body = html
}

/** Clients are never stored: each is described when it asks. */
function describeClients(parts: ProviderParts): AdapterFactory {
  const openModel = createMemory(parts.now)
  return model => {
    const memory = openModel(model)
    return model === 'Client' ? { ...memory, find: async id => describeClient(parts, id) } : memory
  }
}

function describeClient({ dialect }: ProviderParts, id: string): AdapterPayload {
  const name = Object.hasOwn(dialect.clientNames, id) ? dialect.clientNames[id] : undefined
  return {
    client_id: id,
    ...(name !== undefined && { client_name: name }),
    client_secret: dialect.clientSecret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: [...providerGrants],
    response_types: ['code'],
    // required by the library; mayRedirect decides which addresses are allowed
    redirect_uris: ['http://localhost'],
  }
}
