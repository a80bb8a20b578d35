/**
 * Arguments -> command -> exit code, and the signals that end it.
 * 0: done or ended on request. 1: it failed. 2: it was called or set up wrongly.
 */
import { constants } from 'node:os'
import { CommanderError } from 'commander'
import { Failure } from '../failure.ts'
import { LostProcess } from '../serving/lost-process.ts'
import { StartError } from '../serving/start-error.ts'
import { readNpmScript } from '../settings/environment.ts'
import { ConfigError } from '../settings/setting.ts'
import type { Running } from './keep.ts'
import { watchNpm } from './npm-parent.ts'
import { createProgram } from './program.ts'
import { spellAdvice, spellProgram } from './spelling.ts'
import { CommandError, type Terminal, voice } from './terminal.ts'

/** Resolves when the command is done or, for a server, when it is running. */
export async function run(argv: readonly string[]): Promise<void> {
  const terminal = openTerminal(argv[1] ?? 'visage')
  let running: Promise<Running> | undefined
  hearOfLostOutput(terminal)
  const ending = endOnSignals(terminal, () => running)
  try {
    const program = createProgram(terminal, async starting => {
      running = starting
      watchNpm(readNpmScript(), () => process.emit('SIGTERM', 'SIGTERM'))
      await starting
    })
    program.exitOverride()
    for (const command of program.commands) command.exitOverride()
    await program.parseAsync(argv)
  } catch (error) {
    // A signal for the whole group has ended what was starting, as it shall end this.
    const isDone = ending.hasBegun() && error instanceof LostProcess && error.end === 'told'
    process.exitCode = isDone ? 0 : report(terminal, error)
  }
}

function openTerminal(program: string): Terminal {
  // Node.js reads NO_COLOR, FORCE_COLOR and TERM for this answer.
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

/** A reader who has seen enough, such as `head`, is no fault; output that is lost otherwise is one. */
function hearOfLostOutput(terminal: Terminal): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    terminal.complain(voice(`Standard output takes nothing: ${error.message}`))
    process.exitCode = 1
  })
  // There is nowhere left to say so.
  process.stderr.on('error', () => {})
}

/** What was accepted is finished; who asks a second time does not want to wait for it. */
function endOnSignals(
  terminal: Terminal,
  current: () => Promise<Running> | undefined,
): { hasBegun: () => boolean } {
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
      terminal.complain(voice(`The end failed: ${String(error)}`))
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal))
  return { hasBegun: () => isEnding }
}

function report(terminal: Terminal, error: unknown): number {
  // Commander has said what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (
    error instanceof ConfigError ||
    error instanceof CommandError ||
    error instanceof StartError
  ) {
    terminal.complain(voice(spellAdvice(error.message, terminal.program)))
    return 2
  }
  if (error instanceof Failure) {
    terminal.complain(voice(error.detail || error.code))
    return 1
  }
  if (error instanceof LostProcess) {
    terminal.complain(voice(error.message))
    return 1
  }
  // Refused by the operating system, such as a folder that may not be written.
  if (error instanceof Error && 'syscall' in error) {
    terminal.complain(voice(error.message))
    return 1
  }
  terminal.complain(voice('This is a bug of Visage.'))
  terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
