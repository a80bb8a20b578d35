/**
 * Kysely on node:sqlite: one connection, statements kept between calls, transactions that take the
 * write lock when they begin. It knows no table and no error code.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely'
import type { DirectReads, DirectStatement } from './prepared.ts'

/** `translate` turns what SQLite throws into what the caller shall see. */
export type Translate = (error: unknown) => unknown

export function createSqliteDialect(connection: DatabaseSync, translate: Translate): Dialect {
  return {
    createAdapter: () => new EmbeddedAdapter(connection, translate),
    createDriver: () => new EmbeddedDriver(connection, translate),
    createIntrospector: database => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class EmbeddedAdapter extends SqliteAdapter implements DirectReads {
  readonly #connection: DatabaseSync
  readonly #translate: Translate

  constructor(connection: DatabaseSync, translate: Translate) {
    super()
    this.#connection = connection
    this.#translate = translate
  }

  /** SQLite rolls back `create table` too: a migration is done whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }

  get mayReadDirectly(): boolean {
    return !this.#connection.isTransaction
  }

  prepareDirectly<Row>({ sql }: CompiledQuery<Row>): DirectStatement<Row> {
    const translated = translatedBy(this.#translate)
    const statement = translated(() => this.#connection.prepare(sql))
    // What a statement returns is what Kysely says of its query: the only place that trusts it.
    return {
      first: parameters =>
        translated(() => statement.get(...bindable(parameters)) as Row | undefined),
      all: parameters => translated(() => statement.all(...bindable(parameters)) as Row[]),
    }
  }
}

class EmbeddedDriver extends SqliteDriver {
  readonly #connection: DatabaseSync

  constructor(connection: DatabaseSync, translate: Translate) {
    super({ database: keepStatements(connection, translate) })
    this.#connection = connection
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

/** Lists of changing length (`in (?, ?, …)`) make ever new texts: the oldest statement goes. */
const maxStatements = 256

function keepStatements(connection: DatabaseSync, translate: Translate): SqliteDatabase {
  const translated = translatedBy(translate)
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => connection.close(),
    prepare(sql) {
      const known = kept.get(sql)
      if (known) return known
      const statement = translated(() => wrap(connection, sql, translated))
      if (kept.size >= maxStatements) kept.delete(kept.keys().next().value ?? '')
      kept.set(sql, statement)
      return statement
    },
  }
}

function wrap(connection: DatabaseSync, sql: string, translated: Translated): SqliteStatement {
  const statement: StatementSync = connection.prepare(sql)
  return {
    reader: statement.columns().length > 0,
    all: parameters => translated(() => statement.all(...bindable(parameters))),
    run: parameters => translated(() => statement.run(...bindable(parameters))),
    iterate: parameters => translated(() => statement.iterate(...bindable(parameters))),
  }
}

type Translated = <T>(work: () => T) => T

function translatedBy(translate: Translate): Translated {
  return work => {
    try {
      return work()
    } catch (error) {
      throw translate(error)
    }
  }
}

/** Kysely's parameters are unknown; node:sqlite itself refuses what it cannot bind. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
