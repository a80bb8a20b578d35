/**
 * A long command that ends in order on a signal: the running step is finished, and the result is printed.
 * A second Ctrl-C does not wait.
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
    // The failure is reported where the work is awaited.
    () => {},
  )
  await keep(
    Promise.resolve({
      exitCode: 128 + constants.signals.SIGINT,
      async close() {
        ending.abort()
        await ended
        // Those who await the work report it, so this does not.
        await new Promise(resolve => setImmediate(resolve))
      },
    }),
  )
  return await working
}
