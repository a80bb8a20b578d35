/** Who in a tenant may change the photos of users. Do not edit after its release. */
import { sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

export async function createPhotoUpdateSettings(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('photo_update_settings')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('source', text)
    .addColumn('allowed_roles', text, column => column.notNull())
    .addPrimaryKeyConstraint('photo_update_settings_key', ['tenant_id'])
    .addCheckConstraint('photo_update_settings_source', sql`source in ('cloud', 'onPremises')`)
    .modifyEnd(tableEnd)
    .execute()
}
