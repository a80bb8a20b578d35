/**
 * Transactions of requests, and what has to stay as it is until one ends, because it decides by what it reads.
 * They wait for rows that others have locked, and hold a connection meanwhile: where there are only so many,
 * they get half of them, and whoever reads goes on.
 */
import { type SelectQueryBuilder, sql, type Transaction } from 'kysely'
import { Failure } from '../failure.ts'
import type { Database, Schema } from './schema.ts'

/** Throws what `work` throws, and then nothing of it has happened; Failure 'storage-unavailable'. */
export async function inTransaction<Result>(
  database: Database,
  work: (transaction: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  using _slot = await database.can?.transactionSlots?.take()
  return await database.transaction().execute(work)
}

/** So many at a time; the others wait in the order they came, and not for ever. */
export class TransactionSlots {
  #free: number
  readonly #timeoutMs: number
  readonly #queue = new Set<() => void>()

  /** 0 waits for ever. */
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
      turn.reject(new Failure('storage-unavailable', { detail: tooMany }))
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

const tooMany = 'all connections that transactions may have are in use, by others that wait'

/**
 * Nobody else changes, removes or locks the rows found until the transaction ends; whoever holds one
 * now is waited for, and the row is read as they leave it. What the transaction reads afterwards is
 * newer than the lock: PostgreSQL takes a snapshot for each statement (read committed,
 * https://www.postgresql.org/docs/current/transaction-iso.html). In SQLite a transaction has held the lock
 * of the whole database since it began, and sqlite-dialect.ts leaves the words out. Rows that merely refer to a locked one are not held up.
 */
export function lockRows<Table extends keyof Schema, Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
): SelectQueryBuilder<Schema, Table, Row> {
  return query.forNoKeyUpdate()
}

/**
 * Nobody else gives out or takes names of people in this tenant until the transaction ends. A name that is
 * still free has no row to lock, and two who take it at once would meet at its unique key.
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
