/** `visage migrate` as an operator runs it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openPostgres } from '../../src/storage/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { inFolder, runVisage } from '../support/visage.ts'

test('visage migrate makes the tables, by several at once, and again does nothing', () =>
  inFolder(async cwd => {
    await using server = await startPostgres()
    const url = await server.createDatabase()
    const place = { cwd, env: { VISAGE_DATABASE: url } }
    const runs = await Promise.all([1, 2, 3].map(() => runVisage(['migrate'], place)))
    runs.push(await runVisage(['migrate', '--database', url], { cwd }))
    for (const { code, stdout, stderr } of runs) {
      assert.deepEqual([code, stdout, stderr], [0, '', 'The tables are up to date.\n'])
    }
    await using database = await openPostgres({ url, connections: 1 })
    const { rows } = await sql`select name from kysely_migration`.execute(database)
    assert.ok(rows.length > 0)
  }))

test('visage migrate makes the embedded database in the data folder', () =>
  inFolder(async cwd => {
    const { code } = await runVisage(['migrate', '--data', 'kept'], { cwd })
    assert.equal(code, 0)
    assert.equal((await runVisage(['migrate', '--data', 'kept'], { cwd })).code, 0)
  }))

test('visage migrate says why it cannot, without the password', () =>
  inFolder(async cwd => {
    const env = { VISAGE_DATABASE: 'postgres://visage:geheim@127.0.0.1:1/visage' }
    const { code, stderr } = await runVisage(['migrate'], { cwd, env })
    assert.equal(code, 1)
    assert.match(stderr, /^visage: PostgreSQL cannot be reached: connect ECONNREFUSED/)
    assert.doesNotMatch(stderr, /geheim/)
  }))
