/**
 * Opens PostgreSQL: how many connections, how long anything may take, which types come back, how the
 * way there is encrypted. The tables are migrations.ts, the statements are Kysely's.
 */
import {
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import pg from 'pg'
import type { Abilities } from './abilities.ts'
import type { PostgresLocation } from './location.ts'
import { createSessions, createStatementNames, storable } from './postgres-sessions.ts'
import { type QueryWatch, toKyselyLog } from './query-watch.ts'
import type { Database, Schema } from './schema.ts'
import { TransactionSlots } from './transactions.ts'

/** Requests beyond the number of connections wait their turn. */
export type PostgresOptions = PostgresLocation &
  Readonly<{ timeouts?: Partial<Timeouts>; watch?: QueryWatch | undefined }>

/** All in milliseconds; 0 waits for ever. */
type Timeouts = Readonly<{
  /** For a free connection of the pool, for a new one to be made, and for a place among the transactions. */
  connectMs: number
  /** The server ends a statement, a wait for a lock included, that takes longer. */
  statementMs: number
  /** Then the client gives up on a server that says nothing at all: a cut cable, a frozen machine. */
  silenceMs: number
  /** A process that freezes in the middle of a transaction must not hold its locks. */
  idleInTransactionMs: number
}>

/**
 * Short enough that a person in front of a page is told 503 instead of waiting, and above anything that
 * a healthy server needs: a look-up takes under a millisecond, a search through a million people seconds.
 */
export const requestTimeouts: Timeouts = {
  connectMs: 5_000,
  statementMs: 10_000,
  silenceMs: 12_000,
  idleInTransactionMs: 10_000,
}

/** A migration may rewrite a large table, or wait until another node has done so. */
export const migrationTimeouts: Timeouts = {
  connectMs: 10_000,
  statementMs: 0,
  silenceMs: 0,
  idleInTransactionMs: 0,
}

/** An unused connection costs the server memory; a new one costs a few milliseconds. */
const idleConnectionMs = 30_000

/** Now and then each is made anew, so that load spreads over servers that came back meanwhile. */
const connectionLifeSeconds = 1800

/**
 * Throws Failure 'storage-unavailable' when the server cannot be reached now. The tables are there only
 * after `migrate`. Close with `destroy()` or `await using`.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const names = createStatementNames()
  const timeouts = { ...requestTimeouts, ...options.timeouts }
  const pool = openPool(options, timeouts)
  const slots = new TransactionSlots(
    Math.max(1, Math.floor(options.connections / 2)),
    timeouts.connectMs,
  )
  const database = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new PostgresDriver({ pool: createSessions(pool, names) }),
      createIntrospector: known => new PostgresIntrospector(known),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    ...(options.watch && { log: toKyselyLog(options.watch) }),
  })
  const can = {
    keepStatement: names.keep,
    transactionSlots: slots,
    countConnections() {
      const { totalCount: open, idleCount: idle, waitingCount } = pool
      return { open, idle, waiting: waitingCount + slots.waiting }
    },
    hasNamedLocks: true,
    storable,
  } as const satisfies Abilities
  try {
    await sql`select 1`.execute(database)
    return Object.assign(database, { can })
  } catch (error) {
    await database.destroy()
    throw error
  }
}

function openPool({ url, connections }: PostgresOptions, timeouts: Timeouts): pg.Pool {
  const { connectMs, statementMs, silenceMs, idleInTransactionMs } = timeouts
  return new pg.Pool({
    connectionString: url,
    application_name: 'visage',
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleConnectionMs,
    maxLifetimeSeconds: connectionLifeSeconds,
    keepAlive: true,
    statement_timeout: statementMs,
    query_timeout: silenceMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  })
}

/** bigint comes as text, because it may exceed a number; ours are times in milliseconds. */
function parserOf(type: number, format?: 'text' | 'binary'): unknown {
  return type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)
}
