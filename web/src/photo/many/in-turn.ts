/**
 * Many writes, a few at a time. When the server is too busy for one, all wait as long as it said, and that one is tried
 * again.
 */
import { Problem } from '../../graph/problem.ts'

export type InTurnOptions<Task, Outcome> = Readonly<{
  tasks: readonly Task[]
  atOnce: number
  perform: (task: Task) => Promise<Outcome>
  /** Ends when so many ms have passed. */
  wait: (ms: number) => Promise<void>
  signal: AbortSignal
  settled: (task: Task, result: Readonly<{ outcome: Outcome } | { problem: unknown }>) => void
}>

const attempts = 5
const unsaidSeconds = 2
const longestSeconds = 120

export async function performInTurn<Task, Outcome>(
  options: InTurnOptions<Task, Outcome>,
): Promise<void> {
  const { tasks, atOnce, perform, wait, signal, settled } = options
  const waiting = tasks.values()
  let pause = Promise.resolve()

  async function attempt(task: Task): Promise<void> {
    for (let left = attempts; ; left--) {
      await pause
      if (signal.aborted) return
      try {
        return settled(task, { outcome: await perform(task) })
      } catch (problem) {
        if (left === 1 || !isBusy(problem)) return settled(task, { problem })
        const seconds = Math.min(problem.retryAfterSeconds ?? unsaidSeconds, longestSeconds)
        pause = Promise.all([pause, wait(seconds * 1000)]).then(() => undefined)
      }
    }
  }

  async function work(): Promise<void> {
    for (const task of waiting) {
      if (signal.aborted) return
      await attempt(task)
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work))
}

function isBusy(problem: unknown): problem is Problem {
  return problem instanceof Problem && problem.kind === 'busy'
}
