/**
 * Adds and removes many owners and members of one group, in the order of a list of changes, inside a transaction that
 * has locked the group. Each step is of a few hundred rows, and other work runs in between.
 */
import { yieldToOthers } from '../../event-loop.ts'
import type { Database, GroupRow } from '../../storage/schema.ts'
import { lockRows } from '../../storage/transactions.ts'
import { expectWithinLimit } from '../group-rows.ts'
import type { GroupRelation } from '../groups-of-person.ts'

/** 'replace' removes everybody else of this relation. */
export type MembershipChange = Readonly<{
  how: 'add' | 'remove' | 'replace'
  relation: GroupRelation
  ids: readonly string[]
}>

export type MembershipCounts = Readonly<Record<GroupRelation, { added: number; removed: number }>>

/** What a list of changes did. `unknown`: ids that were to be added and are not in the directory. */
export type MembershipsChanged = Readonly<{ counts: MembershipCounts; unknown: readonly string[] }>

type Key = Readonly<{ tenant_id: string; group_id: string; relation: GroupRelation }>

const rowsOfStep = 500

/** People who are not in the directory are left out. Throws Failure 'group-full'. */
export async function changeMemberships(
  transaction: Database,
  { tenant_id, id: group_id }: Pick<GroupRow, 'tenant_id' | 'id'>,
  changes: readonly MembershipChange[],
): Promise<MembershipsChanged> {
  const counts = { owner: { added: 0, removed: 0 }, member: { added: 0, removed: 0 } }
  const unknown: string[] = []
  for (const { how, relation, ids } of changes) {
    const key = { tenant_id, group_id, relation }
    const count = counts[relation]
    const named = new Set(ids)
    if (how === 'replace') count.removed += await removeOthers(transaction, key, named)
    // Sorted over all steps, so that two transactions that lock the same people do not deadlock.
    for (const some of steps([...named].sort())) {
      if (how === 'remove') count.removed += await removeSome(transaction, key, some)
      else count.added += await addSome(transaction, key, some, unknown)
      await yieldToOthers()
    }
  }
  if (counts.member.added + counts.owner.added > 0) {
    await expectWithinLimit(transaction, { tenant_id, group_id })
  }
  return { counts, unknown }
}

export function hasChanges({ owner, member }: MembershipCounts): boolean {
  return owner.added + owner.removed + member.added + member.removed > 0
}

function* steps(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += rowsOfStep) yield ids.slice(at, at + rowsOfStep)
}

/** Resolves with how many were added. */
async function addSome(
  transaction: Database,
  key: Key,
  ids: readonly string[],
  unknown: string[],
): Promise<number> {
  const people = transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', key.tenant_id)
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .orderBy('id')
  const present = await lockRows(people).execute()
  const known = new Set(present.map(({ id }) => id))
  unknown.push(...ids.filter(id => !known.has(id)))
  if (present.length === 0) return 0
  const added = await transaction
    .insertInto('group_people')
    .values(present.map(({ id }) => ({ ...key, user_id: id })))
    .onConflict(conflict => conflict.doNothing())
    .returning('user_id')
    .execute()
  return added.length
}

/** Resolves with how many were removed. */
async function removeSome(
  transaction: Database,
  { tenant_id, group_id, relation }: Key,
  ids: readonly string[],
): Promise<number> {
  const { numDeletedRows } = await transaction
    .deleteFrom('group_people')
    .where('tenant_id', '=', tenant_id)
    .where('group_id', '=', group_id)
    .where('relation', '=', relation)
    .where('user_id', 'in', ids)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

async function removeOthers(
  transaction: Database,
  key: Key,
  kept: ReadonlySet<string>,
): Promise<number> {
  let removed = 0
  for await (const ids of visitMemberships(transaction, key)) {
    const others = ids.filter(id => !kept.has(id))
    if (others.length > 0) removed += await removeSome(transaction, key, others)
  }
  return removed
}

/** Yields the ids of a group's owners or members, deleted people included, in order, 500 at a time. */
export async function* visitMemberships(
  database: Database,
  { tenant_id, group_id, relation }: Key,
): AsyncGenerator<readonly string[]> {
  for (let after = ''; ; ) {
    const rows = await database
      .selectFrom('group_people')
      .select('user_id')
      .where('tenant_id', '=', tenant_id)
      .where('group_id', '=', group_id)
      .where('relation', '=', relation)
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(rowsOfStep)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(({ user_id }) => user_id)
    await yieldToOthers()
    after = last.user_id
  }
}
