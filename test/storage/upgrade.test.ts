/** Updates a database of an older Visage with all its data. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { addUsers } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { startPostgres } from '../support/postgres.ts'
import { goBackTo0007, goBackTo0014 } from './go-back.ts'

const folder = await mkdtemp(join(tmpdir(), 'visage-upgrade-'))
after(() => rm(folder, { recursive: true }))

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

test('a data folder of migration 0001 opens, keeps its photos, and gets the current tables', async () => {
  const file = join(folder, 'visage.sqlite')
  const old = new DatabaseSync(file)
  old.exec(await readFile(join(import.meta.dirname, 'made-by-0001.sql'), 'utf8'))
  old.close()
  await using upgraded = await openSqlite({ file })
  await migrate(upgraded)
  const photo = await upgraded.selectFrom('photos').selectAll().executeTakeFirstOrThrow()
  assert.equal(photo.version, '0123456789abcdef0123456789abcdef')
  assert.equal(photo.pack_hash, null)
  assert.equal((await upgraded.selectFrom('role_members').selectAll().execute()).length, 1)
  await upgraded
    .insertInto('photo_update_settings')
    .values({ tenant_id: 't', source: 'cloud', allowed_roles: '[]' })
    .execute()
  await using fresh = await openSqlite({ file: ':memory:' })
  await migrate(fresh)
  assert.deepEqual(await tablesOf(upgraded), await tablesOf(fresh))
  assert.deepEqual(await migrationsOf(upgraded), await migrationsOf(fresh))
})

test('on PostgreSQL, photos and retired packs of 0002 stay, and their new columns are null', async () => {
  await using database = await openPostgres({ url: await server.createDatabase(), connections: 2 })
  await migrate(database)
  await goBackTo0002(database)
  await sql`insert into photos values ('t', 'user', 'alice', 'v1', 'h', '[]', 1)`.execute(database)
  await sql`insert into retired_packs values ('v0', 1)`.execute(database)
  await migrate(database)
  const photo = await database.selectFrom('photos').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([photo.version, photo.pack_hash], ['v1', null])
  const retired = await database.selectFrom('retired_packs').selectAll().executeTakeFirstOrThrow()
  const nobody = { tenant_id: null, owner_kind: null, owner_id: null }
  assert.deepEqual(retired, { version: 'v0', retired_at: 1, ...nobody })
})

test('on PostgreSQL, tables locked by a long read are not changed, and other reads continue', async () => {
  const url = await server.createDatabase()
  await using database = await openPostgres({ url, connections: 2 })
  await migrate(database)
  await goBackTo0002(database)
  await using other = await openPostgres({ url, connections: 2 })
  const reading = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const dump = other.transaction().execute(async transaction => {
    await sql`lock table photos in access share mode`.execute(transaction)
    reading.resolve()
    await over.promise
  })
  await reading.promise
  const migrating = assert.rejects(migrate(database), /a lock was not available in time/)
  await delay(500)
  await sql`select version from photos`.execute(other)
  await migrating
  assert.deepEqual(await migrationsOf(database), ['0001', '0002'])
  over.resolve()
  await dump
  await migrate(database)
})

test('every database gets its own id', async () => {
  const ids = new Set<string>()
  for (let count = 0; count < 3; count += 1) {
    await using database = await openSqlite({ file: ':memory:' })
    await migrate(database)
    ids.add((await database.selectFrom('stores').select('id').executeTakeFirstOrThrow()).id)
  }
  assert.equal(ids.size, 3)
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
})

/** Reverts a migration by hand, because the program cannot. */
async function goBackTo0002(database: Database): Promise<void> {
  await sql`alter table photos drop column pack_hash`.execute(database)
  await sql`alter table retired_packs drop column tenant_id, drop column owner_kind,
    drop column owner_id`.execute(database)
  await goBackTo0007(database)
  await sql`alter table users drop column names_at`.execute(database)
  await sql`drop table stores, moves`.execute(database)
  await dropWords(database)
  await sql`delete from kysely_migration where name > '0002'`.execute(database)
}

/** Objects created by 0005 and 0006 on PostgreSQL. */
async function dropWords(database: Database): Promise<void> {
  await sql`drop function keep_directory_words cascade`.execute(database)
  await sql`drop function directory_words_of`.execute(database)
  await sql`drop table directory_words, mailbox_sizes`.execute(database)
  await sql`drop function if exists keep_mailbox_sizes cascade`.execute(database)
  await sql`alter table contact_folders drop column removed_at`.execute(database)
}

test('on PostgreSQL, the word index includes people added before it', async () => {
  await using database = await openPostgres({ url: await server.createDatabase(), connections: 2 })
  await migrate(database)
  await addUsers(database, 't', [{ id: 'a', userPrincipalName: 'a@a.example', displayName: 'Ö B' }])
  const words = () => database.selectFrom('directory_words').selectAll().orderBy('word').execute()
  const before = await words()
  await dropWords(database)
  await goBackTo0007(database)
  await sql`alter table users drop column names_at`.execute(database)
  await sql`delete from kysely_migration where name >= '0005'`.execute(database)
  await migrate(database)
  assert.ok(before.length > 3)
  assert.deepEqual(await words(), before)
})

test('in a file, the word index includes people added before it', async () => {
  await using database = await openSqlite({ file: ':memory:' })
  await migrate(database)
  const people = ['Ö B', 'Back\\n"q"'].map((displayName, index) => {
    const id = String(index)
    return { id, userPrincipalName: `${id}@a.example`, displayName }
  })
  await addUsers(database, 't', people)
  const words = () => database.selectFrom('directory_words').selectAll().execute()
  const before = await words()
  for (const table of ['users', 'groups']) {
    for (const event of ['insert', 'delete', 'update']) {
      await sql`drop trigger ${sql.ref(`${table}_words_${event}`)}`.execute(database)
    }
  }
  for (const event of ['insert', 'delete', 'update']) {
    await sql`drop trigger ${sql.ref(`contacts_size_${event}`)}`.execute(database)
  }
  await sql`drop index contact_folders_removed`.execute(database)
  await sql`alter table contact_folders drop column removed_at`.execute(database)
  await sql`drop table directory_words`.execute(database)
  await goBackTo0007(database)
  await sql`alter table users drop column names_at`.execute(database)
  await sql`drop table mailbox_sizes`.execute(database)
  await sql`delete from kysely_migration where name >= '0005'`.execute(database)
  await migrate(database)
  assert.ok(before.length > 8)
  assert.deepEqual(await words(), before)
})

test('settings of an unknown source are refused', async () => {
  await using database = await openSqlite({ file: ':memory:' })
  await migrate(database)
  const row = { tenant_id: 't', source: 'moon', allowed_roles: '[]' }
  await assert.rejects(database.insertInto('photo_update_settings').values(row).execute(), /CHECK/)
})

/** Every statement that made a table or an index, by its name. */
async function tablesOf(database: Database): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where sql is not null order by name`.execute(database)
  return new Map(rows.map(row => [row.name, row.sql]))
}

async function migrationsOf(database: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name`.execute(database)
  return rows.map(row => row.name)
}

test('existing people get the source sign-in, and an older Visage can still add people', async () => {
  await using database = await openSqlite({ file: ':memory:' })
  await migrate(database)
  const insert = (id: string, namesAt: number | null) =>
    sql`insert into users (tenant_id, id, user_principal_name, user_principal_name_key, display_name, user_type,
      search_text, names_at) values ('t', ${id}, ${id}, ${id}, ${id}, 'Member', '', ${namesAt})`.execute(
      database,
    )
  await insert('before', 7)
  await insert('demo', null)
  await goBackTo0007(database)
  await migrate(database)
  await insert('after', 8)
  const rows = await database
    .selectFrom('users')
    .select(['id', 'source', 'is_active', 'deleted_at', 'changed_at'])
    .orderBy('id')
    .execute()
  const common = { is_active: 1, deleted_at: null, changed_at: 0 }
  assert.deepEqual(
    rows.map(row => ({ ...row })),
    [
      { id: 'after', source: 'sign-in', ...common },
      { id: 'before', source: 'sign-in', ...common },
      { id: 'demo', source: 'graph', ...common },
    ],
  )
})

for (const [name, open] of [
  ['SQLite', async () => await openSqlite({ file: ':memory:' })],
  [
    'PostgreSQL',
    async () => await openPostgres({ url: await server.createDatabase(), connections: 2 }),
  ],
] as const) {
  test(`in ${name}, photos from before 0015 prove their owner if they are there and active`, async () => {
    await using database = await open()
    await migrate(database)
    await goBackTo0014(database)
    const people = ['active', 'disabled', 'deleted'].map(id => ({
      id,
      userPrincipalName: `${id}@a.example`,
      displayName: id,
      isActive: id !== 'disabled',
    }))
    await addUsers(database, 't', people)
    await sql`update users set deleted_at = 1 where id = 'deleted'`.execute(database)
    for (const id of ['active', 'disabled', 'deleted', 'missing']) {
      await sql`insert into photos (tenant_id, owner_kind, owner_id, version, upload_hash, renditions, updated_at)
        values ('t', 'user', ${id}, ${id}, '', '[]', 1)`.execute(database)
    }
    await migrate(database)
    const proved = database.selectFrom('photos').select('owner_id').where('owner_is_active', '=', 1)
    assert.deepEqual(
      Array.from(await proved.execute(), row => row.owner_id),
      ['active'],
    )
  })
}
