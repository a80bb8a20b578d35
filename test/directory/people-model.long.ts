/**
 * 10,000 random changes of people and groups in SQLite and 2,000 in PostgreSQL, which takes ten times as long for one;
 * FUZZ_SEED=random makes others.
 */
import { after } from 'node:test'
import { openPostgres } from '../../src/storage/postgres.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { chooseSeed } from '../fuzz/seed.ts'
import { describePeopleAgainstModel } from '../suites/people-against-model.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())
const onPostgres = async () =>
  await openPostgres({ url: await server.createDatabase(), connections: 4 })

describePeopleAgainstModel('SQLite', () => openSqlite({ file: ':memory:' }), 10_000, chooseSeed())
describePeopleAgainstModel('PostgreSQL', onPostgres, 2_000, chooseSeed())
