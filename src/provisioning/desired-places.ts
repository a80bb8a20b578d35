/** The owners and members that a file names, as rows: each is a person's place in a group. */
import { userNameKey } from '../directory/names.ts'
import { normalizeId } from '../guid.ts'
import { type Desired, refuseRow } from './desired.ts'
import type { MemberProperty } from './group-properties.ts'
import type { Cells } from './kinds.ts'
import { quoted } from './refused.ts'
import { readText, readWord, Unreadable } from './values.ts'

export type Relation = 'owner' | 'member'

/** `number` counts the places of the file. */
export type PlaceRow = Readonly<{
  number: number
  line: number
  /** The group and the person, as the file names them. */
  shown: string
  name: string
  relation: Relation
  group_id: string | null
  user_id: string | null
}>

/** Of a place without an error. */
export type FoundPlace = PlaceRow & Readonly<{ group_id: string; user_id: string }>

/** The table `named` has the groups of JSON whose owners or members are listed, by line; line 0 stands for all groups. */
export function definePlaces({ scratch }: Desired): void {
  scratch.define(`
    create table place (
      number integer primary key, line integer not null, group_line integer,
      shown text not null, group_as_id text not null, group_key text not null,
      name text not null, name_as_id text not null, name_key text not null,
      relation text not null, group_id text, user_id text,
      did text, changed text, done integer not null default 0);
    create index place_key on place (group_id, relation, user_id);
    create index place_line on place (line);
    create table named (line integer not null, relation text not null);
    create index named_line on named (line);`)
}

/** Throws Unreadable. */
export function addPlace(desired: Desired, line: number, cells: Cells<MemberProperty>): void {
  const group = readNeeded('group', cells('group'))
  const person = readNeeded('person', cells('person'))
  const relation = readWord('role', cells('role') ?? '', ['owner', 'member']) ?? 'member'
  insert(desired, { line, groupLine: null, group, person, relation })
}

/** Of a group of the file. Throws Unreadable. */
export function addPlaceIn(
  desired: Desired,
  line: number,
  group: Readonly<{ line: number; name: string }>,
  relation: Relation,
  text: string,
): void {
  const person = readNeeded('person', text)
  insert(desired, { line, groupLine: group.line, group: group.name, person, relation })
}

/** The file lists all people who have this relation to the group; others may go. */
export function noteNamed({ scratch }: Desired, line: number, relation: Relation): void {
  scratch.run('insert into named values (?, ?)', line, relation)
}

/** Whether the file lists people of groups at all. */
export function hasNamed({ scratch }: Desired): boolean {
  return scratch.all('select 1 from named limit 1').length > 0
}

/** The file lists the people of all groups. */
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
    `insert into place (line, group_line, shown, group_as_id, group_key, name, name_as_id, name_key,
      relation, changed) values (?, ?, ?, ?, ?, ?, ?, ?, ?, '')`,
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

export function refusePlace(
  desired: Desired,
  row: Pick<PlaceRow, 'number' | 'line'>,
  words: string,
): void {
  refuseRow(desired, 'place', row, words)
}

/** Both lines are errors, as in the other lists. */
export function refuseSamePlace(desired: Desired): void {
  const found = desired.scratch.all<PlaceRow & { other: number }>(`
    select place.*, (select min(line) from place as other
      where other.group_id = place.group_id and other.relation = place.relation
        and other.user_id = place.user_id and other.number <> place.number) as other
    from place where did = 'created' and other is not null order by line`)
  for (const { other, ...row } of found) {
    const where = desired.naming.where(other)
    const words = `${quoted(row.name)} is ${row.relation} of ${quoted(row.shown)} also ${where}`
    refusePlace(desired, row, words)
  }
}
