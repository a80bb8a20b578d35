/** Time and chance as parameters, so that a test with thousands of pauses takes no time. */
import { setTimeout as delay } from 'node:timers/promises'

export type Clock = Readonly<{
  /** Time of day in ms since 1970; it may be set ahead or back. */
  now: () => number
  /** Ms that have passed; nobody can set it. */
  elapsed: () => number
  /** Resolves after this many ms, or as soon as `signal` is aborted. */
  wait: (ms: number, signal?: AbortSignal) => Promise<void>
}>

/** From 0 to below 1. */
export type Random = () => number

const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  async wait(ms, signal) {
    // An abort ends the pause; the caller looks at the signal.
    await delay(ms, undefined, { ...(signal && { signal }) }).catch(() => {})
  },
}

/** What a run takes from outside of this program. */
export type Outside = Readonly<{ clock: Clock; random: Random; fetch: typeof globalThis.fetch }>

export const realOutside: Outside = { clock: systemClock, random: Math.random, fetch }
