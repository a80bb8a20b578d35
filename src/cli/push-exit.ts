/** The exit codes of `visage push`, `undo` and `pull`, which differ from those of other commands: docs/push.md. */
import { Failure } from '../failure.ts'
import { NoAnswer } from '../push/client.ts'
import { describeProblem } from '../push/people.ts'
import { Refused } from '../push/photo.ts'
import { Stopped, type StopReason } from '../push/stopped.ts'
import { runInterruptibly } from './interruptible.ts'
import type { TrackRunning } from './running.ts'
import { CommandError, type Terminal } from './terminal.ts'

const exitCodes = {
  misuse: 1,
  'nothing-matched': 3,
  refused: 4,
  disk: 2,
} as const satisfies Record<StopReason, number>

/** Every refusal before the first change becomes a CommandError with its code. */
export async function asPush(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw toCommandError(error)
  }
}

/** Ctrl-C ends after what is under way, and says so: a server may take a minute for it. */
export async function runToEnd(
  terminal: Terminal,
  trackRunning: TrackRunning,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await runInterruptibly(trackRunning, async signal => {
    // A bar stands on the line.
    const line = terminal.stderr.isTTY ? '\n' : ''
    const say = () =>
      terminal.complain(`${line}Ending after what is under way. Ctrl-C again ends at once.`)
    signal.addEventListener('abort', say, { once: true })
    try {
      await work(signal)
    } finally {
      signal.removeEventListener('abort', say)
    }
  })
}

/** Not thrown for wrong arguments, for which other commands end with 2. */
export class SomeFailed extends CommandError {
  constructor(message: string) {
    super(message, 2)
  }
}

function toCommandError(error: unknown): unknown {
  if (error instanceof Stopped) return new CommandError(error.message, exitCodes[error.reason])
  if (error instanceof Refused) return new CommandError(describeProblem(error.problem), 4)
  if (error instanceof NoAnswer) {
    return new CommandError(`${error.message} (request ${error.requestId})`, 4)
  }
  if (error instanceof Failure) return new CommandError(error.detail, 1)
  if (error instanceof SomeFailed || !(error instanceof CommandError)) return error
  return error.exitCode === 2 ? new CommandError(error.message, 1) : error
}
