/**
 * The naming rule for owners: with "{displayName} Owners", the members of "Sales Owners" own the group "Sales" of the
 * same source. The rule is applied in the transaction that changes one of the two groups.
 */
import type { Database, GroupRow } from '../../storage/schema.ts'
import { lockGroup, writeGroup } from '../group-rows.ts'
import {
  changeMemberships,
  hasChanges,
  type MembershipCounts,
  visitMemberships,
} from './change-memberships.ts'

/** The text before and after the name of the group that is owned; at least one is not empty. */
export type OwnerNaming = Readonly<{ before: string; after: string }>

/** A group that got other owners. */
export type OwnersChanged = Readonly<{ group: GroupRow; counts: MembershipCounts }>

/**
 * Call after a group was created, changed or deleted, inside a transaction that has locked the names of the tenant:
 * `group` is its row before or after. The owners that the rule gives replace all others.
 */
export async function applyOwnerNaming(
  transaction: Database,
  naming: OwnerNaming,
  group: GroupRow,
): Promise<OwnersChanged[]> {
  const owned = ownedName(naming, group.display_name)
  const groups = [
    ...(owned === undefined ? [] : await namesakes(transaction, group, owned)),
    ...(await namesakes(transaction, group, group.display_name)),
  ]
  const changed: OwnersChanged[] = []
  for (const one of groups) {
    const name = `${naming.before}${one.display_name}${naming.after}`
    const [ownerGroup] = await namesakes(transaction, one, name)
    // Without a group of owners, a group keeps the owners that it has.
    if (ownerGroup === undefined && one.display_name !== owned) continue
    const ids = ownerGroup === undefined ? [] : await membersOf(transaction, ownerGroup)
    const given = await giveOwners(transaction, one, ids, group)
    if (given !== undefined) changed.push(given)
  }
  return changed
}

/** undefined when the group had these owners already. `cause`: the group that was written before. */
async function giveOwners(
  transaction: Database,
  { tenant_id, id }: GroupRow,
  ids: readonly string[],
  cause: GroupRow,
): Promise<OwnersChanged | undefined> {
  const group = await lockGroup(transaction, tenant_id, id)
  if (group === undefined) return undefined
  const change = { how: 'replace', relation: 'owner', ids } as const
  const { counts } = await changeMemberships(transaction, group, [change])
  if (!hasChanges(counts)) return undefined
  if (id === cause.id) return { group, counts }
  // Later than the change before, because the time is the version.
  const row = { ...group, changed_at: Math.max(cause.changed_at, group.changed_at + 1) }
  await writeGroup(transaction, row)
  return { group: row, counts }
}

function ownedName({ before, after }: OwnerNaming, name: string): string | undefined {
  if (!name.startsWith(before) || !name.endsWith(after)) return undefined
  const owned = name.slice(before.length, name.length - after.length)
  return owned === '' || owned.length + before.length + after.length > name.length
    ? undefined
    : owned
}

/** The groups of the same source with exactly this name. */
async function namesakes(
  transaction: Database,
  { tenant_id, source }: GroupRow,
  displayName: string,
): Promise<GroupRow[]> {
  return await transaction
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('display_name', '=', displayName)
    .where('source', '=', source)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .limit(maxNamesakes)
    .execute()
}

const maxNamesakes = 10

async function membersOf(
  transaction: Database,
  { tenant_id, id: group_id }: GroupRow,
): Promise<string[]> {
  const all: string[] = []
  const key = { tenant_id, group_id, relation: 'member' } as const
  for await (const ids of visitMemberships(transaction, key)) all.push(...ids)
  return all
}
