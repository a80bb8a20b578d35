/**
 * Starts and stops background jobs. The work itself is a parameter.
 */

/** Prevents further runs. Resolves when the current one has ended. */
type Stop = () => Promise<void>

export type Job = () => Stop

export function startJobs(jobs: readonly Job[]): Stop {
  const stops = jobs.map(start => start())
  return async () => {
    await Promise.all(stops.map(stop => stop()))
  }
}

/**
 * Runs every `everyMs`, one run at a time; a run that is due while another is active is skipped. A stop aborts the
 * signal.
 */
export function repeat(
  everyMs: number,
  run: (signal: AbortSignal) => Promise<void>,
  troubled: (error: unknown) => void,
): Job {
  return () => {
    const ending = new AbortController()
    const { signal } = ending
    let running: Promise<void> | undefined
    const runOnce = async () => {
      try {
        await run(signal)
      } catch (error) {
        if (error !== signal.reason) troubled(error)
      }
      running = undefined
    }
    const timer = setInterval(() => {
      running ??= runOnce()
    }, everyMs)
    timer.unref()
    return async () => {
      clearInterval(timer)
      ending.abort()
      await running
    }
  }
}
