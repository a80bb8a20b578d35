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
  progress: Progress,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<PlaceRow>(
      'select * from place where number > ? order by number limit ?',
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
  const group = findGroup(known.groups, row.shown)
  const person = findPerson(known.people, row.name)
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

type Found = ReturnType<typeof findGroup>

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
