/** What a command that goes on for a while hands to the edge of the process, so that signals can end it. */

/** Something that runs until it is told to end. */
export type Running = Readonly<{
  close: () => Promise<void>
  /** Of a process that is told to end before it is done; 0 when left out. */
  exitCode?: number
}>

/** Is handed, from its start on, what has to be closed when the process ends; resolves when it runs. */
export type Keep = (starting: Promise<Running>) => Promise<void>
