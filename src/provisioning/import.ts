/**
 * A file -> a plan -> the directory. Making a plan writes nothing to the directory; the caller decides whether it is
 * applied.
 */
import { recordSuccess } from '../directory/sources.ts'
import { openScratch } from '../storage/scratch.ts'
import { type Applied, applyPeople, countMoves, maxMoves } from './apply-people.ts'
import { type Columns, findColumns, readChoices } from './columns.ts'
import { readCsv } from './csv.ts'
import {
  countProblems,
  createDesired,
  type Desired,
  type Did,
  listProblems,
  type Problem,
} from './desired.ts'
import { definePeople } from './desired-people.ts'
import { encodingNames, findEncoding, readText } from './encoding.ts'
import { findLeavers, type Leavers, removeLeavers } from './leavers.ts'
import { planPeople } from './plan-people.ts'
import { refused } from './refused.ts'
import { listReport, type ReportRow } from './report.ts'
import { separatorNames } from './separator.ts'
import type { SourceFile } from './source-file.ts'
import { stagePeople } from './stage-people.ts'
import type { Target, Tell } from './target.ts'

export type { ReportRow, Target }

export type Doing = 'reading' | 'comparing' | 'removing' | 'importing'
type Watch = (doing: Doing, done: number, of: number) => void

type PlanOptions = Readonly<{
  target: Target
  /** `property=header`. */
  columns: readonly string[]
  leavers: 'stay' | 'go'
  watch: Watch
}>

export type Plan = Disposable &
  Readonly<{
    /** How the file was understood, in sentences. */
    understood: readonly string[]
    lines: number
    counts: Readonly<Record<Did, number>>
    leavers: Leavers
    /** More names than one transaction takes would go from one person to another. */
    hasTooManyMoves: boolean
    problemCount: () => number
    problems: (top?: number) => Iterable<Problem>
    report: () => Iterable<ReportRow>
    apply: (how: Apply) => Promise<Result>
    /** For an import of the whole file without an error. `at`: epoch milliseconds. */
    recordSuccess: (at: number) => Promise<void>
  }>

type Apply = Readonly<{
  at: number
  signal: AbortSignal
  removes: boolean
  watch: Watch
  tell: Tell
}>
export type Result = Applied & Readonly<{ removed: number }>

/** Throws Failure 'resource-invalid' for a file that cannot be read as a whole. */
export async function planImport(file: SourceFile, options: PlanOptions): Promise<Plan> {
  const scratch = openScratch()
  try {
    const desired = createDesired(scratch)
    return { ...(await plan(file, desired, options)), [Symbol.dispose]: scratch[Symbol.dispose] }
  } catch (error) {
    scratch[Symbol.dispose]()
    throw error
  }
}

async function plan(
  file: SourceFile,
  desired: Desired,
  { target, columns: chosen, leavers: leaving, watch }: PlanOptions,
): Promise<Omit<Plan, typeof Symbol.dispose>> {
  const encoding = await findEncoding(file)
  const csv = await readCsv(readText(file, encoding))
  const columns = findColumns('people', csv.header, readChoices('people', chosen))
  expectNames(columns)
  definePeople(desired)
  const lines = await stagePeople(desired, csv.lines, columns, done => watch('reading', done, 0))
  await planPeople(desired, target, leaving, done => watch('comparing', done, lines))
  const leavers = await findLeavers(desired, target)
  const counts = countDone(desired)
  return {
    understood: [
      `CSV, ${encodingNames[encoding]}, columns separated by ${separatorNames[csv.separator]}.`,
      ...describeColumns(columns),
    ],
    lines,
    counts,
    leavers,
    hasTooManyMoves: countMoves(desired) > maxMoves,
    problemCount: () => countProblems(desired),
    problems: top => listProblems(desired, top),
    report: () => listReport(desired),
    recordSuccess: at => recordSuccess(target.database, target, at),
    async apply({ at, signal, removes, watch, tell }) {
      const { created, changed, adopted, restored } = counts
      const of = created + changed + adopted + restored
      const removed = removes
        ? await removeLeavers(desired, target, {
            at,
            signal,
            tell,
            progress: done => watch('removing', done, leavers.count),
          })
        : 0
      const progress = (done: number) => watch('importing', done, of)
      return { ...(await applyPeople(desired, target, { at, signal, progress, tell })), removed }
    },
  }
}

function expectNames({ at, headers }: Columns): void {
  if (at.has('userPrincipalName')) return
  const there = headers.map(header => JSON.stringify(header)).join(', ')
  throw refused(
    `no column is the userPrincipalName, by which people are found; there are ${there}. Say which: --column 'userPrincipalName=${at.has('mail') ? (headers[at.get('mail') ?? 0] ?? '') : 'header'}'`,
  )
}

function describeColumns({ at, headers, unused }: Columns): string[] {
  const pairs = [...at].map(([property, index]) => {
    const header = headers[index] ?? ''
    return header === property ? property : `${property} from ${JSON.stringify(header)}`
  })
  const key = ['externalId', 'id', 'userPrincipalName'].find(property => at.has(property))
  const skipped = unused.map(header => JSON.stringify(header)).join(', ')
  return [
    `Columns: ${pairs.join(', ')}.`,
    ...(unused.length === 0 ? [] : [`Not used: ${skipped}.`]),
    `A later import finds the same people by ${key}.`,
  ]
}

function countDone({ scratch }: Desired): Record<Did, number> {
  const counts = { created: 0, changed: 0, adopted: 0, restored: 0, unchanged: 0, error: 0 }
  const rows = scratch.all<{ did: Did; count: number }>(
    'select did, count(*) as count from person group by did',
  )
  for (const { did, count } of rows) counts[did] = count
  return counts
}
