/** A long command that signals can end (run.ts). */

/** Runs until it is closed. */
export type Running = Readonly<{
  close: () => Promise<void>
  /** Exit code if it is closed before it has finished; default 0. */
  exitCode?: number
}>

/** Called at the start with what must be closed when the process ends; resolves when it runs. */
export type TrackRunning = (starting: Promise<Running>) => Promise<void>
