/**
 * Merges the values of a source into the row of a person, and says what that changes. Planning and writing use the same
 * function, so a person who was written is unchanged in the next plan.
 */
import type { UserRow } from '../../storage/schema.ts'
import { keepUnmanagedColumns, toUser, type UserChanges } from '../change-users.ts'
import { type Origin, refuseOtherSource } from '../origin.ts'
import { toRow } from '../users.ts'

/** What a source says of a person. */
export type MergedFields = Readonly<{
  /** undefined for a source that has no ids of its own. */
  externalId: string | undefined
  /** A property that is left out stays; undefined takes the value away. */
  fields: UserChanges & Readonly<{ userPrincipalName: string; displayName: string }>
  /** null for none; undefined leaves the one that they have. */
  managerId: string | null | undefined
}>

export type WantedUser = MergedFields & Readonly<{ id: string; externalId: string }>

export type Merged = Readonly<{
  row: UserRow
  did: 'created' | 'adopted' | 'restored' | 'changed' | 'unchanged'
  /** Columns with another value than before; empty for a new person. */
  changed: readonly (keyof UserRow)[]
}>

/** Throws Failure 'managed-elsewhere'. */
export function mergeUser(
  tenantId: string,
  known: UserRow | undefined,
  { id, externalId, fields, managerId }: MergedFields & Readonly<{ id: string }>,
  origin: Pick<Origin, 'source' | 'at'>,
): Merged {
  if (known !== undefined) refuseOtherSource(known, origin.source)
  const before = known === undefined ? { id } : toUser(known)
  const wanted = keepUnmanagedColumns(
    toRow(tenantId, { ...before, ...fields }, { ...origin, externalId }),
    known,
  )
  const row = managerId === undefined ? wanted : { ...wanted, manager_id: managerId }
  if (known === undefined) return { row, did: 'created', changed: [] }
  const changed = columnsOf(row).filter(name => !times.has(name) && row[name] !== known[name])
  return { row, did: whatHappens(known, changed), changed }
}

/** Columns that follow from the others. */
const times: ReadonlySet<keyof UserRow> = new Set(['changed_at', 'inactive_at'])

function columnsOf(row: UserRow): (keyof UserRow)[] {
  return Object.keys(row) as (keyof UserRow)[]
}

function whatHappens(known: UserRow, changed: readonly string[]): Merged['did'] {
  if (known.deleted_at !== null) return 'restored'
  if (known.source === 'sign-in') return 'adopted'
  return changed.length === 0 ? 'unchanged' : 'changed'
}
