/**
 * Caches the signing keys of issuers. Keys are fetched at first use, when they are no longer fresh,
 * and when a token names an unknown key. Known keys stay in use while the issuer is unavailable.
 * key-set.ts reads a key set; issuers.ts decides which issuers are trusted.
 *
 * jose's createRemoteJWKSet is not used: it has no discovery, no keys bound to an issuer and no
 * injected clock, and it drops its keys when renewing them fails. The cryptography is jose's.
 */

import type { CryptoKey } from 'jose'
import { Failure } from '../failure.ts'
import { createBoundedMap } from './bounded-map.ts'
import {
  type Fetch,
  fetchKeys,
  fits,
  idOf,
  importOnce,
  type KeySource,
  type PublishedKey,
  type WantedKey,
} from './key-set.ts'

export type Keys = Readonly<{
  /** Returns at least one key; several only for a token without `kid`. */
  find(source: KeySource, wanted: WantedKey): Promise<readonly CryptoKey[]>
  /** Fetches keys that are not fresh or whose last fetch failed; never throws. */
  prepare(source: KeySource): Promise<void>
}>

/** The keys of one source; `failed` is about the last attempt. */
type CachedKeys = {
  keys: readonly PublishedKey[]
  fetchedAtMs: number
  triedAtMs: number
  failed: boolean
  cause: unknown
  pending: Promise<void> | undefined
}

const freshMs = 10 * 60_000
/** How long the keys of an unavailable issuer are used, and therefore a withdrawn key. */
const maxStaleMs = 24 * 3_600_000
/** Tokens with invented `kid`s cause at most one fetch in this time. */
const cooldownMs = 30_000
/** Shorter, because without keys every token is refused. */
const cooldownWithoutKeysMs = 5_000
const defaultTimeoutMs = 5_000
/** More than settings name; only an OpenID Connect issuer with `{tenantid}` can reach it. */
const maxSources = 64

type KeysOptions = Readonly<{
  fetch: Fetch
  /**
   * Milliseconds on a monotonic clock. With the wall clock, setting it back by a day would delay
   * rotated keys, and keep withdrawn keys in use, for that day.
   */
  elapsed: () => number
  /** For discovery and key set together. */
  timeoutMs?: number
  /** Called after every attempt, with its failure if it failed. */
  tried?: (source: KeySource, failure: Failure | undefined) => void
}>

export function createKeys(options: KeysOptions): Keys {
  const { fetch, elapsed, timeoutMs = defaultTimeoutMs, tried } = options
  const cache = createBoundedMap<CachedKeys>(maxSources)

  function cachedKeysOf(source: KeySource): CachedKeys {
    const id = idOf(source)
    const known = cache.get(id)
    if (known) return known
    const cached = noKeys()
    cache.set(id, cached)
    return cached
  }

  /** One fetch at a time; never throws, because older keys may still be valid. */
  function renew(cached: CachedKeys, source: KeySource): Promise<void> {
    if (cached.pending) return cached.pending
    if (elapsed() - cached.triedAtMs < cooldownOf(cached)) return Promise.resolve()
    cached.pending = fetchKeys(fetch, source, AbortSignal.timeout(timeoutMs)).then(
      keys => {
        Object.assign(cached, { keys, fetchedAtMs: elapsed(), failed: false, cause: undefined })
      },
      cause => {
        Object.assign(cached, { failed: true, cause })
      },
    )
    return cached.pending.finally(() => {
      cached.triedAtMs = elapsed()
      cached.pending = undefined
      tried?.(source, cached.failed ? unavailable(source, cached) : undefined)
    })
  }

  async function select(cached: CachedKeys, wanted: WantedKey): Promise<readonly CryptoKey[]> {
    if (elapsed() - cached.fetchedAtMs > maxStaleMs) return []
    const fitting = cached.keys.filter(key => fits(key, wanted))
    const keys = await Promise.all(fitting.map(key => importOnce(key, wanted.alg)))
    return keys.filter(key => key !== undefined)
  }

  return {
    async prepare(source) {
      const cached = cachedKeysOf(source)
      if (cached.failed || elapsed() - cached.fetchedAtMs > freshMs) await renew(cached, source)
    },
    async find(source, wanted) {
      const cached = cachedKeysOf(source)
      if (elapsed() - cached.fetchedAtMs > freshMs) await renew(cached, source)
      const known = await select(cached, wanted)
      if (known.length > 0) return known
      // An unknown kid can mean that the issuer has rotated its keys.
      await renew(cached, source)
      const renewed = await select(cached, wanted)
      if (renewed.length > 0) return renewed
      throw cached.failed ? unavailable(source, cached) : noSuchKey(wanted)
    },
  }
}

function noKeys(): CachedKeys {
  const never = Number.NEGATIVE_INFINITY
  const timesMs = { fetchedAtMs: never, triedAtMs: never }
  return { keys: [], ...timesMs, failed: false, cause: undefined, pending: undefined }
}

function cooldownOf(cached: CachedKeys): number {
  return cached.keys.length === 0 ? cooldownWithoutKeysMs : cooldownMs
}

/** 503, so that the client retries: the token may be valid. */
function unavailable(source: KeySource, cached: CachedKeys): Failure {
  const { cause } = cached
  return new Failure('signing-keys-unavailable', {
    detail: `${idOf(source)}: ${reasonOf(cause)}`,
    facts: { retryAfterSeconds: cooldownOf(cached) / 1000 },
    cause,
  })
}

/** fetch itself only says "fetch failed"; the reason is in its cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
}

/** The key is invented, or newer than the last fetch: see cooldownMs. */
function noSuchKey({ alg, kid }: WantedKey): Failure {
  return new Failure('token-key-unknown', {
    facts: { seconds: cooldownMs / 1000 },
    detail: `the issuer has no ${alg} key ${JSON.stringify(kid)?.slice(0, 200) ?? 'at all'}`,
  })
}
