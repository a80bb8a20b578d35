/**
 * Kysely on node:sqlite: one connection, statements kept between calls, transactions that take the
 * write lock when they begin; and how long to wait, and how, while another process has that lock.
 * It knows no table and no error code.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  RawNode,
  type SelectModifierNode,
  SelectQueryNode,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely'
import type { DirectReads, DirectStatement } from './abilities.ts'
import { type QueryWatch, watchDirect } from './query-watch.ts'

/** How to get on with a file that other processes use, and with what it throws. */
type Sharing = Readonly<{
  /** What SQLite throws -> what the caller shall see. */
  translate: (error: unknown) => unknown
  /** Whether another process has the lock, and nothing was done. */
  isBusy: (error: unknown) => boolean
  /** How long a statement waits for the lock before it is given up. */
  timeoutMs: number
}>

/** From here on no statement waits by itself: each is waited for in the way that suits it. */
export function createSqliteDialect(connection: DatabaseSync, sharing: Sharing): Dialect {
  connection.exec('pragma busy_timeout = 0')
  return {
    createAdapter: () => new EmbeddedAdapter(),
    createDriver: () => new EmbeddedDriver(connection, sharing),
    createIntrospector: database => new SqliteIntrospector(database),
    createQueryCompiler: () => new EmbeddedQueryCompiler(),
  }
}

class EmbeddedAdapter extends SqliteAdapter {
  /** SQLite rolls back `create table` too: a migration is done whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** A transaction holds the lock of the whole database: rows need none, and SQLite has no words for it. */
class EmbeddedQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForNoKeyUpdate') super.visitSelectModifier(node)
  }
}

export function readDirectly(
  connection: DatabaseSync,
  sharing: Sharing,
  watch: QueryWatch | undefined,
): DirectReads {
  const blockingRead = createBlockingRead(connection, sharing)
  return {
    get mayReadDirectly() {
      return !connection.isTransaction
    },
    prepareDirectly<Row>({ sql }: CompiledQuery<Row>): DirectStatement<Row> {
      const statement = blockingRead(() => connection.prepare(sql))
      // What a statement returns is what Kysely says of its query: the only place that trusts it.
      const direct: DirectStatement<Row> = {
        first: parameters =>
          blockingRead(() => statement.get(...bindable(parameters)) as Row | undefined),
      }
      return watch ? watchDirect(direct, sql, watch) : direct
    },
  }
}

class EmbeddedDriver extends SqliteDriver {
  readonly #connection: DatabaseSync
  readonly #withLockWaiting: (inner: DatabaseConnection) => DatabaseConnection

  constructor(connection: DatabaseSync, sharing: Sharing) {
    super({ database: keepStatements(connection) })
    this.#connection = connection
    this.#withLockWaiting = createLockWaiting(connection, sharing)
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return this.#withLockWaiting(await super.acquireConnection())
  }

  /**
   * A deferred transaction that reads and then writes fails with SQLITE_BUSY, without waiting, when
   * another process has written in between (https://sqlite.org/lang_transaction.html, section 2.2).
   */
  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }

  /** SQLite has already rolled back by itself after a full disk; a second time would hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.isTransaction) await super.rollbackTransaction(connection)
  }
}

/** How often it looks, and how long a process that shares the database leaves the lock to the others. */
const lookEveryMs = 1
const yieldMs = 2
/** For how long a process that has met another writer expects to meet it again. */
const contentionMs = 1000

/**
 * Waiting for the lock leaves the event loop to the requests that only read; SQLite's own waiting
 * (`busy_timeout`) sleeps and they with it, up to seconds with four writing processes. SQLite has no
 * queue either: whoever looks when the lock is free has it, and a process that begins its next
 * transaction in the instant after the last leaves no such moment. So each waits a turn of its event
 * loop in between, and longer while there are others.
 */
function createLockWaiting(
  connection: DatabaseSync,
  { isBusy, translate, timeoutMs }: Sharing,
  elapsed = () => performance.now(),
): (inner: DatabaseConnection) => DatabaseConnection {
  let lastBusyAtMs = Number.NEGATIVE_INFINITY
  let hasJustWritten = false

  async function yieldToOthers(): Promise<void> {
    if (!hasJustWritten) return
    hasJustWritten = false
    const isContended = elapsed() - lastBusyAtMs < contentionMs
    await (isContended ? delay(yieldMs) : nextTurn())
  }

  async function retryWhileBusy<T>(run: () => Promise<T>): Promise<T> {
    for (const sinceMs = elapsed(); ; await delay(lookEveryMs)) {
      try {
        return await run()
      } catch (error) {
        if (!isBusy(error) || elapsed() - sinceMs > timeoutMs) throw error
        lastBusyAtMs = elapsed()
      }
    }
  }

  return inner => ({
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      const run = () => inner.executeQuery<Row>(query)
      const isRead = isSelect(query)
      try {
        if (!connection.isTransaction && !isRead) await yieldToOthers()
        const result = connection.isTransaction ? await run() : await retryWhileBusy(run)
        if (!connection.isTransaction && !isRead) hasJustWritten = true
        return result
      } catch (error) {
        throw translate(error)
      }
    },
    async *streamQuery<Row>(query: CompiledQuery, chunkSize: number) {
      try {
        yield* inner.streamQuery<Row>(query, chunkSize)
      } catch (error) {
        throw translate(error)
      }
    },
  })
}

/** Also one that was written by hand: what only reads waits for nobody. */
function isSelect({ query, sql }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || (RawNode.is(query) && /^\s*(select|with)\b/i.test(sql))
}

/** Lists of changing length (`in (?, ?, …)`) make ever new texts: the oldest statement goes. */
const maxStatements = 256

function keepStatements(connection: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => connection.close(),
    prepare(sql) {
      const known = kept.get(sql)
      if (known) return known
      const statement = wrap(connection, sql)
      if (kept.size >= maxStatements) kept.delete(kept.keys().next().value ?? '')
      kept.set(sql, statement)
      return statement
    },
  }
}

function wrap(connection: DatabaseSync, sql: string): SqliteStatement {
  const statement: StatementSync = connection.prepare(sql)
  return {
    reader: statement.columns().length > 0,
    all: parameters => statement.all(...bindable(parameters)),
    run: parameters => statement.run(...bindable(parameters)),
    iterate: parameters => statement.iterate(...bindable(parameters)),
  }
}

type BlockingRead = <T>(work: () => T) => T

/**
 * For reads that are answered in the same instant. No writer holds them up; while another process
 * puts the log in order after a crash they do wait, and the process with them (SQLITE_BUSY_RECOVERY,
 * https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode).
 */
function createBlockingRead(
  connection: DatabaseSync,
  { isBusy, translate, timeoutMs }: Sharing,
): BlockingRead {
  const runBlocking = <T>(work: () => T): T => {
    connection.exec(`pragma busy_timeout = ${timeoutMs}`)
    try {
      return work()
    } finally {
      connection.exec('pragma busy_timeout = 0')
    }
  }
  return work => {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw translate(error)
    }
    try {
      return runBlocking(work)
    } catch (error) {
      throw translate(error)
    }
  }
}

/** Kysely's parameters are unknown; node:sqlite itself refuses what it cannot bind. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
