/**
 * The number of members of each group. Triggers on `group_people` maintain it, so it is correct for
 * every writer, including an older Visage on the same database. Do not edit after its release.
 */
import { type Kysely, sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

export async function createGroupSizes(database: Tables): Promise<void> {
  const { isSqlite } = database
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('group_sizes')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('group_id', text, column => column.notNull())
    .addColumn('members', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('group_sizes_key', ['tenant_id', 'group_id'])
    .addForeignKeyConstraint(
      'group_sizes_group',
      ['tenant_id', 'group_id'],
      'groups',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
  // Triggers come first: they lock the table, so no row is added between this and the fill.
  if (!isSqlite) await createPostgresTriggers(database)
  await sql`insert into group_sizes (tenant_id, group_id, members)
    select tenant_id, group_id, count(*) from group_people
    where relation = 'member' group by tenant_id, group_id`.execute(database)
  if (isSqlite) await createSqliteTriggers(database)
}

const addToSize = sql`on conflict (tenant_id, group_id) do update set
  members = group_sizes.members + excluded.members`

async function createSqliteTriggers(database: Kysely<unknown>): Promise<void> {
  await sql`create trigger group_people_size_insert after insert on group_people
    when new.relation = 'member' begin
      insert into group_sizes (tenant_id, group_id, members)
        values (new.tenant_id, new.group_id, 1) ${addToSize};
    end`.execute(database)
  await sql`create trigger group_people_size_delete after delete on group_people
    when old.relation = 'member' begin
      update group_sizes set members = members - 1
        where tenant_id = old.tenant_id and group_id = old.group_id;
    end`.execute(database)
}

/**
 * Once for each statement: a row that one transaction changes thousands of times becomes slow. The groups of a statement
 * are changed in one order, so that two who leave many groups at once do not wait for one another.
 */
async function createPostgresTriggers(database: Kysely<unknown>): Promise<void> {
  await sql`
    create function keep_group_sizes() returns trigger language plpgsql
    set search_path from current as $$
    begin
      if tg_op = 'INSERT' then
        insert into group_sizes (tenant_id, group_id, members)
          select tenant_id, group_id, count(*) from changed
          where relation = 'member' group by tenant_id, group_id order by tenant_id, group_id
          ${addToSize};
        return null;
      end if;
      with gone as (
        select tenant_id, group_id, count(*) as members from changed
          where relation = 'member' group by tenant_id, group_id
      ), locked as (
        select group_sizes.tenant_id, group_sizes.group_id, gone.members
          from group_sizes join gone using (tenant_id, group_id)
          order by tenant_id, group_id for update of group_sizes
      )
      update group_sizes set members = group_sizes.members - locked.members from locked
        where group_sizes.tenant_id = locked.tenant_id and group_sizes.group_id = locked.group_id;
      return null;
    end $$`.execute(database)
  for (const [event, rows] of [
    ['insert', 'new'],
    ['delete', 'old'],
  ] as const) {
    await sql`create trigger ${sql.ref(`group_people_size_${event}`)}
      after ${sql.raw(event)} on group_people referencing ${sql.raw(rows)} table as changed
      for each statement execute function keep_group_sizes()`.execute(database)
  }
}
