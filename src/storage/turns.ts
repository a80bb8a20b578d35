/**
 * Runs work in one process at a time, of all that share a database. There is no waiting: while one
 * process works, the others skip it.
 */
import { type Kysely, sql } from 'kysely'
import { Failure } from '../failure.ts'
import type { Database, Schema } from './schema.ts'

/** Keys of PostgreSQL's advisory locks, shared by all applications of a database. */
const turns = { sweep: 7_218_350_114, move: 7_218_350_115, leavers: 7_218_350_116 } as const

/**
 * undefined when another process has the turn. PostgreSQL keeps the advisory lock as long as the
 * connection, so a process that dies releases it
 * (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). When the
 * connection is lost the lock is lost too, while the work continues. The work must therefore be
 * safe to run twice; that is why SQLite needs no lock.
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

/** The lock was released with the connection; the result of the work is valid. */
function ignoreLoss(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

async function tryLock(session: Kysely<Schema>, id: number): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_lock(${id}) as taken`.execute(session)
  return rows[0]?.taken === true
}
