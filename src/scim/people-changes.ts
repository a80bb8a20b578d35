/**
 * Reads which members and owners a PATCH adds to a group and removes from it, in the order of its operations. The people
 * who are in the group are not read for that, so a change of another request at the same time is not overwritten.
 */

import type { GroupRelation } from '../directory/groups-of-person.ts'
import type { MembershipChange } from '../directory/sources/change-memberships.ts'
import { normalizeId } from '../guid.ts'
import { entriesOf } from './parts.ts'
import type { Operation } from './patch-body.ts'
import { refused } from './refused.ts'
import type { Attribute, Value } from './schema.ts'

export function relationOf({ name }: Attribute): GroupRelation | undefined {
  if (name === 'members') return 'member'
  return name === 'owners' ? 'owner' : undefined
}

/** Throws Failure 'resource-invalid'. */
export function peopleChanges(operations: readonly Operation[]): readonly MembershipChange[] {
  const changes: MembershipChange[] = []
  for (const operation of operations) {
    const relation = relationOf(operation.path.attribute)
    if (relation === undefined) continue
    for (const change of readChanges(relation, operation)) append(changes, change)
  }
  return changes
}

/** Neighbours of one kind become one change: authentik sends an operation for each member. */
function append(changes: MembershipChange[], change: MembershipChange): void {
  const last = changes.at(-1)
  const isSame = last?.relation === change.relation && last.how === change.how
  if (last === undefined || !isSame || change.how === 'replace') {
    changes.push(change)
    return
  }
  changes[changes.length - 1] = { ...last, ids: [...last.ids, ...change.ids] }
}

function readChanges(
  relation: GroupRelation,
  { op, path, value }: Operation,
): readonly MembershipChange[] {
  const ids = idsOf(value)
  if (path.entries === undefined) {
    if (op === 'add' || value !== undefined) return [{ relation, how: op, ids }]
    return [{ relation, how: 'replace', ids: [] }]
  }
  const named = path.entries.described?.get('value')
  if (typeof named !== 'string') {
    throw refused('invalidFilter', `${path.attribute.name} are found by value eq "…" only`)
  }
  const known = { relation, ids: [normalizeId(named)] }
  if (op === 'remove') return [{ ...known, how: 'remove' }]
  const isOther = ids.length > 0 && !ids.includes(normalizeId(named))
  if (op === 'add' || !isOther) return [{ ...known, how: 'add' }]
  return [
    { ...known, how: 'remove' },
    { relation, how: 'add', ids },
  ]
}

/** The ids in entries, or the one id to which `members.value` is set. */
export function idsOf(value: Value | undefined): readonly string[] {
  if (typeof value === 'string') return [normalizeId(value)]
  const ids = entriesOf(value).map(entry => entry.get('value'))
  return ids.filter(id => typeof id === 'string').map(normalizeId)
}
