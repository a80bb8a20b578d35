/** The clock of a process, to be set from outside while it runs. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** For a process that is about to start; the file has to be there. */
export function withClock(file: string): Readonly<Record<string, string>> {
  const loaded = join(import.meta.dirname, 'clock-of-a-file.ts')
  return { CLOCK_FILE: file, NODE_OPTIONS: `--import=${loaded}` }
}

type Signalled = Readonly<{ send: (signal: NodeJS.Signals) => void }>

/** Milliseconds ahead of the right time. The file is always complete, because the process reads it at any signal. */
export async function setClock(file: string, offsetMs: number, process?: Signalled): Promise<void> {
  await writeFile(`${file}.new`, String(offsetMs))
  await rename(`${file}.new`, file)
  process?.send('SIGUSR2')
}
