/**
 * The state of stores without reading rows or packs: whether the database answers, its connections,
 * the cache.
 */
import { sql } from 'kysely'
import type { ConnectionCounts } from './abilities.ts'
import type { Database } from './schema.ts'

/** Throws Failure 'storage-unavailable'. Has the timeout of any statement. */
export async function pingDatabase(database: Database): Promise<void> {
  await sql`select 1`.execute(database)
}

/** `hits` and `misses` since the start; `bytes` cached now. */
export type CacheCounts = Readonly<{ hits: number; misses: number; bytes: number }>

/** Ranges read from the cache folder, and those that were not there, since the start. */
export type FolderCounts = Omit<CacheCounts, 'bytes'>

/** undefined for a database without a pool. */
export function countConnections(database: Database): ConnectionCounts | undefined {
  return database.can?.countConnections?.()
}
