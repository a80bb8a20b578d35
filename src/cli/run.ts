/**
 * Arguments -> command -> exit code, and the signals that end it.
 * 0: done or ended on request. 1: it failed. 2: it was called or set up wrongly.
 */
import { constants } from 'node:os'
import { CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { Failure } from '../failure.ts'
import { LostProcess, type Running } from './keep.ts'
import { createProgram } from './program.ts'
import { CommandError, type Terminal } from './terminal.ts'

const terminal: Terminal = {
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
  // Node.js reads NO_COLOR, FORCE_COLOR and TERM for this answer.
  colours: process.stderr.isTTY && process.stderr.hasColors() ? 'colours' : 'plain',
}

/** Resolves when the command is done or, for a server, when it is running. */
export async function run(argv: readonly string[]): Promise<void> {
  let running: Promise<Running> | undefined
  hearOfLostOutput()
  const ending = endOnSignals(() => running)
  try {
    const program = createProgram(terminal, async starting => {
      running = starting
      await starting
    })
    program.exitOverride()
    for (const command of program.commands) command.exitOverride()
    await program.parseAsync(argv)
  } catch (error) {
    // A signal for the whole group has ended what was starting, as it shall end this.
    const isDone = ending.hasBegun() && error instanceof LostProcess && error.end === 'told'
    process.exitCode = isDone ? 0 : report(error)
  }
}

/** A reader who has seen enough, such as `head`, is no fault; output that is lost otherwise is one. */
function hearOfLostOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    terminal.complain(`visage: standard output takes nothing: ${error.message}`)
    process.exitCode = 1
  })
  // There is nowhere left to say so.
  process.stderr.on('error', () => {})
}

/** What was accepted is finished; who asks a second time does not want to wait for it. */
function endOnSignals(current: () => Promise<Running> | undefined): { hasBegun: () => boolean } {
  let isEnding = false
  const end = async (signal: 'SIGINT' | 'SIGTERM') => {
    const running = current()
    // The status that a shell gives to a command cut short.
    if (isEnding || running === undefined) process.exit(128 + constants.signals[signal])
    isEnding = true
    const started = await running.catch(() => undefined)
    // A start that failed has left nothing to close, and `run` says why it failed.
    if (started === undefined) return
    try {
      await started.close()
      process.exit(started.exitCode ?? 0)
    } catch (error) {
      terminal.complain(`visage: ending failed: ${String(error)}`)
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal))
  return { hasBegun: () => isEnding }
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
  if (error instanceof LostProcess) {
    terminal.complain(`visage: ${error.message}.`)
    return 1
  }
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
