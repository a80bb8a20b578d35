/**
 * The mark of removed folders, and the size of each mailbox. Triggers on `contacts` maintain the
 * size, so it is correct for every writer, including an older Visage on the same database. Do not
 * edit after its release.
 */
import { type Kysely, sql } from 'kysely'
import { dialectOf, type Tables } from './dialect.ts'

export async function addMailboxSizes(database: Tables): Promise<void> {
  const { bigint } = dialectOf(database)
  await database.schema.alterTable('contact_folders').addColumn('removed_at', bigint).execute()
  await database.schema
    .createIndex('contact_folders_removed')
    .on('contact_folders')
    .columns(['tenant_id', 'mailbox_id', 'id'])
    .where(sql.ref('removed_at'), 'is not', null)
    .execute()
  await createMailboxSizes(database)
}

async function createMailboxSizes(database: Tables): Promise<void> {
  const { isSqlite } = database
  const { text, bigint: count, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('mailbox_sizes')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('mailbox_id', text, column => column.notNull())
    .addColumn('contacts', count, column => column.notNull())
    .addColumn('text_bytes', count, column => column.notNull())
    .addPrimaryKeyConstraint('mailbox_sizes_key', ['tenant_id', 'mailbox_id'])
    .modifyEnd(tableEnd)
    .execute()
  if (!isSqlite) await createSizeTriggers(database, firstColumns)
  await sql`insert into mailbox_sizes (tenant_id, mailbox_id, contacts, text_bytes)
    select tenant_id, mailbox_id, count(*), sum(${bytesOf('contacts', firstColumns)})
    from contacts group by tenant_id, mailbox_id`.execute(database)
  if (isSqlite) await createSizeTriggers(database, firstColumns)
}

/** Texts that are only returned, not searched. */
const firstColumns = ['job_title']

function bytesOf(row: string, columns: readonly string[]) {
  const returned = columns.map(column => ` + coalesce(octet_length(${row}.${column}), 0)`)
  return sql.raw(
    `octet_length(${row}.search_text) + octet_length(${row}.email_addresses)${returned.join('')}`,
  )
}

/** `columns` are counted besides those that are searched. */
export async function createSizeTriggers(
  database: Tables,
  columns: readonly string[],
): Promise<void> {
  const triggers = describeTriggers(columns)
  if (database.isSqlite) await createSqliteTriggers(database, triggers)
  else await createPostgresTriggers(database, triggers)
}

type Triggers = ReturnType<typeof describeTriggers>

function describeTriggers(columns: readonly string[]) {
  return {
    add: sql`
  insert into mailbox_sizes (tenant_id, mailbox_id, contacts, text_bytes)
    values (new.tenant_id, new.mailbox_id, 1, ${bytesOf('new', columns)})
    on conflict (tenant_id, mailbox_id) do update set
      contacts = mailbox_sizes.contacts + 1,
      text_bytes = mailbox_sizes.text_bytes + excluded.text_bytes;`,
    remove: sql`
  update mailbox_sizes
    set contacts = contacts - 1, text_bytes = text_bytes - (${bytesOf('old', columns)})
    where tenant_id = old.tenant_id and mailbox_id = old.mailbox_id;`,
    watched: sql.raw(`tenant_id, mailbox_id, search_text, email_addresses, ${columns.join(', ')}`),
  }
}

async function createSqliteTriggers(
  database: Kysely<unknown>,
  { add, remove, watched }: Triggers,
): Promise<void> {
  await sql`create trigger contacts_size_insert after insert on contacts begin ${add} end`.execute(
    database,
  )
  await sql`create trigger contacts_size_delete after delete on contacts begin ${remove} end`.execute(
    database,
  )
  await sql`create trigger contacts_size_update
    after update of ${watched} on contacts
    begin ${remove} ${add} end`.execute(database)
}

async function createPostgresTriggers(
  database: Kysely<unknown>,
  { add, remove, watched }: Triggers,
): Promise<void> {
  await sql`
    create function keep_mailbox_sizes() returns trigger language plpgsql
    set search_path from current as $$
    begin
      if tg_op <> 'INSERT' then ${remove} end if;
      if tg_op <> 'DELETE' then ${add} end if;
      return null;
    end $$`.execute(database)
  await sql`create trigger contacts_size
    after insert or delete or update of ${watched} on contacts
    for each row execute function keep_mailbox_sizes()`.execute(database)
}
