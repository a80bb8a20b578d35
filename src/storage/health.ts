/**
 * How stores are doing, without a look at any row or pack: whether the database answers, its connections,
 * the cache. It knows no medium.
 */
import { sql } from 'kysely'
import type { ConnectionCounts } from './abilities.ts'
import type { Database } from './schema.ts'

/** Throws Failure 'storage-unavailable'; waits as long as every other statement does. */
export async function pingDatabase(database: Database): Promise<void> {
  await sql`select 1`.execute(database)
}

/** Since the start, and the bytes that are kept now. */
export type CacheCounts = Readonly<{ hits: number; misses: number; bytes: number }>

/** undefined for a database without a pool. */
export function countConnections(database: Database): ConnectionCounts | undefined {
  return database.can?.countConnections?.()
}
