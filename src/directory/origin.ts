/**
 * The origin of a person or group: only the source that brought them changes and deletes them. Uses
 * no database.
 */
import { Failure } from '../failure.ts'
import type { UserRow } from '../storage/schema.ts'

/** `sign-in`, `graph`, `cli`, `import:NAME` or `scim:NAME`. */
export type Source = 'sign-in' | 'graph' | 'cli' | `import:${string}` | `scim:${string}`

export type Origin = Readonly<{
  source: Source
  /** The id in the source. */
  externalId?: string | undefined
  /** Epoch milliseconds. */
  at: number
}>

/** The origin of the demo tenant. */
export const byGraph: Origin = { source: 'graph', at: 0 }

type OriginColumns = Pick<UserRow, 'source' | 'external_id' | 'changed_at' | 'deleted_at'>

export function originColumns({ source, externalId, at }: Origin): OriginColumns {
  return { source, external_id: externalId ?? null, changed_at: at, deleted_at: null }
}

/**
 * Throws Failure 'managed-elsewhere'. A person who came by signing in has no managing source yet.
 */
export function refuseOtherSource(row: Pick<UserRow, 'source'>, source: Source): void {
  if (row.source === source || row.source === 'sign-in') return
  throw new Failure('managed-elsewhere', { facts: { source: row.source } })
}
