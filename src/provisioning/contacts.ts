/** A list of contacts in the mailboxes of people, as import.ts carries it out. */
import { applyContacts } from './apply-contacts.ts'
import { readContact } from './contact.ts'
import { addContact, defineContacts } from './desired-contacts.ts'
import { refuseFullMailboxes } from './full-mailboxes.ts'
import type { List } from './kinds.ts'
import { findLeavingContacts, removeContacts } from './leaving-contacts.ts'
import { planContacts } from './plan-contacts.ts'
import { refused } from './refused.ts'

const keys = ['externalId', 'emailAddresses'] as const

export const contacts: List = {
  table: 'contact',
  define: defineContacts,
  expectColumns({ at }) {
    if (!at.has('owner')) throw refused("no column is the owner: --column 'owner=header'")
    if (keys.some(property => at.has(property))) return
    throw refused(
      "contacts are found by externalId or emailAddresses, and there is no such column: --column 'externalId=header'",
    )
  },
  describeKey: has =>
    `A later import finds the same contacts by owner and ${keys.find(has) ?? 'externalId'}.`,
  add: (desired, line, cells) => addContact(desired, line, readContact(cells)),
  compare: planContacts,
  async findLeavers(desired, target, leaving) {
    const leavers = await findLeavingContacts(desired, target)
    await refuseFullMailboxes(desired, target, leaving)
    return leavers
  },
  hasTooManyMoves: () => false,
  order: ['remove', 'write'],
  removeLeavers: removeContacts,
  apply: applyContacts,
}
