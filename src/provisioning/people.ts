/** A list of people, as import.ts carries it out. */
import { deleteUser } from '../directory/change-users.ts'
import { listUsersOf } from '../directory/sources/known-users.ts'
import { applyPeople, countMoves, maxMoves } from './apply-people.ts'
import { addPerson, definePeople } from './desired-people.ts'
import type { List } from './kinds.ts'
import { findLeavers, removeLeavers } from './leavers.ts'
import { readPerson } from './person.ts'
import { planPeople } from './plan-people.ts'
import { refused } from './refused.ts'

export const people: List = {
  table: 'person',
  define: definePeople,
  expectColumns({ at, headers }) {
    if (at.has('userPrincipalName')) return
    const there = headers.map(header => JSON.stringify(header)).join(', ')
    throw refused(
      `no column is the userPrincipalName, by which people are found; there are ${there}. Say which: --column 'userPrincipalName=${at.has('mail') ? (headers[at.get('mail') ?? 0] ?? '') : 'header'}'`,
    )
  },
  describeKey(has) {
    const key = ['externalId', 'id', 'userPrincipalName'].find(has) ?? 'userPrincipalName'
    return `A later import finds the same people by ${key}.`
  },
  add: (desired, line, cells) => addPerson(desired, line, readPerson(cells)),
  compare: planPeople,
  findLeavers: (desired, { database, tenantId, source }) =>
    findLeavers(desired, 'person', async page =>
      (await listUsersOf(database, tenantId, source, page)).map(row => ({
        id: row.id,
        name: row.user_principal_name,
      })),
    ),
  hasTooManyMoves: desired => countMoves(desired) > maxMoves,
  order: ['remove', 'write'],
  removeLeavers: (desired, { database, tenantId, source }, how) =>
    removeLeavers(desired, 'person', how, async id => {
      const isGone = await deleteUser(database, tenantId, id, { source, at: how.at })
      if (isGone) how.onChange({ kind: 'person', did: 'removed', tenantId, id, source })
      return isGone
    }),
  apply: applyPeople,
}
