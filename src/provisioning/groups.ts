/** A list of groups, as import.ts carries it out. */
import { deleteGroup } from '../directory/change-groups.ts'
import { listGroupsOf } from '../directory/sources/put-groups.ts'
import { applyGroups } from './apply-groups.ts'
import { addGroup, defineGroups } from './desired-groups.ts'
import { readGroup } from './group.ts'
import type { List } from './kinds.ts'
import { findLeavers, removeLeavers } from './leavers.ts'
import { planGroups } from './plan-groups.ts'
import { refused } from './refused.ts'

const keys = ['externalId', 'id', 'mailNickname'] as const

export const groups: List = {
  table: 'team',
  define: defineGroups,
  expectColumns({ at }) {
    if (!at.has('displayName'))
      throw refused("no column is the displayName: --column 'displayName=header'")
    if (keys.some(property => at.has(property))) return
    throw refused(
      "groups are found by externalId, id or mailNickname, and there is no such column: --column 'externalId=header'",
    )
  },
  describeKey: has => `A later import finds the same groups by ${keys.find(has) ?? 'externalId'}.`,
  add: (desired, line, cells) => addGroup(desired, line, readGroup(cells)),
  compare: (desired, target, _leavers, progress) => planGroups(desired, target, progress),
  findLeavers: (desired, { database, tenantId, source }) =>
    findLeavers(desired, 'team', async page =>
      (await listGroupsOf(database, tenantId, source, page)).map(row => ({
        id: row.id,
        name: row.display_name,
      })),
    ),
  hasTooManyMoves: () => false,
  order: ['remove', 'write'],
  removeLeavers: (desired, { database, tenantId, source }, how) =>
    removeLeavers(desired, 'team', how, async id => {
      const isGone = await deleteGroup(database, tenantId, id, { source, at: how.at })
      if (isGone) how.onChange({ kind: 'group', did: 'removed', tenantId, id, source })
      return isGone
    }),
  apply: applyGroups,
}
