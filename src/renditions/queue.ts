/**
 * How many renderings run at once and how many wait; whoever comes on top of that is refused at once.
 * Rendering happens in libuv's thread pool, so the event loop only keeps the list. It knows no pixels.
 *
 * What bounds what: `concurrency` x `maxDecodedBytes` of the limits bounds the memory of decoding, and
 * decoding's timeout how long a place is taken. A waiting job holds the body it was given, at most
 * 4 MB each; the sum of those is bounded by whoever reads bodies, before they get here, and by
 * `maxWaiting` only in count.
 */

import { availableParallelism } from 'node:os'
import { Failure } from '../failure.ts'

export type QueueCounts = Readonly<{
  running: number
  waiting: number
  finished: number
  refused: number
}>

export type Queue = Readonly<{
  /** Resolves or rejects as the job does. Throws Failure 'overloaded' (facts: retryAfterSeconds). */
  run<T>(job: () => Promise<T>): Promise<T>
  counts(): QueueCounts
}>

export type QueueOptions = Readonly<{
  concurrency?: number
  maxWaiting: number
  /** Milliseconds that only ever grow. */
  nowMs?: () => number
}>

/**
 * A job takes a thread of libuv's pool, which has four unless UV_THREADPOOL_SIZE says otherwise; at
 * the most three of them are taken, so that reading a photo's file never waits for rendering.
 */
export function defaultConcurrency(processors: number = availableParallelism()): number {
  return Math.max(1, Math.min(processors, 3))
}

export function createQueue(options: QueueOptions): Queue {
  const { concurrency = defaultConcurrency(), maxWaiting } = options
  const nowMs = options.nowMs ?? (() => performance.now())
  const waiting: (() => void)[] = []
  let running = 0
  let finished = 0
  let refused = 0
  let usualMs = 100

  /** A place is handed on to the next in line, so nobody can slip in between. */
  async function takePlace(): Promise<void> {
    if (running < concurrency) {
      running++
      return
    }
    await new Promise<void>(resolve => waiting.push(resolve))
  }

  function leavePlace(sinceMs: number): void {
    usualMs += (nowMs() - sinceMs - usualMs) / 8
    finished++
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  function refuse(): Failure {
    refused++
    const seconds = ((running + waiting.length) * usualMs) / concurrency / 1000
    const retryAfterSeconds = Math.min(60, Math.max(1, Math.ceil(seconds)))
    return new Failure('overloaded', { facts: { retryAfterSeconds } })
  }

  async function run<T>(job: () => Promise<T>): Promise<T> {
    if (running >= concurrency && waiting.length >= maxWaiting) throw refuse()
    await takePlace()
    const sinceMs = nowMs()
    try {
      return await job()
    } finally {
      leavePlace(sinceMs)
    }
  }

  return {
    run,
    counts: () => ({ running, waiting: waiting.length, finished, refused }),
  }
}
