/**
 * The results of a run as a table, as a page and in one line. The counts in the middle columns must be zero everywhere.
 */
import { renderRequestCosts } from '../../tools/request-costs.ts'
import { type Fault, hasHeld, type Outcome } from './fault.ts'

export type Result = Readonly<{ fault: Fault; rounds: number }> &
  (
    | Readonly<{ kind: 'ran'; outcome: Outcome }>
    | Readonly<{ kind: 'broke'; error: string }>
    | Readonly<{ kind: 'not-run'; reason: string }>
  )

export type Verdict = 'held' | 'failed' | 'not run'

export function judge(result: Result): Verdict {
  if (result.kind === 'not-run') return 'not run'
  return result.kind === 'ran' && hasHeld(result.outcome) ? 'held' : 'failed'
}

export function summarise(results: readonly Result[]): string {
  const count = (verdict: Verdict) => results.filter(result => judge(result) === verdict).length
  return `${count('held')} faults held, ${count('failed')} failed, ${count('not run')} not run`
}

const columns = [
  'Fault',
  'Deployment',
  'Rounds',
  'Acknowledged writes',
  'Answered 503 with Retry-After',
  'Lost',
  'Torn',
  'Wrong status',
  'Recovery: median (worst)',
]

export function formatTable(results: readonly Result[]): string {
  const rule = columns.map((_, at) => (at < 2 ? '---' : '--:'))
  return [columns, rule, ...results.map(toCells)]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function toCells(result: Result): string[] {
  const { fault, rounds } = result
  const named = [fault.title, fault.deployment]
  if (result.kind === 'not-run') return [...named, 'not run', '', '', '', '', '', '']
  if (result.kind === 'broke') return [...named, '**broke off**', '', '', '', '', '', '']
  const { acknowledged, refused, lost, torn, wrongStatus, recoveryMs } = result.outcome
  const counts = [rounds, acknowledged, refused, lost, torn, wrongStatus].map(formatCount)
  return [...named, ...counts, formatRecovery(recoveryMs)]
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

function formatRecovery(recoveryMs: readonly number[]): string {
  if (recoveryMs.length === 0) return '–'
  const sorted = recoveryMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return `${formatSeconds(median)} (${formatSeconds(sorted.at(-1) ?? 0)})`
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100 ? 2 : 1)} s`
}

/** Problems of the faults that failed, in words. */
export function describeFailures(results: readonly Result[]): string[] {
  return results
    .filter(result => judge(result) === 'failed')
    .flatMap(result => {
      if (result.kind !== 'ran') return [`${result.fault.name}: ${reasonOf(result)}`]
      const nothing = result.outcome.acknowledged === 0 ? ['no upload was acknowledged'] : []
      return [...nothing, ...result.outcome.problems].map(text => `${result.fault.name}: ${text}`)
    })
}

function reasonOf(result: Exclude<Result, { kind: 'ran' }>): string {
  return result.kind === 'broke' ? result.error : result.reason
}

export function renderPage(results: readonly Result[]): string {
  const absent = results.flatMap(result =>
    result.kind === 'not-run' ? [`- ${result.fault.title}: ${result.reason}`] : [],
  )
  return (
    [
      introduction,
      formatTable(results),
      afterTable,
      costs,
      '## What was done',
      ...results.map(describeFault),
      ...(absent.length === 0 ? [] : ['## What was not run, and why', absent.join('\n')]),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  )
}

const introduction = `<!-- Written by \`npm run reliability -- --write\`. -->

# What Visage survives

Each fault is applied to real processes of \`visage serve\` while clients set, read and sometimes remove photos. Every
uploaded picture contains a number that can be read from each of its sizes, so each photo can be traced to its upload. Some
clients stop writing when a fault begins and some during it, so that no later upload hides a lost one. All acknowledged
writes are compared, for each person, size and node: those of stopped clients after each round, all others at the end.`

const afterTable = `- **Lost**: a photo was missing, belonged to another person, came back after its removal, or was older than the last
  acknowledged write or than one read before; or a row named a pack that is missing. Counted during and after the load.
- **Torn**: a picture was incomplete, or photo, metadata and sizes came from different uploads.
- **Wrong status**: an answer was neither a success nor, where a part is unavailable, 503 with \`Retry-After\`; or it took more than
  18 seconds, which is longer than [any limit](operating.md#postgresql); or a connection was cut, but not by the fault; or
  the log reported a bug.
- **Recovery**: time from the end of the fault, or from the restart, until every process has acknowledged an upload. It
  depends on the machine; here servers, stores and load share one machine.

\`npm run reliability\` writes this table and exits with 1 if Lost, Torn or Wrong status is not 0;
\`-- --quick\` runs each fault for a few rounds, which takes three minutes, and so does \`npm run test:long\`.`

const costs = `## What one request may cost

No request of any client holds the event loop for more than 50 ms, holds a renderer beyond its deadline, or takes more
memory than its budget says. The tests count what a request does, or compare its longest hold of the event loop with a
fixed piece of work in the same process.

<!-- generated: costs -->

${renderRequestCosts()}

<!-- end generated -->`

function describeFault(result: Result): string {
  const { title, deployment, means, name } = result.fault
  const notes = result.kind === 'ran' ? (result.outcome.notes ?? []) : []
  const text = [`### ${title}`, `\`${name}\`, ${deployment}. ${means}`]
  if (notes.length > 0) text.push(notes.map(note => `- ${note}`).join('\n'))
  return text.join('\n\n')
}
