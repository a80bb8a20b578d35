/** Opens an empty database in memory. */
import type { TestContext } from 'node:test'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'

/** Closed when the test ends. */
export async function openEmpty(t: Pick<TestContext, 'after'>): Promise<Database> {
  const database = await openSqlite({ file: ':memory:' })
  t.after(() => database.destroy())
  await migrate(database)
  return database
}

/** For searches without a time limit. */
export function searchable(database: Database) {
  return { database, slices: createSlices(() => 0) }
}
