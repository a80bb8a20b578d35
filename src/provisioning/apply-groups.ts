/** Writes the groups of a plan, some hundred in one transaction, which checks them again. */
import { type PutOutcome, putGroups } from '../directory/sources/put-groups.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type GroupRow, refuseGroup, toWanted } from './desired-groups.ts'
import type { Applied, Applying } from './kinds.ts'
import type { Target } from './target.ts'
import { wordsOf } from './words.ts'

const batchRows = 200

export async function applyGroups(
  desired: Desired,
  target: Target,
  how: Applying,
): Promise<Applied> {
  const { database, tenantId, source } = target
  let [done, refused] = [0, 0]
  for (let after = 0; !how.signal.aborted; ) {
    const rows = desired.scratch.all<GroupRow & { id: string }>(
      `select * from team where number > ? and did in ('created', 'changed', 'restored')
      order by number limit ?`,
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.number
    const origin = { source, at: how.at }
    const outcomes = await putGroups(database, tenantId, rows.map(toWanted), origin)
    for (const [index, row] of rows.entries()) note(desired, target, row, outcomes[index], how)
    refused += outcomes.filter(outcome => outcome instanceof Failure).length
    done += rows.length
    how.progress(done)
  }
  return { written: done - refused, refused }
}

/** Somebody else may meanwhile have made the group as the file says. */
function note(
  desired: Desired,
  { tenantId, source }: Target,
  row: GroupRow & { id: string },
  outcome: PutOutcome | undefined,
  { onChange }: Applying,
): void {
  if (outcome instanceof Failure) {
    refuseGroup(desired, row, wordsOf(outcome, 'the group comes'))
    return
  }
  desired.scratch.run('update team set done = 1 where number = ?', row.number)
  if (outcome === undefined || outcome === 'unchanged') return
  onChange({ kind: 'group', did: outcome, tenantId, id: row.id, source })
}
