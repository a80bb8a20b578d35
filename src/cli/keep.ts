/** A long command as run.ts sees it, so that signals can end it. */

/** Runs until it is closed. */
export type Running = Readonly<{
  close: () => Promise<void>
  /** Exit code if it is closed before it is done; default 0. */
  exitCode?: number
}>

/** Called at the start with what must be closed when the process ends; resolves when it runs. */
export type Keep = (starting: Promise<Running>) => Promise<void>
