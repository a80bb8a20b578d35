/** Tests that apply only to SQLite: its file, its locks, and failures of the medium. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { Failure } from '../../src/failure.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { prepareRow } from '../../src/storage/prepared.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeDatabase } from '../suites/database.ts'
import { isUnavailable } from '../suites/packs.ts'
import { describeConcurrentWriters } from '../suites/photos.ts'

const folder = await mkdtemp(join(tmpdir(), 'visage-sqlite-'))
const newFile = () => join(folder, randomUUID(), 'visage.db')

after(() => rm(folder, { recursive: true }))

describeDatabase('SQLite in memory', () => openSqlite({ file: ':memory:' }))
describeDatabase('SQLite in a file', () => openSqlite({ file: newFile() }))

describeConcurrentWriters('SQLite', async () => {
  const file = newFile()
  const one = await openSqlite({ file })
  const two = await openSqlite({ file })
  const close = async () => {
    await one.destroy()
    await two.destroy()
  }
  return { databases: [one, two], close }
})

describe('a SQLite file', () => {
  let file: string
  before(() => {
    file = newFile()
  })

  test('keeps its rows, and the tables of the first migration open again', async () => {
    await writeRetired(file, 'a')
    await using again = await openSqlite({ file })
    await migrate(again)
    assert.deepEqual(await readRetired(again), ['a'])
  })

  test('acknowledges a transaction only when it survives a power failure', async () => {
    await using database = await openSqlite({ file: newFile() })
    assert.deepEqual(await readSetting(database, 'journal_mode'), 'wal')
    assert.deepEqual(await readSetting(database, 'synchronous'), 2)
    assert.deepEqual(await readSetting(database, 'foreign_keys'), 1)
  })

  test('that is not a database is refused by name', async () => {
    const path = join(folder, 'holiday.jpg')
    await writeFile(path, 'certainly no database'.repeat(500))
    await assert.rejects(openSqlite({ file: path }), hasDetail(/holiday\.jpg is not a SQLite/))
  })

  test('that cannot be created is refused by name', async () => {
    await assert.rejects(openSqlite({ file: folder }), hasDetail(/cannot be opened/))
    const below = join(folder, 'holiday.jpg', 'visage.db')
    await assert.rejects(openSqlite({ file: below }), hasDetail(/cannot be opened/))
  })

  test('is closed even without any query', async () => {
    const path = newFile()
    const database = await openSqlite({ file: path })
    await database.destroy()
    await assert.rejects(sql`select 1`.execute(database))
  })
})

describe('a SQLite database that fails', () => {
  test('is a storage failure when it is full, keeps its data, and works when there is space again', async () => {
    await using database = await openSqlite({ file: newFile() })
    await migrate(database)
    await insertRetired(database, 'before')
    const pages = Number(await readSetting(database, 'page_count'))
    await sql.raw(`pragma max_page_count = ${pages}`).execute(database)
    const fill = database.transaction().execute(async transaction => {
      for (let index = 0; ; index += 1) await insertRetired(transaction, `${index}`.repeat(500))
    })
    await assert.rejects(fill, hasDetail(/SQLITE_FULL/))
    assert.deepEqual(await readRetired(database), ['before'])
    await sql`pragma max_page_count = 100000`.execute(database)
    await insertRetired(database, 'later')
    assert.deepEqual(await readRetired(database), ['before', 'later'])
  })

  test('is a storage failure when it is read-only', async () => {
    await using database = await openSqlite({ file: newFile() })
    await migrate(database)
    await sql`pragma query_only = on`.execute(database)
    await assert.rejects(insertRetired(database, 'x'), hasDetail(/SQLITE_READONLY/))
  })

  test('reports a missing table as a bug, not as a storage failure', async () => {
    await using database = await openSqlite({ file: ':memory:' })
    await assert.rejects(readRetired(database), error => !(error instanceof Failure))
    const read = prepareRow(database, [], rows => rows.selectFrom('photos').selectAll())
    await assert.rejects(read({}), error => error instanceof Error && !(error instanceof Failure))
  })
})

describe('two processes on one SQLite file', () => {
  test('a process that opens a new file waits while another prepares it', async () => {
    const file = newFile()
    await mkdir(dirname(file))
    using other = new DatabaseSync(file)
    other.exec('begin immediate')
    const opening = openSqlite({ file })
    opening.catch(() => {})
    await delay(100)
    other.exec('commit')
    await using database = await opening
    assert.deepEqual(await readSetting(database, 'journal_mode'), 'wal')
  })

  test('a transaction that reads and then writes waits for the other and loses no update', async () => {
    const file = newFile()
    await using one = await openSqlite({ file })
    await migrate(one)
    await using two = await openSqlite({ file })
    await insertRetired(one, 'counter')
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([increment(one), increment(two)])
    }
    const { retired_at } = await one
      .selectFrom('retired_packs')
      .selectAll()
      .executeTakeFirstOrThrow()
    assert.equal(retired_at, 40)
  })

  test('a transaction holds the write lock from its beginning, unless it only reads', async () => {
    const file = newFile()
    await using one = await openSqlite({ file })
    await migrate(one)
    await using two = await openSqlite({ file, timeoutMs: 10 })
    await one.transaction().execute(async () => {
      await assert.rejects(insertRetired(two, 'x'), isUnavailable)
      await assert.rejects(
        two.transaction().execute(async () => {}),
        hasDetail(/SQLITE_BUSY/),
      )
      await two
        .transaction()
        .setAccessMode('read only')
        .execute(async reading => {
          assert.deepEqual(await readRetired(reading), [])
        })
    })
    await insertRetired(two, 'x')
  })

  test('a writer that waits for another does not block reads', async () => {
    const file = newFile()
    await using one = await openSqlite({ file })
    await migrate(one)
    await using two = await openSqlite({ file })
    const read = prepareRow(two, ['version'], (rows, at) =>
      rows.selectFrom('retired_packs').selectAll().where('version', '=', at.version),
    )
    let written: Promise<void> | undefined
    await one.transaction().execute(async transaction => {
      written = insertRetired(two, 'late')
      for (let reads = 0; reads < 50; reads += 1) {
        assert.equal(await read({ version: 'late' }), undefined)
        await delay(1)
      }
      await insertRetired(transaction, 'early')
    })
    await written
    assert.deepEqual((await readRetired(one)).sort(), ['early', 'late'])
  })

  test('a busy writer lets the other process write too', async () => {
    const file = newFile()
    await using one = await openSqlite({ file })
    await migrate(one)
    await using two = await openSqlite({ file })
    const many = Array.from({ length: 300 }, (_, index) =>
      one.transaction().execute(transaction => insertRetired(transaction, `many ${index}`)),
    )
    await insertRetired(two, 'single')
    const before = (await readRetired(two)).length
    assert.ok(before < 100, `${before - 1} of 300 came before it`)
    await Promise.all(many)
  })

  test('a prepared query sees commits of the other process', async () => {
    const file = newFile()
    await using one = await openSqlite({ file })
    await migrate(one)
    await using two = await openSqlite({ file })
    const read = prepareRow(two, ['version'], (rows, at) =>
      rows.selectFrom('retired_packs').selectAll().where('version', '=', at.version),
    )
    assert.equal(await read({ version: 'x' }), undefined)
    await insertRetired(one, 'x')
    assert.equal((await read({ version: 'x' }))?.retired_at, 0)
  })
})

test('listing a folder reads only its contacts and folders, not the mailbox or the tenant', async () => {
  await using database = await openSqlite({ file: ':memory:' })
  await migrate(database)
  const ofFolder = "where tenant_id = 't' and mailbox_id = 'm' and"
  for (const [statement, index] of [
    [`delete from contacts ${ofFolder} folder_id = 'f'`, 'contacts_list'],
    [`delete from contact_folders ${ofFolder} parent_folder_id = 'f'`, 'contact_folders_by_parent'],
    [`delete from contact_folders ${ofFolder} id = 'f'`, 'contact_folders_by_parent'],
  ]) {
    const query = sql<{ detail: string }>`explain query plan ${sql.raw(String(statement))}`
    const steps = (await query.execute(database)).rows.map(({ detail }) => detail)
    assert.match(steps.join(), new RegExp(`INDEX ${index}`), statement)
    assert.doesNotMatch(
      steps.join(),
      /\((tenant_id=\?|tenant_id=\? AND mailbox_id=\?)\)/,
      statement,
    )
  }
})

describe('cached statements', () => {
  test('return correct rows beyond the cache size, and after a table has changed', async () => {
    await using database = await openSqlite({ file: ':memory:' })
    await migrate(database)
    for (let index = 0; index < 600; index += 1) {
      const { rows } = await sql<{ n: number }>`select ${sql.raw(String(index))} as n`.execute(
        database,
      )
      assert.equal(rows[0]?.n, index)
    }
    await insertRetired(database, 'a')
    const all = () => sql<object>`select * from retired_packs`.execute(database)
    assert.equal(Object.keys((await all()).rows[0] ?? {}).length, 5)
    await sql`alter table retired_packs add column why text`.execute(database)
    assert.equal(Object.keys((await all()).rows[0] ?? {}).length, 6)
  })

  test('a query during a stream waits for its end, and both are correct', async () => {
    await using database = await openSqlite({ file: ':memory:' })
    await migrate(database)
    for (const version of ['a', 'b', 'c']) await insertRetired(database, version)
    const query = database.selectFrom('retired_packs').select('version').orderBy('version')
    const seen: string[] = []
    const meanwhile: Promise<string[]>[] = []
    for await (const { version } of query.stream()) {
      seen.push(version)
      meanwhile.push(readRetired(database))
    }
    assert.deepEqual(seen, ['a', 'b', 'c'])
    assert.deepEqual(await Promise.all(meanwhile), [seen, seen, seen])
  })
})

async function writeRetired(file: string, version: string): Promise<void> {
  await using database = await openSqlite({ file })
  await migrate(database)
  await insertRetired(database, version)
}

async function insertRetired(database: Database, version: string): Promise<void> {
  await database.insertInto('retired_packs').values({ version, retired_at: 0 }).execute()
}

async function readRetired(database: Database): Promise<string[]> {
  const query = database.selectFrom('retired_packs').select('version').orderBy('version')
  return (await query.execute()).map(row => row.version)
}

async function increment(database: Database): Promise<void> {
  await database.transaction().execute(async transaction => {
    const row = await transaction.selectFrom('retired_packs').selectAll().executeTakeFirstOrThrow()
    await transaction
      .updateTable('retired_packs')
      .set({ retired_at: row.retired_at + 1 })
      .execute()
  })
}

async function readSetting(database: Database, name: string): Promise<unknown> {
  const { rows } = await sql<object>`${sql.raw(`pragma ${name}`)}`.execute(database)
  return Object.values(rows[0] ?? {})[0]
}

function hasDetail(pattern: RegExp): (error: unknown) => boolean {
  return error => isUnavailable(error) && error instanceof Failure && pattern.test(error.detail)
}
