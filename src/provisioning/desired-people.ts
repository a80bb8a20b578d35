/** The people of a file as rows, and the refusal of lines that contradict each other. */
import { userNameKey } from '../directory/queries/name-key.ts'
import { normalizeId } from '../guid.ts'
import { type Desired, type Did, refuseRow } from './desired.ts'
import type { WantedPerson } from './person.ts'
import { quoted } from './refused.ts'

/** `number` counts the people of the file. */
export type PersonRow = Readonly<{
  number: number
  line: number
  external_id: string
  wanted_id: string | null
  name: string
  name_key: string
  /** WantedPerson's fields, as JSON. */
  fields: string
  /** null if the file does not say. */
  manager: string | null
  manager_id: string | null
  /** The manager in the directory. */
  had_manager: string | null
  is_known: number
  id: string | null
  did: Did | null
  /** Columns, with commas between. */
  changed: string | null
}>

export function definePeople({ scratch }: Desired): void {
  scratch.define(`
    create table person (
      number integer primary key, line integer not null,
      external_id text not null, wanted_id text, name text not null, name_key text not null,
      fields text not null, shown text,
      manager text, manager_as_id text, manager_key text, manager_id text, had_manager text,
      is_known integer not null default 0, id text, did text, changed text,
      done integer not null default 0);
    create index person_external on person (external_id);
    create index person_wanted on person (wanted_id);
    create index person_name on person (name_key);
    create index person_id on person (id);
    create index person_manager on person (manager_id);
    create index person_line on person (line);`)
}

export function addPerson({ scratch }: Desired, line: number, person: WantedPerson): void {
  const { externalId, id, nameKey, fields, manager } = person
  scratch.run(
    `insert into person (line, external_id, wanted_id, name, name_key, shown, fields, manager,
      manager_as_id, manager_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    line,
    externalId,
    id ?? null,
    fields.userPrincipalName,
    nameKey,
    fields.displayName,
    JSON.stringify(fields, (_name, value: unknown) => (value === undefined ? null : value)),
    manager ?? null,
    manager === undefined ? null : normalizeId(manager),
    manager === undefined ? null : userNameKey(manager),
  )
}

/** JSON has null for undefined, which takes a value away. */
export function readFields({ fields }: Pick<PersonRow, 'fields'>): WantedPerson['fields'] {
  const entries = Object.entries<unknown>(JSON.parse(fields))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === null ? undefined : value]),
  ) as WantedPerson['fields']
}

const uniques = [
  ['wanted_id', 'id'],
  ['external_id', 'externalId'],
  ['name_key', 'userPrincipalName'],
] as const

/** Both lines are errors: only the operator can say which one is right. */
export function refuseDuplicates(desired: Desired): void {
  for (const [column, property] of uniques) {
    // Without a column externalId it equals the id or the name, whose duplicate is reported already.
    const again =
      column === 'external_id'
        ? 'and external_id not in (name_key, ifnull(wanted_id, name_key))'
        : ''
    const found = desired.scratch.all<{ line: number; other: number; value: string }>(`
      select line, ${column} as value,
        (select min(line) from person as other
          where other.${column} = person.${column} and other.number <> person.number) as other
      from person
      where ${column} in (
        select ${column} from person where ${column} is not null
        group by ${column} having count(*) > 1) ${again}
      order by line`)
    for (const { line, other, value } of found) {
      const where = desired.naming.where(other)
      desired.addProblem(line, `the ${property} ${quoted(value)} is also ${where}`)
    }
    desired.scratch.run(`
      update person set did = 'error' where ${column} in (
        select ${column} from person where ${column} is not null
        group by ${column} having count(*) > 1)`)
  }
}

/** Two lines that lead to one row of the directory, by different ids. */
export function refuseSameRow(desired: Desired): void {
  const found = desired.scratch.all<{ number: number; line: number; id: string; other: number }>(`
    select number, line, id,
      (select min(line) from person as other
        where other.id = person.id and other.number <> person.number) as other
    from person
    where id in (select id from person where id is not null group by id having count(*) > 1)
    order by line`)
  for (const { id, other, ...row } of found) {
    const where = desired.naming.where(other)
    refusePerson(desired, row, `the person with the id ${id} is also ${where}`)
  }
}

export function refusePerson(
  desired: Desired,
  row: Pick<PersonRow, 'number' | 'line'>,
  words: string,
): void {
  refuseRow(desired, 'person', row, words)
}
