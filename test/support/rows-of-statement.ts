/** Rows of statements, for work that is done in slices. */
import type { Database } from '../../src/storage/schema.ts'

/** The largest number of rows that a statement returned or changed. */
export async function mostRowsOfStatement(
  database: Database,
  work: (watched: Database) => Promise<void>,
): Promise<number> {
  let most = 0
  const watched = database.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      most = Math.max(most, result.rows.length, Number(result.numAffectedRows ?? 0))
      return result
    },
  })
  await work(watched)
  return most
}
