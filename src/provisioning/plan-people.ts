/**
 * Plans the people of a file: compares them with the directory, some hundred at a time. Nothing is written there.
 */
import { randomUUID } from 'node:crypto'
import { findKnownUsers, type KnownUsers } from '../directory/sources/known-users.ts'
import { mergeUser } from '../directory/sources/merge-user.ts'
import type { User } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { isGuid } from '../guid.ts'
import type { Desired } from './desired.ts'
import {
  type PersonRow,
  readFields,
  refuseDuplicates,
  refusePerson,
  refuseSameRow,
} from './desired-people.ts'
import { resolveManagers } from './managers.ts'
import { quoted } from './refused.ts'
import { refuseTakenNames } from './taken-names.ts'
import type { Progress, Target } from './target.ts'
import { wordsOf } from './words.ts'

const batchRows = 300

export async function planPeople(
  desired: Desired,
  target: Target,
  leavers: 'stay' | 'go',
  progress: Progress,
): Promise<void> {
  refuseDuplicates(desired)
  desired.scratch.define(
    `create table clash (number integer not null, holder_id text not null,
      holder_source text not null, is_id integer not null, words text not null)`,
  )
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<PersonRow>(
      'select * from person where number > ? and did is null order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    await compare(desired, target, rows)
    after = last.number
    progress(after)
  }
  refuseSameRow(desired)
  refuseTakenNames(desired, target.source, leavers)
  await resolveManagers(desired, target)
}

async function compare(
  desired: Desired,
  { database, tenantId, source }: Target,
  rows: readonly PersonRow[],
): Promise<void> {
  const called = rows.map(row => ({
    id: row.wanted_id ?? undefined,
    externalId: row.external_id,
    userPrincipalName: row.name,
  }))
  const known = await findKnownUsers(database, tenantId, source, called)
  for (const row of rows) compareOne(desired, { tenantId, source }, row, known)
}

function compareOne(
  desired: Desired,
  { tenantId, source }: Pick<Target, 'tenantId' | 'source'>,
  row: PersonRow,
  known: KnownUsers,
): void {
  const named = known.called(row.external_id)
  const { wanted_id: wanted } = row
  if (named !== undefined && wanted !== null && isGuid(wanted) && named.id !== wanted) {
    const words = `${quoted(row.external_id)} has the id ${named.id} in the directory, and the file says ${wanted}: an id does not change`
    refusePerson(desired, row, words)
    return
  }
  const before = named ?? (wanted === null ? undefined : known.withId(wanted))
  const id = before?.id ?? newId(wanted)
  const person = { id, externalId: row.external_id, fields: readFields(row), managerId: undefined }
  try {
    const { did, changed } = mergeUser(tenantId, before, person, { source, at: 0 })
    desired.scratch.run(
      'update person set id = ?, did = ?, changed = ?, is_known = ?, had_manager = ? where number = ?',
      id,
      did,
      changed.join(),
      before === undefined ? 0 : 1,
      before?.manager_id ?? null,
      row.number,
    )
    noteHolder(desired, row, known.inTheWay(row.name, id))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    desired.scratch.run('update person set id = ? where number = ?', id, row.number)
    refusePerson(desired, row, wordsOf(error))
  }
}

/** Graph's ids are GUIDs. Another id in the file only finds the person who signed in with it. */
function newId(wanted: string | null): string {
  return wanted !== null && isGuid(wanted) ? wanted : randomUUID()
}

/** The holder may give the name up: refuseTakenNames decides when all lines are known. */
function noteHolder({ scratch }: Desired, row: PersonRow, holder: User | undefined): void {
  if (holder === undefined) return
  const isName = holder.user_principal_name_key === row.name_key
  scratch.run(
    'insert into clash values (?, ?, ?, ?, ?)',
    row.number,
    holder.id,
    holder.source,
    isName ? 0 : 1,
    isName ? hasName(row.name, holder) : `${quoted(row.name)} is somebody's id`,
  )
}

function hasName(name: string, { id, source }: User): string {
  const words = `${quoted(name)} is the name of the person with the id ${id}, who comes from ${source}`
  return source === 'sign-in'
    ? `${words}. With that id in the column id, this line takes them over, photo included`
    : words
}
