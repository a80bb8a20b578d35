/**
 * Arguments -> command -> exit code, and the signals that end it.
 * 0: done, or ended on request. 1: failed. 2: wrong arguments or settings. 3: what is to be imported has errors.
 */
import { constants } from 'node:os'
import { CommanderError } from 'commander'
import { Failure } from '../failure.ts'
import { LostProcess, StartError } from '../serving/start-error.ts'
import { readNpmScript } from '../settings/environment.ts'
import { ConfigError } from '../settings/setting.ts'
import { watchNpm } from './npm-parent.ts'
import { commandsOf, createProgram } from './program.ts'
import type { Running } from './running.ts'
import { spellAdvice, spellProgram } from './spelling.ts'
import { CommandError, formatError, type Terminal } from './terminal.ts'

/** Resolves when the command has finished or, for a server, when it runs. */
export async function run(argv: readonly string[]): Promise<void> {
  const terminal = openTerminal(argv[1] ?? 'visage')
  let running: Promise<Running> | undefined
  handleOutputErrors(terminal)
  const ending = endOnSignals(terminal, () => running)
  try {
    const program = createProgram(terminal, async starting => {
      running = starting
      watchNpm(readNpmScript(), () => process.emit('SIGTERM', 'SIGTERM'))
      await starting
    })
    program.exitOverride()
    for (const { command } of commandsOf(program)) command.exitOverride()
    await program.parseAsync(argv)
  } catch (error) {
    // A signal to the whole process group has ended the child processes already.
    const isDone = ending.hasBegun() && error instanceof LostProcess && error.end === 'by signal'
    process.exitCode = isDone ? 0 : report(terminal, error)
  }
}

function openTerminal(program: string): Terminal {
  // Node.js reads NO_COLOR, FORCE_COLOR and TERM here.
  const coloursOf = (stream: NodeJS.WriteStream) =>
    stream.isTTY && stream.hasColors() ? 'colours' : 'plain'
  return {
    print: line => process.stdout.write(`${line}\n`),
    complain: line => process.stderr.write(`${line}\n`),
    colours: coloursOf(process.stderr),
    printColours: coloursOf(process.stdout),
    program: spellProgram(program, process.cwd()),
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

function report(terminal: Terminal, error: unknown): number {
  // Commander has printed the error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (
    error instanceof ConfigError ||
    error instanceof CommandError ||
    error instanceof StartError
  ) {
    terminal.complain(formatError(spellAdvice(error.message, terminal.program)))
    return error instanceof CommandError ? error.exitCode : 2
  }
  if (error instanceof Failure) {
    terminal.complain(formatError(error.detail || error.code))
    return 1
  }
  if (error instanceof LostProcess) {
    terminal.complain(formatError(error.message))
    return 1
  }
  // From the operating system, such as a folder without write permission.
  if (error instanceof Error && 'syscall' in error) {
    terminal.complain(formatError(error.message))
    return 1
  }
  terminal.complain(formatError('This is a bug in Visage.'))
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
