/**
 * Plans the groups of a file: compares them with the directory, some hundred at a time. Nothing is written there.
 */
import { randomUUID } from 'node:crypto'
import { findKnownGroups, type KnownGroups, mergeGroup } from '../directory/sources/put-groups.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type GroupRow, refuseGroup, refuseTwice, toWanted } from './desired-groups.ts'
import { quoted } from './refused.ts'
import type { Progress, Target } from './target.ts'
import { wordsOf } from './words.ts'

const batchRows = 200

export async function planGroups(
  desired: Desired,
  target: Target,
  progress: Progress,
): Promise<void> {
  refuseTwice(desired, 'external_id', 'externalId')
  refuseTwice(desired, 'wanted_id', 'id')
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<GroupRow>(
      'select * from team where number > ? and did is null order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    await compare(desired, target, rows)
    after = last.number
    progress(after)
  }
  refuseTwice(desired, 'id', 'id in the directory')
}

async function compare(
  desired: Desired,
  { database, tenantId, source }: Target,
  rows: readonly GroupRow[],
): Promise<void> {
  const called = rows.map(row => ({ id: row.wanted_id ?? undefined, externalId: row.external_id }))
  const known = await findKnownGroups(database, tenantId, source, called)
  for (const row of rows) compareOne(desired, { tenantId, source }, row, known)
}

function compareOne(
  desired: Desired,
  { tenantId, source }: Pick<Target, 'tenantId' | 'source'>,
  row: GroupRow,
  known: KnownGroups,
): void {
  const named = known.called(row.external_id)
  const { wanted_id: wanted } = row
  if (named !== undefined && wanted !== null && named.id !== wanted) {
    const words = `${quoted(row.external_id)} has the id ${named.id} in the directory, and the file says ${wanted}: an id does not change`
    refuseGroup(desired, row, words)
    return
  }
  const before = named ?? (wanted === null ? undefined : known.withId(wanted))
  const id = before?.id ?? wanted ?? randomUUID()
  try {
    const group = toWanted({ ...row, id })
    const { did, changed } = mergeGroup(tenantId, before, group, { source, at: 0 })
    desired.scratch.run(
      'update team set id = ?, did = ?, changed = ? where number = ?',
      id,
      did,
      changed.join(),
      row.number,
    )
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    desired.scratch.run('update team set id = ? where number = ?', id, row.number)
    refuseGroup(desired, row, wordsOf(error, 'the group comes'))
  }
}
