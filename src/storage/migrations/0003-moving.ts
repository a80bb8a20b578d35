/**
 * Columns and tables for move, verify and erase. What they mean is written in schema.ts. Do not edit
 * after its release.
 */
import { sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

export async function prepareForMoving(database: Tables): Promise<void> {
  const { text, bigint, tableEnd, randomId } = dialectOf(database)
  await database.schema.alterTable('photos').addColumn('pack_hash', text).execute()
  for (const column of ['tenant_id', 'owner_kind', 'owner_id']) {
    await database.schema.alterTable('retired_packs').addColumn(column, text).execute()
  }
  await database.schema
    .createTable('stores')
    .addColumn('id', text, column => column.notNull())
    .addPrimaryKeyConstraint('stores_key', ['id'])
    .modifyEnd(tableEnd)
    .execute()
  await sql`insert into stores (id) values (${randomId})`.execute(database)
  await database.schema
    .createTable('moves')
    .addColumn('part', text, column => column.notNull())
    .addColumn('place', text, column => column.notNull())
    .addColumn('source_id', text, column => column.notNull())
    .addColumn('state', text, column => column.notNull())
    .addColumn('changed_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('moves_key', ['part'])
    .addCheckConstraint('moves_part', sql`part in ('rows', 'packs')`)
    .addCheckConstraint('moves_state', sql`state in ('copying', 'complete')`)
    .modifyEnd(tableEnd)
    .execute()
}
