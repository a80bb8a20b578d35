/** Owners and members of this source's groups whom the file no longer names: finds and removes them. */
import { listMembershipsOf, removePeople } from '../directory/sources/put-members.ts'
import type { Desired } from './desired.ts'
import type { Relation } from './desired-memberships.ts'
import type { Applying, Leavers } from './kinds.ts'
import { isLeaving, judge } from './leavers.ts'
import type { Target } from './target.ts'

type Listed = Awaited<ReturnType<typeof listMembershipsOf>>[number]

const pageRows = 500

/** Also marks the lines that are in the directory already. */
export async function findLeavingMemberships(
  desired: Desired,
  { database, tenantId, source }: Target,
): Promise<Leavers> {
  const { scratch } = desired
  let [of, count] = [0, 0]
  for (let after: Listed | undefined; ; ) {
    const rows = await listMembershipsOf(database, tenantId, source, { top: pageRows, after })
    for (const row of rows) {
      const isNamed = markUnchanged(scratch, row)
      if (!isNamed && !mayLeave(desired, row)) continue
      of += 1
      if (isNamed) continue
      count += 1
      addLeaver(scratch, row)
    }
    after = rows.at(-1)
    if (rows.length < pageRows) break
  }
  return judge(count, of)
}

const sameMembership = 'group_id = ? and relation = ? and user_id = ?'

/** False for a membership that the file does not name. */
function markUnchanged(scratch: Desired['scratch'], row: Listed): boolean {
  const key = [row.group_id, row.relation, row.user_id] as const
  const [named] = scratch.all(`select 1 from membership where ${sameMembership}`, ...key)
  if (named === undefined) return false
  const mark = `update membership set did = 'unchanged' where did = 'created' and ${sameMembership}`
  scratch.run(mark, ...key)
  return true
}

/** A person or a group that is removed keeps its memberships until it is restored or erased. */
function mayLeave(desired: Desired, { group_id, relation, user_id }: Listed): boolean {
  if (isLeaving(desired, 'team', group_id) || isLeaving(desired, 'person', user_id)) return false
  return areListed(desired.scratch, group_id, relation)
}

/** A group without an owner in the file keeps its owners: a team needs one. */
function areListed(scratch: Desired['scratch'], groupId: string, relation: string): boolean {
  const isThere = (query: string, ...values: string[]) => scratch.all(query, ...values).length > 0
  const owners = `select 1 from membership where group_id = ? and relation = 'owner' limit 1`
  if (relation === 'owner' && !isThere(owners, groupId)) return false
  if (isThere('select 1 from named where line = 0')) return true
  const named = `select 1 from team join named on named.line = team.line
    where team.id = ? and relation = ?`
  return isThere(named, groupId, relation)
}

function addLeaver(scratch: Desired['scratch'], row: Listed): void {
  scratch.run(
    `insert into leaver (list, holder_id, relation, id, name, shown)
    values ('membership', ?, ?, ?, ?, ?)`,
    row.group_id,
    row.relation,
    row.user_id,
    row.name,
    row.group_name,
  )
}

type Leaver = Readonly<{ number: number; holder_id: string; relation: Relation; id: string }>

const batchRows = 200

/** Resolves with how many went. */
export async function removeMemberships(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
  { signal, progress, onChange }: Applying,
): Promise<number> {
  let removed = 0
  while (!signal.aborted) {
    const slice = readSlice(scratch)
    const [first] = slice
    if (first === undefined) break
    const { holder_id: groupId, relation } = first
    const ids = slice.map(row => row.id)
    const count = await removePeople(database, { tenantId, groupId }, relation, ids, source)
    for (const { number } of slice) {
      scratch.run('update leaver set done = 1 where number = ?', number)
    }
    if (count > 0) onChange({ kind: 'group', did: 'changed', tenantId, id: groupId, source })
    removed += count
    progress(removed)
  }
  return removed
}

/** Of one group and one relation. */
function readSlice(scratch: Desired['scratch']): Leaver[] {
  const rows = scratch.all<Leaver>(
    `select number, holder_id, relation, id from leaver where list = 'membership' and done = 0
    order by holder_id, relation, number limit ?`,
    batchRows,
  )
  const [first] = rows
  return rows.filter(row => row.holder_id === first?.holder_id && row.relation === first.relation)
}
