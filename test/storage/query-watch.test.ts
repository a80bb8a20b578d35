/** Watching statements, and checking that a database answers. */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { Failure } from '../../src/failure.ts'
import { countConnections, pingDatabase } from '../../src/storage/health.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { prepareRow } from '../../src/storage/prepared.ts'
import type { Watched } from '../../src/storage/query-watch.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

describe('the watcher of the embedded database', () => {
  test('gets queries in transactions, prepared ones and failures, but no values', async () => {
    const seen: Watched[] = []
    await using database = await openSqlite({ file: ':memory:', watch: query => seen.push(query) })
    await sql`create table people (name text)`.execute(database)
    const people = database.withTables<{ people: { name: string } }>()
    await people.transaction().execute(async transaction => {
      await transaction.insertInto('people').values({ name: 'a secret name' }).execute()
    })
    const texts = seen.map(({ text }) => text)
    for (const wanted of [/^begin/, /^insert into "people"/, /^commit/]) {
      assert.ok(
        texts.some(text => wanted.test(text)),
        String(wanted),
      )
    }

    seen.length = 0
    const find = prepareRow(database, ['name'], (_, at) =>
      people.selectFrom('people').select('name').where('name', '=', at.name),
    )
    assert.deepEqual({ ...(await find({ name: 'a secret name' })) }, { name: 'a secret name' })
    assert.equal(seen.length, 1)
    assert.match(seen[0]?.text ?? '', /^select "name" from "people"/)
    assert.ok((seen[0]?.durationMs ?? -1) >= 0)
    assert.equal(seen[0]?.error, undefined)

    await assert.rejects(sql`select * from nowhere`.execute(database))
    assert.ok(seen.at(-1)?.error instanceof Error)
    assert.doesNotMatch(JSON.stringify(seen), /secret/)
  })
})

describe('the embedded database', () => {
  test('answers while it is open, and has no pool', async () => {
    const database = await openSqlite({ file: ':memory:' })
    await pingDatabase(database)
    assert.equal(countConnections(database), undefined)
    await database.destroy()
    await assert.rejects(pingDatabase(database))
  })
})

describe('PostgreSQL', () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
  })
  after(() => server[Symbol.asyncDispose]())

  test('answers, counts connections and waiting requests, and reports its statements', async () => {
    const seen: Watched[] = []
    const url = await server.createDatabase()
    await using database = await openPostgres({
      url,
      connections: 1,
      watch: query => seen.push(query),
    })
    await pingDatabase(database)
    assert.deepEqual(countConnections(database), { open: 1, idle: 1, waiting: 0 })
    const slow = [1, 2].map(() => sql`select pg_sleep(0.2)`.execute(database))
    await new Promise(setImmediate)
    assert.deepEqual(countConnections(database), { open: 1, idle: 0, waiting: 1 })
    await Promise.all(slow)
    await assert.rejects(sql`select 1 / 0`.execute(database))
    assert.ok(seen.some(({ text }) => text === 'select 1'))
    assert.ok(seen.at(-1)?.error !== undefined)
    assert.ok(seen.some(({ durationMs }) => durationMs > 150))
  })

  test('reports each prepared query where it was asked, and no values', async () => {
    const asker = new AsyncLocalStorage<string>()
    const seen: (Watched & { asker: string | undefined })[] = []
    await using database = await openPostgres({
      url: await server.createDatabase(),
      connections: 1,
      watch: query => seen.push({ ...query, asker: asker.getStore() }),
    })
    await sql`create table people (name text)`.execute(database)
    const people = database.withTables<{ people: { name: string } }>()
    const find = prepareRow(database, ['name'], (_, at) =>
      people.selectFrom('people').select('name').where('name', '=', at.name),
    )
    const findAll = () =>
      Promise.allSettled(
        ['one', 'two'].map(name => asker.run(name, () => find({ name: `secret ${name}` }))),
      )
    seen.length = 0
    await findAll()
    await sql`drop table people`.execute(database)
    await findAll()
    const found = seen.filter(({ text }) => /from "people"/.test(text))
    assert.deepEqual(
      found.map(({ asker, error }) => [asker, error !== undefined]),
      [
        ['one', false],
        ['two', false],
        ['one', true],
        ['two', true],
      ],
    )
    assert.doesNotMatch(JSON.stringify(seen), /secret/)
  })

  test('that cannot be reached is a storage failure', async () => {
    const url = await server.createDatabase()
    await using database = await openPostgres({ url, connections: 1 })
    const isAway = (error: unknown) =>
      error instanceof Failure && error.code === 'storage-unavailable'
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(database).catch(() => {})
    // The pool replaces the lost connection.
    await pingDatabase(database).catch(error => assert.ok(isAway(error)))
    await pingDatabase(database)
  })
})
