/** Copies an embedded database, as of one moment, into a file. */
import { writeFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Database } from './schema.ts'
import { syncFile } from './sync.ts'

/**
 * `file` must not exist. One statement copies one state, however long it takes, and with a
 * write-ahead log it does not block writers
 * (https://sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause). SQLite's backup interface would
 * start again whenever another process has written.
 */
export async function writeSnapshot(database: Database, file: string): Promise<void> {
  // SQLite accepts an empty file, and keeps its mode.
  await writeFile(file, '', { flag: 'wx', mode: 0o600 })
  await sql`vacuum into ${file}`.execute(database)
  // SQLite does not promise to sync a file that it creates this way.
  await syncFile(file)
}
