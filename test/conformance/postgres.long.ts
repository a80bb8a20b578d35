/** The same conformance suite with every row in PostgreSQL: the answers have to be the same. */
import { startPostgres } from '../support/postgres.ts'
import { describeConformance } from './describe.ts'

const server = await startPostgres()

await describeConformance(
  'PostgreSQL',
  async () => ({ database: { url: await server.createDatabase(), connections: 10 } }),
  async () => await server[Symbol.asyncDispose](),
)
