/**
 * When an issuer's signing keys are fetched: at first use, when they are no longer fresh, and when a
 * token names an unknown key. Known keys stay in use while the issuer does not answer. key-set.ts reads
 * a key set; issuers.ts decides which issuers are trusted.
 *
 * jose's createRemoteJWKSet is not used: it has no discovery, no keys bound to an issuer and no injected
 * clock, and drops its keys when renewing them fails. The cryptography is jose's.
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

/** The keys of one source; `failed` is about the last attempt. */
type Shelf = {
  keys: readonly PublishedKey[]
  fetchedAtMs: number
  triedAtMs: number
  failed: boolean
  cause: unknown
  pending: Promise<void> | undefined
}

const freshMs = 10 * 60_000
/** How long keys of an unreachable issuer are used, and so a key that it has withdrawn. */
const maxStaleMs = 24 * 3_600_000
/** Tokens with invented `kid`s cause no more fetches than one in this time. */
const cooldownMs = 30_000
/** Shorter, since without any keys every token is refused. */
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
  const shelves = createBoundedMap<Shelf>(maxSources)

  function shelfOf(source: KeySource): Shelf {
    const id = idOf(source)
    const known = shelves.get(id)
    if (known) return known
    const shelf = newShelf()
    shelves.set(id, shelf)
    return shelf
  }

  /** One fetch at a time; never throws, since older keys may still be good. */
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
      // An unknown kid can mean that the issuer has rotated its keys.
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

/** Not the token's fault: 503, so that the client tries again. */
function unavailable(source: KeySource, shelf: Shelf): Failure {
  const { cause } = shelf
  return new Failure('signing-keys-unavailable', {
    detail: `${idOf(source)}: ${reasonOf(cause)}`,
    facts: { retryAfterSeconds: cooldownOf(shelf) / 1000 },
    cause,
  })
}

/** fetch itself only says "fetch failed"; the reason is in its cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message
}

/** Invented, or newer than the last fetch: see cooldownMs. */
function noSuchKey({ alg, kid }: WantedKey): Failure {
  return new Failure('token-key-unknown', {
    facts: { seconds: cooldownMs / 1000 },
    detail: `the issuer has no ${alg} key ${JSON.stringify(kid)?.slice(0, 200) ?? 'at all'}`,
  })
}
