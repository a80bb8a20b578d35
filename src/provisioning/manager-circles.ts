/**
 * Refuses circles of managers, with the lines that close them. Managers who are not in the file are looked up in the
 * directory.
 */
import { findManagerIds } from '../directory/sources/known-users.ts'
import type { Scratch } from '../storage/scratch.ts'
import type { Desired } from './desired.ts'
import { refusePerson } from './desired-people.ts'
import { quoted } from './refused.ts'
import type { Target } from './target.ts'

/** Resolves with whether there was one. */
export async function refuseManagerCircles(desired: Desired, target: Target): Promise<boolean> {
  const { scratch } = desired
  const [asked] = scratch.all('select 1 from person where manager_id is not null limit 1')
  if (asked === undefined) return false
  scratch.define(`
    drop table if exists above;
    create table above (id text primary key, manager_id text, seen integer) without rowid;
    create index above_manager on above (manager_id);
    insert into above (id, manager_id)
      select id, case when manager is null then had_manager else manager_id end
      from person where did <> 'error'`)
  await addOthers(scratch, target)
  let isFound = false
  for (const start of startsOf(scratch)) {
    const last = climb(scratch, start)
    if (last === undefined) continue
    refuseCircle(desired, last)
    isFound = true
  }
  return isFound
}

const batchRows = 300

async function addOthers(scratch: Scratch, { database, tenantId }: Target): Promise<void> {
  for (;;) {
    const missing = scratch.all<{ id: string }>(
      `select distinct manager_id as id from above
      where manager_id is not null and manager_id not in (select id from above) limit ?`,
      batchRows,
    )
    if (missing.length === 0) return
    const ids = missing.map(({ id }) => id)
    const managers = await findManagerIds(database, tenantId, ids)
    for (const id of ids) {
      scratch.run('insert into above (id, manager_id) values (?, ?)', id, managers.get(id) ?? null)
    }
  }
}

type Start = Readonly<{ number: number; id: string }>

/** Read in pages, because the table is written between them. */
function* startsOf(scratch: Scratch): Generator<Start> {
  for (let after = 0; ; ) {
    const rows = scratch.all<Start>(
      `select number, id from person where manager_id is not null and did <> 'error' and number > ?
      order by number limit ?`,
      after,
      batchRows,
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.number
  }
}

/** The id of a person on a circle; undefined if there is none above this one. Each person is visited once. */
function climb(scratch: Scratch, { number, id }: Start): string | undefined {
  for (let at: string | null = id; at !== null; ) {
    const [row]: { manager_id: string | null; seen: number | null }[] = scratch.all(
      'select manager_id, seen from above where id = ?',
      at,
    )
    if (row === undefined) return undefined
    if (row.seen !== null) return row.seen === number ? at : undefined
    scratch.run('update above set seen = ? where id = ?', number, at)
    at = row.manager_id
  }
  return undefined
}

type OnCircle = Readonly<{ number: number; line: number; name: string }>

const longestShown = 5

/** Only people of the file can be refused; others on the circle are in the directory already. */
function refuseCircle(desired: Desired, id: string): void {
  const ids = [...around(desired.scratch, id)]
  const found = ids.flatMap(one =>
    desired.scratch.all<OnCircle>(
      `select number, line, name from person where id = ? and did <> 'error'`,
      one,
    ),
  )
  const names = found
    .slice(0, longestShown)
    .map(({ name, line }) => `${quoted(name)} (${desired.naming.long(line)})`)
  const more = ids.length > names.length ? ` and ${ids.length - names.length} more` : ''
  for (const person of found) {
    const words =
      ids.length === 1
        ? `${quoted(person.name)} is their own manager`
        : `managers go round in a circle: ${names.join(', ')}${more}`
    refusePerson(desired, person, words)
  }
}

function* around(scratch: Scratch, id: string): Generator<string> {
  yield id
  for (
    let at = managerOf(scratch, id);
    at !== undefined && at !== id;
    at = managerOf(scratch, at)
  ) {
    yield at
  }
}

function managerOf(scratch: Scratch, id: string): string | undefined {
  const [row] = scratch.all<{ manager_id: string | null }>(
    'select manager_id from above where id = ?',
    id,
  )
  return row?.manager_id ?? undefined
}
