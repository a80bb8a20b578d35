/**
 * Where people and groups come from, whether they are deleted, and who signs in as whom. Do not edit
 * after its release.
 */
import { sql } from 'kysely'
import { createGroupSizes } from './0008-group-sizes.ts'
import { dialectOf, type Tables } from './dialect.ts'

/**
 * Adds the source and the deletion of people and groups. Every column has a default, because an
 * older Visage on the same database keeps adding people who sign in. The indexes are partial, so
 * creating them is cheap: no row has a value yet.
 */
export async function addSources(database: Tables): Promise<void> {
  const { text, bigint } = dialectOf(database)
  for (const column of ['employee_id', 'department', 'mail_nickname', 'manager_id']) {
    await database.schema.alterTable('users').addColumn(column, text).execute()
  }
  await database.schema
    .alterTable('users')
    .addColumn('is_active', 'integer', column => column.notNull().defaultTo(1))
    .execute()
  await database.schema.alterTable('groups').addColumn('mail_nickname', text).execute()
  for (const [table, source] of [
    ['users', 'sign-in'],
    ['groups', 'graph'],
  ] as const) {
    const add = () => database.schema.alterTable(table)
    await add()
      .addColumn('source', text, column => column.notNull().defaultTo(source))
      .execute()
    await add().addColumn('external_id', text).execute()
    await add()
      .addColumn('changed_at', bigint, column => column.notNull().defaultTo(0))
      .execute()
    await add().addColumn('deleted_at', bigint).execute()
    await createPartialIndex(
      database,
      `${table}_external`,
      table,
      ['source', 'external_id'],
      'unique',
    )
    await createPartialIndex(database, `${table}_deleted`, table, ['source', 'deleted_at'])
    await database.schema
      .createIndex(`${table}_deleted_list`)
      .on(table)
      .columns(['tenant_id', 'id'])
      .where(sql.ref('deleted_at'), 'is not', null)
      .execute()
  }
  await createPartialIndex(database, 'users_manager', 'users', ['manager_id'])
  await database.schema.alterTable('users').addColumn('inactive_at', bigint).execute()
  await createPartialIndex(database, 'users_inactive', 'users', ['inactive_at'])
  await createSources(database)
  // Only the people of the demo tenant have no names_at.
  await sql`update users set source = 'graph' where names_at is null`.execute(database)
  await createGroupSizes(database)
  await createSignIns(database)
}

async function createSignIns(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('sign_ins')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('issuer', text, column => column.notNull())
    .addColumn('subject', text, column => column.notNull())
    .addColumn('user_id', text, column => column.notNull())
    .addColumn('linked_by', text, column => column.notNull())
    .addColumn('linked_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('sign_ins_key', ['tenant_id', 'issuer', 'subject'])
    .addForeignKeyConstraint(
      'sign_ins_user',
      ['tenant_id', 'user_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addCheckConstraint('sign_ins_linked_by', sql`linked_by in ('name', 'hand', 'id')`)
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('sign_ins_of_user')
    .on('sign_ins')
    .columns(['tenant_id', 'user_id'])
    .execute()
}

async function createSources(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('sources')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('source', text, column => column.notNull())
    .addColumn('last_success_at', bigint)
    .addColumn('judged_at', bigint, column => column.notNull().defaultTo(0))
    .addColumn('waiting_since', bigint)
    .addColumn('confirmed_at', bigint, column => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('sources_key', ['tenant_id', 'source'])
    .modifyEnd(tableEnd)
    .execute()
}

/** A partial index of rows that have a value in the last column. */
async function createPartialIndex(
  database: Tables,
  name: string,
  table: string,
  columns: readonly string[],
  kind?: 'unique',
): Promise<void> {
  const index = database.schema
    .createIndex(name)
    .on(table)
    .columns(['tenant_id', ...columns])
    .where(sql.ref(columns.at(-1) ?? ''), 'is not', null)
  await (kind === 'unique' ? index.unique() : index).execute()
}
