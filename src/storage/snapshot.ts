/**
 * A copy of an embedded database at one moment, as a file of its own. It knows no table.
 */
import { writeFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Database } from './schema.ts'
import { syncFile } from './sync.ts'

/**
 * `file` must not be there yet. One statement, and so one moment, however long it takes: with a
 * write-ahead log nobody who writes waits for it (https://sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause).
 * The backup interface of SQLite would begin anew whenever another process has written.
 */
export async function writeSnapshot(database: Database, file: string): Promise<void> {
  // An empty file will do as well as none, and has the mode that SQLite would not give it.
  await writeFile(file, '', { flag: 'wx', mode: 0o600 })
  await sql`vacuum into ${file}`.execute(database)
  // SQLite syncs a database that it writes to, but not necessarily one that it makes this way.
  await syncFile(file)
}
