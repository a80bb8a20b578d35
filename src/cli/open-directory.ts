/** The rows that commands on people and groups work on, by the settings of `visage serve`, while it runs. */
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

/** Tenants compare without case: tokens name them in lower case here. */
export function tenantOf({ tenant }: DirectoryFlags): string | undefined {
  return tenant?.toLowerCase()
}
