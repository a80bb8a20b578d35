/**
 * The destination of a move: taken while it is empty or this source's, and held for as long as the run lasts. It
 * stops a move from overwriting what somebody else keeps. It moves nothing.
 */
import { Failure } from '../failure.ts'
import { lockMarks } from './marks.ts'
import type { Packs } from './packs.ts'
import type { Database, MoveRow } from './schema.ts'

type Part = 'rows' | 'packs'

/** What a move is about to take somewhere: rows, packs or both, and from which database. */
type Claim = Readonly<{
  sourceId: string
  places: Readonly<Partial<Record<Part, string>>>
  isEmpty: Readonly<Record<Part, () => Promise<boolean>>>
  dropPhotos: (transaction: Database) => Promise<void>
}>

/** What is done at the destination: in a transaction, and only while the place is still this run's. */
export type Change = <Result>(work: (transaction: Database) => Promise<Result>) => Promise<Result>

export type Claimed = Readonly<{
  /**
   * Of each part, since when it is known to be complete, in epoch milliseconds; 0 when it never was, undefined
   * when it was empty.
   */
  known: Readonly<Partial<Record<Part, number>>>
  /**
   * Throws Failure 'storage-unavailable' once another run has claimed the place, or a server has. A run that
   * was forgotten in another window must not go on putting back what has been written since.
   */
  change: Change
  /** Both sides are alike, and were since that moment. */
  complete: (sinceMs: number) => Promise<void>
}>

/** For a move: each part of the destination is empty, or was claimed by a move from the same source before. */
export async function claimDestination(
  database: Database,
  claim: Claim,
  now: number,
): Promise<Claimed> {
  const parts = (['rows', 'packs'] as const).filter(part => claim.places[part] !== undefined)
  const marks = await database.selectFrom('moves').selectAll().execute()
  const empty = new Set<Part>()
  for (const part of parts) {
    if (findClaimed(marks, claim, part)) continue
    if (!(await claim.isEmpty[part]())) throw occupied(claim, part, marks)
    empty.add(part)
  }
  const { since, known } = await database.transaction().execute(async transaction => {
    const locked = await lockMarks(transaction)
    // It is no longer empty for certain, and a server that has started took the mark away.
    const lost = parts.find(part => !empty.has(part) && !findClaimed(locked, claim, part))
    if (lost !== undefined) throw occupied(claim, lost, locked)
    return await writeMarks(transaction, claim, parts, locked, now)
  })
  const change: Change = work =>
    database.transaction().execute(async transaction => {
      await expectClaimed(transaction, claim, parts, since)
      return await work(transaction)
    })
  return { known, change, complete: sinceMs => change(it => markComplete(it, parts, sinceMs)) }
}

async function writeMarks(
  transaction: Database,
  claim: Claim,
  parts: readonly Part[],
  marks: readonly MoveRow[],
  now: number,
): Promise<Pick<Claimed, 'known'> & Readonly<{ since: number }>> {
  const found = parts.map(part => [part, findClaimed(marks, claim, part)] as const)
  // Later than every mark so far, whatever the clock says: it tells this run from those before.
  const since = Math.max(now, ...marks.map(mark => mark.changed_at + 1))
  if (parts.includes('rows')) await forgetOtherPacks(transaction, claim, new Map(found))
  for (const part of parts) {
    const place = claim.places[part] ?? ''
    const row = { place, source_id: claim.sourceId, state: 'copying', changed_at: since }
    await transaction
      .insertInto('moves')
      .values({ part, ...row })
      .onConflict(conflict => conflict.column('part').doUpdateSet(row))
      .execute()
  }
  const known = found.flatMap(([part, mark]) =>
    mark === undefined ? [] : [[part, mark.state === 'complete' ? mark.changed_at : 0] as const],
  )
  return { since, known: Object.fromEntries(known) }
}

/**
 * The row of a photo says that its pack is there, compared. Where packs now go somewhere else than the rows
 * before them, those rows say nothing of the new place; where packs stay behind, no row speaks of the old one.
 */
async function forgetOtherPacks(
  transaction: Database,
  { dropPhotos }: Claim,
  found: ReadonlyMap<Part, MoveRow | undefined>,
): Promise<void> {
  if (found.get('packs') !== undefined) return
  await transaction.deleteFrom('moves').where('part', '=', 'packs').execute()
  if (found.has('packs')) await dropPhotos(transaction)
}

async function expectClaimed(
  transaction: Database,
  { places }: Claim,
  parts: readonly Part[],
  since: number,
): Promise<void> {
  const marks = await lockMarks(transaction)
  for (const part of parts) {
    const mark = marks.find(found => found.part === part)
    if (mark?.state === 'copying' && mark.changed_at === since) continue
    throw new Failure('storage-unavailable', {
      detail: `${places[part]} is no longer this run's: another \`visage move\` goes there, or a server has started on it`,
    })
  }
}

async function markComplete(
  transaction: Database,
  parts: readonly Part[],
  sinceMs: number,
): Promise<void> {
  await transaction
    .updateTable('moves')
    .set({ state: 'complete', changed_at: sinceMs })
    .where('part', 'in', parts)
    .execute()
}

/** A database is the same wherever its address says it is; of packs the address is all there is. */
function findClaimed(
  marks: readonly MoveRow[],
  { sourceId, places }: Claim,
  part: Part,
): MoveRow | undefined {
  return marks.find(
    mark =>
      mark.part === part &&
      mark.source_id === sourceId &&
      (part === 'rows' || mark.place === places.packs),
  )
}

function occupied({ places }: Claim, part: Part, marks: readonly MoveRow[]): Failure {
  const whose = marks.some(mark => mark.part === part && mark.place === places[part])
    ? 'it is where another store is being moved'
    : part === 'rows'
      ? 'there are people or photos in it that no move from this source has brought, or a server has written to it since'
      : 'there are photos in it that no move from this source has brought, or a server has run on it since'
  return new Failure('storage-unavailable', {
    detail: `${places[part]} is left as it is: ${whose}. Name an empty place.`,
  })
}

export async function hasNoPacks(packs: Packs): Promise<boolean> {
  for await (const _pack of packs.list()) return false
  return true
}
