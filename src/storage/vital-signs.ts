/**
 * How stores are doing, without a look at any row or pack: whether the database answers, its connections,
 * the cache. It knows no medium: what a database can tell stands in its dialect's adapter.
 */
import { sql } from 'kysely'
import type { Database } from './schema.ts'

/** Throws Failure 'storage-unavailable'; waits as long as every other statement does. */
export async function pingDatabase(database: Database): Promise<void> {
  await sql`select 1`.execute(database)
}

export type ConnectionCounts = Readonly<{
  open: number
  /** Of these, those that nobody uses just now. */
  idle: number
  /** Requests that wait for one. */
  waiting: number
}>

/** Since the start, and the bytes that are kept now. */
export type CacheCounts = Readonly<{ hits: number; misses: number; bytes: number }>

/** What a Kysely dialect's adapter offers when it has a pool. */
export interface Pooled {
  countConnections(): ConnectionCounts
}

/** undefined for a database without a pool. */
export function countConnections(database: Database): ConnectionCounts | undefined {
  const adapter: object = database.getExecutor().adapter
  return isPooled(adapter) ? adapter.countConnections() : undefined
}

function isPooled(adapter: object): adapter is Pooled {
  return 'countConnections' in adapter
}
