/**
 * Creates the tables of schema.ts and updates those of older versions. Only types that SQLite and
 * PostgreSQL share are used. Do not edit a migration after its release. This file decides which
 * versions of Visage may open a database; what rows mean is written in schema.ts.
 */
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { Failure } from '../failure.ts'
import { createDirectoryWords } from './directory-words.ts'
import { createGroupSizes } from './group-sizes.ts'
import { createMailboxSizes } from './mailbox-sizes.ts'
import type { Database } from './schema.ts'

/**
 * The database during a migration. A transaction of Kysely does not carry `can`, so the dialect is
 * added here.
 */
type Tables = Kysely<unknown> & Readonly<{ isSqlite: boolean }>
type Step = Readonly<{ up: (database: Tables) => Promise<void> }>

/**
 * Migrations run in the order of their names. The table `kysely_migration` lists those that have
 * run.
 */
const migrations: Readonly<Record<string, Step>> = {
  '0001': { up: createFirstTables },
  '0002': { up: createPhotoUpdateSettings },
  '0003': { up: prepareForMoving },
  '0004': { up: setContactStatistics },
  '0005': { up: indexWords },
  '0006': { up: addMailboxSizes },
  '0007': { up: addNamesAt },
  '0008': { up: addSources },
}

/**
 * The result of this process; another process may migrate at the same time. `from` is the name of
 * the last migration before.
 */
export type Migrated =
  | Readonly<{ did: 'nothing' | 'created' }>
  | Readonly<{ did: 'updated'; from: string; to: string }>

/**
 * Updates the tables; does nothing when they are current. Safe at every start, even of several
 * processes at once. A database of a newer Visage is refused and not changed.
 */
export async function migrate(database: Database): Promise<Migrated> {
  const schema = await findSchema(database)
  const applied = await readApplied(database, schema)
  refuseNewer(applied)
  if (applied.length === Object.keys(migrations).length) return { did: 'nothing' }
  const steps = Object.entries(migrations).map(([name, step]) => [
    name,
    withLockTimeout(step, isSqlite(database)),
  ])
  const provider = { getMigrations: async () => Object.fromEntries(steps) }
  const where = schema !== undefined && { migrationTableSchema: schema }
  const migrator = new Migrator({ db: database, provider, ...where })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) throw error
  return describeSteps(results.map(({ migrationName }) => migrationName))
}

function describeSteps(names: readonly string[]): Migrated {
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined) return { did: 'nothing' }
  const all = Object.keys(migrations).sort()
  const from = all[all.indexOf(first) - 1]
  return from === undefined ? { did: 'created' } : { did: 'updated', from, to: last }
}

/**
 * A statement that waits for a table lock blocks all later readers, and pg_dump can hold that lock
 * for hours. The migration therefore gives up soon: this start fails, and the other processes keep
 * serving.
 */
function withLockTimeout({ up }: Step, isSqlite: boolean): Migration {
  return {
    async up(database: Kysely<unknown>) {
      if (!isSqlite) await sql`set local lock_timeout = '3s'`.execute(database)
      await up(Object.assign(database, { isSqlite }))
    },
  }
}

const isSqlite = ({ can }: Database) => can?.hasFiles === true

/**
 * The schema that has or will get the tables. Other schemas may contain tables of the same names
 * from other applications.
 */
async function findSchema(database: Database): Promise<string | undefined> {
  if (isSqlite(database)) return undefined
  const { rows } = await sql<{ name: string | null }>`
    select coalesce(
      (select nspname::text from pg_namespace join pg_class on pg_namespace.oid = relnamespace
        where pg_class.oid = to_regclass('kysely_migration')),
      current_schema()) as name`.execute(database)
  return rows[0]?.name ?? undefined
}

async function readApplied(database: Database, schema: string | undefined): Promise<string[]> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true })
  const isOurs = (table: { name: string; schema?: string | undefined }) =>
    table.name === 'kysely_migration' && (schema === undefined || table.schema === schema)
  if (!tables.some(isOurs)) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(database)
  return rows.map(row => row.name)
}

function refuseNewer(applied: readonly string[]): void {
  const unknown = applied.filter(name => !(name in migrations)).sort()
  if (unknown.length === 0) return
  throw new Failure('storage-unavailable', {
    detail:
      `the database belongs to a newer Visage: it has migration ${unknown.join(', ')}, ` +
      `this version ends at ${Object.keys(migrations).sort().at(-1)}; start the newer version`,
  })
}

/**
 * The differences between the two databases. Names are ordered by bytes, as in SQLite, independent
 * of the server's locale. STRICT refuses text in a numeric column, as PostgreSQL does. WITHOUT
 * ROWID finds a row by its primary key in one search instead of two
 * (https://sqlite.org/withoutrowid.html).
 */
function dialectOf(database: Tables) {
  return database.isSqlite
    ? ({
        text: 'text',
        bigint: 'integer',
        tableEnd: sql`strict, without rowid`,
        searchColumns: ['search_text'],
        randomId: sql`lower(hex(randomblob(16)))`,
      } as const)
    : ({
        text: sql`text collate "C"`,
        bigint: 'bigint',
        tableEnd: sql``,
        searchColumns: [],
        randomId: sql`replace(gen_random_uuid()::text, '-', '')`,
      } as const)
}

async function createFirstTables(database: Tables): Promise<void> {
  await createPeople(database)
  await createRelations(database)
  await createContacts(database)
  await createPhotos(database)
}

async function createPeople(database: Tables): Promise<void> {
  const { text, tableEnd, searchColumns } = dialectOf(database)
  await database.schema
    .createTable('users')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('user_principal_name', text, column => column.notNull())
    .addColumn('user_principal_name_key', text, column => column.notNull())
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('given_name', text)
    .addColumn('surname', text)
    .addColumn('mail', text)
    .addColumn('job_title', text)
    .addColumn('user_type', text, column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    .addPrimaryKeyConstraint('users_key', ['tenant_id', 'id'])
    .addUniqueConstraint('users_name', ['tenant_id', 'user_principal_name_key'])
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createTable('groups')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('description', text)
    .addColumn('mail', text)
    .addColumn('visibility', text, column => column.notNull())
    .addColumn('is_unified', 'integer', column => column.notNull())
    .addColumn('is_team', 'integer', column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    .addPrimaryKeyConstraint('groups_key', ['tenant_id', 'id'])
    .addCheckConstraint('groups_flags', sql`is_unified in (0, 1) and is_team in (0, 1)`)
    .modifyEnd(tableEnd)
    .execute()
  // With search_text in the index, SQLite searches the index alone, in list order, and stops at the
  // end of a page. PostgreSQL limits the size of an index entry, so there the rows are read too.
  for (const table of ['users', 'groups'] as const) {
    await database.schema
      .createIndex(`${table}_list`)
      .on(table)
      .columns(['tenant_id', 'display_name', 'id', ...searchColumns])
      .execute()
  }
}

async function createRelations(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('group_people')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('group_id', text, column => column.notNull())
    .addColumn('user_id', text, column => column.notNull())
    .addColumn('relation', text, column => column.notNull())
    .addPrimaryKeyConstraint('group_people_key', ['tenant_id', 'group_id', 'relation', 'user_id'])
    .addForeignKeyConstraint(
      'group_people_group',
      ['tenant_id', 'group_id'],
      'groups',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'group_people_user',
      ['tenant_id', 'user_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addCheckConstraint('group_people_relation', sql`relation in ('owner', 'member')`)
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('group_people_of_user')
    .on('group_people')
    .columns(['tenant_id', 'user_id', 'relation', 'group_id'])
    .execute()
  await database.schema
    .createTable('role_members')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('role_template_id', text, column => column.notNull())
    .addColumn('user_id', text, column => column.notNull())
    .addPrimaryKeyConstraint('role_members_key', ['tenant_id', 'user_id', 'role_template_id'])
    .addForeignKeyConstraint(
      'role_members_user',
      ['tenant_id', 'user_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
}

async function createContacts(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('contact_folders')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('mailbox_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('parent_folder_id', text)
    .addColumn('display_name', text, column => column.notNull())
    .addPrimaryKeyConstraint('contact_folders_key', ['tenant_id', 'mailbox_id', 'id'])
    .addForeignKeyConstraint(
      'contact_folders_mailbox',
      ['tenant_id', 'mailbox_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'contact_folders_parent',
      ['tenant_id', 'mailbox_id', 'parent_folder_id'],
      'contact_folders',
      ['tenant_id', 'mailbox_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('contact_folders_by_parent')
    .on('contact_folders')
    .columns(['tenant_id', 'mailbox_id', 'parent_folder_id'])
    .execute()
  await database.schema
    .createTable('contacts')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('mailbox_id', text, column => column.notNull())
    .addColumn('id', text, column => column.notNull())
    .addColumn('folder_id', text)
    .addColumn('display_name', text, column => column.notNull())
    .addColumn('given_name', text)
    .addColumn('surname', text)
    .addColumn('company_name', text)
    .addColumn('job_title', text)
    .addColumn('email_addresses', text, column => column.notNull())
    .addColumn('search_text', text, column => column.notNull())
    // Without the mailbox, because a photo refers to its contact by id alone.
    .addPrimaryKeyConstraint('contacts_key', ['tenant_id', 'id'])
    .addForeignKeyConstraint(
      'contacts_mailbox',
      ['tenant_id', 'mailbox_id'],
      'users',
      ['tenant_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .addForeignKeyConstraint(
      'contacts_folder',
      ['tenant_id', 'mailbox_id', 'folder_id'],
      'contact_folders',
      ['tenant_id', 'mailbox_id', 'id'],
      key => key.onDelete('cascade'),
    )
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('contacts_list')
    .on('contacts')
    .columns(['tenant_id', 'mailbox_id', 'folder_id', 'display_name', 'id'])
    .execute()
}

async function createPhotos(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema
    .createTable('photos')
    .addColumn('tenant_id', text, column => column.notNull())
    .addColumn('owner_kind', text, column => column.notNull())
    .addColumn('owner_id', text, column => column.notNull())
    .addColumn('version', text, column => column.notNull())
    .addColumn('upload_hash', text, column => column.notNull())
    .addColumn('renditions', text, column => column.notNull())
    .addColumn('updated_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('photos_key', ['tenant_id', 'owner_kind', 'owner_id'])
    .addUniqueConstraint('photos_version', ['version'])
    .addCheckConstraint('photos_owner_kind', sql`owner_kind in ('user', 'group', 'contact')`)
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createTable('retired_packs')
    .addColumn('version', text, column => column.notNull())
    .addColumn('retired_at', bigint, column => column.notNull())
    .addPrimaryKeyConstraint('retired_packs_key', ['version'])
    .modifyEnd(tableEnd)
    .execute()
  await database.schema
    .createIndex('retired_packs_by_time')
    .on('retired_packs')
    .column('retired_at')
    .execute()
}

async function createPhotoUpdateSettings(database: Tables): Promise<void> {
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

/** Columns and tables for move, verify and erase, described in schema.ts. */
async function prepareForMoving(database: Tables): Promise<void> {
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

/**
 * Without statistics, SQLite assumes that all columns of an index are equally selective, and
 * searches for the contacts of a folder among all contacts of the tenant. These rows state how many
 * rows match each longer prefix of an index. PostgreSQL collects statistics itself
 * (https://sqlite.org/fileformat2.html#the_sqlite_stat1_table).
 */
async function setContactStatistics(database: Tables): Promise<void> {
  if (!database.isSqlite) return
  // Creates sqlite_stat1; an empty table adds no statistics.
  await sql`analyze moves`.execute(database)
  await sql`delete from sqlite_stat1 where tbl in ('moves', 'contacts', 'contact_folders')`.execute(
    database,
  )
  await sql`insert into sqlite_stat1 (tbl, idx, stat) values
    ('contacts', 'contacts', '1000000 1000000 1'),
    ('contacts', 'contacts_list', '1000000 1000000 100 50 1 1'),
    ('contact_folders', 'contact_folders', '100000 100000 10 1'),
    ('contact_folders', 'contact_folders_by_parent', '100000 100000 10 2')`.execute(database)
  await sql`analyze sqlite_schema`.execute(database)
}

async function indexWords(database: Tables): Promise<void> {
  const { text, tableEnd } = dialectOf(database)
  await createDirectoryWords(database, { isSqlite: database.isSqlite, text, tableEnd })
}

/** Adds the mark of removed folders and the sizes of mailboxes. */
async function addMailboxSizes(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
  await database.schema.alterTable('contact_folders').addColumn('removed_at', bigint).execute()
  await database.schema
    .createIndex('contact_folders_removed')
    .on('contact_folders')
    .columns(['tenant_id', 'mailbox_id', 'id'])
    .where(sql.ref('removed_at'), 'is not', null)
    .execute()
  await createMailboxSizes(database, { isSqlite: database.isSqlite, text, tableEnd })
}

/** Existing people came by signing in. 0 makes their names older than any token. */
async function addNamesAt(database: Tables): Promise<void> {
  const { bigint } = dialectOf(database)
  await database.schema.alterTable('users').addColumn('names_at', bigint).execute()
  await sql`update users set names_at = 0`.execute(database)
}

/**
 * Adds the source and the deletion of people and groups. Every column has a default, because an
 * older Visage on the same database keeps adding people who sign in. The indexes are partial, so
 * creating them is cheap: no row has a value yet.
 */
async function addSources(database: Tables): Promise<void> {
  const { text, bigint, tableEnd } = dialectOf(database)
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
  await createGroupSizes(database, { isSqlite: database.isSqlite, text, tableEnd })
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
