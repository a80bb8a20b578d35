/** The groups that a person owns or is a member of. Permissions are not checked here. */
import type { Database, GroupRow } from '../storage/schema.ts'
import type { Searchable } from './find-by-words.ts'
import { rowsOfSlice } from './in-order.ts'
import { createMatcher, type Page } from './search.ts'

export type Person = Readonly<{ tenantId: string; userId: string }>
export type GroupRelation = 'owner' | 'member'

/** Ordered by display name, then id. Throws Failure 'search-too-long'. */
export async function listGroupsOf(
  { database, slices }: Searchable,
  person: Person,
  relation: GroupRelation,
  { anyOf, top, after }: Page,
): Promise<GroupRow[]> {
  if (anyOf.length === 0) return await readInOrder(database, person, relation, after, top)
  const matches = createMatcher(anyOf)
  const found: GroupRow[] = []
  let position = after
  for (const slicing = slices.begin(); ; ) {
    await slicing.next()
    const slice = await readInOrder(database, person, relation, position, rowsOfSlice)
    found.push(...slice.filter(row => matches(row.search_text)))
    const last = slice.at(-1)
    if (last === undefined || slice.length < rowsOfSlice || found.length >= top) break
    position = { name: last.display_name, id: last.id }
  }
  return found.slice(0, top)
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
  database: Database,
  person: Person,
  relation: GroupRelation,
  after: Page['after'],
  top: number,
): Promise<GroupRow[]> {
  const all = groupsOf(database, person, [relation])
  const rest =
    after === undefined
      ? all
      : all.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('groups.display_name', 'groups.id'), '>', tuple(after.name, after.id)),
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
    .orderBy('groups.display_name')
    .orderBy('groups.id')
}
