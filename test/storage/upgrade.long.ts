/** Updates a database of a million people without rewriting rows. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { migrate } from '../../src/storage/migrations.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { startPostgres } from '../support/postgres.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'
import { goBackTo0007 } from './go-back.ts'

const million = 1_000_000
const folder = await mkdtemp(join(tmpdir(), 'visage-upgrade-'))
after(() => rm(folder, { recursive: true }))

const columns = sql`tenant_id, id, user_principal_name, user_principal_name_key, display_name, user_type,
  search_text, names_at`

/** In batches of some thousands, because statements of PostgreSQL have a timeout. */
const step = 20_000

test('a file', async () => {
  const file = join(folder, 'visage.sqlite')
  await using database = await openSqlite({ file })
  await migrate(database)
  await goBackTo0007(database)
  // People have no search text: this test is not about names, and indexing their words takes a
  // minute.
  await sql`drop trigger users_words_insert`.execute(database)
  for (let start = 0; start < million; start += step) {
    await sql`insert into users (${columns})
      with recursive numbers(i) as (select ${sql.lit(start)} union all select i + 1 from numbers where i < ${sql.lit(start + step - 1)})
      select 't', 'p' || i, 'p' || i || '@a.example', 'p' || i || '@a.example', 'Person ' || i, 'Member', '', 1
      from numbers`.execute(database)
  }
  await upgrade(database, async () => {
    await sql`pragma wal_checkpoint(truncate)`.execute(database)
    return (await stat(file)).size
  })
})

test('PostgreSQL', async () => {
  await using server = await startPostgres()
  await using database = await openPostgres({ url: await server.createDatabase(), connections: 2 })
  await migrate(database)
  await goBackTo0007(database)
  await sql`alter table users disable trigger users_words`.execute(database)
  for (let start = 0; start < million; start += step) {
    await sql`insert into users (${columns})
      select 't', 'p' || i, 'p' || i || '@a.example', 'p' || i || '@a.example', 'Person ' || i, 'Member', '', 1
      from generate_series(${start}::int, ${start + step - 1}::int) as i`.execute(database)
  }
  await upgrade(database, async () => {
    const { rows } = await sql<{ size: number | string }>`
      select pg_total_relation_size('users') as size`.execute(database)
    return Number(rows[0]?.size)
  })
})

async function upgrade(database: Database, sizeOf: () => Promise<number>): Promise<void> {
  const before = await sizeOf()
  assert.deepEqual(await migrate(database), { did: 'updated', from: '0007', to: '0015' })
  assert.ok((await sizeOf()) < before * 1.02, 'rows were written anew')
  const found = await prepareWholeUsers(database).findUser('t', 'p999999@a.example')
  assert.deepEqual([found?.id, found?.source, found?.is_active], ['p999999', 'sign-in', 1])
}
