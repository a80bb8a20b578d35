/**
 * Refuses requests over the limits, for each key separately. Counts are per process: n processes together allow n
 * times as much. The caller decides what a key is.
 * @differs Throttling is off by default, and counts in each process separately.
 */
import { Failure, type FailureCode } from '../failure.ts'
import type { ThrottleLimits } from './limits.ts'
import { createWindow, type Window } from './window.ts'

export type Throttle = Readonly<{
  /**
   * Counts a request; it is running until the admission is disposed of.
   * @throws Failure 'requests-throttled', 'concurrency-throttled' with `retryAfterSeconds`.
   */
  admit(key: string): Admission
  size(): number
}>

export type Admission = Disposable &
  Readonly<{
    /** Checks without counting. @throws Failure 'upload-throttled' if these bytes exceed the limit. */
    expectUpload(bytes: number): void
    /** Checks, then counts them. @throws Failure 'upload-throttled'. */
    addUpload(bytes: number): void
  }>

/** Each takes from a few dozen bytes to a few kilobytes. */
const maxKeys = 20_000

type Bucket = {
  running: number
  readonly requests: Window | undefined
  readonly upload: Window | undefined
}

export function createThrottle(
  limits: ThrottleLimits,
  elapsed: () => number,
  capacity = maxKeys,
): Throttle {
  const buckets = new Map<string, Bucket>()
  return {
    admit(key) {
      if (!buckets.has(key) && buckets.size >= capacity) forgetOne(buckets)
      const bucket = take(buckets, key, limits)
      countRequest(bucket, limits, elapsed())
      if (limits.concurrent !== undefined && bucket.running >= limits.concurrent) {
        // The end of the running requests cannot be predicted.
        throw refusal('concurrency-throttled', 0, {})
      }
      bucket.running++
      return createAdmission(bucket, limits, elapsed)
    },
    size: () => buckets.size,
  }
}

/** The least recently used are first in the map. */
function take(buckets: Map<string, Bucket>, key: string, limits: ThrottleLimits): Bucket {
  const bucket = buckets.get(key) ?? {
    running: 0,
    requests: limits.requests && createWindow(limits.requests),
    upload: limits.upload && createWindow(limits.upload),
  }
  buckets.delete(key)
  buckets.set(key, bucket)
  return bucket
}

/**
 * Bounds memory by removing the least recently used key with its counts: an application with more
 * mailboxes than these gets more than the limit, but not at any single mailbox. Keys with running
 * requests stay; the number of connections bounds them.
 */
function forgetOne(buckets: Map<string, Bucket>): void {
  for (const [key, { running }] of buckets) {
    if (running > 0) continue
    buckets.delete(key)
    return
  }
}

/**
 * "…Microsoft Graph continues to log resource usage while a client is being throttled.": a refused
 * request counts too. https://learn.microsoft.com/en-us/graph/throttling
 */
function countRequest({ requests }: Bucket, { requests: rate }: ThrottleLimits, at: number): void {
  if (requests === undefined || rate === undefined) return
  const isTooMany = requests.waitFor(1, at) > 0
  requests.add(1, at)
  if (isTooMany) throw refusal('requests-throttled', requests.waitFor(1, at), rate)
}

function createAdmission(bucket: Bucket, limits: ThrottleLimits, elapsed: () => number): Admission {
  let isOver = false
  const expectUpload = (bytes: number) => {
    const waitMs = bucket.upload?.waitFor(bytes, elapsed()) ?? 0
    if (waitMs > 0) throw refusal('upload-throttled', waitMs, limits.upload ?? {})
  }
  return {
    expectUpload,
    addUpload(bytes) {
      expectUpload(bytes)
      bucket.upload?.add(bytes, elapsed())
    },
    [Symbol.dispose]() {
      if (!isOver) bucket.running--
      isOver = true
    },
  }
}

function refusal(
  code: FailureCode,
  waitMs: number,
  { amount, windowMs }: Partial<Readonly<{ amount: number; windowMs: number }>>,
): Failure {
  return new Failure(code, {
    facts: {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      ...(amount !== undefined && { amount }),
      ...(windowMs !== undefined && { seconds: windowMs / 1000 }),
    },
  })
}
