/**
 * Sends again what may be sent again: at most so many times, after pauses that grow, by chance, and as long as the server
 * asks for. What a write of unknown outcome needs first is decided in write-photo.ts.
 */
import { type Answer, NoAnswer, type Order, type Send } from './client.ts'
import type { Clock, Random } from './clock.ts'
import type { Pace } from './pace.ts'
import { readRetryAfter } from './retry-after.ts'
import { type Verdict, verdictOf } from './verdict.ts'

export type Patience = Readonly<{
  /** For what changes nothing: repeated until there is an answer to use. Throws NoAnswer after the last try. */
  read: (order: Order) => Promise<Answer>
  /** For what changes something: repeated only where the server said that it did nothing. Throws NoAnswer. */
  write: (order: Order) => Promise<Answer>
  /** The pause before try number `tried`, which is at least 1. */
  pause: (tried: number) => Promise<void>
}>

type Parts = Readonly<{
  send: Send
  clock: Clock
  random: Random
  pace: Pace
  signal: AbortSignal
}>

export const mostTries = 8
const firstPauseMs = 1000
const longestPauseMs = 60_000

export function createPatience({ send, clock, random, pace, signal }: Parts): Patience {
  const pause = async (tried: number) => {
    const most = Math.min(longestPauseMs, firstPauseMs * 2 ** (tried - 1))
    await clock.wait(most * (0.5 + random() / 2), signal)
  }

  async function sendOnce(order: Order): Promise<Answer> {
    await pace.ready()
    try {
      const answer = await send(order)
      if (isComplaint(answer)) pace.wasTooMuch(readRetryAfter(answer.headers, clock.now()))
      else pace.wentWell()
      return answer
    } catch (error) {
      if (error instanceof NoAnswer) pace.wasTooMuch(undefined)
      throw error
    }
  }

  async function sendAgain(order: Order, repeated: ReadonlySet<Verdict>): Promise<Answer> {
    for (let tried = 1; ; tried++) {
      const isLast = tried >= mostTries || signal.aborted
      try {
        const answer = await sendOnce(order)
        if (isLast || !repeated.has(verdictOf(answer))) return answer
        // The lanes pause as long as the server said; without that, this one pauses alone.
        if (readRetryAfter(answer.headers, clock.now()) === undefined) await pause(tried)
      } catch (error) {
        if (isLast || !(error instanceof NoAnswer) || !repeated.has('unknown')) throw error
        await pause(tried)
      }
    }
  }

  return {
    read: order => sendAgain(order, new Set(['later', 'unknown'])),
    write: order => sendAgain(order, new Set(['later'])),
    pause,
  }
}

function isComplaint({ status }: Answer): boolean {
  return status === 429 || status === 503
}
