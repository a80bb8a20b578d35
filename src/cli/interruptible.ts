/**
 * A command that works for a long time and ends in order when it is told to: what is under way is finished,
 * and the words about it are said. A second Ctrl-C does not wait.
 */
import { constants } from 'node:os'
import type { Keep } from './keep.ts'

export async function runInterruptibly<Result>(
  keep: Keep,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const working = work(ending.signal)
  const ended = working.then(
    () => {},
    // Whoever waits for the work itself hears of it.
    () => {},
  )
  await keep(
    Promise.resolve({
      exitCode: 128 + constants.signals.SIGINT,
      async close() {
        ending.abort()
        await ended
        // What is said of it is said by those who waited for the work, in their turn.
        await new Promise(resolve => setImmediate(resolve))
      },
    }),
  )
  return await working
}
