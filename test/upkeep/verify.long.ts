/** `verify` of a store with its rows in PostgreSQL. */
import { after } from 'node:test'
import { describeVerify } from '../suites/verify.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

describeVerify('PostgreSQL', async data => ({
  data,
  database: { url: await server.createDatabase(), connections: 5 },
}))
