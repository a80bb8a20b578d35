/**
 * What a database says of moves into it: that one is under way or complete, from which other database, and that
 * nobody serves from here yet. It stops a server from serving half of a store; claims.ts is the other side of it.
 */
import { Failure } from '../failure.ts'
import type { Database, MoveRow } from './schema.ts'
import { lockRows } from './transactions.ts'

/** Where rows and packs are, as text without secrets; the same text for the same place. */
export type Places = Readonly<{ rows: string; packs: string }>

export async function readStoreId(database: Database): Promise<string> {
  const row = await database.selectFrom('stores').select('id').executeTakeFirst()
  if (row !== undefined) return row.id
  throw new Failure('storage-unavailable', {
    detail: 'the database has lost its id (table stores)',
  })
}

/** Throws where a move is under way, or has not ended well: half of a store is none. */
export async function refuseUnfinishedMove(database: Database, places: Places): Promise<void> {
  const marks = await findMarks(database, places)
  const unfinished = marks.find(({ state }) => state === 'copying')
  if (unfinished === undefined) return
  throw new Failure('storage-unavailable', {
    detail: `${unfinished.place} is where \`visage move\` is going, and it has not arrived: run it again until it says that both sides agree`,
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
  await refuseUnfinishedMove(database, places)
  if (access === 'read' || (await findMarks(database, places)).length === 0) return
  await database.transaction().execute(async transaction => {
    await lockMarks(transaction)
    await refuseUnfinishedMove(transaction, places)
    const parts = (await findMarks(transaction, places)).map(({ part }) => part)
    if (parts.length > 0) {
      await transaction.deleteFrom('moves').where('part', 'in', parts).execute()
    }
  })
}

async function findMarks(database: Database, { packs }: Places): Promise<readonly MoveRow[]> {
  const marks = await database.selectFrom('moves').selectAll().execute()
  return marks.filter(({ part, place }) => part === 'rows' || place === packs)
}

/** One of a server that starts and a move that begins is first, and the other sees what it did. */
export async function lockMarks(transaction: Database): Promise<readonly MoveRow[]> {
  return await lockRows(transaction.selectFrom('moves').selectAll().orderBy('part')).execute()
}
