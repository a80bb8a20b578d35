/**
 * How many bytes of request bodies, and of what they become, may be in memory at once. It bounds the
 * process, not a request: whoever comes on top is refused at once and may come again, and nothing that
 * was accepted suffers.
 */
import { Failure } from '../failure.ts'

export type BodyBudget = Readonly<{
  /**
   * Takes `bytes` of the budget. Throws Failure 'overloaded' when they are not there, and 'body-too-large'
   * when they never are, together with what the same request has taken `already`.
   */
  take(bytes: number, already?: number): void
  giveBack(bytes: number): void
  takenBytes(): number
  /** How often it was not there, ever. */
  refusals(): number
}>

const retryAfterSeconds = 2

export function createBodyBudget(maxBytes: number): BodyBudget {
  let taken = 0
  let refusals = 0
  return {
    take(bytes, already = 0) {
      if (already + bytes > maxBytes) {
        throw new Failure('body-too-large', { facts: { maxBytes, bytes: already + bytes } })
      }
      if (taken + bytes > maxBytes) {
        refusals += 1
        throw new Failure('overloaded', { facts: { retryAfterSeconds } })
      }
      taken += bytes
    },
    giveBack(bytes) {
      taken -= bytes
    },
    takenBytes: () => taken,
    refusals: () => refusals,
  }
}
