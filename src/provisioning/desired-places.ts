/** The owners and members that a file names, as rows: each is a person's place in a group. */
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
}>

/** Of a place without an error. */
export type FoundPlace = PlaceRow & Readonly<{ group_id: string; user_id: string }>

export function definePlaces({ scratch }: Desired): void {
  scratch.define(`
    create table place (
      number integer primary key, line integer not null,
      shown text not null, name text not null, relation text not null,
      group_id text, user_id text, did text, changed text, done integer not null default 0);
    create index place_key on place (group_id, relation, user_id);
    create index place_line on place (line);`)
}

/** Throws Unreadable. */
export function addPlace({ scratch }: Desired, line: number, cells: Cells<MemberProperty>): void {
  const group = readNeeded('group', cells)
  const person = readNeeded('person', cells)
  const relation = readWord('role', cells('role') ?? '', ['owner', 'member']) ?? 'member'
  scratch.run(
    'insert into place (line, shown, name, relation, changed) values (?, ?, ?, ?, ?)',
    line,
    group,
    person,
    relation,
    '',
  )
}

function readNeeded(property: 'group' | 'person', cells: Cells<MemberProperty>): string {
  const text = readText(property, cells(property) ?? '')
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
    const words = `${quoted(row.name)} is ${row.relation} of ${quoted(row.shown)} also on line ${other}`
    refusePlace(desired, row, words)
  }
}
