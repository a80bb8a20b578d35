/** Which import brought a contact. Do not edit after its release. */
import { sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

/** An older Visage on the same database leaves both columns null, as for contacts of the mailbox's owner. */
export async function addContactSources(database: Tables): Promise<void> {
  const { text } = dialectOf(database)
  for (const column of ['source', 'external_id']) {
    await database.schema.alterTable('contacts').addColumn(column, text).execute()
  }
  await database.schema
    .createIndex('contacts_imported')
    .on('contacts')
    .columns(['tenant_id', 'source', 'mailbox_id', 'external_id', 'id'])
    .where(sql.ref('source'), 'is not', null)
    .execute()
}
