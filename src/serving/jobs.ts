/**
 * Work that no request waits for: one way to start all of it, and one to stop. What is done is handed in.
 */

/** Resolves when the run under way has ended; no other begins. */
type Stop = () => Promise<void>

/** Starts the work. */
export type Job = () => Stop

export function startJobs(jobs: readonly Job[]): Stop {
  const stops = jobs.map(start => start())
  return async () => {
    await Promise.all(stops.map(stop => stop()))
  }
}

/**
 * Runs again and again, one run at a time; a stop aborts the signal. A run that takes longer than the
 * time between two is not followed by those that it has missed.
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
