/**
 * A real token issuer on loopback, for tests: real keys, discovery and key sets over HTTP, every form of token, and
 * every kind of faulty issuer.
 *
 * `fetch` sends requests for any https address (login.microsoftonline.com, …) to this server, which answers as that
 * host, so that trusts of the real clouds can be tested unchanged.
 */

import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { presets, readingOf } from '../../src/tokens/presets.ts'
import type { OidcTrust } from '../../src/tokens/trust.ts'

export const contoso = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
export const fabrikam = 'b0c5f9a4-6d1d-4b4e-8f0e-52a7c1d9e622'
export const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
export const alice = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a01'
export const robot = 'c2a7c7d4-5a44-4f0a-9f0c-3b8d7e6f5a02'
export const client = '0a7d0f6b-1a37-4a55-8e7e-9a1d2c3b4e03'
export const ourAudience = 'e4a1c1de-6f7b-4b6e-8a0c-7c6d5e4f3a04'

export type TestClaims = Record<string, unknown>
export type Misbehaviour =
  | 'status-500'
  | 'hang'
  | 'garbage'
  | 'not-an-object'
  | 'no-keys'
  | 'redirect'

export type SignOptions = Readonly<{
  alg?: string
  /** Added to, or replacing, `{ alg, typ, kid }`; undefined removes. */
  header?: TestClaims
  /** A key the issuer never published. */
  withForeignKey?: boolean
}>

type SigningKey = Readonly<{ kid: string; family: string; privateKey: KeyObject }>

export type TestIssuer = Readonly<{
  origin: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Every requested address, with the requested host. */
  requests: string[]
  /** Merged into every discovery document. */
  discovery: TestClaims
  /** Merged into every published key; a function sees the key. */
  keyMembers: TestClaims
  sign(claims: unknown, options?: SignOptions): string
  /** HS256 with the published public key's PEM as the secret. */
  signWithPublicKeyAsSecret(claims: TestClaims): string
  /** As Microsoft Graph's tokens are: the signature covers the header with the nonce hashed. */
  signForGraph(claims: TestClaims): string
  rotateKeys(): void
  /** The new keys sign; the old ones stay published, before them. */
  addKeys(): void
  misbehave(how: Misbehaviour | undefined, where?: RegExp): void
  /** Trusts `{origin}/{tenantid}/v2.0` and `{origin}/{tenantid}/`, as `visage dev` does. */
  trust(overrides?: Partial<OidcTrust>): OidcTrust
  [Symbol.asyncDispose](): Promise<void>
}>

export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000)
}

/** Claims every token has, valid for an hour around `nowMs`. */
function lifetime(nowMs: number): TestClaims {
  const now = unixSeconds(nowMs)
  return { iat: now, nbf: now, exp: now + 3600, uti: 'abcdefgh' }
}

export function v2User(nowMs: number, overrides: TestClaims = {}): TestClaims {
  return {
    ...lifetime(nowMs),
    ver: '2.0',
    iss: `https://login.microsoftonline.com/${contoso}/v2.0`,
    aud: ourAudience,
    tid: contoso,
    oid: alice,
    sub: 'pairwise-subject-of-alice',
    azp: client,
    azpacr: '1',
    scp: 'User.ReadWrite ProfilePhoto.ReadWrite.All',
    name: 'Alice Example',
    preferred_username: 'alice@contoso.example',
    ...overrides,
  }
}

export function v1User(nowMs: number, overrides: TestClaims = {}): TestClaims {
  const { azp, azpacr, preferred_username, ...rest } = v2User(nowMs)
  return {
    ...rest,
    ver: '1.0',
    iss: `https://sts.windows.net/${contoso}/`,
    aud: `api://${ourAudience}`,
    appid: azp,
    appidacr: azpacr,
    acr: '1',
    upn: preferred_username,
    ...overrides,
  }
}

export function v2App(nowMs: number, overrides: TestClaims = {}): TestClaims {
  const { scp, name, preferred_username, ...rest } = v2User(nowMs)
  return {
    ...rest,
    oid: robot,
    sub: robot,
    idtyp: 'app',
    roles: ['ProfilePhoto.ReadWrite.All'],
    ...overrides,
  }
}

export function v1App(nowMs: number, overrides: TestClaims = {}): TestClaims {
  const { scp, name, upn, ...rest } = v1User(nowMs)
  return { ...rest, oid: robot, sub: robot, roles: ['User.ReadWrite.All'], ...overrides }
}

export function personalUser(nowMs: number, overrides: TestClaims = {}): TestClaims {
  const iss = `https://login.microsoftonline.com/${personal}/v2.0`
  return v2User(nowMs, { iss, tid: personal, scp: 'User.ReadWrite', ...overrides })
}

export function b2cUser(nowMs: number, overrides: TestClaims = {}): TestClaims {
  const { oid, tid, preferred_username, ...rest } = v2User(nowMs)
  return {
    ...rest,
    ver: '1.0',
    iss: `https://fabrikam.b2clogin.com/${fabrikam}/v2.0/`,
    sub: oid,
    tfp: 'B2C_1_sign_in',
    scp: 'User.ReadWrite',
    ...overrides,
  }
}

export function graphUser(nowMs: number, overrides: TestClaims = {}): TestClaims {
  return v1User(nowMs, { aud: 'https://graph.microsoft.com', ...overrides })
}

/** A token's part changed by `change`; the signature stays the same. */
export function tamper(token: string, change: (claims: TestClaims) => TestClaims): string {
  const [header, payload = '', signature] = token.split('.')
  const claims: TestClaims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, encode(change(claims)), signature].join('.')
}

export function unsigned(claims: TestClaims): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
}

export async function startTestIssuer(): Promise<TestIssuer> {
  const requests: string[] = []
  const discovery: TestClaims = {}
  const keyMembers: TestClaims = {}
  let generation = 1
  let keys = keysOf(generation)
  let retired: readonly SigningKey[] = []
  const foreign = keysOf(0)
  let trouble: { how: Misbehaviour; where: RegExp } | undefined

  const server = createServer((request, response) => {
    const asked = addressAsked(request)
    requests.push(asked.href)
    if (trouble?.where.test(asked.href)) return misbehaveNow(trouble.how, asked, response)
    if (asked.pathname.endsWith('/.well-known/openid-configuration')) {
      return reply(response, { ...describe(asked), ...discovery })
    }
    if (/\/(keys|jwks)$/.test(asked.pathname)) {
      const published = [...retired, ...keys]
      return reply(response, { keys: published.map(key => ({ ...publish(key), ...keyMembers })) })
    }
    response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const origin = `http://127.0.0.1:${address.port}`

  return {
    origin,
    requests,
    discovery,
    keyMembers,
    fetch(url, init) {
      const { protocol, host, pathname, search } = new URL(url)
      if (protocol === 'http:') return fetch(url, init)
      const headers = { ...Object.fromEntries(new Headers(init.headers)), 'x-asked-host': host }
      return fetch(`${origin}${pathname}${search}`, { ...init, headers })
    },
    sign(claims, { alg = 'RS256', header = {}, withForeignKey } = {}) {
      const key = keyFor(keys, alg)
      const signer = withForeignKey ? keyFor(foreign, alg) : key
      return signJws({ alg, typ: 'JWT', kid: key.kid, ...header }, claims, signer.privateKey)
    },
    signWithPublicKeyAsSecret(claims) {
      const key = keyFor(keys, 'RS256')
      const secret = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' })
      const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${encode(claims)}`
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    },
    signForGraph(claims) {
      const key = keyFor(keys, 'RS256')
      const header = { typ: 'JWT', nonce: 'a-nonce', alg: 'RS256', kid: key.kid }
      const hashed = createHash('sha256').update(header.nonce).digest('hex')
      const signed = signJws({ ...header, nonce: hashed }, claims, key.privateKey)
      return [encode(header), ...signed.split('.').slice(1)].join('.')
    },
    rotateKeys() {
      retired = []
      keys = keysOf(++generation)
    },
    addKeys() {
      retired = [...retired, ...keys]
      keys = keysOf(++generation)
    },
    misbehave(how, where = /./) {
      trouble = how && { how, where }
    },
    trust: overrides => ({
      kind: 'oidc',
      issuers: [{ issuer: `${origin}/{tenantid}/v2.0` }, { issuer: `${origin}/{tenantid}/` }],
      audiences: [ourAudience],
      tenantId: contoso,
      reading: readingOf(presets.entra),
      ...overrides,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function addressAsked(request: IncomingMessage): URL {
  const asked = request.headers['x-asked-host']
  const origin = asked === undefined ? `http://${request.headers.host}` : `https://${asked}`
  return new URL(request.url ?? '/', origin)
}

/** The discovery document that the requested host would have at this address. */
function describe({ origin, host, pathname }: URL): TestClaims {
  const path = pathname.replace('/.well-known/openid-configuration', '')
  const [first = '', ...rest] = path.split('/').filter(part => part !== '')
  const tenant = first === 'common' ? '{tenantid}' : first
  const isV2 = rest.at(-1) === 'v2.0'
  return {
    issuer: issuerOf(origin, host, tenant, rest),
    jwks_uri: `${origin}/${first}/discovery${isV2 ? '/v2.0' : ''}/keys`,
  }
}

function issuerOf(origin: string, host: string, tenant: string, rest: readonly string[]): string {
  const isV2 = rest.at(-1) === 'v2.0'
  if (/b2clogin/.test(host)) return `${origin}/${tenant}/v2.0/`
  if (host.endsWith('.cn') && isV2) return `https://login.partner.microsoftonline.cn/${tenant}/v2.0`
  if (host.endsWith('.cn')) return `https://sts.chinacloudapi.cn/${tenant}/`
  if (isV2) return `${origin}/${tenant}/v2.0`
  if (host.startsWith('login.')) return `https://sts.windows.net/${tenant}/`
  const path = [tenant, ...rest].filter(part => part !== '').join('/')
  return /^[0-9a-f-]{36}$/.test(path) ? `${origin}/${path}/` : `${origin}${path && '/'}${path}`
}

function misbehaveNow(how: Misbehaviour, asked: URL, response: ServerResponse): void {
  switch (how) {
    case 'status-500':
      response.writeHead(500).end('sorry')
      return
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')
      return
    case 'not-an-object':
      reply(response, [])
      return
    case 'no-keys':
      reply(response, { keys: [] })
      return
    case 'redirect':
      response.writeHead(302, { location: `${asked.pathname}?moved` }).end()
      return
    case 'hang':
      return
  }
}

function reply(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Making keys is slow, so issuers of one process share them, generation by generation. */
const made = new Map<number, readonly SigningKey[]>()

function keysOf(generation: number): readonly SigningKey[] {
  const keys = made.get(generation) ?? generateKeys(generation)
  made.set(generation, keys)
  return keys
}

function generateKeys(generation: number): readonly SigningKey[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const curves = ['P-256', 'P-384', 'P-521'].map(namedCurve => ({
    kid: `${namedCurve}-${generation}`,
    family: namedCurve,
    privateKey: generateKeyPairSync('ec', { namedCurve }).privateKey,
  }))
  const edwards = {
    kid: `Ed25519-${generation}`,
    family: 'Ed25519',
    privateKey: generateKeyPairSync('ed25519').privateKey,
  }
  return [
    { kid: `rsa-${generation}`, family: 'RSA', privateKey: rsa.privateKey },
    ...curves,
    edwards,
  ]
}

const curves: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
}

function keyFor(keys: readonly SigningKey[], alg: string): SigningKey {
  const key = keys.find(({ family }) => family === (curves[alg] ?? 'RSA'))
  if (!key) throw new Error(`no key for ${alg}`)
  return key
}

function publish({ kid, privateKey }: SigningKey): TestClaims {
  return { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, use: 'sig' }
}

function signJws(header: TestClaims, claims: unknown, privateKey: KeyObject): string {
  const input = `${encode(header)}.${encode(claims)}`
  const alg = String(header.alg)
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : undefined
  const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`
  const signature = sign(digest, Buffer.from(input), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
    ...(padding ? { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}),
  })
  return `${input}.${signature.toString('base64url')}`
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}
