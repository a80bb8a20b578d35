/** A list of the owners and members of groups, which this source has brought, as import.ts carries it out. */
import { applyPlaces } from './apply-places.ts'
import { addPlace, definePlaces, noteWhole } from './desired-places.ts'
import type { List } from './kinds.ts'
import { findLeavingPlaces, removePlaces } from './leaving-places.ts'
import { planPlaces } from './plan-places.ts'
import { refused } from './refused.ts'

export const members: List = {
  table: 'place',
  define: definePlaces,
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
  add: addPlace,
  compare: planPlaces,
  findLeavers: findLeavingPlaces,
  hasTooManyMoves: () => false,
  order: ['write', 'remove'],
  removeLeavers: removePlaces,
  apply: applyPlaces,
}
