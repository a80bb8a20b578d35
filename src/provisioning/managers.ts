/**
 * Finds the managers that a file names by id, externalId or userPrincipalName: in the file first, then in the directory.
 * Lines whose manager is unknown, or goes round in a circle, are refused.
 */
import { findKnownUsers } from '../directory/sources/known-users.ts'
import type { Desired } from './desired.ts'
import { refusePerson } from './desired-people.ts'
import { refuseManagerCircles } from './manager-circles.ts'
import { quoted } from './refused.ts'
import type { Target } from './target.ts'

const inFile = [
  ['id', 'manager_as_id'],
  ['external_id', 'manager_as_id'],
  ['name_key', 'manager_key'],
] as const

export async function resolveManagers(desired: Desired, target: Target): Promise<void> {
  const { scratch } = desired
  for (const [column, named] of inFile) {
    scratch.run(`
      update person set manager_id = (
        select other.id from person as other
        where other.${column} = person.${named} and other.did <> 'error')
      where manager <> '' and manager_id is null and did <> 'error'`)
  }
  await lookInDirectory(desired, target)
  await refuseWrong(desired, target)
  scratch.run(`
    update person set
      did = case did when 'unchanged' then 'changed' else did end,
      changed = case changed when '' then 'manager_id' else changed || ',manager_id' end
    where manager is not null and did <> 'error' and is_known = 1
      and ifnull(manager_id, '') <> ifnull(had_manager, '')`)
}

type Unresolved = Readonly<{ number: number; manager: string; manager_as_id: string }>

/** Repeats, because a refused person keeps the manager in the directory, and that can refuse others or close a circle. */
async function refuseWrong(desired: Desired, target: Target): Promise<void> {
  do refuseUnknown(desired)
  while (await refuseManagerCircles(desired, target))
}

const batchRows = 300

async function lookInDirectory(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = scratch.all<Unresolved>(
      `select number, manager, manager_as_id from person
      where manager <> '' and manager_id is null and did <> 'error' and number > ?
      order by number limit ?`,
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.number
    const called = rows.map(row => ({
      id: row.manager_as_id,
      externalId: row.manager_as_id,
      userPrincipalName: row.manager,
    }))
    const known = await findKnownUsers(database, tenantId, source, called)
    for (const { number, manager, manager_as_id } of rows) {
      const found = [
        known.withId(manager_as_id),
        known.called(manager_as_id),
        known.inTheWay(manager, undefined),
      ].find(row => row !== undefined && row.deleted_at === null)
      if (found === undefined) continue
      scratch.run('update person set manager_id = ? where number = ?', found.id, number)
    }
  }
}

type Lost = Readonly<{ number: number; line: number; manager: string }>

/** A new person who is refused cannot be a manager, so the lines that name them are refused too. */
function refuseUnknown(desired: Desired): void {
  for (let found: readonly Lost[] = []; ; ) {
    found = desired.scratch.all<Lost>(`
      select number, line, manager from person
      where manager <> '' and did <> 'error' and (manager_id is null or exists (
        select 1 from person as other
        where other.id = person.manager_id and other.did = 'error' and other.is_known = 0))
      order by line`)
    if (found.length === 0) return
    for (const person of found) {
      const words = `the manager ${quoted(person.manager)} is neither in the file nor in the directory`
      refusePerson(desired, person, words)
    }
  }
}
