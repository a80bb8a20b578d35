/** The groups of a file as rows, and the refusal of lines that name one group twice. */
import type { WantedGroup } from '../directory/sources/put-groups.ts'
import { type Desired, refuseRow } from './desired.ts'
import type { ReadGroup } from './group.ts'
import { quoted } from './refused.ts'

/** `number` counts the groups of the file. */
export type GroupRow = Readonly<{
  number: number
  line: number
  external_id: string
  wanted_id: string | null
  /** WantedGroup's fields, as JSON. */
  fields: string
  id: string | null
  /** Columns, with commas between. */
  changed: string | null
}>

export function defineGroups({ scratch }: Desired): void {
  scratch.define(`
    create table team (
      number integer primary key, line integer not null,
      external_id text not null, wanted_id text, name text, shown text not null,
      fields text not null, id text, did text, changed text, done integer not null default 0);
    create index team_external on team (external_id);
    create index team_wanted on team (wanted_id);
    create index team_id on team (id);
    create index team_line on team (line);`)
}

export function addGroup({ scratch }: Desired, line: number, group: ReadGroup): void {
  const { externalId, id, fields } = group
  scratch.run(
    'insert into team (line, external_id, wanted_id, shown, fields) values (?, ?, ?, ?, ?)',
    line,
    externalId,
    id ?? null,
    fields.displayName,
    JSON.stringify(fields, (_name, value: unknown) => (value === undefined ? null : value)),
  )
}

/** JSON has null for undefined, which takes a value away. */
export function toWanted(row: GroupRow & Readonly<{ id: string }>): WantedGroup {
  const entries = Object.entries<unknown>(JSON.parse(row.fields))
  const fields = Object.fromEntries(
    entries.map(([name, value]) => [name, value === null ? undefined : value]),
  ) as WantedGroup['fields']
  return { id: row.id, externalId: row.external_id, fields }
}

export function refuseGroup(
  desired: Desired,
  row: Pick<GroupRow, 'number' | 'line'>,
  words: string,
): void {
  refuseRow(desired, 'team', row, words)
}

type Twice = Readonly<{ number: number; line: number; other: number; value: string }>

/** Both lines are errors: only the operator can say which one is right. */
export function refuseTwice(
  desired: Desired,
  column: 'external_id' | 'wanted_id' | 'id',
  property: string,
): void {
  const found = desired.scratch.all<Twice>(`
    select number, line, ${column} as value,
      (select min(line) from team as other
        where other.${column} = team.${column} and other.number <> team.number) as other
    from team
    where did is not 'error' and ${column} in (
      select ${column} from team where ${column} is not null
      group by ${column} having count(*) > 1)
    order by line`)
  for (const { other, value, ...row } of found) {
    const where = desired.naming.where(other)
    refuseGroup(desired, row, `the ${property} ${quoted(value)} is also ${where}`)
  }
}
