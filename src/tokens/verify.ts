/**
 * Verifies the Authorization header: returns the Caller, or throws a Failure that names the failed
 * check. The order is: form, algorithm, tokens for Microsoft Graph, required claims, issuer,
 * signature, lifetime, audience, claims. It does not depend on permissions, the directory or HTTP.
 */

import { type CryptoKey, errors, type JWTPayload, jwtVerify } from 'jose'
import { Failure } from '../failure.ts'
import { requireAccessTokenType } from './access-token.ts'
import type { Caller } from './caller.ts'
import { readCaller } from './claims.ts'
import { isEntraIssuer, isGraphAudience } from './clouds.ts'
import {
  type IssuerWatch,
  type IssuerWatchOptions,
  type Report,
  watchIssuers,
} from './issuer-watch.ts'
import { findIssuer, keySourcesOf } from './issuers.ts'
import type { Fetch } from './key-set.ts'
import { createKeys } from './keys.ts'
import {
  acceptedAlgorithms,
  quote,
  readToken,
  requireClaims,
  type UnverifiedToken,
} from './token.ts'
import { createTokenCache } from './token-cache.ts'
import { describeTrust, readingFor, type Trust } from './trust.ts'

export type Verifier = Readonly<{
  /** @throws Failure token-…, signing-keys-unavailable */
  identify(authorization: string | undefined): Promise<Caller>
  /** Starts to fetch the keys of the issuers regularly. */
  watchIssuers(changed: IssuerWatchOptions['changed']): IssuerWatch
}>

export type VerifierOptions = Readonly<{
  fetch: Fetch
  now: () => number
  /** Milliseconds on a monotonic clock, for the age of cache entries. */
  elapsed?: () => number
  /** Allowed difference between the issuer's clock and ours. */
  skewSeconds?: number
  keyTimeoutMs?: number
  cache?: Readonly<{ maxBytes?: number; maxAgeMs?: number }>
}>

type Verified = Readonly<{
  caller: Caller
  expiresMs: number
  /** By `elapsed`. */
  keepUntilMs: number
}>

/**
 * A verified token cannot change, but its key can be withdrawn. A token is cached until it expires,
 * but no longer than this, so a withdrawn key is accepted for at most five more minutes (plus the
 * renewal time in keys.ts). Only verified tokens are cached, so that strangers cannot fill the
 * cache.
 */
const defaultMaxAgeMs = 5 * 60_000
/** About 10,000 tokens. */
const defaultMaxCacheBytes = 32 * 1024 * 1024
/** The share of one person or application: about 150 tokens. */
const sharePerOwner = 1 / 64
const defaultSkewSeconds = 60

export function createVerifier(trust: Trust, options: VerifierOptions): Verifier {
  const { fetch, now, elapsed = now, cache = {}, keyTimeoutMs } = options
  const { maxBytes = defaultMaxCacheBytes, maxAgeMs = defaultMaxAgeMs } = cache
  const reading = readingFor(trust)
  const skewSeconds = options.skewSeconds ?? defaultSkewSeconds
  let report: Report = () => {}
  const keys = createKeys({
    fetch,
    elapsed,
    ...(keyTimeoutMs ? { timeoutMs: keyTimeoutMs } : {}),
    tried: (source, failure) => report(source, failure),
  })
  const maxBytesPerOwner = maxBytes * sharePerOwner
  const verified = createTokenCache<Verified>({ maxBytes, maxBytesPerOwner })

  async function verify(text: string): Promise<Verified> {
    const token = readToken(refuseOpaqueTokens(text))
    refuseGraphTokens(trust, token)
    requireAccessTokenType(token.type, reading)
    requireClaims(token)
    const issuer = findIssuer(trust, token.claims)
    const { alg, kid } = token
    const { tenantId, spellings } = issuer
    const candidates = await keys.find(issuer.keys, { alg, kid, tenantId, spellings })
    const claims = await verifyWithAny(token, candidates, now(), skewSeconds)
    requireAudience(trust, claims.aud)
    const caller = readCaller(withoutFuture(claims, now()), issuer, trust)
    const expiresMs = (claims.exp ?? 0) * 1000
    const fresh = { caller, expiresMs, keepUntilMs: elapsed() + maxAgeMs }
    const owner = JSON.stringify([claims.iss, caller.tenantId, caller.objectId])
    verified.set(text, { owner, bytes: bytesOf(text, caller), value: fresh })
    return fresh
  }

  const isFresh = ({ expiresMs, keepUntilMs }: Verified) =>
    now() < expiresMs && elapsed() < keepUntilMs

  return {
    async identify(authorization = '') {
      try {
        const text = readBearer(authorization)
        const known = verified.get(text)
        if (known !== undefined && isFresh(known)) return known.caller
        const { caller } = await verify(text)
        return caller
      } catch (error) {
        throw withTrust(error, trust)
      }
    },
    watchIssuers(changed) {
      const { prepare } = keys
      const made = watchIssuers({ sources: keySourcesOf(trust), prepare, changed })
      report = made.report
      return made.watch
    },
  }
}

/** Entra's largest tokens are below 8 KB. Node refuses more than 16 KB of headers by default. */
const maxAuthorizationLength = 16 * 1024

/**
 * The text after Bearer, without surrounding spaces and tabs (RFC 6750, 2.1; RFC 9110, 5.6.3).
 * Other white space stays, so that each token has one spelling, and `readToken` refuses it.
 */
function readBearer(authorization: string): string {
  if (authorization.length > maxAuthorizationLength) {
    throw new Failure('token-malformed', {
      detail: `Authorization header of ${authorization.length} characters`,
    })
  }
  const from = passBlanks(authorization, 0)
  if (from === authorization.length) {
    throw new Failure('token-missing', { detail: 'no Authorization header' })
  }
  const schemeEnd = from + scheme.length
  if (authorization.slice(from, schemeEnd).toLowerCase() !== scheme) throw notBearer()
  const tokenFrom = passBlanks(authorization, schemeEnd)
  if (tokenFrom === authorization.length) {
    throw new Failure('token-missing', { detail: 'Bearer without a token' })
  }
  if (tokenFrom === schemeEnd) throw notBearer()
  return authorization.slice(tokenFrom, endWithoutBlanks(authorization))
}

const scheme = 'bearer'

function notBearer(): Failure {
  return new Failure('token-malformed', { detail: 'the scheme is not Bearer' })
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09
}

function passBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text, at)) at++
  return at
}

function endWithoutBlanks(text: string): number {
  let end = text.length
  while (isBlank(text, end - 1)) end--
  return end
}

/** An estimate: the token, the caller, and the entries in the maps. */
function bytesOf(text: string, { permissions, roleTemplateIds }: Caller): number {
  return 2 * text.length + 100 * (permissions.size + roleTemplateIds.size) + 1_000
}

/**
 * Only Microsoft can verify tokens for Microsoft Graph: their signature covers a header with a hash
 * of the nonce. Checked before the signature, so that the answer can say so.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
 */
function refuseGraphTokens(trust: Trust, { claims, hasHeaderNonce }: UnverifiedToken): void {
  const { iss, aud } = claims
  if (typeof iss !== 'string' || !isEntraIssuer(iss)) return
  if (typeof aud !== 'string' || !isGraphAudience(aud)) return
  if (isOurAudience(trust, aud) && !hasHeaderNonce) return
  throw new Failure('token-for-microsoft-graph', { detail: `aud ${quote(aud)}` })
}

/** Tokens of personal accounts for Graph are not JWTs; all observed ones begin with "Ew". */
function refuseOpaqueTokens(text: string): string {
  if (!/^Ew[A-Z][^.]+$/.test(text)) return text
  throw new Failure('token-for-microsoft-graph', { detail: "a personal account's opaque token" })
}

/**
 * Only keys from the issuer's published set are used; `jwk`, `jku`, `x5u` and `x5c` of the header
 * are not read. Stops a token from bringing its own key.
 * https://www.rfc-editor.org/rfc/rfc8725#section-3.10
 */
async function verifyWithAny(
  token: UnverifiedToken,
  candidates: readonly CryptoKey[],
  nowMs: number,
  skewSeconds: number,
): Promise<JWTPayload> {
  let refusal: unknown
  for (const key of candidates) {
    try {
      const { payload } = await jwtVerify(token.text, key, {
        algorithms: [...acceptedAlgorithms],
        requiredClaims: ['exp'],
        currentDate: new Date(nowMs),
        clockTolerance: skewSeconds,
      })
      return payload
    } catch (error) {
      refusal = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw readRefusal(refusal)
}

/**
 * Limits `iat` to now: the newest token sets a person's names, and an `iat` in the future would
 * keep them until then.
 */
function withoutFuture(claims: JWTPayload, nowMs: number): JWTPayload {
  const { iat } = claims
  return iat === undefined ? claims : { ...claims, iat: Math.min(iat, Math.floor(nowMs / 1000)) }
}

function readRefusal(error: unknown): unknown {
  if (!(error instanceof errors.JOSEError)) return error
  // Without `cause`: jose's errors would write the claims, with a person's name, to the log.
  const options = { detail: error.message }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new Failure('token-signature-invalid', options)
  }
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload
    return new Failure('token-expired', {
      ...options,
      ...(exp !== undefined && { facts: { exp } }),
    })
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed') {
    return new Failure('token-not-yet-valid', options)
  }
  const isClaim = error instanceof errors.JWTClaimValidationFailed
  return new Failure('token-malformed', {
    ...options,
    ...(isClaim && { facts: { claim: error.claim } }),
  })
}

function requireAudience(trust: Trust, aud: unknown): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!named.every(name => typeof name === 'string')) {
    throw new Failure('token-malformed', {
      detail: `aud is ${quote(aud)}`,
      facts: { claim: 'aud' },
    })
  }
  if (named.some(name => isOurAudience(trust, name))) return
  throw new Failure('token-audience-wrong', { detail: `aud ${quote(aud)}` })
}

/**
 * The App ID URI of a v1.0 token may or may not have a trailing slash.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference#payload-claims
 */
function isOurAudience(trust: Trust, audience: string): boolean {
  const wanted = withoutSlash(audience)
  return trust.audiences.some(ours => withoutSlash(ours) === wanted)
}

function withoutSlash(audience: string): string {
  return audience.endsWith('/') ? audience.slice(0, -1) : audience
}

/**
 * Adds the audience, issuer and authority that a client needs for a valid token; `detail` stays in
 * the log.
 */
function withTrust(error: unknown, trust: Trust): unknown {
  if (!(error instanceof Failure) || error.code === 'signing-keys-unavailable') return error
  const { code, detail, facts, cause } = error
  return new Failure(code, { detail, facts: { ...describeTrust(trust), ...facts }, cause })
}
