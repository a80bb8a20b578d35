/** `visage migrate` as an operator runs it. */
import assert from 'node:assert/strict'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openPostgres } from '../../src/storage/postgres.ts'
import { runHere } from '../support/command.ts'
import { startPostgres } from '../support/postgres.ts'
import { inFolder, runVisage } from '../support/visage.ts'

test('visage migrate makes the tables, by several at once, and again does nothing', () =>
  inFolder(async cwd => {
    await using server = await startPostgres()
    const url = await server.createDatabase()
    const place = { cwd, env: { VISAGE_DATABASE: url } }
    const runs = await Promise.all([1, 2, 3].map(() => runVisage(['migrate'], place)))
    runs.push(await runVisage(['migrate', '--database', url], { cwd }))
    for (const { code, stdout } of runs) assert.deepEqual([code, stdout], [0, ''])
    const said = runs.map(({ stderr }) => stderr.split(':')[0]).sort()
    const again = 'The tables are up to date'
    assert.deepEqual(said, ['Made a new, empty database', again, again, again])
    assert.ok(runs.every(({ stderr }) => stderr.includes('postgres://') && !/:\w+@/.test(stderr)))
    await using database = await openPostgres({ url, connections: 1 })
    const { rows } = await sql`select name from kysely_migration`.execute(database)
    assert.ok(rows.length > 0)
  }))

test('visage migrate makes the embedded database in the data folder', () =>
  inFolder(async cwd => {
    const first = await runHere(['migrate', '--data', 'kept'], { cwd })
    const file = join(await realpath(cwd), 'kept/visage.sqlite')
    assert.deepEqual([first.code, first.stderr], [0, `Made a new, empty database: ${file}\n`])
    const second = await runHere(['migrate', '--data', 'kept'], { cwd })
    assert.deepEqual([second.code, second.stderr], [0, `The tables are up to date: ${file}\n`])
    const mistyped = await runHere(['migrate', '--data', 'kpet'], { cwd })
    assert.match(mistyped.stderr, /^Made a new, empty database: .*kpet/)
  }))

test('visage migrate prints from which version to which it updated the tables', () =>
  inFolder(async cwd => {
    await mkdir(join(cwd, 'kept'))
    const old = new DatabaseSync(join(cwd, 'kept/visage.sqlite'))
    old.exec(await readFile(join(import.meta.dirname, '../storage/made-by-0001.sql'), 'utf8'))
    old.close()
    const { code, stderr } = await runHere(['migrate', '--data', 'kept'], { cwd })
    assert.equal(code, 0)
    assert.match(stderr, /^Updated the tables from 0001 to \d{4}: .*kept.visage\.sqlite\n$/)
  }))

test('visage migrate prints why it failed, without the password', () =>
  inFolder(async cwd => {
    const env = { VISAGE_DATABASE: 'postgres://visage:geheim@127.0.0.1:1/visage' }
    const { code, stderr } = await runHere(['migrate'], { cwd, env })
    assert.equal(code, 1)
    assert.match(stderr, /^visage: PostgreSQL cannot be reached: connect ECONNREFUSED/)
    assert.doesNotMatch(stderr, /geheim/)
  }))
