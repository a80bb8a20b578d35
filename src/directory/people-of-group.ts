/**
 * Who owns a group and who is a member, and who reports to whom. What a caller may see of them is not decided here.
 */
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, UserRow } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { lockUser } from './change-users.ts'
import type { GroupRelation } from './groups-of-person.ts'
import { type Origin, refuseOtherSource } from './origin.ts'

type GroupKey = Readonly<{ tenantId: string; groupId: string }>

/** Those after this one. */
type IdPage = Readonly<{ top: number; after: string | undefined }>

/** By id, which is the order of the key: a page costs the same in a group of any size. */
export async function listPeopleOfGroup(
  database: Database,
  { tenantId, groupId }: GroupKey,
  relation: GroupRelation,
  { top, after = '' }: IdPage,
): Promise<UserRow[]> {
  return await database
    .selectFrom('group_people')
    .innerJoin('users', join =>
      join
        .onRef('users.tenant_id', '=', 'group_people.tenant_id')
        .onRef('users.id', '=', 'group_people.user_id')
        .on('users.deleted_at', 'is', null),
    )
    .selectAll('users')
    .where('group_people.tenant_id', '=', tenantId)
    .where('group_people.group_id', '=', groupId)
    .where('group_people.relation', '=', relation)
    .where('group_people.user_id', '>', after)
    .orderBy('group_people.user_id')
    .limit(top)
    .execute()
}

/** By id. */
export async function listDirectReports(
  database: Database,
  { tenantId, userId }: Readonly<{ tenantId: string; userId: string }>,
  { top, after = '' }: IdPage,
): Promise<UserRow[]> {
  return await database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('manager_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(top)
    .execute()
}

/** undefined of somebody who has none, or whose manager is deleted. */
export async function findManager(
  database: Database,
  { tenant_id, manager_id }: Pick<UserRow, 'tenant_id' | 'manager_id'>,
): Promise<UserRow | undefined> {
  if (manager_id === null) return undefined
  return await database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', manager_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/**
 * undefined for nobody. Throws Failure 'user-not-found' where one of them is not there, 'managed-elsewhere', and
 * 'resource-invalid' for who would be their own manager.
 */
export async function setManager(
  database: Database,
  tenantId: string,
  id: string,
  managerId: string | undefined,
  { source, at }: Origin,
): Promise<void> {
  await inTransaction(database, async transaction => {
    const [userId, manager] = [normalizeId(id), managerId && normalizeId(managerId)]
    if (userId === manager) {
      throw new Failure('resource-invalid', { facts: { reason: 'nobody is their own manager' } })
    }
    // In one order, so that two who make each other their manager do not wait for one another.
    for (const person of [userId, manager].filter(one => one !== undefined).toSorted()) {
      const row = await lockExisting(transaction, tenantId, person)
      if (person === userId) refuseOtherSource(row, source)
    }
    await transaction
      .updateTable('users')
      .set({ manager_id: manager ?? null, changed_at: at, source, names_at: null })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .execute()
  })
}

async function lockExisting(transaction: Database, tenantId: string, id: string): Promise<UserRow> {
  const row = await lockUser(transaction, tenantId, id)
  if (row === undefined || row.deleted_at !== null) {
    throw new Failure('user-not-found', { facts: { id } })
  }
  return row
}
