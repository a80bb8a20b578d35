/**
 * What a database says of moves into it: that one is under way or complete, from which other database, and that
 * nobody serves from here yet. It stops a move from overwriting what somebody else keeps, and a server from
 * serving half of a store. It moves nothing.
 */
import { Failure } from '../failure.ts'
import type { Packs } from './packs.ts'
import type { Database, MoveRow } from './schema.ts'

/** Where rows and packs are, as text without secrets; the same text for the same place. */
export type Places = Readonly<{ rows: string; packs: string }>

export async function readStoreId(database: Database): Promise<string> {
  const row = await database.selectFrom('stores').select('id').executeTakeFirst()
  if (row !== undefined) return row.id
  throw new Failure('storage-unavailable', {
    detail: 'the database has lost its id (table stores)',
  })
}

/**
 * For a server that starts: throws where a move has not ended well. From a complete one on, what is here is the
 * truth: its mark goes with the first server that may write, and no move comes here again.
 */
export async function claimForServing(
  database: Database,
  places: Places,
  access: 'read' | 'write',
): Promise<void> {
  const marks = await database.selectFrom('moves').selectAll().execute()
  const mine = marks.filter(({ part, place }) => part === 'rows' || place === places.packs)
  if (mine.some(({ state }) => state === 'copying')) {
    throw new Failure('storage-unavailable', {
      detail:
        'this is where `visage move` is going, and it has not arrived: run it again until it says that both sides agree',
    })
  }
  if (access === 'read' || mine.length === 0) return
  const parts = mine.map(({ part }) => part)
  await database.deleteFrom('moves').where('part', 'in', parts).execute()
}

export type Claim = Readonly<{
  part: 'rows' | 'packs'
  place: string
  sourceId: string
}>

/**
 * For a move: the destination is empty, or was claimed by a move from the same source before. Then returns since
 * when it is known to be complete, in epoch milliseconds; 0 when it never was, undefined when it was empty.
 */
export async function claimDestination(
  database: Database,
  claim: Claim,
  isEmpty: () => Promise<boolean>,
  now: number,
): Promise<number | undefined> {
  const mark = await database
    .selectFrom('moves')
    .selectAll()
    .where('part', '=', claim.part)
    .executeTakeFirst()
  const isMine = mark !== undefined && isClaimOf(mark, claim)
  if (!isMine && !(await isEmpty())) throw occupied(claim, mark)
  const row = { part: claim.part, place: claim.place, source_id: claim.sourceId }
  const state = { state: 'copying', changed_at: now }
  await database
    .insertInto('moves')
    .values({ ...row, ...state })
    .onConflict(conflict => conflict.column('part').doUpdateSet({ ...row, ...state }))
    .execute()
  if (!isMine) return undefined
  return mark.state === 'complete' ? mark.changed_at : 0
}

/** A database is the same wherever its address says it is; of packs the address is all there is. */
function isClaimOf(mark: MoveRow, claim: Claim): boolean {
  return mark.source_id === claim.sourceId && (claim.part === 'rows' || mark.place === claim.place)
}

function occupied({ part, place }: Claim, mark: MoveRow | undefined): Failure {
  const whose =
    mark !== undefined && mark.place === place
      ? 'it is where another store is being moved'
      : part === 'rows'
        ? 'there are people or photos in it that no move from this source has brought, or a server has written to it since'
        : 'there are photos in it that no move from this source has brought, or a server has run on it since'
  return new Failure('storage-unavailable', {
    detail: `${place} is left as it is: ${whose}. Name an empty place.`,
  })
}

export async function markComplete(
  database: Database,
  part: Claim['part'],
  since: number,
): Promise<void> {
  await database
    .updateTable('moves')
    .set({ state: 'complete', changed_at: since })
    .where('part', '=', part)
    .execute()
}

/** No person, no photo, no setting. */
export async function isEmptyDatabase(database: Database): Promise<boolean> {
  for (const table of [
    'users',
    'groups',
    'photos',
    'retired_packs',
    'photo_update_settings',
  ] as const) {
    const row = await database.selectFrom(table).selectAll().limit(1).executeTakeFirst()
    if (row !== undefined) return false
  }
  return true
}

export async function isEmptyOfPacks(packs: Packs): Promise<boolean> {
  for await (const _pack of packs.list()) return false
  return true
}
