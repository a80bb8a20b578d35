/**
 * Repeatable randomness: the same seed gives the same choices on every machine. Its numbers can be guessed.
 */

export type Choices<Choice> = readonly [Choice, ...Choice[]]

/** Numbers from 0 to below 1 (FNV-1a over the seed, then mulberry32). */
export const chooserFor = (seed: string): (() => number) => {
  let state = 0x811c9dc5
  for (const letter of seed) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const pick = <Choice>(from: Choices<Choice>, choose: () => number): Choice =>
  from[Math.floor(choose() * from.length)] ?? from[0]
