/** `visage undo`: puts back what a run of `visage push` replaced, wherever nobody has changed it since. */
import { type Outside, realOutside } from '../push/clock.ts'
import { openJournal } from '../push/journal.ts'
import { lock, readJournal } from '../push/journal-folder.ts'
import type { Replayed, Undone, UndoResult } from '../push/journal-lines.ts'
import { kinds } from '../push/kinds.ts'
import { checkToken } from '../push/preflight.ts'
import { confirmTarget } from '../push/target.ts'
import { listUndoable, undoAll } from '../push/undo.ts'
import type { CloudName } from '../tokens/clouds.ts'
import { confirm } from './confirm.ts'
import { count, createProgress, some } from './progress.ts'
import { asPush, runToEnd, SomeFailed } from './push-exit.ts'
import { openTools } from './push-run.ts'
import { openTokens, type SignInFlags } from './push-tokens.ts'
import { describePreflight, wordsOf } from './push-words.ts'
import type { TrackRunning } from './running.ts'
import { CommandError, type Terminal } from './terminal.ts'

export type UndoFlags = SignInFlags &
  Readonly<{
    to?: string
    cloud?: CloudName
    force?: boolean
    dryRun?: boolean
    yes?: boolean
    concurrency: number
  }>

export async function undo(
  folder: string,
  flags: UndoFlags,
  terminal: Terminal,
  trackRunning: TrackRunning,
  outside: Outside = realOutside,
): Promise<void> {
  await asPush(async () => {
    await readJournal(folder)
    await using _ = await lock(folder)
    // Read again: a run may have ended between.
    const replayed = await readJournal(folder)
    await runToEnd(terminal, trackRunning, signal =>
      undoJournal(folder, replayed, flags, terminal, signal, outside),
    )
  })
}

async function undoJournal(
  folder: string,
  replayed: Replayed,
  flags: UndoFlags,
  terminal: Terminal,
  signal: AbortSignal,
  outside: Outside,
): Promise<void> {
  const { begin } = replayed
  const target = confirmTarget('journal', begin.target, flags.to, flags.cloud)
  const sendings = listUndoable(replayed)
  terminal.print(`${begin.folder} to ${begin.target}, ${begin.at}`)
  for (const line of describeUndo(sendings, begin.kind)) terminal.print(line)
  if (sendings.length === 0) return terminal.print('Nothing to undo.')
  const tokens = openTokens(flags, target, terminal, outside.fetch)
  const preflight = checkToken(await tokens.current(), begin.kind)
  for (const line of describePreflight(preflight)) terminal.print(line)
  if (flags.dryRun) return terminal.print('Nothing was changed.')
  if (!flags.yes)
    await confirm(`Undo ${some(sendings.length, 'photo')}?`, 'nothing was changed.', terminal)
  using tools = openTools(target, tokens, flags.concurrency, signal, outside)
  await using journal = await openJournal(folder)
  const undone = await withProgress(sendings.length, terminal, outside, watch =>
    undoAll(sendings, replayed, {
      patience: tools.patience,
      see: tools.preparers.see,
      lanes: tools.pace.lanes,
      scope: flags.force ? 'all' : 'unchanged',
      kind: kinds[begin.kind],
      now: outside.clock.now,
      ...{ target, signal, journal, watch },
    }),
  )
  printResult(undone, sendings.length, terminal)
}

async function withProgress(
  of: number,
  terminal: Terminal,
  { clock }: Outside,
  work: (watch: (done: number) => void) => Promise<readonly Undone[]>,
): Promise<readonly Undone[]> {
  using progress = createProgress(terminal, clock.now)
  return await work(done => progress.show({ name: 'undoing', done, of, words: '' }))
}

function describeUndo(
  sendings: ReturnType<typeof listUndoable>,
  kind: Replayed['begin']['kind'],
): string[] {
  const { many, canBeRemoved } = kinds[kind]
  const added = sendings.filter(({ former }) => former.file === undefined).length
  const replaced = sendings.length - added
  return [
    replaced > 0 ? `${some(replaced, 'photo')} would be put back.` : '',
    added > 0 && canBeRemoved ? `${some(added, 'photo')} would be removed: there was none.` : '',
    added > 0 && !canBeRemoved
      ? `${some(added, 'photo')} cannot be removed: those of ${many} can only be replaced.`
      : '',
  ].filter(Boolean)
}

const words = {
  restored: 'put back',
  removed: 'removed',
  'as before': 'were as before',
  'changed since': 'stay: somebody has changed them since (--force)',
  'not removable': 'cannot be removed',
  failed: 'failed',
} as const satisfies Record<UndoResult, string>

function printResult(undone: readonly Undone[], of: number, terminal: Terminal): void {
  for (const [result, meaning] of Object.entries(words)) {
    const number = undone.filter(one => one.result === result).length
    if (number > 0) terminal.print(`${count(number).padStart(7)}  ${meaning}`)
  }
  for (const { path, name, problem } of undone) {
    if (problem) terminal.complain(`${name} (${path}): ${wordsOf(problem)}`)
  }
  if (undone.length < of) {
    throw new CommandError('ended before it was done. Run the same command again to continue.', 130)
  }
  const left = undone.filter(({ result }) => result === 'failed' || result === 'not removable')
  if (left.length > 0) throw new SomeFailed(`${some(left.length, 'photo')} could not be undone.`)
}
