/**
 * A Kysely dialect for node:sqlite: one connection, cached statements, transactions that take the
 * write lock when they begin, and waiting while another process has that lock. Error codes are in
 * sqlite.ts.
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

/** How to share the file with other processes. */
type Sharing = Readonly<{
  /** Translates an error of SQLite for the caller. */
  translate: (error: unknown) => unknown
  /** Whether the statement failed because another process has the lock. */
  isBusy: (error: unknown) => boolean
  /** How long a statement waits for the lock. */
  timeoutMs: number
}>

/** SQLite's own waiting is switched off; this file decides how each statement waits. */
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
  /** SQLite can roll back `create table`, so a migration is applied entirely or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/**
 * A transaction locks the whole database, so row locks are not needed, and SQLite has no syntax for
 * them.
 */
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
      const readRow = rowReader<Row>(statement)
      const direct: DirectStatement<Row> = {
        first: parameters => blockingRead(() => readRow(parameters)),
      }
      if (watch === undefined) return direct
      return { first: parameters => watchDirect(() => direct.first(parameters), sql, watch) }
    },
  }
}

/**
 * Takes each row as a list of values and makes the object here: node:sqlite's own row objects are dictionaries to V8,
 * slower to make and to read.
 */
function rowReader<Row>(
  statement: StatementSync,
): (parameters: readonly unknown[]) => Row | undefined {
  const names = statement.columns().map(({ name }) => name)
  statement.setReturnArrays(true)
  return parameters => {
    const values = statement.get(...bindable(parameters)) as readonly unknown[] | undefined
    if (values === undefined) return undefined
    const row: Record<string, unknown> = {}
    for (let index = 0; index < names.length; index++) row[names[index] ?? ''] = values[index]
    // The cast relies on Kysely's type of the query.
    return row as Row
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

  /** SQLite rolls back by itself after a full disk. A second rollback would hide that error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.isTransaction) await super.rollbackTransaction(connection)
  }
}

/** How often the lock is tried, and how long a process leaves it to the others. */
const lookEveryMs = 1
const yieldMs = 2
/** How long after a conflict a process expects another one. */
const contentionMs = 1000

/**
 * Waits for the write lock without blocking the event loop, so that reads are answered meanwhile.
 * SQLite's `busy_timeout` blocks the thread, for seconds with four writing processes. SQLite has no
 * queue: a process that begins its next transaction right after the last one would keep the lock.
 * Each process therefore waits one turn of its event loop between writes, and longer while others
 * write.
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

/** Includes handwritten SQL. Reads do not wait for writers. */
function isSelect({ query, sql }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || (RawNode.is(query) && /^\s*(select|with)\b/i.test(sql))
}

/**
 * Lists of different lengths (`in (?, ?, …)`) are different texts; the oldest statement is evicted.
 */
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
 * For synchronous reads. A writer does not delay them. While another process recovers the log after
 * a crash they do wait, and block this process (SQLITE_BUSY_RECOVERY,
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

/** Kysely types parameters as unknown. node:sqlite throws for values that it cannot bind. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
