/** `visage people link`, `unlink` and `show` on PostgreSQL. */
import { after } from 'node:test'
import { describeLinkCommands } from '../suites/link-commands.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
after(() => server[Symbol.asyncDispose]())

describeLinkCommands('PostgreSQL', () => server.createDatabase())
