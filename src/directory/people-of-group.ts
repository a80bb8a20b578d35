/**
 * The owners and members of a group, and managers and direct reports. Permissions are not checked
 * here.
 */
import { yieldToOthers } from '../event-loop.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, UserRow } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { lockUser } from './change-users.ts'
import type { GroupRelation } from './groups-of-person.ts'
import { type Origin, refuseOtherSource } from './origin.ts'
import type { Condition } from './queries/condition.ts'
import { padIds, type Searchable } from './queries/find-by-words.ts'
import { countById, type IdPage, listById, type ReadAfter } from './queries/list-by-id.ts'

type GroupKey = Readonly<{ tenantId: string; groupId: string }>

/** Ordered by id, so the cost of a page does not depend on the group's size. */
export async function listPeopleOfGroup(
  searchable: Searchable,
  group: GroupKey,
  relation: GroupRelation,
  page: IdPage,
): Promise<UserRow[]> {
  const read = peopleOf(searchable.database, group, relation)
  return await listById(searchable, group.tenantId, read, page)
}

export async function countPeopleOfGroup(
  searchable: Searchable,
  group: GroupKey,
  relation: GroupRelation,
  where: Condition,
): Promise<number> {
  const read = peopleOf(searchable.database, group, relation)
  return await countById(searchable, group.tenantId, read, where)
}

function peopleOf(database: Database, group: GroupKey, relation: GroupRelation): ReadAfter {
  return async (after, limit) =>
    await selectPeople(database, group, relation, after).selectAll('users').limit(limit).execute()
}

/** The people of a group who are not deleted, in order of their ids, after this one; '' for all. */
export function selectPeople(
  database: Database,
  { tenantId, groupId }: GroupKey,
  relation: GroupRelation,
  after: string,
) {
  return database
    .selectFrom('group_people')
    .innerJoin('users', join =>
      join
        .onRef('users.tenant_id', '=', 'group_people.tenant_id')
        .onRef('users.id', '=', 'group_people.user_id')
        .on('users.deleted_at', 'is', null),
    )
    .where('group_people.tenant_id', '=', tenantId)
    .where('group_people.group_id', '=', groupId)
    .where('group_people.relation', '=', relation)
    .where('group_people.user_id', '>', after)
    .orderBy('group_people.user_id')
}

/** Yields the ids of people who are not deleted, in order, 2,000 at a time; other work runs in between. */
export async function* visitIdsOfGroup(
  database: Database,
  group: GroupKey,
  relation: GroupRelation,
): AsyncGenerator<readonly string[]> {
  for (let after = ''; ; ) {
    const rows = await selectPeople(database, group, relation, after)
      .select('group_people.user_id as id')
      .limit(idsOfPage)
      .execute()
    yield rows.map(({ id }) => id)
    const last = rows.at(-1)
    if (last === undefined || rows.length < idsOfPage) return
    await yieldToOthers()
    after = last.id
  }
}

const idsOfPage = 2_000

type PersonKey = Readonly<{ tenantId: string; userId: string }>

/** Ordered by id. */
export async function listDirectReports(
  searchable: Searchable,
  person: PersonKey,
  page: IdPage,
): Promise<UserRow[]> {
  const read = reportsOf(searchable.database, person)
  return await listById(searchable, person.tenantId, read, page)
}

export async function countDirectReports(
  searchable: Searchable,
  person: PersonKey,
  where: Condition,
): Promise<number> {
  const read = reportsOf(searchable.database, person)
  return await countById(searchable, person.tenantId, read, where)
}

function reportsOf(database: Database, { tenantId, userId }: PersonKey): ReadAfter {
  return async (after, limit) =>
    await database
      .selectFrom('users')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('manager_id', '=', userId)
      .where('deleted_at', 'is', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
}

/** undefined when the person has no manager, or the manager is deleted. */
export async function findManager(
  database: Database,
  { tenantId, userId }: Readonly<{ tenantId: string; userId: string }>,
): Promise<UserRow | undefined> {
  return await database
    .selectFrom('users')
    .innerJoin('users as manager', join =>
      join
        .onRef('manager.tenant_id', '=', 'users.tenant_id')
        .onRef('manager.id', '=', 'users.manager_id')
        .on('manager.deleted_at', 'is', null),
    )
    .selectAll('manager')
    .where('users.tenant_id', '=', tenantId)
    .where('users.id', '=', userId)
    .executeTakeFirst()
}

/**
 * The managers of people, and their managers up to `levels`, by their ids; deleted ones are left out. Each is looked up once,
 * also when people manage each other in a circle.
 */
export async function findManagers(
  database: Database,
  tenantId: string,
  people: readonly Pick<UserRow, 'manager_id'>[],
  levels: number,
): Promise<ReadonlyMap<string, UserRow>> {
  const found = new Map<string, UserRow>()
  let below = people
  for (let level = 0; level < levels; level++) {
    const named = new Set(below.flatMap(({ manager_id }) => manager_id ?? []))
    const ids = [...named].filter(id => !found.has(id))
    if (ids.length === 0) break
    const rows = await findUsersById(database, tenantId, ids)
    for (const row of rows) found.set(row.id, row)
    below = rows
  }
  return found
}

async function findUsersById(
  database: Database,
  tenantId: string,
  ids: readonly string[],
): Promise<UserRow[]> {
  return await database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', padIds(ids))
    .where('deleted_at', 'is', null)
    .execute()
}

/**
 * `managerId` of undefined removes the manager. Throws Failure 'user-not-found' when one of the two
 * does not exist, 'managed-elsewhere', and 'resource-invalid' when both are the same person.
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
      throw new Failure('resource-invalid', {
        facts: { reason: 'a user cannot be their own manager' },
      })
    }
    // Sorted, so that two concurrent calls for the same two people do not deadlock.
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
