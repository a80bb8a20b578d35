/**
 * A file -> a plan -> the directory. Making a plan writes nothing to the directory; the caller decides whether it is
 * applied.
 */
import { recordSuccess } from '../directory/sources.ts'
import { openScratch } from '../storage/scratch.ts'
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
import { encodingNames, findEncoding, readText } from './encoding.ts'
import { groups } from './groups.ts'
import type { Applied, Leavers, List } from './kinds.ts'
import { defineLeavers } from './leavers.ts'
import { members } from './members.ts'
import { people } from './people.ts'
import type { Kind } from './properties.ts'
import { listReport, type ReportRow } from './report.ts'
import { separatorNames } from './separator.ts'
import type { SourceFile } from './source-file.ts'
import { stageLines } from './stage-lines.ts'
import type { OnChange, Target } from './target.ts'

export type { Kind, ReportRow, Target }

const lists = { people, groups, members } as const satisfies Record<Kind, List>

export type Doing = 'reading' | 'comparing' | 'removing' | 'importing'
type Watch = (doing: Doing, done: number, of: number) => void

type PlanOptions = Readonly<{
  target: Target
  kind: Kind
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
  onChange: OnChange
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
  { target, kind, columns: chosen, leavers: leaving, watch }: PlanOptions,
): Promise<Omit<Plan, typeof Symbol.dispose>> {
  const encoding = await findEncoding(file)
  const csv = await readCsv(readText(file, encoding))
  const columns = findColumns(kind, csv.header, readChoices(kind, chosen))
  const list: List = lists[kind]
  list.expectColumns(columns)
  list.define(desired)
  defineLeavers(desired)
  const lines = await stageLines(desired, csv.lines, columns, list.add, done =>
    watch('reading', done, 0),
  )
  await list.compare(desired, target, leaving, done => watch('comparing', done, lines))
  const leavers = await list.findLeavers(desired, target)
  const counts = countDone(desired, list.table)
  return {
    understood: [
      `CSV, ${encodingNames[encoding]}, columns separated by ${separatorNames[csv.separator]}.`,
      ...describeColumns(columns),
      list.describeKey(columns),
    ],
    lines,
    counts,
    leavers,
    hasTooManyMoves: list.hasTooManyMoves(desired),
    problemCount: () => countProblems(desired),
    problems: top => listProblems(desired, top),
    report: () => listReport(desired, list.table),
    recordSuccess: at => recordSuccess(target.database, target, at),
    async apply({ at, signal, removes, watch, onChange }) {
      const { created, changed, adopted, restored } = counts
      const of = created + changed + adopted + restored
      const how = { at, signal, onChange }
      let result: Result = { written: 0, refused: 0, removed: 0 }
      for (const step of list.order) {
        if (step === 'write') {
          const progress = (done: number) => watch('importing', done, of)
          result = { ...result, ...(await list.apply(desired, target, { ...how, progress })) }
        } else if (removes) {
          const progress = (done: number) => watch('removing', done, leavers.count)
          const removed = await list.removeLeavers(desired, target, { ...how, progress })
          result = { ...result, removed }
        }
      }
      return result
    },
  }
}

function describeColumns({ at, headers, unused }: Columns): string[] {
  const pairs = [...at].map(([property, index]) => {
    const header = headers[index] ?? ''
    return header === property ? property : `${property} from ${JSON.stringify(header)}`
  })
  const skipped = unused.map(header => JSON.stringify(header)).join(', ')
  return [
    `Columns: ${pairs.join(', ')}.`,
    ...(unused.length === 0 ? [] : [`Not used: ${skipped}.`]),
  ]
}

function countDone({ scratch }: Desired, table: List['table']): Record<Did, number> {
  const counts = { created: 0, changed: 0, adopted: 0, restored: 0, unchanged: 0, error: 0 }
  const rows = scratch.all<{ did: Did; count: number }>(
    `select did, count(*) as count from ${table} group by did`,
  )
  for (const { did, count } of rows) counts[did] = count
  return counts
}
