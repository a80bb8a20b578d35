/** The groups that a person owns or is a member of. Permissions are not checked here. */
import { sql } from 'kysely'
import type { Database, GroupRow } from '../storage/schema.ts'
import { type Condition, countComparisons, isAlways } from './queries/condition.ts'
import { keepMatching, type Searchable } from './queries/find-by-words.ts'
import { byName, type Order, rowsOfSlice } from './queries/in-order.ts'
import type { Page } from './queries/list-rows.ts'
import { whereMet } from './queries/where-met.ts'

export type Person = Readonly<{ tenantId: string; userId: string }>
export type GroupRelation = 'owner' | 'member'

/** Ordered by display name, then id. Throws Failure 'search-too-long'. */
export async function listGroupsOf(
  searchable: Searchable,
  person: Person,
  relation: GroupRelation,
  { where, order = byName, top, after }: Page,
): Promise<GroupRow[]> {
  const list = { searchable, person, relation, order }
  if (isAlways(where)) return await readInOrder(list, after, top)
  const found: GroupRow[] = []
  for await (const matching of matchingSlices(list, where, after)) {
    found.push(...matching)
    if (found.length >= top) break
  }
  return found.slice(0, top)
}

/** Throws Failure 'search-too-long'. */
export async function countGroupsOf(
  searchable: Searchable,
  person: Person,
  relation: GroupRelation,
  where: Condition,
): Promise<number> {
  const list = { searchable, person, relation, order: byName }
  let count = 0
  for await (const { length } of matchingSlices(list, where, undefined)) count += length
  return count
}

type List = Readonly<{
  searchable: Searchable
  person: Person
  relation: GroupRelation
  order: Order
}>

async function* matchingSlices(
  list: List,
  where: Condition,
  after: Page['after'],
): AsyncGenerator<readonly GroupRow[]> {
  const { database, slices } = list.searchable
  const { tenantId } = list.person
  const rows = {
    database,
    table: 'groups',
    tenantId,
    condition: sql`tenant_id = ${tenantId}`,
  } as const
  const wanted = { where: whereMet('groups', where), comparisons: countComparisons(where) }
  const slicing = slices.begin()
  for (let position = after; ; ) {
    await slicing.next()
    const slice = await readInOrder(list, position, rowsOfSlice)
    yield await keepMatching(rows, wanted, slice)
    const last = slice.at(-1)
    if (last === undefined || slice.length < rowsOfSlice) return
    position = { name: last.display_name, id: last.id }
  }
}

/**
 * Ordered by id, for callers who may not see names: neither the order nor the position reveals a
 * name.
 */
export async function listGroupIdsOf(
  database: Database,
  { tenantId, userId }: Person,
  relation: GroupRelation,
  { top, after }: Readonly<{ top: number; after: string | undefined }>,
): Promise<string[]> {
  const rows = await database
    .selectFrom('group_people')
    .innerJoin('groups', join =>
      join
        .onRef('groups.tenant_id', '=', 'group_people.tenant_id')
        .onRef('groups.id', '=', 'group_people.group_id')
        .on('groups.deleted_at', 'is', null),
    )
    .select('group_id')
    .where('group_people.tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('relation', '=', relation)
    .$if(after !== undefined, query => query.where('group_id', '>', after ?? ''))
    .orderBy('group_id')
    .limit(top)
    .execute()
  return rows.map(row => row.group_id)
}

export async function listJoinedTeams(database: Database, person: Person): Promise<GroupRow[]> {
  return await groupsOf(database, person, ['owner', 'member'])
    .where('groups.is_team', '=', 1)
    .execute()
}

async function readInOrder(
  { searchable, person, relation, order }: List,
  after: Page['after'],
  top: number,
): Promise<GroupRow[]> {
  const { direction } = order
  const all = groupsOf(searchable.database, person, [relation], direction)
  const beyond = direction === 'asc' ? '>' : '<'
  const rest =
    after === undefined
      ? all
      : all.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('groups.display_name', 'groups.id'), beyond, tuple(after.name, after.id)),
        )
  return await rest.limit(top).execute()
}

/**
 * `distinct`, because a person may be both owner and member of a group.
 * SQLite reads the left side of a cross join first: the groups of this person. With an inner join
 * it scans all groups of the tenant, because they are already in order.
 * https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
 */
function groupsOf(
  database: Database,
  { tenantId, userId }: Person,
  relations: readonly GroupRelation[],
  direction: Order['direction'] = 'asc',
) {
  return database
    .selectFrom('group_people')
    .crossJoin('groups')
    .selectAll('groups')
    .distinct()
    .where('group_people.tenant_id', '=', tenantId)
    .where('group_people.user_id', '=', userId)
    .where('group_people.relation', 'in', relations)
    .where('groups.tenant_id', '=', tenantId)
    .where('groups.deleted_at', 'is', null)
    .whereRef('groups.id', '=', 'group_people.group_id')
    .orderBy('groups.display_name', direction)
    .orderBy('groups.id', direction)
}
