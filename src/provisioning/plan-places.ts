/** Finds the groups and people that a file names as places, some hundred at a time. Nothing is written. */
import { findKnownUsers, type KnownUsers } from '../directory/known-users.ts'
import { findKnownGroups, type KnownGroups } from '../directory/put-groups.ts'
import { normalizeId } from '../guid.ts'
import type { Desired } from './desired.ts'
import { type PlaceRow, refusePlace, refuseSamePlace } from './desired-places.ts'
import { quoted } from './refused.ts'
import type { Progress, Target } from './target.ts'

const batchRows = 200

export async function planPlaces(
  desired: Desired,
  target: Target,
  leavers: 'stay' | 'go',
  progress: Progress,
): Promise<void> {
  resolveInFile(desired)
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<PlaceRow>(
      'select * from place where number > ? and did is null order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    const known = await findNamed(target, rows)
    for (const row of rows) resolve(desired, target, row, known)
    after = last.number
    progress(after)
  }
  refuseSamePlace(desired)
  if (leavers === 'go') refuseLeaving(desired)
}

const inFile = [
  ['group_id', 'team', 'line', 'group_line'],
  ['group_id', 'team', 'external_id', 'group_as_id'],
  ['group_id', 'team', 'external_id', 'group_key'],
  ['group_id', 'team', 'id', 'group_as_id'],
  ['user_id', 'person', 'id', 'name_as_id'],
  ['user_id', 'person', 'external_id', 'name_as_id'],
  ['user_id', 'person', 'name_key', 'name_key'],
] as const

/** Groups and people of the same file, who may be new. A group that is refused is one error, not one for each member. */
function resolveInFile({ scratch }: Desired): void {
  scratch.run(`update place set did = 'error' where group_line is not null and exists (
    select 1 from team where team.line = group_line and team.did = 'error')`)
  for (const [found, table, column, named] of inFile) {
    scratch.run(`update place set ${found} = (
        select ${table}.id from ${table}
        where ${table}.${column} = place.${named} and ${table}.did <> 'error')
      where ${found} is null and did is null`)
  }
}

/** Whoever the file names as a member, and leaves out of its other lists, would be removed. */
function refuseLeaving(desired: Desired): void {
  for (const [list, column] of [
    ['person', 'user_id'],
    ['team', 'group_id'],
  ] as const) {
    const found = desired.scratch.all<PlaceRow>(`
      select * from place where did = 'created'
        and ${column} in (select id from leaver where list = '${list}') order by line`)
    for (const row of found) {
      const [name, others] = list === 'team' ? [row.shown, 'groups'] : [row.name, 'people']
      refusePlace(desired, row, `${quoted(name)} is not in the list of ${others}`)
    }
  }
}

type Known = Readonly<{ groups: KnownGroups; people: KnownUsers }>

/** A group that is named as a person is found too, to say so. */
async function findNamed(
  { database, tenantId, source }: Target,
  rows: readonly PlaceRow[],
): Promise<Known> {
  const named = rows.flatMap(({ shown, name }) => [shown, name])
  const called = named.map(normalizeId).map(id => ({ id, externalId: id }))
  const groups = await findKnownGroups(database, tenantId, source, called)
  const persons = rows.map(({ name }) => {
    const id = normalizeId(name)
    return { id, externalId: id, userPrincipalName: name }
  })
  return { groups, people: await findKnownUsers(database, tenantId, source, persons) }
}

function resolve(desired: Desired, { source }: Target, row: PlaceRow, known: Known): void {
  const { group_id: groupId, user_id: userId } = row
  const group = groupId === null ? findGroup(known.groups, row.shown) : { id: groupId, source }
  const person = userId === null ? findPerson(known.people, row.name) : { id: userId }
  const wrong = whatIsWrong(row, source, group, person, findGroup(known.groups, row.name))
  if (wrong !== undefined) refusePlace(desired, row, wrong)
  else if (group !== undefined && person !== undefined) {
    desired.scratch.run(
      `update place set group_id = ?, user_id = ?, did = 'created' where number = ?`,
      group.id,
      person.id,
      row.number,
    )
  }
}

function findGroup(groups: KnownGroups, name: string) {
  const id = normalizeId(name)
  return [groups.called(id), groups.called(name.toLowerCase()), groups.withId(id)].find(
    group => group !== undefined && group.deleted_at === null,
  )
}

function findPerson(people: KnownUsers, name: string) {
  const id = normalizeId(name)
  return [people.withId(id), people.called(id), people.inTheWay(name, undefined)].find(
    person => person !== undefined && person.deleted_at === null,
  )
}

type Found = Readonly<{ id: string; source: string }> | undefined

function whatIsWrong(
  { shown, name }: PlaceRow,
  source: string,
  group: Found,
  person: Readonly<{ id: string }> | undefined,
  namesake: Found,
): string | undefined {
  if (group === undefined) return `there is no group ${quoted(shown)} in the directory`
  if (group.source !== source) {
    return `the group ${quoted(shown)} comes from ${group.source}, and only that source changes it`
  }
  if (person !== undefined) return undefined
  if (namesake?.id === group.id) return `the group ${quoted(shown)} cannot be its own member`
  if (namesake !== undefined) return `${quoted(name)} is a group, and members of a group are people`
  return `${quoted(name)} is not in the directory`
}
