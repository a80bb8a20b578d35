/** Tokens of programs that provision people and groups over SCIM. Do not edit after its release. */
import { dialectOf, type Tables } from './dialect.ts'

/** An older Visage on the same database does not read this table. */
export async function createScimTokens(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('scim_tokens')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('name', text, column => column.notNull())
    .addColumn('hash', text, column => column.notNull())
    .addColumn('created_at', bigint, column => column.notNull())
    .addColumn('expires_at', bigint)
    .addColumn('last_used_at', bigint)
    .addPrimaryKeyConstraint('scim_tokens_key', ['tenant_id', 'id'])
    .addUniqueConstraint('scim_tokens_hash', ['hash'])
    .modifyEnd(tableEnd)
    .execute()
}
