/**
 * Where a person or a group comes from: the source that brought them, and no other, changes and deletes them. It knows
 * no database.
 */
import { Failure } from '../failure.ts'
import type { UserRow } from '../storage/schema.ts'

/** `sign-in`, `graph`, `cli`, `import:NAME` or `scim:NAME`. */
export type Source = 'sign-in' | 'graph' | 'cli' | `import:${string}` | `scim:${string}`

export type Origin = Readonly<{
  source: Source
  /** What the source calls it. */
  externalId?: string | undefined
  /** Epoch milliseconds. */
  at: number
}>

/** Of the demo tenant, which nobody has changed yet. */
export const byGraph: Origin = { source: 'graph', at: 0 }

type OriginColumns = Pick<UserRow, 'source' | 'external_id' | 'changed_at' | 'deleted_at'>

export function originColumns({ source, externalId, at }: Origin): OriginColumns {
  return { source, external_id: externalId ?? null, changed_at: at, deleted_at: null }
}

/** Throws Failure 'managed-elsewhere'. Whoever came by signing in is managed by nobody yet. */
export function refuseOtherSource(row: Pick<UserRow, 'source'>, source: Source): void {
  if (row.source === source || row.source === 'sign-in') return
  throw new Failure('managed-elsewhere', { facts: { source: row.source } })
}
