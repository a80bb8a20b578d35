/**
 * Runs the command that the arguments name, and gives each error its exit code.
 * 0: done, or ended on request. 1: failed. 2: wrong arguments or settings. 3: what is to be imported has errors.
 */
import { CommanderError } from 'commander'
import { Failure } from '../failure.ts'
import { LostProcess, StartError } from '../serving/start-error.ts'
import { ConfigError } from '../settings/setting.ts'
import { commandsOf, createProgram } from './program.ts'
import type { TrackRunning } from './running.ts'
import { spellAdvice } from './spelling.ts'
import { CommandError, formatError, type Terminal } from './terminal.ts'

/** `argv`: as process.argv. Resolves when the command has finished; for a server, when it listens. */
export async function execute(
  argv: readonly string[],
  terminal: Terminal,
  trackRunning: TrackRunning,
): Promise<void> {
  const program = createProgram(terminal, trackRunning)
  program.exitOverride(throwMisuse(2))
  for (const { command, words } of commandsOf(program)) {
    command.exitOverride(throwMisuse(misuseCodes[words] ?? 2))
  }
  await program.parseAsync(argv)
}

/** For these, 2 is something else: docs/push.md. */
const misuseCodes: Readonly<Record<string, number>> = { push: 1, undo: 1, pull: 1 }

function throwMisuse(exitCode: number): (error: CommanderError) => never {
  return error => {
    throw error.exitCode === 0 ? error : new CommanderError(exitCode, error.code, error.message)
  }
}

/** Prints why the command failed, and returns its exit code. */
export function report(error: unknown, terminal: Terminal): number {
  // Commander has printed the error.
  if (error instanceof CommanderError) return error.exitCode
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
