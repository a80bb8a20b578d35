/** How SQLite carries out the queries of the directory. */
import { createQueryId, type RootOperationNode } from 'kysely'
import type { Database } from '../../src/storage/schema.ts'

/** The plan of each query that `work` makes. */
export async function plansOf(database: Database, work: (watched: Database) => Promise<unknown>) {
  const nodes: RootOperationNode[] = []
  const watched = database.withPlugin({
    transformQuery: ({ node }) => {
      nodes.push(node)
      return node
    },
    transformResult: async ({ result }) => result,
  })
  await work(database.can ? Object.assign(watched, { can: database.can }) : watched)
  const executor = database.getExecutor()
  const plans = nodes.map(async node => {
    const query = executor.compileQuery(node, createQueryId())
    const { rows } = await database.executeQuery<{ detail: string }>({
      ...query,
      sql: `explain query plan ${query.sql}`,
    })
    return rows.map(({ detail }) => detail).join('\n')
  })
  return await Promise.all(plans)
}
