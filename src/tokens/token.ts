/**
 * Parses a token without verifying it. Decides the form of a token and the accepted algorithms;
 * uses no issuer and no key. https://www.rfc-editor.org/rfc/rfc8725
 */

import { decodeJwt, decodeProtectedHeader } from 'jose'
import { Failure } from '../failure.ts'

/**
 * Public-key signatures only. Stops "alg": "none", and HS256 keyed with the issuer's public key
 * (algorithm confusion). https://www.rfc-editor.org/rfc/rfc8725#section-2.1
 */
export const acceptedAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  // Over Ed25519. https://www.rfc-editor.org/rfc/rfc8037, https://www.rfc-editor.org/rfc/rfc9864
  ...['EdDSA', 'Ed25519'],
]

export type UnverifiedToken = Readonly<{
  text: string
  alg: string
  kid: string | undefined
  /** `typ` of the header. */
  type: unknown
  /** Only Microsoft Graph's own tokens have a `nonce` in the header. */
  hasHeaderNonce: boolean
  claims: Readonly<Record<string, unknown>>
}>

export function readToken(text: string): UnverifiedToken {
  if (!/^[\w-]+\.[\w-]*\.[\w-]*$/.test(text)) throw malformed(describeMalformed(text))
  const header = decodePart(() => decodeProtectedHeader(text))
  const { alg, kid, typ, nonce } = header
  if (typeof alg !== 'string' || !acceptedAlgorithms.includes(alg)) {
    throw new Failure('token-algorithm-refused', {
      detail: `alg ${quote(alg)}`,
      facts: { algorithms: acceptedAlgorithms },
    })
  }
  if (kid !== undefined && typeof kid !== 'string') throw malformed('kid is not a string')
  if (!isAccessTokenType(typ)) throw malformed(`typ ${quote(typ)}`)
  if (!isCanonical(text)) throw malformed('the signature is not canonical base64url')
  const claims = decodePart(() => decodeJwt(text))
  return { text, alg, kid, type: typ, hasHeaderNonce: nonce !== undefined, claims }
}

function describeMalformed(text: string): string {
  const [first = '', ...rest] = text.split(/[ \t]+/)
  if (first.toLowerCase() === 'bearer') return '"Bearer" appears twice'
  return rest.length > 0 ? 'more than one word after Bearer' : 'not three base64url parts'
}

/** Names all missing claims at once. */
export function requireClaims({ claims }: UnverifiedToken): void {
  const missing = ['iss', 'aud', 'exp'].filter(name => claims[name] === undefined)
  if (missing.length === 0) return
  // claims.ts decides whether the subject is in another claim.
  if (claims.sub === undefined && claims.oid === undefined) missing.push('sub')
  throw new Failure('token-claim-missing', {
    detail: `no ${missing.join(', ')}`,
    facts: { claims: missing },
  })
}

/** For the log: a value of a token may be long and may contain line breaks. */
export function quote(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 200)
}

function malformed(detail: string): Failure {
  return new Failure('token-malformed', { detail })
}

function decodePart<T>(decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new Failure('token-malformed', { detail: 'a part of the token does not decode', cause })
  }
}

/** Stops a signed JWT made for something else, such as a logout token, from passing as access token. */
function isAccessTokenType(typ: unknown): boolean {
  if (typ === undefined) return true
  return typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ)
}

/**
 * The last character of a signature has unused bits; without this check a token would have several
 * spellings.
 */
function isCanonical(text: string): boolean {
  const signature = text.slice(text.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}
