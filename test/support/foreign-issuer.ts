/**
 * An identity provider on an origin of its own, as an organization has one: a public client with PKCE, CORS for that
 * client only, access tokens for one audience. Its sign-in page is one button. Nothing of it is Visage's.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'
import { createMemory } from '../../src/dev/issuer/memory.ts'

export type ForeignIssuer = AsyncDisposable & Readonly<{ origin: string }>

type Client = Readonly<{
  port: number
  clientId: string
  /** The address of the page, without a slash at the end. */
  page: string
  audience: string
}>

const person = { sub: 'anna-1', name: 'Anna Fremd', preferred_username: 'anna@elsewhere.example' }

export async function startForeignIssuer(client: Client): Promise<ForeignIssuer> {
  const origin = `http://localhost:${client.port}`
  const provider = new Provider(origin, configure(client))
  provider.silent = true
  const handle = provider.callback()
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/choose/')) return handle(request, response)
    void signIn(provider, request, response)
  })
  server.listen(client.port, 'localhost')
  await once(server, 'listening')
  return {
    origin,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function signIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    return await provider.interactionFinished(request, response, {
      login: { accountId: person.sub },
    })
  }
  response.setHeader('content-type', 'text/html')
  response.end(
    '<!doctype html><title>Elsewhere</title><form method="post"><button>Be Anna</button></form>',
  )
}

function configure({ clientId, page, audience }: Client): Configuration {
  const scopes = ['User.ReadWrite', 'Contacts.ReadWrite']
  const policy = interactionPolicy.base()
  policy.remove('consent')
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${page}/`],
      },
    ],
    adapter: createMemory(Date.now),
    jwks: { keys: [makeKey()] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => origin === page,
    scopes: ['openid', 'profile', ...scopes],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => person }),
    loadExistingGrant: ctx => grantEverything(ctx, audience),
    interactions: { policy, url: (_ctx, { uid }) => `/choose/${uid}` },
    renderError: (ctx, out) => {
      ctx.body = `${out.error}: ${out.error_description}`
    },
    ttl: { AccessToken: 3600, IdToken: 3600, Session: 3600, Grant: 3600, Interaction: 3600 },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  }
}

async function grantEverything({ oidc }: KoaContextWithOIDC, audience: string) {
  const { client, account, provider, requestParamScopes } = oidc
  if (!client || !account) return undefined
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  const scope = [...requestParamScopes].join(' ')
  grant.addOIDCScope(scope)
  grant.addResourceScope(audience, scope)
  await grant.save()
  return grant
}

function makeKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kty: 'RSA' as const, use: 'sig' as const }
}
