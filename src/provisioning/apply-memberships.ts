/** Writes the owners and members of a plan, in slices of one group: a large group is not locked for long. */
import { addPeople } from '../directory/sources/put-members.ts'
import { Failure } from '../failure.ts'
import type { Desired } from './desired.ts'
import { type FoundMembership, refuseMembership } from './desired-memberships.ts'
import type { Applied, Applying } from './kinds.ts'
import { quoted } from './refused.ts'
import type { Target } from './target.ts'
import { wordsOf } from './words.ts'

const batchRows = 200

export async function applyMemberships(
  desired: Desired,
  target: Target,
  { signal, progress, onChange }: Applying,
): Promise<Applied> {
  const { tenantId, source } = target
  let [written, refused] = [0, 0]
  while (!signal.aborted) {
    const slice = readSlice(desired)
    const groupId = slice[0]?.group_id
    if (groupId === undefined) break
    const outcomes = await putSlice(target, groupId, slice)
    for (const [index, row] of slice.entries()) note(desired, row, outcomes[index])
    const added = outcomes.filter(words => words === undefined).length
    if (added > 0) onChange({ kind: 'group', did: 'changed', tenantId, id: groupId, source })
    written += added
    refused += slice.length - added
    progress(written)
  }
  return { written, refused }
}

/** Of one group, owners first. */
function readSlice({ scratch }: Desired): FoundMembership[] {
  const rows = scratch.all<FoundMembership>(
    `select * from membership where did = 'created' and done = 0
    order by group_id, relation desc, number limit ?`,
    batchRows,
  )
  return rows.filter(row => row.group_id === rows[0]?.group_id)
}

/** undefined for each person who is in the group now; otherwise words. */
async function putSlice(
  { database, tenantId, source }: Target,
  groupId: string,
  rows: readonly FoundMembership[],
): Promise<(string | undefined)[]> {
  const memberships = rows.map(({ user_id, relation }) => ({ userId: user_id, relation }))
  try {
    const areThere = await addPeople(database, { tenantId, groupId }, memberships, source)
    return areThere.map((isThere, index) =>
      isThere ? undefined : `${quoted(rows[index]?.name ?? '')} is no longer in the directory`,
    )
  } catch (error) {
    if (!(error instanceof Failure) || !expected.has(error.code)) throw error
    return rows.map(() => wordsOf(error, 'the group comes'))
  }
}

const expected: ReadonlySet<string> = new Set([
  'managed-elsewhere',
  'group-full',
  'group-not-found',
])

function note(desired: Desired, row: FoundMembership, words: string | undefined): void {
  if (words !== undefined) refuseMembership(desired, row, words)
  else desired.scratch.run('update membership set done = 1 where number = ?', row.number)
}
