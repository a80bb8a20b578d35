/**
 * Arguments -> command -> exit code, and the signals that end it.
 * 0: done or ended on request. 1: it failed. 2: it was called or set up wrongly.
 */
import { CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { Failure } from '../failure.ts'
import { createProgram, type Running } from './program.ts'
import { CommandError, type Terminal } from './terminal.ts'

const terminal: Terminal = {
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
}

/** Resolves when the command is done or, for a server, when it is running. */
export async function run(argv: readonly string[]): Promise<void> {
  let running: Running | undefined
  endOnSignals(() => running)
  try {
    const program = createProgram(terminal, started => {
      running = started
    })
    program.exitOverride()
    for (const command of program.commands) command.exitOverride()
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** What was accepted is finished; who asks a second time does not want to wait for it. */
function endOnSignals(current: () => Running | undefined): void {
  let isEnding = false
  const end = async () => {
    const running = current()
    if (isEnding || running === undefined) process.exit(0)
    isEnding = true
    try {
      await running.close()
      process.exit(0)
    } catch (error) {
      terminal.complain(`visage: ending failed: ${String(error)}`)
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end())
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ConfigError || error instanceof CommandError) {
    terminal.complain(`visage: ${error.message}`)
    return 2
  }
  if (error instanceof Failure) {
    terminal.complain(`visage: ${error.detail || error.code}`)
    return 1
  }
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
