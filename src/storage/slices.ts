/**
 * Splits work on many rows into slices of a few milliseconds. Between two turns of the event loop
 * at most one slice of all such work runs, until a deadline. The caller decides what a slice does.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../failure.ts'

export type Slices = Readonly<{
  /** Starts one piece of work; its time limit is `maxMs`. */
  begin: (maxMs?: number) => Slicing
}>

export type Slicing = Readonly<{
  /**
   * Call before each slice: resolves in a later turn of the event loop. Throws Failure
   * 'search-too-long' when the time is up.
   */
  next: () => Promise<void>
}>

/** Time limit of a search: a person is waiting. */
const maxSearchMs = 5_000

/** `elapsed`: milliseconds on a monotonic clock. */
export function createSlices(elapsed: () => number, longestMs = maxSearchMs): Slices {
  let last: Promise<void> = Promise.resolve()
  return {
    begin(maxMs = longestMs) {
      const beganAtMs = elapsed()
      return {
        async next() {
          // Concurrent work takes turns, so ten searches block the event loop no longer than one.
          last = last.then(() => nextTurn())
          await last
          if (elapsed() - beganAtMs <= maxMs) return
          throw new Failure('search-too-long', { facts: { seconds: maxMs / 1000 } })
        },
      }
    },
  }
}
