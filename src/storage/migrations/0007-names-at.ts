/** When the names of a person were issued. Do not edit after its release. */
import { sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

/** Existing people came by signing in. 0 makes their names older than any token. */
export async function addNamesAt(database: Tables): Promise<void> {
  const { bigint } = dialectOf(database)
  await database.schema.alterTable('users').addColumn('names_at', bigint).execute()
  await sql`update users set names_at = 0`.execute(database)
}
