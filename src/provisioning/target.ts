/** The tenant that a list is imported into, and the source that it is. */
import type { Source } from '../directory/origin.ts'
import type { DirectoryChange } from '../events.ts'
import type { Database } from '../storage/schema.ts'

export type Target = Readonly<{
  database: Database
  tenantId: string
  source: Extract<Source, `import:${string}`>
}>

/** Called for each person and group once the transaction is committed. */
export type OnChange = (change: DirectoryChange) => void

/** Called with the number of rows that are done. */
export type Progress = (done: number) => void
