/** Lists the owners and members of a group for an operator. */
import type { GroupRelation } from '../directory/groups-of-person.ts'
import { selectPeople } from '../directory/people-of-group.ts'
import type { User, UserWithPhoto } from '../directory/users.ts'
import { joinPhoto } from '../photos/pointer.ts'
import type { Database } from '../storage/schema.ts'
import type { GroupKey } from './groups.ts'
import { inPages, pageSize } from './in-pages.ts'
import { type Person, toPerson } from './people.ts'

/** Present people, ordered by id: a page takes the same time in a group of any size. */
export async function* listPeopleIn(
  database: Database,
  group: GroupKey,
  relation: GroupRelation,
): AsyncGenerator<readonly Person[]> {
  const read = (after: string | undefined) => readPeopleIn(database, group, relation, after)
  for await (const rows of inPages(read, row => row.id)) yield rows.map(toPerson)
}

async function readPeopleIn(
  database: Database,
  { tenantId, id: groupId }: GroupKey,
  relation: GroupRelation,
  after = '',
): Promise<UserWithPhoto<keyof User>[]> {
  const people = selectPeople(database, { tenantId, groupId }, relation, after)
    .selectAll('users')
    .limit(pageSize)
  return await joinPhoto(people, 'user').execute()
}

/** The numbers of owners and members, including deleted ones. */
export async function countPeopleIn(database: Database, { tenantId, id }: GroupKey) {
  const rows = await database
    .selectFrom('group_people')
    .select(({ fn }) => ['relation', fn.countAll<number | string>().as('count')])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', id)
    .groupBy('relation')
    .execute()
  const countOf = (relation: GroupRelation) =>
    Number(rows.find(row => row.relation === relation)?.count ?? 0)
  return { owners: countOf('owner'), members: countOf('member') }
}
