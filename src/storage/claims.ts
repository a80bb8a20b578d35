/**
 * Claims the destination of a move: it must be empty, or belong to an earlier move from the same
 * source. The claim lasts as long as the run. It prevents a move from overwriting another store. No
 * data is moved here.
 */
import { Failure } from '../failure.ts'
import { lockMarks } from './marks.ts'
import type { Packs } from './packs.ts'
import type { Database, MoveRow } from './schema.ts'

type Part = 'rows' | 'packs'

/** The parts that a move copies (rows, packs or both), and the source database. */
type Claim = Readonly<{
  sourceId: string
  places: Readonly<Partial<Record<Part, string>>>
  isEmpty: Readonly<Record<Part, () => Promise<boolean>>>
  dropPhotos: (transaction: Database) => Promise<void>
}>

/** Runs `work` in a transaction at the destination, only while this run still holds the claim. */
export type Change = <Result>(work: (transaction: Database) => Promise<Result>) => Promise<Result>

export type Claimed = Readonly<{
  /**
   * For each part, the time (epoch milliseconds) since which it is known to be complete; 0 when it
   * never was, undefined when it was empty.
   */
  known: Readonly<Partial<Record<Part, number>>>
  /**
   * Throws Failure 'storage-unavailable' once another run or a server has claimed the place. A
   * forgotten run in another terminal must not overwrite newer data.
   */
  change: Change
  /** Marks the parts as complete: both sides have been equal since that time. */
  complete: (sinceMs: number) => Promise<void>
}>

/** Each part of the destination must be empty, or claimed before by a move from the same source. */
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
    // The part was claimed, so it may hold data; a server that started meanwhile has removed the
    // mark.
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
  // Greater than every earlier mark, even when the clock was set back: it identifies this run.
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
 * A photo row at the destination states that its pack was copied and compared. When packs now go to
 * another place, or to none, those rows and marks are no longer true.
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
      detail: `${places[part]} is no longer claimed by this run: another \`visage move\` writes to it, or a server has started on it`,
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

/** A database is identified by its store id; packs only by their address. */
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
  const reason = marks.some(mark => mark.part === part && mark.place === places[part])
    ? 'another store is being moved to it'
    : part === 'rows'
      ? 'it holds people or photos that were not moved from this source, or a server has written to it since'
      : 'it holds photos that were not moved from this source, or a server has run on it since'
  return new Failure('storage-unavailable', {
    detail: `${places[part]} was not changed: ${reason}. Name an empty place.`,
  })
}

export async function hasNoPacks(packs: Packs): Promise<boolean> {
  for await (const _pack of packs.list()) return false
  return true
}
