/** Opens the database for commands on people and groups, by the settings of `visage serve`, which may be running. */
import { openExistingDatabase } from '../serving/stores.ts'
import { readEnvironment } from '../settings/environment.ts'
import { readDatabaseConfig } from '../settings/places.ts'
import type { Texts } from '../settings/table.ts'

export type DirectoryFlags = Readonly<{
  data?: string
  database?: string
  tenant?: string
  json?: boolean
  csv?: boolean
}>

export type OpenDatabase = Awaited<ReturnType<typeof openExistingDatabase>>

export async function withDirectory<Result>(
  { data, database: location }: DirectoryFlags,
  work: (database: OpenDatabase) => Promise<Result>,
  environment: Texts = readEnvironment(),
): Promise<Result> {
  const flags = {
    ...(data !== undefined && { data }),
    ...(location !== undefined && { database: location }),
  }
  const database = await openExistingDatabase(readDatabaseConfig(flags, environment))
  await using _closing = database
  return await work(database)
}

/** The tenant in lower case, as stored. */
export function tenantOf({ tenant }: DirectoryFlags): string | undefined {
  return tenant?.toLowerCase()
}
