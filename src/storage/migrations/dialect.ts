/**
 * The database as migrations see it. They use only types that SQLite and PostgreSQL share; this file
 * holds what differs.
 */
import { type Kysely, sql } from 'kysely'

/**
 * The database during a migration. A transaction of Kysely does not carry `can`, so the dialect is
 * added here.
 */
export type Tables = Kysely<unknown> & Readonly<{ isSqlite: boolean }>

/**
 * The differences between the two databases. Names are ordered by bytes, as in SQLite, independent
 * of the server's locale. STRICT refuses text in a numeric column, as PostgreSQL does. WITHOUT
 * ROWID finds a row by its primary key in one search instead of two
 * (https://sqlite.org/withoutrowid.html).
 */
export function dialectOf(database: Tables) {
  return database.isSqlite
    ? ({
        text: 'text',
        bigint: 'integer',
        tableEnd: sql`strict, without rowid`,
        searchColumns: ['search_text'],
        randomId: sql`lower(hex(randomblob(16)))`,
      } as const)
    : ({
        text: sql`text collate "C"`,
        bigint: 'bigint',
        tableEnd: sql``,
        searchColumns: [],
        randomId: sql`replace(gen_random_uuid()::text, '-', '')`,
      } as const)
}
