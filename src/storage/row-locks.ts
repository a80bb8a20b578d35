/**
 * Rows that have to stay as they are until a transaction ends, because it decides by what it reads.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Schema } from './schema.ts'

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
