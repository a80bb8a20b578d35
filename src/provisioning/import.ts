/**
 * A file -> a plan -> the directory. Making a plan writes nothing to the directory; the caller decides whether it is
 * applied.
 */
import { recordSuccess } from '../directory/sources/state.ts'
import { openScratch, type Scratch } from '../storage/scratch.ts'
import {
  countDone,
  countProblems,
  countRows,
  type Desired,
  type Did,
  listProblems,
  type Problem,
} from './desired.ts'
import type { Applied, Applying, Leavers } from './kinds.ts'
import { confirmLeavers } from './leavers.ts'
import { kinds, lists } from './lists.ts'
import type { Naming } from './naming.ts'
import type { Kind } from './properties.ts'
import { listReport, namesInReport, type ReportName, type ReportRow } from './report.ts'
import type { SourceFile } from './source-file.ts'
import { stageFile } from './stage-file.ts'
import type { OnChange, Target } from './target.ts'

export type { Kind, ReportName, ReportRow, Target }

export type Doing = 'reading' | `${'comparing' | 'removing' | 'importing'} ${Kind}`
type Watch = (doing: Doing, done: number, of: number) => void

type PlanOptions = Readonly<{
  target: Target
  /** undefined if the operator does not say: people, or the lists that the file names. */
  kind: Kind | undefined
  /** `property=header`. */
  columns: readonly string[]
  leavers: 'stay' | 'go'
  watch: Watch
}>

/** What happens to the rows of one list. */
export type Section = Readonly<{
  kind: Kind
  counts: Readonly<Record<Did, number>>
  leavers: Leavers
  /** More names than one transaction takes would go from one person to another. */
  hasTooManyMoves: boolean
}>

export type Plan = Disposable &
  Readonly<{
    /** How the file was understood, in sentences. */
    understood: readonly string[]
    /** How the rows of the file are named. */
    heading: Naming['heading']
    /** Lines below the header, or items. */
    rows: number
    /** One of a CSV; one for each list of JSON. */
    sections: readonly Section[]
    problemCount: () => number
    problems: (top?: number) => Iterable<Problem>
    report: () => Iterable<ReportRow>
    /** The names that rows of the report have. */
    reportNames: readonly ReportName[]
    /** The result of each section. */
    apply: (how: Apply) => Promise<readonly Result[]>
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
export type Result = Applied & Readonly<{ kind: Kind; removed: number }>

/** Throws Failure 'resource-invalid' for a file that cannot be read as a whole. */
export async function planImport(file: SourceFile, options: PlanOptions): Promise<Plan> {
  const scratch = openScratch()
  try {
    return { ...(await plan(file, scratch, options)), [Symbol.dispose]: scratch[Symbol.dispose] }
  } catch (error) {
    scratch[Symbol.dispose]()
    throw error
  }
}

async function plan(
  file: SourceFile,
  scratch: Scratch,
  { target, kind, columns, leavers, watch }: PlanOptions,
): Promise<Omit<Plan, typeof Symbol.dispose>> {
  const progress = (done: number) => watch('reading', done, 0)
  const { desired, staged } = await stageFile(file, scratch, { kind, columns, progress })
  const sections: Section[] = []
  for (const kind of kinds.filter(one => staged.kinds.includes(one))) {
    sections.push(await compare(desired, target, kind, leavers, watch))
  }
  return {
    understood: staged.understood,
    heading: desired.naming.heading,
    rows: staged.rows,
    sections,
    problemCount: () => countProblems(desired),
    problems: top => listProblems(desired, top),
    report: () => listReport(desired, kindsOf(sections)),
    reportNames: namesInReport(kindsOf(sections)),
    recordSuccess: at => recordSuccess(target.database, target, at),
    async apply(how) {
      const results: Result[] = []
      for (const section of sections) {
        results.push(await applySection(desired, target, section, how))
      }
      return results
    },
  }
}

const kindsOf = (sections: readonly Section[]) => sections.map(({ kind }) => kind)

async function compare(
  desired: Desired,
  target: Target,
  kind: Kind,
  leaving: 'stay' | 'go',
  watch: Watch,
): Promise<Section> {
  const list = lists[kind]
  const rows = countRows(desired, list.table)
  await list.compare(desired, target, leaving, done => watch(`comparing ${kind}`, done, rows))
  const leavers = await list.findLeavers(desired, target, leaving)
  const counts = countDone(desired, list.table)
  return { kind, counts, leavers, hasTooManyMoves: list.hasTooManyMoves(desired) }
}

async function applySection(
  desired: Desired,
  target: Target,
  { kind, counts, leavers }: Section,
  { at, signal, removes, watch, onChange }: Apply,
): Promise<Result> {
  const { created, changed, adopted, restored } = counts
  const of = created + changed + adopted + restored
  const list = lists[kind]
  let result: Result = { kind, written: 0, refused: 0, removed: 0 }
  const how = (doing: Doing, of: number): Applying => {
    return { at, signal, onChange, progress: done => watch(doing, done, of) }
  }
  for (const step of list.order) {
    if (step === 'write') {
      const applied = await list.apply(desired, target, how(`importing ${kind}`, of))
      result = { ...result, ...applied }
    } else if (removes) {
      await confirmLeavers(target, kind, leavers, at)
      const removing = how(`removing ${kind}`, leavers.count)
      result = { ...result, removed: await list.removeLeavers(desired, target, removing) }
    }
  }
  return result
}
