/** From files to rows: whose each is, whether it can become a photo, and whether that person has a photo now. */
import type { Refusal } from '../../crop/open-picture.ts'
import { maxBatchItems, readBatch } from '../../graph/batch.ts'
import { findPeople } from '../../graph/find-people.ts'
import type { Graph } from '../../graph/graph.ts'
import { askMayChange } from '../../graph/may-change.ts'
import { type PhotoState, toPhotoState } from '../../graph/photos.ts'
import type { Outcome, Row } from './many-state.ts'
import { nameIn, type PlannedFile, planFiles } from './plan-files.ts'

export const manyPermissions = ['ProfilePhoto.ReadWrite.All'] as const

export type Check = (file: File) => Promise<Refusal | undefined>

/** Throws the Problem that setting a photo would end with, where the person may not change those of others. */
export async function lookAtFiles(
  graph: Graph,
  files: readonly File[],
  check: Check,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const found = await findPeople(
    graph,
    files.map(({ name }) => nameIn(name)),
    signal,
  )
  const planned = planFiles(files, found)
  const ids = planned.flatMap(matchedId)
  const [someone] = ids
  const refusal = someone && (await askMayChange(graph, ownerOf(someone), signal))
  if (refusal) throw refusal
  const photos = await readPhotos(graph, ids, signal)
  const outcomes = await checkAll(files, check, signal)
  return planned.map((row, number) => ({
    ...row,
    number,
    former: photos.get(matchedId(row)[0] ?? ''),
    isChosen: row.match.kind === 'one' && outcomes[number]?.kind !== 'unreadable',
    outcome: outcomes[number] ?? { kind: 'planned' },
  }))
}

/** One at a time: they may be thousands. */
async function checkAll(
  files: readonly File[],
  check: Check,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const file of files) {
    signal.throwIfAborted()
    const refusal = await check(file)
    outcomes.push(refusal ? { kind: 'unreadable', refusal } : { kind: 'planned' })
  }
  return outcomes
}

export function ownerOf(id: string) {
  return { path: `/users/${encodeURIComponent(id)}`, permissions: manyPermissions }
}

function matchedId({ match }: PlannedFile<File>): readonly string[] {
  return match.kind === 'one' ? [match.person.id] : []
}

async function readPhotos(
  graph: Graph,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PhotoState>> {
  const photos = new Map<string, PhotoState>()
  for (let done = 0; done < ids.length; done += maxBatchItems) {
    const some = ids.slice(done, done + maxBatchItems)
    const items = some.map(id => ({ path: `${ownerOf(id).path}/photo` }))
    const answers = await readBatch(graph, items, { permissions: manyPermissions, signal })
    for (const [index, { status, body, problem }] of answers.entries()) {
      if (problem && status !== 404) throw problem
      if (!problem) photos.set(some[index] ?? '', toPhotoState(body))
    }
  }
  return photos
}
