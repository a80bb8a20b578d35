/**
 * `visage push`: a folder of photos to any Graph. It shows the plan, asks once, sets the photos, and verifies and reports
 * each. The same command goes on where it ended.
 */
import { join, resolve } from 'node:path'
import { isLoopback } from '../loopback.ts'
import { type Applied, applyPlan, type Counts } from '../push/apply.ts'
import { type Outside, realOutside } from '../push/clock.ts'
import { forget } from '../push/forget.ts'
import { createFolder } from '../push/journal-folder.ts'
import type { Done } from '../push/journal-lines.ts'
import { kinds } from '../push/kinds.ts'
import type { Match } from '../push/match.ts'
import type { Pace } from '../push/pace.ts'
import { type Entry, isWrite, planEntries } from '../push/plan.ts'
import { expectApproved, toMatches, writePlan } from '../push/plan-file.ts'
import { checkToken } from '../push/preflight.ts'
import { Stopped } from '../push/stopped.ts'
import { type Survey, survey } from '../push/survey.ts'
import { confirm } from './confirm.ts'
import { count, createProgress, some } from './progress.ts'
import { asPush, runToEnd, SomeFailed } from './push-exit.ts'
import { type PushFlags, type PushOrder, readOrder } from './push-order.ts'
import { writeReport } from './push-report.ts'
import { openTools, type Tools } from './push-run.ts'
import { type ContactSheet, openSheet } from './push-sheet.ts'
import { openTokens } from './push-tokens.ts'
import {
  countResults,
  describeCounts,
  describeFailures,
  describeLists,
  describePreflight,
  describeResult,
  describeTable,
  describeTime,
} from './push-words.ts'
import { openWork, type Work } from './push-work.ts'
import type { TrackRunning } from './running.ts'
import { keepHeapSmall } from './small-heap.ts'
import { spellPath } from './spelling.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type { PushFlags } from './push-order.ts'

type Run = Pick<Tools, 'pace' | 'patience' | 'preparers'> &
  Readonly<{
    flags: PushFlags
    terminal: Terminal
    signal: AbortSignal
    order: PushOrder
    outside: Outside
  }>

export async function push(
  folder: string | undefined,
  flags: PushFlags,
  terminal: Terminal,
  trackRunning: TrackRunning,
  outside: Outside = realOutside,
): Promise<void> {
  keepHeapSmall()
  await asPush(async () => {
    if (flags.forget !== undefined) return await forgetJournal(flags.forget, terminal)
    const order = await readOrder(folder, flags)
    const { target, head } = order
    const tokens = openTokens(flags, target, terminal, outside.fetch)
    await runToEnd(terminal, trackRunning, async signal => {
      const preflight = checkToken(await tokens.current(), head.kind)
      terminal.print(`${head.folder} to ${target.root}`)
      for (const line of describePreflight(preflight)) terminal.print(line)
      using tools = openTools(target, tokens, flags.concurrency, signal, outside)
      await plan({ ...tools, flags, terminal, signal, order, outside })
    })
  })
}

async function forgetJournal(folder: string, terminal: Terminal): Promise<void> {
  const others = await forget(folder)
  terminal.print(`Removed ${folder}. Its run cannot be undone or continued any more.`)
  if (others.length > 0) terminal.print(`These are not of push, and stay: ${others.join(', ')}`)
}

/** Nothing is changed before `carryOut`. */
async function plan(run: Run): Promise<void> {
  const { flags, terminal, order, patience } = run
  const surveyed = 'order' in order.source ? await survey(order.source.order, patience) : undefined
  const matches =
    'approved' in order.source
      ? toMatches(order.source.approved.planned)
      : (surveyed?.matching.matches ?? [])
  if (matches.length === 0) {
    if (surveyed) printPlan(run, surveyed, [], 0)
    throw new Stopped('nothing-matched', 'no file fits anybody')
  }
  const parent = resolve(flags.journal ?? '.')
  if (flags.plan !== undefined || flags.dryRun)
    return await planOnly(run, surveyed, matches, parent)
  await using work = await openWork(parent, order.head, run.outside.clock.now())
  if (work.earlier?.isContinued) terminal.print(`Continues ${spell(work.folder)}`)
  await using sheet = await openSheet(join(work.folder, 'plan.html'), titleOf(run))
  const entries = await makeEntries(run, matches, sheet, work)
  printPlan(run, surveyed, entries, matches.length)
  terminal.print(`Contact sheet: ${spell(sheet.path)}`)
  try {
    await carryOut(run, entries, work)
  } catch (error) {
    // Refused or declined: pictures of people are not left behind.
    if (!work.hasBegun()) await work.journal.dropPrepared()
    throw error
  }
}

async function planOnly(
  run: Run,
  surveyed: Survey | undefined,
  matches: readonly Match[],
  parent: string,
): Promise<void> {
  const { flags, terminal, order } = run
  const path = flags.plan?.replace(/(\.jsonl?)?$/i, '.html')
  const where = path ?? join(await createFolder(parent, run.outside.clock.now()), 'plan.html')
  await using sheet = await openSheet(where, titleOf(run))
  const entries = await makeEntries(run, matches, sheet, undefined)
  printPlan(run, surveyed, entries, matches.length)
  if (flags.plan !== undefined) {
    await writePlan(flags.plan, order.head, entries)
    terminal.print(
      `Plan: ${flags.plan}. \`${terminal.program} push --apply ${flags.plan}${spellTarget(flags, order)}\` carries it out.`,
    )
  }
  terminal.print(`Contact sheet: ${spell(sheet.path)}`)
  terminal.print('Nothing was changed.')
}

/** What `--apply` has to be told again; a server on this machine need not be named. */
function spellTarget({ cloud }: PushFlags, { target }: PushOrder): string {
  if (cloud !== undefined) return ` --cloud ${cloud}`
  return isLoopback(new URL(target.root).hostname) ? '' : ` --to ${target.root}`
}

function titleOf({ order: { head } }: Run): string {
  return `Photos of ${kinds[head.kind].many}: ${head.folder} to ${head.target}`
}

function spell(path: string): string {
  return spellPath(path, process.cwd())
}

async function makeEntries(
  { flags, terminal, signal, order, pace, patience, preparers }: Run,
  matches: readonly Match[],
  sheet: ContactSheet,
  work: Work | undefined,
): Promise<readonly Entry[]> {
  const { head, source } = order
  const approved = 'approved' in source ? source.approved.planned : undefined
  const hashes = approved && new Map(approved.map(({ person, hash }) => [person.id, hash]))
  const pictured = planEntries(matches, {
    folder: head.folder,
    kind: kinds[head.kind],
    preparing: head.preparing,
    isMissingOnly: head.isMissingOnly,
    preparers,
    patience,
    lanes: () => Math.max(6, pace.lanes()),
    earlier: work?.earlier,
    keepPrepared: work?.journal.keepPrepared,
  })
  using progress = createProgress(terminal, Date.now)
  const entries: Entry[] = []
  const limit = flags.limit ?? Number.POSITIVE_INFINITY
  let writes = 0
  for await (const one of pictured) {
    if (signal.aborted) throw new Stopped('refused', 'ended before anything was changed')
    const entry = hashes ? expectApproved(one.entry, hashes) : one.entry
    entries.push(entry)
    await sheet.add({ ...one, entry })
    progress.show({ name: 'preparing', done: entries.length, of: matches.length, words: '' })
    if (isWrite(entry.action)) writes += 1
    if (writes >= limit) break
  }
  return entries
}

function printPlan(
  { terminal, order }: Run,
  surveyed: Survey | undefined,
  entries: readonly Entry[],
  matches: number,
): void {
  const width = (terminal.stdout.isTTY && terminal.stdout.columns) || 80
  const kind = kinds[order.head.kind]
  terminal.print('')
  for (const line of describeCounts(surveyed, entries, matches, kind)) terminal.print(line)
  terminal.print('')
  for (const line of describeLists(surveyed, entries, width)) terminal.print(line)
  for (const line of describeTable(entries, width)) terminal.print(line)
  const writes = entries.filter(({ action }) => isWrite(action)).length
  if (writes > 0) terminal.print(describeTime(writes))
  if (!kind.canBeRemoved && entries.some(({ action }) => action === 'add')) {
    terminal.print(`A new photo of a ${kind.one} cannot be removed again, also not by undo.`)
  }
}

async function carryOut(run: Run, entries: readonly Entry[], work: Work): Promise<void> {
  const { flags, terminal, signal, outside } = run
  const { elapsed } = outside.clock
  const writes = entries.filter(({ action }) => isWrite(action)).length
  if (writes > 0 && !flags.yes) await ask(writes, flags, terminal)
  if (signal.aborted) throw new Stopped('refused', 'ended before anything was changed')
  terminal.print(`Journal: ${spell(work.folder)}`)
  await work.begin()
  const started = elapsed()
  const applied = await apply(run, entries, work)
  const done = [...applied.done]
  for (const line of describeResult(applied, (elapsed() - started) / 1000)) {
    terminal.print(line)
  }
  for (const line of describeFailures(done)) terminal.complain(line)
  await writeReport(work.folder, withEarlier(done, work), titleOf(run))
  terminal.print(`Report: ${spell(join(work.folder, 'report.html'))}`)
  if (applied.isInterrupted) return
  await work.journal.dropPrepared()
  const { failed } = countResults(done)
  if (failed > 0) {
    throw new SomeFailed(`${some(failed, 'photo')} failed. The same command tries them again.`)
  }
}

/** A run that was continued has one report of everybody: the latest outcome of each. */
function withEarlier(done: readonly Done[], { earlier }: Work): readonly Done[] {
  const before = earlier?.isContinued ? earlier.replayed.done.values() : []
  return [...new Map([...before, ...done].map(one => [one.id, one])).values()]
}

async function ask(writes: number, { limit }: PushFlags, terminal: Terminal): Promise<void> {
  if (limit === undefined && writes > 5) {
    terminal.print('Add --limit 5 to try it with five photos first.')
  }
  const no = 'nothing was changed.'
  await confirm(`Set ${some(writes, 'photo')}?`, no, terminal).catch(error => {
    const isAnswer = error instanceof CommandError && error.message === no
    throw isAnswer ? new CommandError(no, 4) : error
  })
}

async function apply(run: Run, entries: readonly Entry[], work: Work): Promise<Applied> {
  const { flags, terminal, signal, order, pace, patience, preparers, outside } = run
  const { head, target } = order
  const { clock } = outside
  using progress = createProgress(terminal, clock.now)
  const started = clock.elapsed()
  return await applyPlan(entries, {
    patience,
    target,
    see: preparers.see,
    signal,
    kind: kinds[head.kind],
    journal: work.journal,
    now: clock.now,
    pending: work.earlier?.isContinued ? work.earlier.replayed.pending : undefined,
    isMissingOnly: head.isMissingOnly,
    async readJpeg({ path, picture }) {
      const kept = picture && (await work.journal.readPrepared(picture.hash))
      return kept ?? (await preparers.prepare(join(head.folder, path), head.preparing)).jpeg
    },
    clock,
    pace,
    settleMs: flags.settle * 1000,
    watch(counts) {
      const done = counts.set + counts.failed
      const words = paceWords(counts, clock.elapsed() - started, pace)
      progress.show({ name: 'sending', done, of: counts.of, words })
    },
  })
}

function paceWords({ of, set, failed, late }: Counts, ms: number, pace: Pace): string {
  const done = set + failed
  const perSecond = done / (ms / 1000)
  const left = (of - done) / perSecond
  const paused = Math.ceil(pace.pausedMs() / 1000)
  return [
    `${perSecond.toFixed(1)}/s`,
    left < 90 ? `${Math.ceil(left)} s left` : `${Math.ceil(left / 60)} min left`,
    failed > 0 ? `${count(failed)} failed` : '',
    late > 0 ? `${count(late)} not yet visible` : '',
    paused > 0 ? `the server asks for a pause of ${paused} s` : '',
  ]
    .filter(Boolean)
    .join(', ')
}
