/**
 * What would happen to each match: its picture is prepared, and the photo that is there is looked at. Nothing is changed.
 * Entries come in the order of the files, a few at once, so that memory does not grow with their pictures.
 */
import { join } from 'node:path'
import { NoAnswer } from './client.ts'
import type { Done, Replayed } from './journal-lines.ts'
import type { KindRow } from './kinds.ts'
import type { Match, Person } from './match.ts'
import { inOrder } from './pace.ts'
import type { Patience } from './patience.ts'
import { type Photo, Refused, readPhoto } from './photo.ts'
import { type Prepared, type Preparing, type Seen, Unpreparable } from './prepare.ts'
import type { Preparers } from './preparers.ts'
import { Stopped } from './stopped.ts'
import type { Problem } from './verdict.ts'
import { problemOfError } from './write-photo.ts'

export type Action =
  /** There is none. */
  | 'add'
  | 'replace'
  /** What was last sent is still there. */
  | 'unchanged'
  /** There is one, and only missing ones are set. */
  | 'keep'
  /** By the run that this one continues. */
  | 'done'
  /** The picture cannot be used, or the photo that is there cannot be read. */
  | 'failed'

export type Entry = Readonly<{
  person: Person
  path: string
  by: string
  isFolded: boolean
  action: Action
  /** Why it fails. */
  why: string
  problem: Problem | undefined
  picture: Omit<Prepared, 'jpeg' | 'thumbnail'> | undefined
  /** Of the photo that is there. */
  etag: string | undefined
}>

/** An entry with its pictures for the contact sheet. */
export type Pictured = Readonly<{
  entry: Entry
  before: Uint8Array | undefined
  after: Uint8Array | undefined
}>

type Planning = Readonly<{
  folder: string
  kind: KindRow
  preparing: Preparing
  isMissingOnly: boolean
  preparers: Preparers
  patience: Patience
  /** How many at once. */
  lanes: () => number
  /** The run to continue, and what an earlier one has sent. */
  earlier: Readonly<{ replayed: Replayed; isContinued: boolean }> | undefined
  /** undefined where nothing is sent later. */
  keepPrepared: ((hash: string, jpeg: Uint8Array) => Promise<void>) | undefined
}>

/** Throws Stopped 'refused' where photos cannot be read at all. */
export function planEntries(
  matches: readonly Match[],
  planning: Planning,
): AsyncGenerator<Pictured> {
  return inOrder(matches, planning.lanes, match => planEntry(match, planning))
}

async function planEntry(match: Match, planning: Planning): Promise<Pictured> {
  const { file, person, by, isFolded } = match
  const base = { person, path: file.path, by, isFolded, why: '', problem: undefined }
  try {
    const prepared = await planning.preparers.prepare(
      join(planning.folder, file.path),
      planning.preparing,
    )
    const { jpeg, thumbnail: after, ...picture } = prepared
    const last = lastOf(person, planning)
    if (isDone(last, picture.hash, planning)) {
      const entry: Entry = { ...base, action: 'done', picture, etag: last?.etag }
      return { entry, before: undefined, after }
    }
    const photo = await readPhoto(planning.patience, `${planning.kind.owners}/${person.id}`)
    const action = actionOf(photo, jpeg, picture.hash, last, planning)
    if (isWrite(action)) await planning.keepPrepared?.(picture.hash, jpeg)
    const seen = photo && (await planning.preparers.see(photo.bytes).catch(() => undefined))
    return {
      entry: { ...base, action, picture, etag: photo?.etag },
      before: (seen as Seen | undefined)?.thumbnail,
      after,
    }
  } catch (error) {
    const problem = whyFailed(error)
    const why = problem === undefined && error instanceof Error ? error.message : ''
    const entry: Entry = {
      ...base,
      action: 'failed',
      why,
      problem,
      picture: undefined,
      etag: undefined,
    }
    return { entry, before: undefined, after: undefined }
  }
}

export function isWrite(action: Action): boolean {
  return action === 'add' || action === 'replace'
}

function lastOf({ id }: Person, { earlier }: Planning): Done | undefined {
  const { done, undone } = earlier?.replayed ?? {}
  return undone?.has(id) ? undefined : done?.get(id)
}

function isDone(last: Done | undefined, hash: string, { earlier }: Planning): boolean {
  const isSet = last?.result === 'set' || last?.result === 'unchanged'
  return isSet && last.hash === hash && earlier?.isContinued === true
}

function actionOf(
  photo: Photo | undefined,
  jpeg: Uint8Array,
  hash: string,
  last: Done | undefined,
  { isMissingOnly }: Planning,
): Action {
  if (photo === undefined) return 'add'
  const isLastSent = last?.hash === hash && last.etag !== undefined && last.etag === photo.etag
  if (isLastSent || photo.bytes.equals(jpeg)) return 'unchanged'
  return isMissingOnly ? 'keep' : 'replace'
}

/** undefined for a picture that cannot be used. */
function whyFailed(error: unknown): Problem | undefined {
  if (error instanceof Unpreparable) return undefined
  if (!(error instanceof Refused || error instanceof NoAnswer)) throw error
  const problem = problemOfError(error)
  if (problem.status !== 401 && problem.status !== 403) return problem
  throw new Stopped(
    'refused',
    `photos cannot be read: ${problem.status} ${problem.words} ${problem.advice}`,
    error,
  )
}
