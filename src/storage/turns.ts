/**
 * Work that one process at a time should do, of all that share a database. Nobody waits for a turn:
 * whoever finds the work taken leaves it.
 */
import { type Kysely, sql } from 'kysely'
import { Failure } from '../failure.ts'
import type { Database, Schema } from './schema.ts'

/** The names are numbers for PostgreSQL, which shares them with whoever else uses the database. */
const turns = { sweep: 7_218_350_114, move: 7_218_350_115 } as const

/**
 * undefined when another process is at it. PostgreSQL holds the turn for as long as the connection
 * lives, so that a process that dies leaves it free (advisory locks,
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). Losing the connection
 * loses the turn while the work goes on: it has to be harmless when done twice. On SQLite nobody asks,
 * for the same reason.
 */
export async function takeTurn<Result>(
  database: Database,
  turn: keyof typeof turns,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  if (!database.can?.hasNamedLocks) return await work()
  return await database.connection().execute(async session => {
    if (!(await tryLock(session, turns[turn]))) return undefined
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${turns[turn]})`.execute(session).catch(ignoreLoss)
    }
  })
}

/** With the connection the turn has gone, too; what the work came to stands. */
function ignoreLoss(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

async function tryLock(session: Kysely<Schema>, id: number): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_lock(${id}) as taken`.execute(session)
  return rows[0]?.taken === true
}
