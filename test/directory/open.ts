/** An empty database in memory, as the rooms above it get it. */
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

/** For searches that no clock breaks off. */
export function searchable(database: Database) {
  return { database, slices: createSlices(() => 0) }
}
