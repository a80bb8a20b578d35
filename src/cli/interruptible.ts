/**
 * A long command that a signal ends in order: the running step is finished, and the result is printed. A second Ctrl-C
 * ends it at once.
 */
import { constants } from 'node:os'
import type { TrackRunning } from './running.ts'

export async function runInterruptibly<Result>(
  trackRunning: TrackRunning,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const working = work(ending.signal)
  const ended = working.then(
    () => {},
    // The caller that awaits the work reports its failure.
    () => {},
  )
  await trackRunning(
    Promise.resolve({
      exitCode: 128 + constants.signals.SIGINT,
      async close() {
        ending.abort()
        await ended
        // The caller reports it.
        await new Promise(resolve => setImmediate(resolve))
      },
    }),
  )
  return await working
}
