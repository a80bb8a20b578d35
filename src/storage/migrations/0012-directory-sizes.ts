/**
 * How many people and groups each tenant has, without deleted ones. Triggers keep it, so it is
 * correct for every writer, including an older Visage on the same database. Do not edit after its
 * release.
 */
import { type Kysely, sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

const counted = ['users', 'groups'] as const

/**
 * The size is the sum of a tenant's rows. SQLite has one row for each table. In PostgreSQL each
 * statement adds a row with its change: one row that all writers change would make them wait for
 * one another, and deadlock.
 */
export async function createDirectorySizes(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  const table = database.schema
    .createTable('directory_sizes')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('of_table', text, column => column.notNull())
    .addColumn('rows', bigint, column => column.notNull())
  if (database.isSqlite) {
    const key = ['tenant_id', 'of_table'] as const
    await table
      .addPrimaryKeyConstraint('directory_sizes_key', [...key])
      .modifyEnd(tableEnd)
      .execute()
    await fill(database)
    for (const name of counted) await createSqliteTriggers(database, name)
    return
  }
  await table.execute()
  await database.schema
    .createIndex('directory_sizes_of_tenant')
    .on('directory_sizes')
    .columns(['tenant_id', 'of_table'])
    .execute()
  // Triggers come first: they lock the tables, so no row is added between this and the fill.
  await createPostgresTriggers(database)
  await fill(database)
}

async function fill(database: Kysely<unknown>): Promise<void> {
  for (const name of counted) {
    await sql`insert into directory_sizes (tenant_id, of_table, rows)
      select tenant_id, ${sql.lit(name)}, count(*) from ${sql.table(name)}
      where deleted_at is null group by tenant_id`.execute(database)
  }
}

type Counted = (typeof counted)[number]

async function createSqliteTriggers(database: Kysely<unknown>, table: Counted): Promise<void> {
  const change = (row: 'old' | 'new', by: 1 | -1) => sql`
    insert into directory_sizes (tenant_id, of_table, rows)
      select ${sql.raw(row)}.tenant_id, ${sql.lit(table)}, ${sql.lit(by)}
      where ${sql.raw(row)}.deleted_at is null
      on conflict (tenant_id, of_table) do update set rows = directory_sizes.rows + excluded.rows;`
  const create = (event: string, on: string, work: ReturnType<typeof sql>) => sql`
    create trigger ${sql.ref(`${table}_size_${event}`)} after ${sql.raw(on)} on ${sql.table(table)}
    begin ${work} end`
  await create('insert', 'insert', change('new', 1)).execute(database)
  await create('delete', 'delete', change('old', -1)).execute(database)
  const both = sql`${change('old', -1)} ${change('new', 1)}`
  await create('update', 'update of tenant_id, deleted_at', both).execute(database)
}

/** New and removed rows are counted once for each statement, deleted and restored ones one by one. */
async function createPostgresTriggers(database: Kysely<unknown>): Promise<void> {
  await createSum(database)
  await sql`
    create function keep_directory_sizes() returns trigger language plpgsql
    set search_path from current as $$
    declare
      one record;
    begin
      for one in
        select tenant_id, case tg_op when 'INSERT' then count(*) else -count(*) end as rows
        from changed where deleted_at is null group by tenant_id
      loop
        perform change_directory_size(one.tenant_id, tg_table_name, one.rows);
      end loop;
      return null;
    end $$`.execute(database)
  await sql`
    create function keep_directory_sizes_of_row() returns trigger language plpgsql
    set search_path from current as $$
    begin
      if old.deleted_at is null then
        perform change_directory_size(old.tenant_id, tg_table_name, -1);
      end if;
      if new.deleted_at is null then
        perform change_directory_size(new.tenant_id, tg_table_name, 1);
      end if;
      return null;
    end $$`.execute(database)
  for (const table of counted) {
    for (const [event, rows] of [
      ['insert', 'new'],
      ['delete', 'old'],
    ] as const) {
      await sql`create trigger ${sql.ref(`${table}_size_${event}`)}
        after ${sql.raw(event)} on ${sql.table(table)} referencing ${sql.raw(rows)} table as changed
        for each statement execute function keep_directory_sizes()`.execute(database)
    }
    await sql`create trigger ${sql.ref(`${table}_size_update`)}
      after update of tenant_id, deleted_at on ${sql.table(table)} for each row
      when (old.tenant_id <> new.tenant_id or (old.deleted_at is null) <> (new.deleted_at is null))
      execute function keep_directory_sizes_of_row()`.execute(database)
  }
}

/**
 * About one change in fifty replaces the rows of a tenant by their sum. One writer at a time does
 * so, and no writer waits for another.
 */
async function createSum(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function change_directory_size(tenant text, counted text, change bigint)
    returns void language plpgsql set search_path from current as $$
    begin
      insert into directory_sizes (tenant_id, of_table, rows) values (tenant, counted, change);
      if random() < 0.02
        and pg_try_advisory_xact_lock(hashtext('directory_sizes'), hashtext(counted || tenant)) then
        with gone as (
          delete from directory_sizes where tenant_id = tenant and of_table = counted
          returning directory_sizes.rows
        )
        insert into directory_sizes (tenant_id, of_table, rows)
          select tenant, counted, sum(gone.rows) from gone;
      end if;
    end $$`.execute(database)
}
