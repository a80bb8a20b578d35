/**
 * More properties of contacts, counted in the size of their mailbox. Do not edit after its release.
 */
import { sql } from 'kysely'
import { createSizeTriggers } from './0006-mailbox-sizes.ts'
import { dialectOf, type Tables } from './dialect.ts'

const columns = ['department', 'mobile_phone', 'business_phones']

/** Null in all rows so far, so the sizes stay right. */
export async function addContactColumns(database: Tables): Promise<void> {
  const { text } = dialectOf(database)
  for (const column of columns) {
    await database.schema.alterTable('contacts').addColumn(column, text).execute()
  }
  await dropSizeTriggers(database)
  await createSizeTriggers(database, ['job_title', ...columns])
}

async function dropSizeTriggers(database: Tables): Promise<void> {
  if (!database.isSqlite) {
    await sql`drop function if exists keep_mailbox_sizes() cascade`.execute(database)
    return
  }
  for (const event of ['insert', 'delete', 'update']) {
    await sql`drop trigger if exists ${sql.ref(`contacts_size_${event}`)}`.execute(database)
  }
}
