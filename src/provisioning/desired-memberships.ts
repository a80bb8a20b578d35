/** The owners and members that a file names, as rows, one for each membership. */
import { userNameKey } from '../directory/queries/name-key.ts'
import { normalizeId } from '../guid.ts'
import { type Desired, refuseRow } from './desired.ts'
import type { MemberProperty } from './group-properties.ts'
import type { Cells } from './kinds.ts'
import { quoted } from './refused.ts'
import { readText, readWord, Unreadable } from './values.ts'

export type Relation = 'owner' | 'member'

/** `number` counts the memberships of the file. */
export type MembershipRow = Readonly<{
  number: number
  line: number
  /** The group and the person, as the file names them. */
  shown: string
  name: string
  relation: Relation
  group_id: string | null
  user_id: string | null
}>

/** Of a membership without an error. */
export type FoundMembership = MembershipRow & Readonly<{ group_id: string; user_id: string }>

/**
 * The table `named` has the groups of a JSON file whose owners or members are listed, by line; line 0 stands for all
 * groups.
 */
export function defineMemberships({ scratch }: Desired): void {
  scratch.define(`
    create table membership (
      number integer primary key, line integer not null, group_line integer,
      shown text not null, group_as_id text not null, group_key text not null,
      name text not null, name_as_id text not null, name_key text not null,
      relation text not null, group_id text, user_id text,
      did text, changed text, done integer not null default 0);
    create index membership_key on membership (group_id, relation, user_id);
    create index membership_line on membership (line);
    create table named (line integer not null, relation text not null);
    create index named_line on named (line);`)
}

/** Throws Unreadable. */
export function addMembership(desired: Desired, line: number, cells: Cells<MemberProperty>): void {
  const group = readNeeded('group', cells('group'))
  const person = readNeeded('person', cells('person'))
  const relation = readWord('role', cells('role') ?? '', ['owner', 'member']) ?? 'member'
  insert(desired, { line, groupLine: null, group, person, relation })
}

/** Of a group of the file. Throws Unreadable. */
export function addMembershipIn(
  desired: Desired,
  line: number,
  group: Readonly<{ line: number; name: string }>,
  relation: Relation,
  text: string,
): void {
  const person = readNeeded('person', text)
  insert(desired, { line, groupLine: group.line, group: group.name, person, relation })
}

/** Notes that the file lists all people with this relation to the group, so that others may be removed. */
export function noteNamed({ scratch }: Desired, line: number, relation: Relation): void {
  scratch.run('insert into named values (?, ?)', line, relation)
}

/** Whether the file lists people of groups at all. */
export function hasNamed({ scratch }: Desired): boolean {
  return scratch.all('select 1 from named limit 1').length > 0
}

/** Notes that the file lists the people of all groups. */
export function noteWhole(desired: Desired): void {
  noteNamed(desired, 0, 'member')
}

type New = Readonly<{
  line: number
  groupLine: number | null
  group: string
  person: string
  relation: Relation
}>

function insert({ scratch }: Desired, { line, groupLine, group, person, relation }: New): void {
  scratch.run(
    `insert into membership (line, group_line, shown, group_as_id, group_key, name, name_as_id,
      name_key, relation, changed) values (?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
    line,
    groupLine,
    group,
    normalizeId(group),
    group.toLowerCase(),
    person,
    normalizeId(person),
    userNameKey(person),
    relation,
  )
}

function readNeeded(property: 'group' | 'person', cell: string | undefined): string {
  const text = readText(property, cell ?? '')
  if (text === undefined) throw new Unreadable(`there is no ${property}`)
  return text
}

export function refuseMembership(
  desired: Desired,
  row: Pick<MembershipRow, 'number' | 'line'>,
  words: string,
): void {
  refuseRow(desired, 'membership', row, words)
}

/** Both lines are errors, as in the other lists. */
export function refuseSameMembership(desired: Desired): void {
  const found = desired.scratch.all<MembershipRow & { other: number }>(`
    select membership.*, (select min(line) from membership as other
      where other.group_id = membership.group_id and other.relation = membership.relation
        and other.user_id = membership.user_id and other.number <> membership.number) as other
    from membership where did = 'created' and other is not null order by line`)
  for (const { other, ...row } of found) {
    const where = desired.naming.where(other)
    const words = `${quoted(row.name)} is ${row.relation} of ${quoted(row.shown)} also ${where}`
    refuseMembership(desired, row, words)
  }
}
