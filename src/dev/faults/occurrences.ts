/**
 * How often a rule applies: one generator per rule and one draw per call, so that the same calls in the
 * same order meet the same faults, independent of other rules.
 */
import type { Frequency } from './rule.ts'

/** Call it once for each call that the rule is about. */
export type Occurs = () => boolean

export function occurrencesOf(frequency: Frequency): Occurs {
  let seen = 0
  switch (frequency.kind) {
    case 'always':
      return () => true
    case 'every':
      return () => ++seen % frequency.nth === 0
    case 'first':
      return () => ++seen <= frequency.count
    case 'share': {
      const draw = drawFrom(frequency.seed)
      return () => draw() < frequency.share
    }
  }
}

/** mulberry32: 32 bits of state, a known sequence for each seed. Numbers from 0 to below 1. */
export function drawFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
