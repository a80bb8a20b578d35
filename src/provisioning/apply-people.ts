/**
 * Writes the people of a plan, some hundred in one transaction, so that servers on the same rows work in between. Each
 * transaction checks its people again: a person who has changed since the plan was made may be refused.
 */
import { type PutOutcome, putUsers } from '../directory/sources/put-users.ts'
import type { DirectoryChange } from '../events.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type PersonRow, readFields, refusePerson } from './desired-people.ts'
import type { Applied, Applying } from './kinds.ts'
import type { Target } from './target.ts'
import { wordsOf } from './words.ts'

/** A transaction of so many takes some hundredths of a second. */
const batchRows = 200

const writing = `did in ('created', 'changed', 'adopted', 'restored')`
const moving = `(number in (select number from clash) or id in (select holder_id from clash))`

/** Names that go from one to another stay in one transaction. */
export const maxMoves = 450

export function countMoves({ scratch }: Desired): number {
  const [row] = scratch.all<{ count: number }>(
    `select count(*) as count from person where ${writing} and ${moving}`,
  )
  return row?.count ?? 0
}

export async function applyPeople(
  desired: Desired,
  target: Target,
  { at, signal, progress, onChange }: Applying,
): Promise<Applied> {
  const { scratch } = desired
  let [written, refused] = [0, 0]
  const write = async (rows: readonly PersonRow[]) => {
    const outcomes = await putRows(target, rows, at)
    for (const [index, row] of rows.entries()) {
      const outcome = outcomes[index]
      if (!(outcome instanceof Failure)) {
        const change = describeOutcome(target, row, outcome)
        if (change !== undefined) onChange(change)
        scratch.run('update person set done = 1 where number = ?', row.number)
        continue
      }
      refused += 1
      refusePerson(desired, row, wordsOf(outcome))
    }
    written += rows.length
    progress(written)
  }
  const moves = scratch.all<PersonRow>(`select * from person where ${writing} and ${moving}`)
  if (moves.length > 0) await write(moves)
  for (let after = 0; !signal.aborted; ) {
    const rows = scratch.all<PersonRow>(
      `select * from person where number > ? and ${writing} and not ${moving}
      order by number limit ?`,
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.number
    await write(rows)
  }
  return { written: written - refused, refused }
}

/** undefined for a person whom somebody else has meanwhile made as the file says. */
function describeOutcome(
  { tenantId, source }: Target,
  row: PersonRow,
  outcome: Exclude<PutOutcome, Failure> | undefined,
): DirectoryChange | undefined {
  if (row.id === null || outcome === undefined || outcome === 'unchanged') return undefined
  const did = outcome === 'changed' ? nameChange(row) : outcome
  return { kind: 'person', did, tenantId, id: row.id, source }
}

function nameChange(row: PersonRow): 'changed' | 'disabled' | 'enabled' {
  if (!row.changed?.split(',').includes('is_active')) return 'changed'
  return readFields(row).isActive === false ? 'disabled' : 'enabled'
}

async function putRows(
  { database, tenantId, source }: Target,
  rows: readonly PersonRow[],
  at: number,
): Promise<PutOutcome[]> {
  const people = rows.map(row => ({
    id: row.id ?? '',
    externalId: row.external_id,
    fields: readFields(row),
    managerId: row.manager === null ? undefined : row.manager_id,
  }))
  return await putUsers(database, tenantId, people, { source, at })
}
