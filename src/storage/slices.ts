/**
 * Work that has to visit many rows is done in slices: a few milliseconds each, one of all such work between
 * two turns of the event loop, until a deadline. It decides when the next slice may begin; what a slice
 * does, and how many rows that is, it does not know.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../failure.ts'

export type Slices = Readonly<{
  /** The time for one piece of work begins now; how long it is, in milliseconds. */
  begin: (maxMs?: number) => Slicing
}>

export type Slicing = Readonly<{
  /**
   * Before each slice: resolves in a later turn of the loop. Throws Failure 'search-too-long' when the time
   * is up.
   */
  next: () => Promise<void>
}>

/** How long a search goes on. Nobody in front of a page waits longer. */
const maxSearchMs = 5_000

/** `elapsed`: milliseconds on a monotonic clock. */
export function createSlices(elapsed: () => number, longestMs = maxSearchMs): Slices {
  let last: Promise<void> = Promise.resolve()
  return {
    begin(maxMs = longestMs) {
      const beganAtMs = elapsed()
      return {
        async next() {
          // Whoever comes at the same time waits for a turn of their own: ten searches hold the loop as long as one.
          last = last.then(() => nextTurn())
          await last
          if (elapsed() - beganAtMs <= maxMs) return
          throw new Failure('search-too-long', { facts: { seconds: maxMs / 1000 } })
        },
      }
    },
  }
}
