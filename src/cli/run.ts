/**
 * A command as this process: its standard streams, its exit code, and the signals that end it. execute.ts does the work.
 */
import { constants } from 'node:os'
import { LostProcess } from '../serving/start-error.ts'
import { readNpmScript } from '../settings/environment.ts'
import { execute, report } from './execute.ts'
import { watchNpm } from './npm-parent.ts'
import type { Running } from './running.ts'
import { formatError, openTerminal, type Terminal } from './terminal.ts'

/** Resolves when the command has finished or, for a server, when it runs. */
export async function run(argv: readonly string[]): Promise<void> {
  const terminal = openTerminal(argv[1] ?? 'visage', process)
  let running: Promise<Running> | undefined
  handleOutputErrors(terminal)
  const ending = endOnSignals(terminal, () => running)
  try {
    await execute(argv, terminal, async starting => {
      running = starting
      watchNpm(readNpmScript(), () => process.emit('SIGTERM', 'SIGTERM'))
      await starting
    })
  } catch (error) {
    // A signal to the whole process group has ended the child processes already.
    const isDone = ending.hasBegun() && error instanceof LostProcess && error.end === 'by signal'
    process.exitCode = isDone ? 0 : report(error, terminal)
  }
}

/** A reader that closes early, such as `head`, is not an error; any other lost output is. */
function handleOutputErrors(terminal: Terminal): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    terminal.complain(formatError(`Cannot write to standard output: ${error.message}`))
    process.exitCode = 1
  })
  // No stream is left for a message.
  process.stderr.on('error', () => {})
}

/** The first signal finishes running work; the second ends the process at once. */
function endOnSignals(
  terminal: Terminal,
  current: () => Promise<Running> | undefined,
): { hasBegun: () => boolean } {
  let isEnding = false
  const end = async (signal: 'SIGINT' | 'SIGTERM') => {
    const running = current()
    // The exit code of shells for a signal.
    if (isEnding || running === undefined) process.exit(128 + constants.signals[signal])
    isEnding = true
    const started = await running.catch(() => undefined)
    // A failed start leaves nothing to close, and `run` reports it.
    if (started === undefined) return
    try {
      await started.close()
      process.exit(started.exitCode ?? 0)
    } catch (error) {
      terminal.complain(formatError(`Stopping failed: ${String(error)}`))
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal))
  return { hasBegun: () => isEnding }
}
