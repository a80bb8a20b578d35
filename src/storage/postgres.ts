/**
 * Opens PostgreSQL: connections, timeouts, type parsers, encryption. The tables are in
 * migrations/.
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
import {
  createSessions,
  createStatementNames,
  prepareLists,
  storable,
} from './postgres-sessions.ts'
import { type QueryWatch, toKyselyLog } from './query-watch.ts'
import type { Database, Schema } from './schema.ts'
import { TransactionSlots } from './transactions.ts'

/** Queries wait when all connections are in use. */
export type PostgresOptions = PostgresLocation &
  Readonly<{ timeouts?: Partial<Timeouts>; watch?: QueryWatch | undefined }>

/** In milliseconds; 0 means no limit. */
type Timeouts = Readonly<{
  /** For a free connection, a new connection, or a transaction slot. */
  connectMs: number
  /** The server cancels a statement that takes longer, including waits for locks. */
  statementMs: number
  /**
   * The client gives up when the server sends nothing for this long: a cut cable, a frozen machine.
   */
  silenceMs: number
  /**
   * The server ends a transaction that is idle for this long, so that a frozen process does not
   * keep its locks.
   */
  idleInTransactionMs: number
}>

/**
 * Short enough to answer a waiting person with 503, and longer than a healthy server needs: a
 * lookup takes under a millisecond, a search among a million people seconds.
 */
export const requestTimeouts: Timeouts = {
  connectMs: 5_000,
  statementMs: 10_000,
  silenceMs: 12_000,
  idleInTransactionMs: 10_000,
}

/** A migration may rewrite a large table, or wait for another node that does so. */
export const migrationTimeouts: Timeouts = {
  connectMs: 10_000,
  statementMs: 0,
  silenceMs: 0,
  idleInTransactionMs: 0,
}

/** An idle connection costs server memory; a new one takes a few milliseconds. */
const idleConnectionMs = 30_000

/**
 * Connections are replaced after this time, so that load spreads to servers that have come back.
 */
const connectionLifeSeconds = 1800

/**
 * Throws Failure 'storage-unavailable' when the server cannot be reached. `migrate` creates the
 * tables. Close with `destroy()` or `await using`.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const names = createStatementNames()
  const timeouts = { ...requestTimeouts, ...options.timeouts }
  const pool = openPool(options, timeouts)
  const sessions = createSessions(pool, names)
  const slots = new TransactionSlots(
    Math.max(1, Math.floor(options.connections / 2)),
    timeouts.connectMs,
  )
  const database = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new PostgresDriver({ pool: sessions }),
      createIntrospector: known => new PostgresIntrospector(known),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    ...(options.watch && { log: toKyselyLog(options.watch) }),
  })
  const can = {
    gathering: { prepare: text => prepareLists(sessions, names, text), watch: options.watch },
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

/**
 * pg returns bigint as text, because it may exceed a number. Visage stores only milliseconds and
 * counts in it.
 */
function parserOf(type: number, format?: 'text' | 'binary'): unknown {
  return type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)
}
