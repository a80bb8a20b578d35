/**
 * Checks that a verified token is an access token. An ID token of the same issuer has a valid
 * signature and may have this server as its audience, but it is meant for the client only. Stops an
 * ID token from being used as an access token. Does not stop an ID token without any of these
 * marks; such a token has no scopes.
 */
import { Failure } from '../failure.ts'
import { valueAt } from './pointer.ts'
import type { Reading } from './presets.ts'
import { quote } from './token.ts'
import type { Claims } from './values.ts'

/** https://openid.net/specs/openid-connect-core-1_0.html#IDToken */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash', 'auth_time']

/** Throws Failure 'token-is-id-token'. */
export function requireAccessToken(claims: Claims, { pointers }: Reading): void {
  // Set by Keycloak. Observed on 2026-11-28 with Keycloak 26.4.0.
  if (claims.typ === 'ID') throw isIdToken('typ is "ID"')
  const mark = idTokenClaims.find(name => claims[name] !== undefined)
  const scopePointers = [...pointers.scopes, '/scope', '/scp'] as const
  const hasScopes = scopePointers.some(pointer => isNamed(valueAt(claims, pointer)))
  if (mark !== undefined && !hasScopes) throw isIdToken(`${mark} and no scope`)
}

/** An empty scope counts as none. */
function isNamed(scope: unknown): boolean {
  return typeof scope === 'string' ? scope.trim() !== '' : Array.isArray(scope) && scope.length > 0
}

function isIdToken(detail: string): Failure {
  return new Failure('token-is-id-token', { detail })
}

/**
 * "The resource server MUST verify that the 'typ' header value is 'at+jwt' or
 * 'application/at+jwt'": checked only if the operator requires it, because few issuers set it.
 * https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export function requireAccessTokenType(type: unknown, reading: Reading): void {
  if (!reading.requiresAccessTokenType || isAtJwt(type)) return
  throw new Failure('token-type-refused', { detail: `typ ${quote(type)}` })
}

function isAtJwt(type: unknown): boolean {
  return typeof type === 'string' && /^(application\/)?at\+jwt$/i.test(type)
}
