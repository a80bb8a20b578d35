/**
 * Transactions of requests, and the locks that keep what they read unchanged. A transaction holds a
 * connection while it waits for row locks. In a database with limited connections, transactions may
 * use half of them, so that reads continue.
 */
import { type SelectQueryBuilder, sql, type Transaction } from 'kysely'
import { Failure } from '../failure.ts'
import type { Database, Schema } from './schema.ts'

/**
 * Rolls back and throws when `work` throws. Throws Failure 'storage-unavailable' when no slot is
 * free in time.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  using _slot = await database.can?.transactionSlots?.take()
  return await database.transaction().execute(work)
}

/** A semaphore: `count` holders at a time. The others wait in order, up to the timeout. */
export class TransactionSlots {
  #free: number
  readonly #timeoutMs: number
  readonly #queue = new Set<() => void>()

  /** `timeoutMs` of 0 means no limit. */
  constructor(count: number, timeoutMs: number) {
    this.#free = count
    this.#timeoutMs = timeoutMs
  }

  get waiting(): number {
    return this.#queue.size
  }

  async take(): Promise<Disposable> {
    if (this.#free > 0) this.#free -= 1
    else await this.#turn()
    return { [Symbol.dispose]: () => this.#leave() }
  }

  async #turn(): Promise<void> {
    const turn = Promise.withResolvers<void>()
    this.#queue.add(turn.resolve)
    const giveUp = () => {
      this.#queue.delete(turn.resolve)
      turn.reject(new Failure('storage-unavailable', { detail: noSlot }))
    }
    const timer = this.#timeoutMs === 0 ? undefined : setTimeout(giveUp, this.#timeoutMs)
    try {
      await turn.promise
    } finally {
      clearTimeout(timer)
    }
  }

  #leave(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#free += 1
      return
    }
    this.#queue.delete(next)
    next()
  }
}

const noSlot = 'all connections for transactions are in use'

/**
 * Locks the rows found until the transaction ends: other transactions cannot change, remove or lock
 * them. Waits for the current holder, then reads the row as that left it. Later statements of the
 * transaction see data newer than the lock, because PostgreSQL takes a snapshot for each statement
 * (read committed, https://www.postgresql.org/docs/current/transaction-iso.html). Rows that refer
 * to a locked row are not blocked. In SQLite a transaction locks the whole database when it begins,
 * and sqlite-dialect.ts omits the clause.
 */
export function lockRows<Table extends keyof Schema, Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
): SelectQueryBuilder<Schema, Table, Row> {
  return query.forNoKeyUpdate()
}

/**
 * Locks the names of people in this tenant until the transaction ends. A free name has no row to
 * lock, and two concurrent inserts would violate its unique key.
 */
export async function lockNames(
  database: Database,
  transaction: Database,
  tenantId: string,
): Promise<void> {
  if (!database.can?.hasNamedLocks) return
  await sql`select pg_advisory_xact_lock(hashtextextended(${`names of ${tenantId}`}, 0))`.execute(
    transaction,
  )
}
