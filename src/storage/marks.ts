/**
 * Marks of moves into a database: a move is running or complete, which database it came from, and
 * whether a server has used the result. Prevents a server from starting on an incomplete store.
 * claims.ts sets the marks.
 */
import { Failure } from '../failure.ts'
import type { Database, MoveRow } from './schema.ts'
import { lockRows } from './transactions.ts'

/**
 * The places of rows and packs as text without secrets. The same place always has the same text.
 */
export type Places = Readonly<{ rows: string; packs: string }>

export async function readStoreId(database: Database): Promise<string> {
  const row = await database.selectFrom('stores').select('id').executeTakeFirst()
  if (row !== undefined) return row.id
  throw new Failure('storage-unavailable', {
    detail: 'the database has no id (table stores is empty)',
  })
}

/** Throws where a move is running or did not finish: the store may be incomplete. */
export async function refuseUnfinishedMove(database: Database, places: Places): Promise<void> {
  const marks = await findMarks(database, places)
  const unfinished = marks.find(({ state }) => state === 'copying')
  if (unfinished === undefined) return
  throw new Failure('storage-unavailable', {
    detail: `${unfinished.place} is the destination of a \`visage move\` that has not finished: run it again until it reports that both sides are equal`,
  })
}

/**
 * Called when a server starts. Throws where a move has not finished. The first server that may
 * write removes the mark of a complete move, and no later move may write here.
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

/**
 * The lock serialises a starting server and a beginning move: the second one sees what the first
 * did.
 */
export async function lockMarks(transaction: Database): Promise<readonly MoveRow[]> {
  return await lockRows(transaction.selectFrom('moves').selectAll().orderBy('part')).execute()
}
