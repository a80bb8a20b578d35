/** People whose tokens have another id than they were provisioned with, on PostgreSQL. */
import { after } from 'node:test'
import { describeOtherIds } from '../suites/other-ids.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

describeOtherIds('PostgreSQL', () => server.createDatabase())
