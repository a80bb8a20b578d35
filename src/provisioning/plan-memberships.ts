/** Finds the groups and people of the memberships in a file, some hundred at a time. Nothing is written. */
import { findKnownGroups, type KnownGroups } from '../directory/sources/put-groups.ts'
import { normalizeId } from '../guid.ts'
import type { Desired } from './desired.ts'
import {
  type MembershipRow,
  refuseMembership,
  refuseSameMembership,
} from './desired-memberships.ts'
import { findPeople, findPeopleInFile, refuseLeavingPeople } from './named-people.ts'
import { quoted } from './refused.ts'
import type { Progress, Target } from './target.ts'

const batchRows = 200

export async function planMemberships(
  desired: Desired,
  target: Target,
  leavers: 'stay' | 'go',
  progress: Progress,
): Promise<void> {
  findGroupsInFile(desired)
  findPeopleInFile(desired, 'membership')
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<MembershipRow>(
      'select * from membership where number > ? and did is null order by number limit ?',
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
  refuseSameMembership(desired)
  if (leavers === 'stay') return
  refuseLeavingPeople(desired, 'membership')
  refuseLeavingGroups(desired)
}

const inFile = [
  ['line', 'group_line'],
  ['external_id', 'group_as_id'],
  ['external_id', 'group_key'],
  ['id', 'group_as_id'],
] as const

/** Groups that are in the file need not be in the directory. A refused group is one error, not one for each member. */
function findGroupsInFile({ scratch }: Desired): void {
  scratch.run(`update membership set did = 'error' where group_line is not null and exists (
    select 1 from team where team.line = group_line and team.did = 'error')`)
  for (const [column, named] of inFile) {
    scratch.run(`update membership set group_id = (
        select team.id from team where team.${column} = membership.${named} and team.did <> 'error')
      where group_id is null and did is null`)
  }
}

/** Refuses memberships in groups that are not in the list of groups, because these would be removed. */
function refuseLeavingGroups(desired: Desired): void {
  const found = desired.scratch.all<MembershipRow>(`
    select * from membership where did = 'created'
      and group_id in (select id from leaver where list = 'team') order by line`)
  for (const row of found) {
    refuseMembership(desired, row, `${quoted(row.shown)} is not in the list of groups`)
  }
}

type Known = Readonly<{ groups: KnownGroups; findPerson: Awaited<ReturnType<typeof findPeople>> }>

/** A group that is named as a person is found too, to say so. */
async function findNamed(target: Target, rows: readonly MembershipRow[]): Promise<Known> {
  const { database, tenantId, source } = target
  const named = rows.flatMap(({ shown, name }) => [shown, name])
  const called = named.map(normalizeId).map(id => ({ id, externalId: id }))
  const groups = await findKnownGroups(database, tenantId, source, called)
  return {
    groups,
    findPerson: await findPeople(
      target,
      rows.map(({ name }) => name),
    ),
  }
}

function resolve(desired: Desired, { source }: Target, row: MembershipRow, known: Known): void {
  const { group_id: groupId, user_id: userId } = row
  const group = groupId === null ? findGroup(known.groups, row.shown) : { id: groupId, source }
  const person = userId === null ? known.findPerson(row.name) : { id: userId }
  const wrong = whatIsWrong(row, source, group, person, findGroup(known.groups, row.name))
  if (wrong !== undefined) refuseMembership(desired, row, wrong)
  else if (group !== undefined && person !== undefined) {
    desired.scratch.run(
      `update membership set group_id = ?, user_id = ?, did = 'created' where number = ?`,
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

type Found = Readonly<{ id: string; source: string }> | undefined

function whatIsWrong(
  { shown, name }: MembershipRow,
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
