/**
 * How many requests run at once: lanes. Success adds one lane in a while, a server that is too busy halves them, and
 * `Retry-After` pauses all of them. Microsoft's limits are per mailbox, per application and unnamed, so it is measured.
 */
import type { Clock } from './clock.ts'

export type Pace = Readonly<{
  lanes: () => number
  /** Resolves when no pause is left, or when the run is ended. */
  ready: () => Promise<void>
  /** An answer came that is no complaint. */
  wentWell: () => void
  /** A 429, a 503 or no answer in time. */
  wasTooMuch: (pauseMs: number | undefined) => void
  /** Ms of the pause that are left. */
  pausedMs: () => number
  /** What follows is of another kind: few lanes again. */
  restart: () => void
}>

/** All requests under way complain at once: that is one complaint. */
const complaintWindowMs = 1000
const firstLanes = 4

export function createPace({ elapsed, wait }: Clock, maxLanes: number, signal: AbortSignal): Pace {
  let lanes = Math.min(firstLanes, maxLanes)
  let successes = 0
  let pausedUntil = 0
  let complainedAt = Number.NEGATIVE_INFINITY
  return {
    lanes: () => lanes,
    pausedMs: () => Math.max(0, pausedUntil - elapsed()),
    restart() {
      lanes = Math.min(firstLanes, maxLanes)
      successes = 0
    },
    async ready() {
      while (elapsed() < pausedUntil && !signal.aborted) await wait(pausedUntil - elapsed(), signal)
    },
    wentWell() {
      successes += 1
      if (successes < lanes || lanes >= maxLanes) return
      lanes += 1
      successes = 0
    },
    wasTooMuch(pauseMs) {
      if (pauseMs !== undefined) pausedUntil = Math.max(pausedUntil, elapsed() + pauseMs)
      if (elapsed() - complainedAt < complaintWindowMs) return
      complainedAt = elapsed()
      lanes = Math.max(1, Math.floor(lanes / 2))
      successes = 0
    },
  }
}

/** Does all work, as many at once as `lanes` says at the time. After a failure or an abort nothing new begins. */
export async function inLanes<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  lanes: () => number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for await (const item of items) {
    while (running.size >= lanes()) await Promise.race(running)
    if (signal.aborted || failures.length > 0) break
    const one: Promise<void> = work(item)
      .catch(error => void failures.push(error))
      .finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}

/** Results in the order of the items, with at most `count` under way or waiting for an earlier one. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  count: () => number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = []
  try {
    for (const item of items) {
      while (running.length >= count()) yield await (running.shift() as Promise<Result>)
      running.push(work(item))
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next
  } finally {
    await Promise.allSettled(running)
  }
}
