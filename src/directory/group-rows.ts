/**
 * Reads and writes rows of groups and their members inside a transaction. change-groups.ts decides
 * which source may do so.
 */
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, GroupPersonRow, GroupRow } from '../storage/schema.ts'
import { lockRows } from '../storage/transactions.ts'
import type { NewGroup } from './groups.ts'
import type { GroupRelation } from './groups-of-person.ts'

export type GroupFields = Omit<NewGroup, 'owners' | 'members'>

/** Locks the row of a group, deleted or not, until the transaction ends. */
export async function lockGroup(
  transaction: Database,
  tenantId: string,
  id: string,
): Promise<GroupRow | undefined> {
  const query = transaction
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
  return await lockRows(query).executeTakeFirst()
}

export async function writeGroup(
  transaction: Database,
  { tenant_id, id, ...row }: GroupRow,
): Promise<void> {
  await transaction
    .updateTable('groups')
    .set(row)
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .execute()
}

export function toGroup(row: GroupRow): GroupFields {
  return {
    id: row.id,
    displayName: row.display_name,
    description: row.description ?? undefined,
    mail: row.mail ?? undefined,
    mailNickname: row.mail_nickname ?? undefined,
    visibility: row.visibility === 'Private' ? 'Private' : 'Public',
    isUnified: row.is_unified === 1,
    isTeam: row.is_team === 1,
  }
}

/**
 * Inserts one row per person, in one group, which the transaction has locked. Throws Failure
 * 'user-not-found', 'group-full', and 'reference-exists' when a person is already there.
 */
export async function insertPeople(
  transaction: Database,
  people: readonly GroupPersonRow[],
): Promise<void> {
  // Sorted, so that two transactions that add the same people to two groups do not deadlock.
  const sorted = people.toSorted((one, other) => (one.user_id < other.user_id ? -1 : 1))
  for (const row of sorted) {
    await lockMember(transaction, row.tenant_id, row.user_id)
    const { numInsertedOrUpdatedRows: added } = await transaction
      .insertInto('group_people')
      .values(row)
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst()
    if (added === 0n) {
      throw new Failure('reference-exists', { facts: { property: `${row.relation}s` } })
    }
  }
  const [group] = people
  if (group !== undefined) await expectWithinLimit(transaction, group)
}

/** Includes deleted members, because they can be restored. */
export const maxMembers = 200_000

/**
 * Call after adding members, in the same transaction, which has locked the group. Triggers maintain
 * the count. Throws Failure 'group-full'.
 */
export async function expectWithinLimit(
  transaction: Database,
  { tenant_id, group_id }: Pick<GroupPersonRow, 'tenant_id' | 'group_id'>,
): Promise<void> {
  const size = await transaction
    .selectFrom('group_sizes')
    .select('members')
    .where('tenant_id', '=', tenant_id)
    .where('group_id', '=', group_id)
    .executeTakeFirst()
  if (size === undefined || size.members <= maxMembers) return
  throw new Failure('group-full', { facts: { limit: maxMembers } })
}

/** Locks the person, so that they are not deleted before the transaction ends. */
async function lockMember(transaction: Database, tenantId: string, id: string): Promise<void> {
  const query = transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
  const found = await lockRows(query).executeTakeFirst()
  if (found === undefined) throw new Failure('user-not-found', { facts: { id } })
}

export async function hasOwner(
  transaction: Database,
  { tenant_id, id }: Pick<GroupRow, 'tenant_id' | 'id'>,
): Promise<boolean> {
  const owner = await transaction
    .selectFrom('group_people')
    .select('user_id')
    .where('tenant_id', '=', tenant_id)
    .where('group_id', '=', id)
    .where('relation', '=', 'owner')
    .limit(1)
    .executeTakeFirst()
  return owner !== undefined
}

export function peopleRows(
  { tenant_id, id }: Pick<GroupRow, 'tenant_id' | 'id'>,
  relation: GroupRelation,
  userIds: readonly string[] = [],
): GroupPersonRow[] {
  return userIds.map(userId => ({
    tenant_id,
    group_id: id,
    user_id: normalizeId(userId),
    relation,
  }))
}
