/** `visage people` and `visage groups` as an administrator runs them, on PostgreSQL. */
import { after } from 'node:test'
import { describePeopleCommands } from '../suites/people-commands.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

describePeopleCommands('PostgreSQL', () => server.createDatabase())
