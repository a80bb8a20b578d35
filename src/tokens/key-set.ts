/**
 * An issuer's published keys: fetches the discovery document and the key set, and matches keys with
 * tokens. Caches nothing and uses no clock. Reads only from addresses composed by issuers.ts, and
 * still validates what it reads.
 */

import { type CryptoKey, importJWK, type JWK } from 'jose'
import { isObject } from '../json.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type KeySource = Readonly<{
  discovery?: string
  /** Known without discovery. */
  jwksUri?: string
  /** Issuer names that the discovery document may have. */
  declares: readonly string[]
}>

/** Equal for equal key sets. */
export function idOf({ jwksUri, discovery }: KeySource): string {
  return jwksUri ?? discovery ?? ''
}

export type WantedKey = Readonly<{
  alg: string
  kid: string | undefined
  tenantId: string
  /** Spellings of the token's issuer: a key bound to another issuer does not fit. */
  spellings: readonly string[]
}>

export type PublishedKey = Readonly<{
  kid: string | undefined
  alg: string | undefined
  family: string
  boundTo: string | undefined
  jwk: JWK
  imported: Map<string, Promise<CryptoKey | undefined>>
}>

const maxDocumentBytes = 1024 * 1024

export function fits(key: PublishedKey, wanted: WantedKey): boolean {
  if (wanted.kid !== undefined && wanted.kid !== key.kid) return false
  if (key.family !== familyOf(wanted.alg)) return false
  if (key.alg !== undefined && !isSameAlgorithm(key.alg, wanted.alg)) return false
  if (key.boundTo === undefined) return true
  // The shared document has keys of personal accounts too: without this check, such a key would be
  // accepted for any tenant.
  // https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
  return wanted.spellings.includes(key.boundTo.replaceAll('{tenantid}', wanted.tenantId))
}

/** Two names of one algorithm: https://www.rfc-editor.org/rfc/rfc9864#section-2.2 */
function isSameAlgorithm(published: string, wanted: string): boolean {
  const edwards = ['EdDSA', 'Ed25519']
  return published === wanted || (edwards.includes(published) && edwards.includes(wanted))
}

function familyOf(alg: string): string {
  switch (alg) {
    case 'ES256':
      return 'P-256'
    case 'ES384':
      return 'P-384'
    case 'ES512':
      return 'P-521'
    case 'EdDSA':
    case 'Ed25519':
      return 'Ed25519'
    default:
      return 'RSA'
  }
}

export function importOnce(key: PublishedKey, alg: string): Promise<CryptoKey | undefined> {
  const known = key.imported.get(alg)
  if (known) return known
  const pending = importPublicKey(key.jwk, alg)
  key.imported.set(alg, pending)
  return pending
}

/** A broken key, or RSA below 2048 bits (RFC 7518 section 3.3), counts as not published. */
async function importPublicKey(jwk: JWK, alg: string): Promise<CryptoKey | undefined> {
  try {
    const key = await importJWK(jwk, alg)
    if (key instanceof Uint8Array) return undefined
    const bits: unknown = 'modulusLength' in key.algorithm && key.algorithm.modulusLength
    return typeof bits === 'number' && bits < 2048 ? undefined : key
  } catch {
    return undefined
  }
}

export async function fetchKeys(
  fetch: Fetch,
  source: KeySource,
  signal: AbortSignal,
): Promise<readonly PublishedKey[]> {
  const discovered = source.jwksUri ? undefined : await discover(fetch, source, signal)
  const address = source.jwksUri ?? discovered?.jwksUri ?? ''
  const { keys } = await fetchObject(fetch, address, signal)
  if (!Array.isArray(keys)) throw new Error(`${address} is not a key set`)
  const published = keys.flatMap((key: unknown) => readKey(key, discovered?.cloudInstance))
  if (published.length === 0) throw new Error(`${address} has no key to verify with`)
  return published
}

/**
 * The document must name the expected issuer. Stops a host with many issuers from answering with the
 * keys of another. https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
 */
async function discover(
  fetch: Fetch,
  source: KeySource,
  signal: AbortSignal,
): Promise<{ jwksUri: string; cloudInstance: unknown }> {
  const address = source.discovery ?? ''
  const document = await fetchObject(fetch, address, signal)
  const { issuer, jwks_uri: jwksUri } = document
  if (typeof issuer !== 'string' || !source.declares.includes(issuer)) {
    throw new Error(
      `${address} declares the issuer ${JSON.stringify(issuer)}${slashHint(issuer, source)}`,
    )
  }
  if (typeof jwksUri !== 'string' || !isSecureEnough(jwksUri, address)) {
    throw new Error(`${address} declares the key address ${JSON.stringify(jwksUri)}`)
  }
  return { jwksUri, cloudInstance: document.cloud_instance_name }
}

/** A wrong trailing slash is the most common mistake in this setting, and hard to see. */
function slashHint(issuer: unknown, { declares }: KeySource): string {
  if (typeof issuer !== 'string') return ''
  if (declares.includes(issuer.replace(/\/$/, ''))) {
    return ', with a slash at its end; the setting has none'
  }
  return declares.includes(`${issuer}/`)
    ? ', without the slash at the end that the setting has'
    : ''
}

/**
 * Stops keys from being replaced in transit: plain http is allowed only for an issuer that itself
 * uses http.
 */
function isSecureEnough(address: string, discovery: string): boolean {
  const protocol = URL.parse(address)?.protocol
  return protocol === 'https:' || (protocol === 'http:' && discovery.startsWith('http:'))
}

/** A JSON object of at most 1 MB. Redirects are refused: they could lead to an address that is not in the settings. */
export async function fetchObject(
  fetch: Fetch,
  address: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json' }
  const response = await fetch(address, { redirect: 'error', signal, headers })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${address} answered ${response.status}`)
  }
  const value: unknown = JSON.parse(await readText(response, address))
  if (!isObject(value)) throw new Error(`${address} is not a JSON object`)
  return value
}

async function readText(response: Response, address: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxDocumentBytes) throw new Error(`${address} is over ${maxDocumentBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** By `kty`: RSA, or the accepted curves. */
const families: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RSA'],
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519'],
}

/** Takes public members only, even if the key set contains private or symmetric keys. */
function readKey(value: unknown, cloudInstance: unknown): readonly PublishedKey[] {
  if (!isObject(value)) return []
  const kty = text(value.kty)
  const family = kty === 'RSA' ? kty : text(value.crv)
  if (kty === undefined || family === undefined || !families[kty]?.includes(family)) return []
  if (value.use !== undefined && value.use !== 'sig') return []
  // Clouds share the v1.0 issuer sts.windows.net, so a key may name its cloud.
  const cloud = value.cloud_instance_name
  if (cloud !== undefined && cloudInstance !== undefined && cloud !== cloudInstance) return []
  const members = Object.entries({
    kty,
    n: value.n,
    e: value.e,
    crv: value.crv,
    x: value.x,
    y: value.y,
  })
  const jwk: JWK = Object.fromEntries(members.filter(([, member]) => typeof member === 'string'))
  const [kid, alg, boundTo] = [text(value.kid), text(value.alg), text(value.issuer)]
  return [{ kid, alg, family, boundTo, jwk, imported: new Map() }]
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
