/**
 * The type of a fault and of its result: every file of this folder makes one, and docs/reliability.md
 * shows them.
 */

export type Fault = Readonly<{
  /** kebab-case; what `--only` takes. */
  name: string
  /** As the table says it. */
  title: string
  /** 'SQLite + folder', 'PostgreSQL + S3', … */
  deployment: string
  /** Describes the fault in one to three sentences for docs/reliability.md. */
  means: string
  rounds: Readonly<{ full: number; quick: number }>
  /** Why it cannot run on this machine; undefined when it can. */
  whyNot?: () => string | undefined
  run: (rounds: number, say: Say) => Promise<Outcome>
}>

/** Reports progress. */
export type Say = (line: string) => void

export type Outcome = Readonly<{
  acknowledged: number
  lost: number
  torn: number
  /** Anything but success, a documented 503 with Retry-After, or a connection that the fault itself cut. */
  wrongStatus: number
  /** 503 with Retry-After. */
  refused: number
  /** For each round: the time from the end of the fault (or the restart) to the first success. */
  recoveryMs: readonly number[]
  notes?: readonly string[]
  /** Each loss, tear and wrong status in words; the first of them. */
  problems: readonly string[]
}>

/** Nothing lost, nothing torn, no wrong answer, and something acknowledged. */
export function hasHeld(outcome: Outcome): boolean {
  const { acknowledged, lost, torn, wrongStatus, problems } = outcome
  return acknowledged > 0 && lost + torn + wrongStatus + problems.length === 0
}
