/** A list of the owners and members of groups, which this source has brought, as import.ts carries it out. */
import { findKnownUsers } from '../directory/known-users.ts'
import { findKnownGroups, type KnownGroups } from '../directory/put-groups.ts'
import { addPeople, listPlacesOf, removePeople } from '../directory/put-members.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import { type Desired, refuseRow } from './desired.ts'
import type { MemberProperty } from './group-properties.ts'
import type { Applied, Applying, Cells, Leavers, List } from './kinds.ts'
import { judge } from './leavers.ts'
import { quoted, refused } from './refused.ts'
import type { Progress, Target } from './target.ts'
import { readText, readWord, Unreadable } from './values.ts'
import { wordsOf } from './words.ts'

type Relation = 'owner' | 'member'

type Row = Readonly<{
  number: number
  line: number
  /** The group and the person, as the file names them. */
  shown: string
  name: string
  relation: Relation
}>

type Found = Row & Readonly<{ group_id: string; user_id: string }>

const batchRows = 200

export const members: List = {
  table: 'place',
  define({ scratch }) {
    scratch.define(`
      create table place (
        number integer primary key, line integer not null,
        shown text not null, name text not null, relation text not null,
        group_id text, user_id text, did text, changed text, done integer not null default 0);
      create index place_key on place (group_id, relation, user_id);
      create index place_line on place (line);`)
  },
  expectColumns({ at }) {
    for (const property of ['group', 'person']) {
      if (at.has(property)) continue
      throw refused(`no column is the ${property}: --column '${property}=header'`)
    }
  },
  describeKey: ({ at }) =>
    at.has('role')
      ? 'Each line is one owner or one member of a group.'
      : 'Each line is one member of a group. Owners stay as they are: there is no column role.',
  add({ scratch }, line, cells) {
    const { group, person, relation } = readPlace(cells)
    scratch.run(
      'insert into place (line, shown, name, relation, changed) values (?, ?, ?, ?, ?)',
      line,
      group,
      person,
      relation,
      '',
    )
  },
  async compare(desired, target, _leavers, progress) {
    await resolveAll(desired, target, progress)
    refuseTwice(desired)
  },
  findLeavers: findLeavingPlaces,
  hasTooManyMoves: () => false,
  order: ['write', 'remove'],
  removeLeavers: removePlaces,
  apply: applyPlaces,
}

function readPlace(
  cells: Cells<MemberProperty>,
): Readonly<{ group: string; person: string; relation: Relation }> {
  const read = (property: MemberProperty) => {
    const text = readText(property, cells(property) ?? '')
    if (text === undefined) throw new Unreadable(`there is no ${property}`)
    return text
  }
  const relation = readWord('role', cells('role') ?? '', ['owner', 'member']) ?? 'member'
  return { group: read('group'), person: read('person'), relation }
}

async function resolveAll(desired: Desired, target: Target, progress: Progress): Promise<void> {
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<Row>(
      'select * from place where number > ? order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) return
    await resolvePage(desired, target, rows)
    after = last.number
    progress(after)
  }
}

async function resolvePage(
  desired: Desired,
  { database, tenantId, source }: Target,
  rows: readonly Row[],
): Promise<void> {
  // A group that is named as a person is said to be one.
  const named = rows.flatMap(({ shown, name }) => [shown, name])
  const called = named.map(normalizeId).map(id => ({ id, externalId: id }))
  const groups = await findKnownGroups(database, tenantId, source, called)
  const people = await findKnownUsers(
    database,
    tenantId,
    source,
    rows.map(({ name }) => {
      const id = normalizeId(name)
      return { id, externalId: id, userPrincipalName: name }
    }),
  )
  for (const row of rows) {
    const group = findGroup(groups, row.shown)
    const id = normalizeId(row.name)
    const person = [
      people.withId(id),
      people.called(id),
      people.inTheWay(row.name, undefined),
    ].find(one => one !== undefined && one.deleted_at === null)
    const wrong = whatIsWrong(row, source, group, person, findGroup(groups, row.name))
    if (wrong !== undefined) refuseRow(desired, 'place', row, wrong)
    else if (group !== undefined && person !== undefined) {
      desired.scratch.run(
        `update place set group_id = ?, user_id = ?, did = 'created' where number = ?`,
        group.id,
        person.id,
        row.number,
      )
    }
  }
}

function findGroup(groups: KnownGroups, name: string) {
  const id = normalizeId(name)
  return [groups.called(id), groups.called(name.toLowerCase()), groups.withId(id)].find(
    group => group !== undefined && group.deleted_at === null,
  )
}

function whatIsWrong(
  { shown, name }: Row,
  source: string,
  group: ReturnType<typeof findGroup>,
  person: Readonly<{ id: string }> | undefined,
  namesake: ReturnType<typeof findGroup>,
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

/** Both lines are errors, as in the other lists. */
function refuseTwice(desired: Desired): void {
  const found = desired.scratch.all<Row & { other: number }>(`
    select place.*, (select min(line) from place as other
      where other.group_id = place.group_id and other.relation = place.relation
        and other.user_id = place.user_id and other.number <> place.number) as other
    from place where did = 'created' and other is not null order by line`)
  for (const { other, ...row } of found) {
    const words = `${quoted(row.name)} is ${row.relation} of ${quoted(row.shown)} also on line ${other}`
    refuseRow(desired, 'place', row, words)
  }
}

const pageRows = 500

/** Also finds the lines that are in the directory already. */
async function findLeavingPlaces(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
): Promise<Leavers> {
  const [roles] = scratch.all(`select 1 from place where relation = 'owner' limit 1`)
  let of = 0
  for (let after: Parameters<typeof listPlacesOf>[3]['after']; ; ) {
    const rows = await listPlacesOf(database, tenantId, source, { top: pageRows, after })
    for (const { group_id, relation, user_id, name, group_name } of rows) {
      const key = [group_id, relation, user_id] as const
      const same = 'group_id = ? and relation = ? and user_id = ?'
      const [named] = scratch.all(`select 1 from place where ${same}`, ...key)
      if (named !== undefined) {
        const update = `update place set did = 'unchanged' where did = 'created' and ${same}`
        scratch.run(update, ...key)
      } else if (relation === 'owner' && (roles === undefined || !hasOwner(scratch, group_id))) {
        continue
      } else {
        scratch.run(
          'insert into leaver (group_id, relation, id, name, shown) values (?, ?, ?, ?, ?)',
          ...key,
          name,
          group_name,
        )
      }
      of += 1
    }
    after = rows.at(-1)
    if (rows.length < pageRows) break
  }
  const [row] = scratch.all<{ count: number }>('select count(*) as count from leaver')
  return judge(row?.count ?? 0, of)
}

/** A group without an owner in the file keeps its owners: a team needs one. */
function hasOwner(scratch: Desired['scratch'], groupId: string): boolean {
  const query = `select 1 from place where group_id = ? and relation = 'owner' limit 1`
  return scratch.all(query, groupId).length > 0
}

type Leaver = Readonly<{ number: number; group_id: string; relation: Relation; id: string }>

async function removePlaces(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
  { signal, progress, onChange }: Applying,
): Promise<number> {
  let removed = 0
  while (!signal.aborted) {
    const rows = scratch.all<Leaver>(
      `select number, group_id, relation, id from leaver where done = 0
      order by group_id, relation, number limit ?`,
      batchRows,
    )
    const [first] = rows
    if (first === undefined) break
    const { group_id: groupId, relation } = first
    const slice = rows.filter(row => row.group_id === groupId && row.relation === relation)
    const ids = slice.map(row => row.id)
    const count = await removePeople(database, { tenantId, groupId }, relation, ids, source)
    for (const { number } of slice) {
      scratch.run('update leaver set done = 1 where number = ?', number)
    }
    if (count > 0) onChange({ kind: 'group', did: 'changed', tenantId, id: groupId, source })
    removed += count
    progress(removed)
  }
  return removed
}

async function applyPlaces(
  desired: Desired,
  target: Target,
  { signal, progress, onChange }: Applying,
): Promise<Applied> {
  const { tenantId, source } = target
  let [written, refusals] = [0, 0]
  while (!signal.aborted) {
    const rows = desired.scratch.all<Found>(
      `select * from place where did = 'created' and done = 0
      order by group_id, relation desc, number limit ?`,
      batchRows,
    )
    const groupId = rows[0]?.group_id
    if (groupId === undefined) break
    const slice = rows.filter(row => row.group_id === groupId)
    const outcomes = await putSlice(target, groupId, slice)
    for (const [index, row] of slice.entries()) {
      const words = outcomes[index]
      if (words === undefined) {
        desired.scratch.run('update place set done = 1 where number = ?', row.number)
        written += 1
        continue
      }
      refusals += 1
      refuseRow(desired, 'place', row, words)
    }
    const isChanged = outcomes.includes(undefined)
    if (isChanged) onChange({ kind: 'group', did: 'changed', tenantId, id: groupId, source })
    progress(written)
  }
  return { written, refused: refusals }
}

/** undefined for each person who is in the group now; otherwise words. */
async function putSlice(
  { database, tenantId, source }: Target,
  groupId: string,
  rows: readonly Found[],
): Promise<(string | undefined)[]> {
  const places = rows.map(({ user_id, relation }) => ({ userId: user_id, relation }))
  try {
    const areThere = await addPeople(database, { tenantId, groupId }, places, source)
    return areThere.map((isThere, index) =>
      isThere ? undefined : `${quoted(rows[index]?.name ?? '')} is no longer in the directory`,
    )
  } catch (error) {
    if (!(error instanceof Failure) || !expected.has(error.code)) throw error
    return rows.map(() => wordsOf(error, 'the group comes'))
  }
}

const expected: ReadonlySet<string> = new Set([
  'managed-elsewhere',
  'group-full',
  'group-not-found',
])
