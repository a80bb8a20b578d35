/** Searching the directory in the embedded database. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openSqlite } from '../../../src/storage/sqlite.ts'
import { describeSearch } from '../../suites/search.ts'
import { openEmpty } from '../open.ts'

describeSearch('SQLite', () => openSqlite({ file: ':memory:' }))

test('words and rows are found by their primary keys', async t => {
  const database = await openEmpty(t)
  const { rows } = await sql<{ detail: string }>`explain query plan
    select word, id from directory_words where tenant_id = 't' and field = 'un'
    and (word, id) > ('a', '') and word <= 'b' order by word, id limit 400`.execute(database)
  assert.deepEqual(
    rows.map(({ detail }) => detail.replace(/\(.*/, '').trim()),
    ['SEARCH directory_words USING PRIMARY KEY'],
  )
})
