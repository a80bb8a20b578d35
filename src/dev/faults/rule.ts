/**
 * A fault as data: what happens, to which calls, how often. parse.ts makes one from a sentence, inject.ts
 * applies it. Only `visage dev` and `startVisage` have faults.
 */
import type { Pattern } from './pattern.ts'

export type Effect =
  /** Nothing is done, and the answer is this status in Graph's envelope. */
  | Readonly<{ kind: 'refuse'; status: number; retryAfterSeconds: number | undefined }>
  /** The call waits first. */
  | Readonly<{ kind: 'delay'; ms: number }>
  /** The connection ends: before anything is done, or when only the answer is left. */
  | Readonly<{ kind: 'cut'; before: 'request' | 'answer' }>
  /** A photo is written at once and visible later, as in a replicated service. */
  | Readonly<{ kind: 'late'; ms: number }>

/** Counted over the calls that a rule is about, in the order in which they arrive. */
export type Frequency =
  | Readonly<{ kind: 'always' }>
  | Readonly<{ kind: 'share'; share: number; seed: number }>
  | Readonly<{ kind: 'every'; nth: number }>
  | Readonly<{ kind: 'first'; count: number }>

export type Rule = Readonly<{
  /** The sentence as written. */
  text: string
  effect: Effect
  /** undefined for all methods. */
  methods: ReadonlySet<string> | undefined
  pattern: Pattern
  frequency: Frequency
}>
