/**
 * `visage import`: shows what a file would change in the directory, asks once, and changes it while the store is served.
 * A line with an error stops all of it, unless it is to be left out.
 */
import { basename, extname } from 'node:path'
import { describeChange } from '../events.ts'
import { Failure } from '../failure.ts'
import {
  type Doing,
  type Kind,
  type Plan,
  planImport,
  type Result,
  type Target,
} from '../provisioning/import.ts'
import { openSourceFile, type SourceFile } from '../provisioning/source-file.ts'
import { tenantToAddTo } from './change-people.ts'
import { confirm } from './confirm.ts'
import { openReport } from './import-report.ts'
import {
  describePlan,
  describeProblems,
  describeResult,
  hasWork,
  nouns,
  unitOf,
} from './import-words.ts'
import { runInterruptibly } from './interruptible.ts'
import { type DirectoryFlags, withDirectory } from './open-directory.ts'
import { count, createProgress, some } from './progress.ts'
import type { TrackRunning } from './running.ts'
import { keepHeapSmall } from './small-heap.ts'
import { CommandError, jsonLines, type Terminal } from './terminal.ts'

export type ImportFlags = Pick<DirectoryFlags, 'data' | 'database' | 'tenant'> &
  Readonly<{
    source?: string
    kind?: Kind
    dryRun?: boolean
    yes?: boolean
    column?: readonly string[]
    skipErrors?: boolean
    prune?: boolean
    confirmRemovals?: boolean
    report?: string
  }>

export async function importFile(
  path: string,
  flags: ImportFlags,
  terminal: Terminal,
  trackRunning: TrackRunning,
): Promise<void> {
  keepHeapSmall()
  const source = `import:${readName(flags.source ?? basename(path, extname(path)))}` as const
  await using file = await asArgument(openSourceFile(path))
  await using report = await openReport(flags.report, path)
  await runInterruptibly(trackRunning, signal =>
    withDirectory(flags, async database => {
      const target = { database, tenantId: await tenantToAddTo(database, flags), source }
      using plan = await makePlan(file, target, flags, terminal)
      terminal.print(
        `${path}: ${some(plan.rows, unitOf(plan))}. Source ${source}, tenant ${target.tenantId}.`,
      )
      for (const line of describePlan(plan, removes(flags))) terminal.print(line)
      for (const line of describeProblems(plan)) terminal.complain(line)
      try {
        await carryOut(plan, target, flags, terminal, signal)
      } finally {
        await report?.write(plan)
      }
    }),
  )
}

async function makePlan(
  file: SourceFile,
  target: Target,
  flags: ImportFlags,
  terminal: Terminal,
): Promise<Plan> {
  const { kind, column: columns = [] } = flags
  const leavers = removes(flags) ? 'go' : 'stay'
  return await withProgress(terminal, watch =>
    asArgument(planImport(file, { target, kind, columns, leavers, watch })),
  )
}

/** A file that is not one to import is a wrong argument. */
async function asArgument<Result>(reading: Promise<Result>): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'resource-invalid')) throw error
    throw new CommandError(error.detail)
  }
}

const removes = ({ prune = false }: ImportFlags) => prune

/** The name is in every row of the source: it is short, and safe in a shell and in a list. */
function readName(text: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u.test(text)) return text
  throw new CommandError(
    `${JSON.stringify(text)} cannot be the name of a list: letters, digits, dots and hyphens, at most 60. Choose one with --source`,
  )
}

async function carryOut(
  plan: Plan,
  target: Target,
  flags: ImportFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { skipErrors = false, dryRun = false, yes = false } = flags
  if (signal.aborted) throw new CommandError('ended before anything was imported.', 1)
  const errors = plan.problemCount()
  if (errors > 0 && !skipErrors)
    throw new CommandError(`${withErrors(errors)} Nothing was imported.`, 3)
  // A person on a line that cannot be read would be removed.
  const mayRemove = removes(flags) && errors === 0
  if (removes(flags) && errors > 0)
    terminal.print(`Nothing is removed while ${unitOf(plan)}s have errors.`)
  if (mayRemove) refuseTooMany(plan, flags)
  if (plan.sections.some(({ hasTooManyMoves }) => hasTooManyMoves))
    throw new CommandError(tooManyMoves, 3)
  if (dryRun) terminal.print('Nothing was changed: this was a dry run.')
  else if (!hasWork(plan, mayRemove)) terminal.print('Nothing to do.')
  else {
    if (!yes) await confirm('Import this?', 'nothing was imported.', terminal)
    const results = await apply(plan, terminal, signal, mayRemove)
    printResults(target, results, terminal)
    if (signal.aborted) {
      throw new CommandError('ended before it was done. Run the same command again to continue.', 1)
    }
    const refused = results.reduce((sum, result) => sum + result.refused, 0)
    if (refused > 0) {
      for (const line of describeProblems(plan)) terminal.complain(line)
      throw new CommandError(
        `the directory changed meanwhile, and ${some(refused, unitOf(plan))} could not be written. Run the same command again.`,
        1,
      )
    }
  }
  if (errors > 0) throw new CommandError(`${withErrors(errors)} They were left out.`, 3)
  if (!dryRun) await plan.recordSuccess(Date.now())
}

async function apply(
  plan: Plan,
  terminal: Terminal,
  signal: AbortSignal,
  doesRemove: boolean,
): Promise<readonly Result[]> {
  const write = jsonLines(terminal, Date.now)
  return await withProgress(terminal, watch =>
    plan.apply({
      at: Date.now(),
      signal,
      removes: doesRemove,
      watch,
      onChange: change => write('info', describeChange(change)),
    }),
  )
}

function withErrors(errors: number): string {
  return `there ${errors === 1 ? 'is 1 error' : `are ${count(errors)} errors`} in the file.`
}

function refuseTooMany({ sections }: Plan, flags: ImportFlags): void {
  const tooMany = sections.find(({ leavers }) => leavers.isTooMany)
  if (tooMany === undefined || flags.confirmRemovals) return
  const { kind, leavers } = tooMany
  const [one, many] = nouns[kind]
  throw new CommandError(
    `this would remove ${count(leavers.count)} of ${some(leavers.of, one, many)} that this list brought. If the file is whole, and they have left, add --confirm-removals. Nothing was imported.`,
    3,
  )
}

const tooManyMoves =
  'too many userPrincipalNames would go from one person to another at once. Import the file in parts. Nothing was imported.'

function printResults(
  { tenantId, source }: Target,
  results: readonly Result[],
  terminal: Terminal,
): void {
  const write = jsonLines(terminal, Date.now)
  for (const result of results) {
    for (const line of describeResult(result)) terminal.print(line)
    const { kind, written, removed, refused } = result
    write('info', { event: 'imported', kind, tenantId, source, written, removed, refused })
  }
}

async function withProgress<Outcome>(
  terminal: Terminal,
  work: (watch: (doing: Doing, done: number, of: number) => void) => Promise<Outcome>,
): Promise<Outcome> {
  using progress = createProgress(terminal, Date.now)
  return await work((name, done, of) => progress.show({ name, done, of, words: '' }))
}
