/**
 * Adds, changes and deletes groups and their members, for the source that manages them. Permissions
 * are not checked here.
 */
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, GroupRow } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { dropErasedPhoto, erasing, mayBeRestored } from './deleted.ts'
import {
  type GroupFields,
  hasOwner,
  insertPeople,
  lockGroup,
  peopleRows,
  toGroup,
  writeGroup,
} from './group-rows.ts'
import { type NewGroup, toRow } from './groups.ts'
import type { GroupRelation } from './groups-of-person.ts'
import { type Origin, refuseOtherSource, type Source } from './origin.ts'

/** An absent property stays unchanged; undefined removes the value. */
export type GroupChanges = Partial<Omit<GroupFields, 'id'>>

type Put = Readonly<{ row: GroupRow; did: 'created' | 'changed' | 'restored' }>

/**
 * Creates or replaces the group with the source's values; restores a deleted one. Throws Failure
 * 'managed-elsewhere'.
 */
export async function putGroup(
  database: Database,
  tenantId: string,
  group: GroupFields,
  origin: Origin,
): Promise<Put> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, group.id)
    if (known !== undefined) refuseOtherSource(known, origin.source)
    const row = toRow(tenantId, group, origin)
    if (known === undefined) await transaction.insertInto('groups').values(row).execute()
    else await writeGroup(transaction, row)
    await dropErasedPhoto(transaction, known, { tenantId, kind: 'group', id: row.id }, origin.at)
    if (known === undefined || known.deleted_at === erasing) return { row, did: 'created' }
    return { row, did: known.deleted_at === null ? 'changed' : 'restored' }
  })
}

/**
 * Creates a group with its owners and members. Throws Failure 'user-not-found' without creating
 * anything.
 */
export async function createGroup(
  database: Database,
  tenantId: string,
  { owners, members, ...group }: NewGroup,
  origin: Origin,
): Promise<GroupRow> {
  return await inTransaction(database, async transaction => {
    const row = toRow(tenantId, group, origin)
    await transaction.insertInto('groups').values(row).execute()
    await insertPeople(transaction, [
      ...peopleRows(row, 'owner', owners),
      ...peopleRows(row, 'member', members),
    ])
    return row
  })
}

/**
 * Adds `newMembers` to the existing members. undefined when the group does not exist. Throws
 * Failure 'managed-elsewhere' and the failures of addToGroup; then nothing is changed.
 */
export async function changeGroup(
  database: Database,
  tenantId: string,
  id: string,
  changes: GroupChanges,
  origin: Origin,
  newMembers: readonly string[] = [],
): Promise<GroupRow | undefined> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return undefined
    refuseOtherSource(known, origin.source)
    const externalId = origin.externalId ?? known.external_id ?? undefined
    const row = toRow(tenantId, { ...toGroup(known), ...changes }, { ...origin, externalId })
    await writeGroup(transaction, row)
    await insertPeople(transaction, peopleRows(row, 'member', newMembers))
    return row
  })
}

/** False when the group does not exist. Throws Failure 'managed-elsewhere'. */
export async function deleteGroup(
  database: Database,
  tenantId: string,
  id: string,
  { source, at }: Origin,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return false
    refuseOtherSource(known, source)
    await writeGroup(transaction, { ...known, search_text: '', changed_at: at, deleted_at: at })
    return true
  })
}

/** undefined when the group does not exist or is not deleted. Throws Failure 'managed-elsewhere'. */
export async function restoreGroup(
  database: Database,
  tenantId: string,
  id: string,
  { source, at }: Origin,
): Promise<GroupRow | undefined> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (!mayBeRestored(known)) return undefined
    refuseOtherSource(known, source)
    const externalId = known.external_id ?? undefined
    const row = toRow(tenantId, toGroup(known), { source, externalId, at })
    await writeGroup(transaction, row)
    return row
  })
}

type Membership = Readonly<{
  tenantId: string
  groupId: string
  userId: string
  relation: GroupRelation
}>

/**
 * Writes one row, so the cost does not depend on the group's size. Throws Failure
 * 'group-not-found', 'user-not-found', 'managed-elsewhere', and 'reference-exists' when the person
 * is already there.
 */
export async function addToGroup(
  database: Database,
  membership: Membership,
  source: Source,
): Promise<void> {
  await inTransaction(database, async transaction => {
    const group = await lockManaged(transaction, membership, source)
    await insertPeople(transaction, peopleRows(group, membership.relation, [membership.userId]))
  })
}

/**
 * False when the person was not in the group. Throws Failure 'group-not-found',
 * 'managed-elsewhere', and 'last-owner' for the only owner of a group.
 */
export async function removeFromGroup(
  database: Database,
  membership: Membership,
  source: Source,
): Promise<boolean> {
  const { relation, userId } = membership
  return await inTransaction(database, async transaction => {
    const group = await lockManaged(transaction, membership, source)
    const { numDeletedRows } = await transaction
      .deleteFrom('group_people')
      .where('tenant_id', '=', group.tenant_id)
      .where('group_id', '=', group.id)
      .where('relation', '=', relation)
      .where('user_id', '=', normalizeId(userId))
      .executeTakeFirst()
    if (numDeletedRows === 0n) return false
    if (relation === 'owner' && !(await hasOwner(transaction, group))) {
      throw new Failure('last-owner')
    }
    return true
  })
}

/**
 * Makes the group a team. Throws Failure 'group-not-found', 'managed-elsewhere', 'team-exists', and
 * 'resource-invalid' for a group that cannot become a team.
 */
export async function makeTeam(
  database: Database,
  tenantId: string,
  groupId: string,
  { source, at }: Origin,
): Promise<GroupRow> {
  return await inTransaction(database, async transaction => {
    const group = await lockManaged(transaction, { tenantId, groupId }, source)
    if (group.is_team === 1) throw new Failure('team-exists')
    if (group.is_unified !== 1)
      throw invalid("only a group with 'Unified' in groupTypes can be a team")
    // "In order to create a team, the group must have a least one owner."
    if (!(await hasOwner(transaction, group))) throw invalid('a team needs a group with an owner')
    const row = { ...group, is_team: 1, changed_at: at }
    await writeGroup(transaction, row)
    return row
  })
}

function invalid(reason: string): Failure {
  return new Failure('resource-invalid', { facts: { reason } })
}

export async function lockManaged(
  transaction: Database,
  { tenantId, groupId: id }: Pick<Membership, 'tenantId' | 'groupId'>,
  source: Source,
): Promise<GroupRow> {
  const group = await lockGroup(transaction, tenantId, id)
  if (group === undefined || group.deleted_at !== null) {
    throw new Failure('group-not-found', { facts: { id } })
  }
  refuseOtherSource(group, source)
  return group
}
