/**
 * When an issuer is asked for its signing keys: at first use, when they are no longer fresh, and when a
 * token names one that is not there. What was fetched goes on serving while the issuer does not answer.
 * What a key set is, key-set.ts knows; which issuers are worth asking, issuers.ts decides.
 *
 * jose's createRemoteJWKSet is not used: it knows no discovery, no keys bound to an issuer, no injected
 * clock, and gives up keys it has when renewing them fails. The cryptography is jose's.
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
  /** At least one; several only for a token without `kid`. */
  find(source: KeySource, wanted: WantedKey): Promise<readonly CryptoKey[]>
  /** Fetches what is not fresh, or failed; never throws. */
  prepare(source: KeySource): Promise<void>
}>

/** What is known of one source; `failed` tells whether the last attempt did. */
type Shelf = {
  keys: readonly PublishedKey[]
  fetchedAtMs: number
  triedAtMs: number
  failed: boolean
  cause: unknown
  pending: Promise<void> | undefined
}

const freshMs = 10 * 60_000
/** Keys of an unreachable issuer serve this long: the bound on accepting a key it has withdrawn. */
const maxStaleMs = 24 * 3_600_000
/** Tokens with invented `kid`s make us ask the issuer no more often than this. */
const cooldownMs = 30_000
/** With no keys at all nobody gets in, so the next attempt comes sooner. */
const cooldownWithoutKeysMs = 5_000
const defaultTimeoutMs = 5_000
/** More than any setting names; only `{tenantid}` of an OpenID Connect issuer can reach it. */
const maxSources = 64

export type KeysOptions = Readonly<{
  fetch: Fetch
  /**
   * Milliseconds on a monotonic clock. With the wall clock, setting it back by a day would delay
   * rotated keys, and keep withdrawn keys in use, for that day.
   */
  elapsed: () => number
  /** For discovery and key set together. */
  timeoutMs?: number
  /** After every attempt; a failure is why it failed. */
  tried?: (source: KeySource, failure: Failure | undefined) => void
}>

export function createKeys(options: KeysOptions): Keys {
  const { fetch, elapsed, timeoutMs = defaultTimeoutMs, tried } = options
  const shelves = createBoundedMap<Shelf>(maxSources)

  function shelfOf(source: KeySource): Shelf {
    const id = idOf(source)
    const known = shelves.get(id)
    if (known) return known
    const shelf = newShelf()
    shelves.set(id, shelf)
    return shelf
  }

  /** Single flight; never throws, since keys from before may still do. */
  function renew(shelf: Shelf, source: KeySource): Promise<void> {
    if (shelf.pending) return shelf.pending
    if (elapsed() - shelf.triedAtMs < cooldownOf(shelf)) return Promise.resolve()
    shelf.pending = fetchKeys(fetch, source, AbortSignal.timeout(timeoutMs)).then(
      keys => {
        Object.assign(shelf, { keys, fetchedAtMs: elapsed(), failed: false, cause: undefined })
      },
      cause => {
        Object.assign(shelf, { failed: true, cause })
      },
    )
    return shelf.pending.finally(() => {
      shelf.triedAtMs = elapsed()
      shelf.pending = undefined
      tried?.(source, shelf.failed ? unavailable(source, shelf) : undefined)
    })
  }

  async function select(shelf: Shelf, wanted: WantedKey): Promise<readonly CryptoKey[]> {
    if (elapsed() - shelf.fetchedAtMs > maxStaleMs) return []
    const fitting = shelf.keys.filter(key => fits(key, wanted))
    const keys = await Promise.all(fitting.map(key => importOnce(key, wanted.alg)))
    return keys.filter(key => key !== undefined)
  }

  return {
    async prepare(source) {
      const shelf = shelfOf(source)
      if (shelf.failed || elapsed() - shelf.fetchedAtMs > freshMs) await renew(shelf, source)
    },
    async find(source, wanted) {
      const shelf = shelfOf(source)
      if (elapsed() - shelf.fetchedAtMs > freshMs) await renew(shelf, source)
      const known = await select(shelf, wanted)
      if (known.length > 0) return known
      // An unknown kid is what a rotation looks like from here.
      await renew(shelf, source)
      const renewed = await select(shelf, wanted)
      if (renewed.length > 0) return renewed
      throw shelf.failed ? unavailable(source, shelf) : noSuchKey(wanted)
    },
  }
}

function newShelf(): Shelf {
  const never = Number.NEGATIVE_INFINITY
  const timesMs = { fetchedAtMs: never, triedAtMs: never }
  return { keys: [], ...timesMs, failed: false, cause: undefined, pending: undefined }
}

function cooldownOf(shelf: Shelf): number {
  return shelf.keys.length === 0 ? cooldownWithoutKeysMs : cooldownMs
}

/** Not the token's fault: 503, and a client that waits succeeds. */
function unavailable(source: KeySource, shelf: Shelf): Failure {
  const { cause } = shelf
  return new Failure('signing-keys-unavailable', {
    detail: `${idOf(source)}: ${reasonOf(cause)}`,
    facts: { retryAfterSeconds: cooldownOf(shelf) / 1000 },
    cause,
  })
}

/** "fetch failed" is all that fetch says itself: why is in its cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
}

/** Either invented, or so new that the issuer was not asked again since: see cooldownMs. */
function noSuchKey({ alg, kid }: WantedKey): Failure {
  return new Failure('token-key-unknown', {
    facts: { seconds: cooldownMs / 1000 },
    detail: `the issuer has no ${alg} key ${JSON.stringify(kid)?.slice(0, 200) ?? 'at all'}`,
  })
}
