/**
 * `visage move`: copies people, settings and photos to another place while the source is in use. Another run continues
 * and copies the changes since.
 */

import { Failure } from '../failure.ts'
import { openMoveEnds } from '../serving/stores.ts'
import { readEnvironment, readMoveEnvironment } from '../settings/environment.ts'
import { type MoveKinds, type MoveTexts, readMoveConfig } from '../settings/moving.ts'
import { type MoveProgress, type MoveResult, moveStore } from '../upkeep/move.ts'
import type { PhotoFault } from '../upkeep/photos.ts'
import { runInterruptibly } from './interruptible.ts'
import { count, createProgress, megabytes, type Stage, some } from './progress.ts'
import type { TrackRunning } from './running.ts'
import { CommandError, type Terminal } from './terminal.ts'

export async function move(
  { from: fromKind, to: toKind, ...flags }: MoveTexts & MoveKinds,
  terminal: Terminal,
  trackRunning: TrackRunning,
): Promise<void> {
  const kinds = { ...(fromKind && { from: fromKind }), ...(toKind && { to: toKind }) }
  const environment = readMoveEnvironment()
  refuseNowhere({ ...environment, ...flags, ...kinds }, terminal.program)
  const config = readMoveConfig(flags, environment, kinds, readEnvironment())
  await runInterruptibly(trackRunning, async signal => {
    await using ends = await openMoveEnds(config.from, config.to, Date.now)
    const { from, to } = ends
    terminal.complain(`From ${from.places.rows}, photos ${from.places.packs}`)
    terminal.complain(`to   ${to.places.rows}, photos ${to.places.packs}`)
    const result = await moveWithProgress(ends, terminal, signal)
    for (const line of summarize(result)) terminal.print(line)
    for (const fault of result.last.faults) terminal.complain(describeFault(fault))
    refuseUnlessAgreed(result)
  })
}

function refuseNowhere(named: MoveTexts & MoveKinds, program: string): void {
  if (Object.keys(named).length > 0) return
  throw new CommandError(
    `Say from where to where, such as \`${program} move --from sqlite/disk --to postgres/s3\`, or \`--from-data FOLDER --to-data FOLDER\`. \`${program} move --help\` says more.`,
  )
}

async function moveWithProgress(
  ends: Awaited<ReturnType<typeof openMoveEnds>>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<MoveResult> {
  using progress = createProgress(terminal, Date.now)
  let hasBegun = false
  try {
    return await moveStore({
      ...ends,
      now: Date.now,
      signal,
      watch(state) {
        hasBegun = true
        progress.show(stageOf(state))
      },
    })
  } catch (error) {
    if (!(error instanceof Failure && hasBegun)) throw error
    throw new Failure(error.code, {
      detail: `${error.detail}\nEverything copied so far stays there. Run the same command again to continue.`,
      cause: error,
    })
  }
}

function stageOf({ pass, doing, photos, pace }: MoveProgress): Stage {
  const isPhotos = doing === 'photos'
  const packs = `${count(pace.packsCopied)} copied, ${count(pace.packsThere)} there, ${megabytes(pace.bytes)}`
  const left = pace.left > 0 ? `, ${count(pace.left)} left` : ''
  return {
    name: `pass ${pass}, ${isPhotos ? 'photos' : 'people and settings'}`,
    done: isPhotos ? pace.photosRead : pace.rowsRead,
    of: isPhotos ? photos : 0,
    words: isPhotos ? packs + left : doing.replaceAll('_', ' '),
  }
}

function summarize({ people, photos, total, passes, seconds }: MoveResult): string[] {
  return [
    `${some(people, 'person', 'people')}, ${some(photos, 'photo')} at the source.`,
    `Packs: ${count(total.packsCopied)} copied (${megabytes(total.bytes)}), ${count(total.packsThere)} there already, ${count(total.packsVerified)} read back and compared.`,
    `${some(total.changes, 'change')} made in ${some(passes, 'pass', 'passes')}, ${seconds.toFixed(1)} s.`,
    ...(total.changes === 0 ? ['Nothing had changed.'] : []),
  ]
}

export function describeFault({ tenantId, kind, ownerId, version, what }: PhotoFault): string {
  return `${kind} ${ownerId} of tenant ${tenantId}, version ${version}: ${what}`
}

/** Exit code 0 means that the last pass read both sides and found them equal. */
function refuseUnlessAgreed({ outcome, last }: MoveResult): void {
  if (outcome === 'agree') return
  throw new Failure('storage-unavailable', { detail: whyNot(outcome, last) })
}

function whyNot(outcome: 'left' | 'ended', last: MoveResult['last']): string {
  const again = 'Run the same command again to continue.'
  if (outcome === 'ended') return `ended before it was done. ${again}`
  if (last.left > 0) {
    const why = last.leftWhy === '' ? '' : ` (${last.leftWhy})`
    const cure =
      last.faults.length === 0
        ? ''
        : ' To continue, set each damaged photo again, restore it from a backup or erase it at the source.'
    return `${some(last.left, 'row')} could not be moved${why}. Everything else is copied, but no server can start there before a run has succeeded.${cure}`
  }
  return `the source changes faster than it is copied: ${some(last.changes, 'change')} in the last pass. Restart its servers with VISAGE_READ_ONLY=true. ${again}`
}
