/**
 * Finds the people whom members and contacts name by id, externalId or userPrincipalName: in the file first, then in the
 * directory.
 */
import { findKnownUsers } from '../directory/sources/known-users.ts'
import { normalizeId } from '../guid.ts'
import type { UserRow } from '../storage/schema.ts'
import { type Desired, refuseRow } from './desired.ts'
import { quoted } from './refused.ts'
import type { Target } from './target.ts'

/** Tables with the columns name, name_as_id, name_key and user_id. */
type Naming = 'membership' | 'contact'

const inFile = [
  ['id', 'name_as_id'],
  ['external_id', 'name_as_id'],
  ['name_key', 'name_key'],
] as const

/** People who are in the file need not be in the directory. */
export function findPeopleInFile({ scratch }: Desired, table: Naming): void {
  for (const [column, named] of inFile) {
    scratch.run(`update ${table} set user_id = (
        select person.id from person
        where person.${column} = ${table}.${named} and person.did <> 'error')
      where user_id is null and did is null`)
  }
}

/** At most 500. */
export async function findPeople(
  { database, tenantId, source }: Target,
  names: readonly string[],
): Promise<(name: string) => UserRow | undefined> {
  const called = names.map(name => {
    const id = normalizeId(name)
    return { id, externalId: id, userPrincipalName: name }
  })
  const known = await findKnownUsers(database, tenantId, source, called)
  return name => {
    const id = normalizeId(name)
    return [known.withId(id), known.called(id), known.inTheWay(name, undefined)].find(
      person => person !== undefined && person.deleted_at === null,
    )
  }
}

/** Refuses people who are not in the list of people, because they would be removed. */
export function refuseLeavingPeople(desired: Desired, table: Naming): void {
  const found = desired.scratch.all<{ number: number; line: number; name: string }>(`
    select number, line, name from ${table} where did <> 'error'
      and user_id in (select id from leaver where list = 'person') order by line`)
  for (const row of found) {
    refuseRow(desired, table, row, `${quoted(row.name)} is not in the list of people`)
  }
}
