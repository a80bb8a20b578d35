/**
 * Statistics of the contacts for SQLite. PostgreSQL collects its own. Do not edit after its
 * release.
 */
import { sql } from 'kysely'
import type { Tables } from './dialect.ts'

/**
 * Without statistics, SQLite assumes that all columns of an index are equally selective, and
 * searches for the contacts of a folder among all contacts of the tenant. These rows state how many
 * rows match each longer prefix of an index
 * (https://sqlite.org/fileformat2.html#the_sqlite_stat1_table).
 */
export async function setContactStatistics(database: Tables): Promise<void> {
  if (!database.isSqlite) return
  // Creates sqlite_stat1; an empty table adds no statistics.
  await sql`analyze moves`.execute(database)
  await sql`delete from sqlite_stat1 where tbl in ('moves', 'contacts', 'contact_folders')`.execute(
    database,
  )
  await sql`insert into sqlite_stat1 (tbl, idx, stat) values
    ('contacts', 'contacts', '1000000 1000000 1'),
    ('contacts', 'contacts_list', '1000000 1000000 100 50 1 1'),
    ('contact_folders', 'contact_folders', '100000 100000 10 1'),
    ('contact_folders', 'contact_folders_by_parent', '100000 100000 10 2')`.execute(database)
  await sql`analyze sqlite_schema`.execute(database)
}
