/**
 * Puts former photos back, or removes what had none, wherever the photo that push left is still there. What somebody has
 * changed since stays, unless that was asked for. Each step is in the journal, so an undo that ends early can go on.
 */
import { createHash } from 'node:crypto'
import type { Journal } from './journal.ts'
import { readFormer } from './journal.ts'
import type { Done, Replayed, Sending, Undone, UndoResult, Verified } from './journal-lines.ts'
import type { KindRow } from './kinds.ts'
import { inLanes } from './pace.ts'
import { type Photo, Refused, readPhoto } from './photo.ts'
import { problemOf, verdictOf } from './verdict.ts'
import { verify } from './verify.ts'
import {
  conditionOf,
  problemOfError,
  showsTheSame,
  type Writing,
  writePhoto,
} from './write-photo.ts'

type Undoing = Writing &
  Readonly<{
    kind: KindRow
    journal: Journal
    now: () => number
    lanes: () => number
    /** 'all': also what somebody has changed since. */
    scope: 'unchanged' | 'all'
    watch: (done: number) => void
  }>

const settled: ReadonlySet<UndoResult> = new Set(['restored', 'removed', 'as before'])

/** What was sent, or may have been, and is not undone yet. */
export function listUndoable({ first, undone }: Replayed): readonly Sending[] {
  return [...first.values()].filter(({ id }) => {
    const before = undone.get(id)
    return before === undefined || !settled.has(before.result)
  })
}

/** Returns those that have an outcome; fewer than there are if `signal` was aborted. */
export async function undoAll(
  sendings: readonly Sending[],
  { done, pending }: Replayed,
  undoing: Undoing,
): Promise<readonly Undone[]> {
  const undone: Undone[] = []
  await inLanes(sendings, undoing.lanes, undoing.signal, async first => {
    const { id } = first
    const left = pending.get(id) ?? latestOf(first, done.get(id))
    const outcome = await undoOne(first, left, undoing)
    if (outcome === undefined) return
    undone.push(outcome)
    undoing.watch(undone.length)
  })
  return undone
}

/** What push left: of a photo that was sent twice, the second. */
type Left = Pick<Sending, 'hash' | 'likeness'> & Readonly<{ etag?: string | undefined }>

function latestOf({ hash, likeness }: Sending, done: Done | undefined): Left {
  if (done?.result !== 'set') return { hash, likeness }
  return { hash: done.hash, likeness: done.likeness ?? likeness, etag: done.etag }
}

async function undoOne(first: Sending, left: Left, undoing: Undoing): Promise<Undone | undefined> {
  const owner = `${undoing.kind.owners}/${first.id}`
  try {
    const now = await readPhoto(undoing.patience, owner)
    const former = await readFormerPhoto(first, undoing)
    if (isAsBefore(now, former, first)) return await record(first, { result: 'as before' }, undoing)
    const isOurs = undoing.scope === 'all' || (await isLeftByPush(now, left, undoing))
    if (!isOurs) return await record(first, { result: 'changed since' }, undoing)
    if (former === undefined) return await remove(first, owner, now, undoing)
    return await putBack(first, owner, former, now, undoing)
  } catch (error) {
    return await record(first, { result: 'failed', problem: problemOfError(error) }, undoing)
  }
}

async function readFormerPhoto(
  { former: { file } }: Sending,
  { journal }: Undoing,
): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readFormer(journal.folder, file)
}

function isAsBefore(
  now: Photo | undefined,
  former: Buffer | undefined,
  { former: { etag } }: Sending,
): boolean {
  if (now === undefined || former === undefined) return now === former
  return former.equals(now.bytes) || (etag !== undefined && now.isStrong && now.etag === etag)
}

async function isLeftByPush(
  now: Photo | undefined,
  { hash, likeness, etag }: Left,
  { see }: Undoing,
): Promise<boolean> {
  if (now === undefined) return false
  if (etag !== undefined && now.etag === etag) return true
  // A strong ETag changes with every change, also when the same picture is set again.
  if (etag !== undefined && now.isStrong) return false
  const isSame = createHash('sha256').update(now.bytes).digest('hex') === hash
  return isSame || (await showsTheSame(now.bytes, likeness, see))
}

async function remove(
  first: Sending,
  owner: string,
  now: Photo | undefined,
  undoing: Undoing,
): Promise<Undone> {
  if (!undoing.kind.canBeRemoved) return await record(first, { result: 'not removable' }, undoing)
  const headers = now?.isStrong ? conditionOf(now, undoing.target) : {}
  // Removing twice is removing once: what has no answer may be sent again.
  const answer = await undoing.patience.read({ method: 'DELETE', path: `${owner}/photo`, headers })
  switch (verdictOf(answer)) {
    case 'done':
    case 'missing':
      return await record(first, { result: 'removed' }, undoing)
    case 'changed':
      return await record(first, { result: 'changed since' }, undoing)
    default:
      throw new Refused(problemOf(answer))
  }
}

async function putBack(
  first: Sending,
  owner: string,
  former: Buffer,
  now: Photo | undefined,
  undoing: Undoing,
): Promise<Undone | undefined> {
  const seen = await undoing.see(former).catch(() => undefined)
  const picture = { bytes: former, likeness: seen?.likeness ?? '0'.repeat(22) }
  const written = await writePhoto(owner, picture, now, undoing)
  switch (written.outcome) {
    case 'accepted': {
      const { verified } = await verify(owner, now?.etag, picture, undoing)
      return await record(first, { result: 'restored', verified }, undoing)
    }
    case 'changed':
      return await record(first, { result: 'changed since' }, undoing)
    case 'refused':
      return await record(first, { result: 'failed', problem: written.problem }, undoing)
    case 'unsettled':
      return undefined
  }
}

type Facts = Readonly<{ result: UndoResult; verified?: Verified; problem?: Undone['problem'] }>

async function record(
  { id, name, address, path }: Sending,
  facts: Facts,
  { journal, now }: Undoing,
): Promise<Undone> {
  const at = new Date(now()).toISOString()
  const undone: Undone = { line: 'undone', at, id, name, address, path, ...facts }
  await journal.write(undone)
  return undone
}
