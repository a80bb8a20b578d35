/**
 * Plans the contacts of a file: finds their owners, and compares the contacts with the mailboxes, some hundred at a time.
 * Nothing is written.
 */

import { bytesOfContact } from '../directory/mailbox/contacts.ts'
import { findImportedContacts, type KnownContact } from '../directory/sources/imported-contacts.ts'
import { mergeContact } from '../directory/sources/merge-contact.ts'
import type { Desired } from './desired.ts'
import {
  type ContactRow,
  type OwnedContact,
  refuseContact,
  refuseSameContact,
  toWanted,
} from './desired-contacts.ts'
import { findPeople, findPeopleInFile, refuseLeavingPeople } from './named-people.ts'
import { quoted } from './refused.ts'
import type { Progress, Target } from './target.ts'

export async function planContacts(
  desired: Desired,
  target: Target,
  leavers: 'stay' | 'go',
  progress: Progress,
): Promise<void> {
  findPeopleInFile(desired, 'contact')
  await findOwners(desired, target)
  refuseSameContact(desired)
  await compareAll(desired, target, progress)
  if (leavers === 'go') refuseLeavingPeople(desired, 'contact')
}

const batchRows = 200

async function findOwners(desired: Desired, target: Target): Promise<void> {
  for (let after = 0; ; ) {
    const rows = desired.scratch.all<ContactRow>(
      'select * from contact where number > ? and user_id is null order by number limit ?',
      after,
      batchRows,
    )
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.number
    const find = await findPeople(
      target,
      rows.map(({ name }) => name),
    )
    for (const row of rows) {
      const owner = find(row.name)
      if (owner === undefined)
        refuseContact(desired, row, `${quoted(row.name)} is not in the directory`)
      else
        desired.scratch.run('update contact set user_id = ? where number = ?', owner.id, row.number)
    }
  }
}

async function compareAll(desired: Desired, target: Target, progress: Progress): Promise<void> {
  let done = 0
  for (let rows = readSlice(desired); rows.length > 0; rows = readSlice(desired)) {
    await compare(desired, target, rows)
    done += rows.length
    progress(done)
  }
}

/** Of one mailbox, not compared yet. */
function readSlice({ scratch }: Desired): OwnedContact[] {
  const rows = scratch.all<OwnedContact>(
    `select * from contact where user_id is not null and did is null
    order by user_id, external_id limit ?`,
    batchRows,
  )
  return rows.filter(row => row.user_id === rows[0]?.user_id)
}

async function compare(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
  rows: readonly OwnedContact[],
): Promise<void> {
  const mailbox = { tenantId, userId: rows[0]?.user_id ?? '' }
  const keys = rows.map(row => row.external_id)
  const known = await findImportedContacts(database, mailbox, source, keys)
  for (const row of rows) {
    const before: KnownContact | undefined = known.get(row.external_id)
    const merged = mergeContact(mailbox, before, toWanted(row), source)
    const bytes = bytesOfContact(merged.row) - (before === undefined ? 0 : bytesOfContact(before))
    scratch.run(
      'update contact set did = ?, changed = ?, bytes = ? where number = ?',
      merged.did,
      merged.changed.join(),
      bytes,
      row.number,
    )
  }
}
