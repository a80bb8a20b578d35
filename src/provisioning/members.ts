/** A list of the owners and members of groups, which this source has brought, as import.ts carries it out. */
import { applyMemberships } from './apply-memberships.ts'
import { addMembership, defineMemberships, noteWhole } from './desired-memberships.ts'
import type { List } from './kinds.ts'
import { findLeavingMemberships, removeMemberships } from './leaving-memberships.ts'
import { planMemberships } from './plan-memberships.ts'
import { refused } from './refused.ts'

export const members: List = {
  table: 'membership',
  define: defineMemberships,
  expectColumns({ at }) {
    for (const property of ['group', 'person']) {
      if (at.has(property)) continue
      throw refused(`no column is the ${property}: --column '${property}=header'`)
    }
  },
  describeKey: has =>
    has('role')
      ? 'Each row is one owner or one member of a group.'
      : 'Each row is one member of a group. Owners stay as they are: there is no role.',
  begin: noteWhole,
  add: addMembership,
  compare: planMemberships,
  findLeavers: findLeavingMemberships,
  hasTooManyMoves: () => false,
  order: ['write', 'remove'],
  removeLeavers: removeMemberships,
  apply: applyMemberships,
}
