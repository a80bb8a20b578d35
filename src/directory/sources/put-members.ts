/**
 * Adds and removes many owners and members of one group in one transaction, and lists all that one source has brought.
 */
import { sql } from 'kysely'
import type { Database, GroupPersonRow } from '../../storage/schema.ts'
import { inTransaction, lockRows } from '../../storage/transactions.ts'
import { lockManaged } from '../change-groups.ts'
import { expectWithinLimit, hasOwner } from '../group-rows.ts'
import type { GroupRelation } from '../groups-of-person.ts'
import type { Source } from '../origin.ts'

type GroupKey = Readonly<{ tenantId: string; groupId: string }>
type Membership = Readonly<{ userId: string; relation: GroupRelation }>

/**
 * Whether each person is in the group afterwards, in the order of the list (at most 500); false for a person who is not in
 * the directory.
 * Throws Failure 'group-not-found', 'managed-elsewhere' and 'group-full'; then nothing is changed.
 */
export async function addPeople(
  database: Database,
  key: GroupKey,
  memberships: readonly Membership[],
  source: Source,
): Promise<boolean[]> {
  return await inTransaction(database, async transaction => {
    const group = await lockManaged(transaction, key, source)
    const { tenant_id, id: group_id } = group
    const ids = [...new Set(memberships.map(membership => membership.userId))]
    // In order, so that two transactions that add the same people to two groups do not deadlock.
    const people = transaction
      .selectFrom('users')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('id', 'in', ids)
      .where('deleted_at', 'is', null)
      .orderBy('id')
    const present = new Set((await lockRows(people).execute()).map(({ id }) => id))
    const rows = memberships
      .filter(({ userId }) => present.has(userId))
      .map(({ userId, relation }) => ({ tenant_id, group_id, user_id: userId, relation }))
    if (rows.length > 0) {
      await transaction
        .insertInto('group_people')
        .values(rows)
        .onConflict(conflict => conflict.doNothing())
        .execute()
      await expectWithinLimit(transaction, { tenant_id, group_id })
    }
    return memberships.map(({ userId }) => present.has(userId))
  })
}

/**
 * Resolves with how many of them (at most 500) were in the group. Owners stay if nobody else would own the group. Throws
 * Failure 'group-not-found' and 'managed-elsewhere'.
 */
export async function removePeople(
  database: Database,
  key: GroupKey,
  relation: GroupRelation,
  userIds: readonly string[],
  source: Source,
): Promise<number> {
  return await inTransaction(database, async transaction => {
    const group = await lockManaged(transaction, key, source)
    const inGroup = { tenant_id: group.tenant_id, group_id: group.id, relation }
    const removed = await transaction
      .deleteFrom('group_people')
      .where('tenant_id', '=', inGroup.tenant_id)
      .where('group_id', '=', inGroup.group_id)
      .where('relation', '=', relation)
      .where('user_id', 'in', userIds)
      .returning('user_id')
      .execute()
    if (relation === 'owner' && removed.length > 0 && !(await hasOwner(transaction, group))) {
      const rows = removed.map(({ user_id }) => ({ ...inGroup, user_id }))
      await transaction.insertInto('group_people').values(rows).execute()
      return 0
    }
    return removed.length
  })
}

type Listed = Pick<GroupPersonRow, 'group_id' | 'relation' | 'user_id'>

/** Of all groups of this source, in the order of the key; people and groups that are deleted are left out. */
export async function listMembershipsOf(
  database: Database,
  tenantId: string,
  source: Source,
  { top, after }: Readonly<{ top: number; after: Listed | undefined }>,
): Promise<(Listed & Readonly<{ name: string; group_name: string }>)[]> {
  const { group_id, relation, user_id } = after ?? { group_id: '', relation: '', user_id: '' }
  return await database
    .selectFrom('group_people')
    .innerJoin('groups', join =>
      join
        .onRef('groups.tenant_id', '=', 'group_people.tenant_id')
        .onRef('groups.id', '=', 'group_people.group_id')
        .on('groups.source', '=', source)
        .on('groups.deleted_at', 'is', null),
    )
    .innerJoin('users', join =>
      join
        .onRef('users.tenant_id', '=', 'group_people.tenant_id')
        .onRef('users.id', '=', 'group_people.user_id')
        .on('users.deleted_at', 'is', null),
    )
    .select(['group_people.group_id', 'group_people.relation', 'group_people.user_id'])
    .select(['users.user_principal_name as name', 'groups.display_name as group_name'])
    .where('group_people.tenant_id', '=', tenantId)
    .where(
      sql<boolean>`(group_people.group_id, group_people.relation, group_people.user_id)
        > (${group_id}, ${relation}, ${user_id})`,
    )
    .orderBy('group_people.group_id')
    .orderBy('group_people.relation')
    .orderBy('group_people.user_id')
    .limit(top)
    .execute()
}
