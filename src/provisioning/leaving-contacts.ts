/** Contacts that this source brought and the file no longer names: finds and removes them. */

import { bytesOfContact } from '../directory/mailbox/contacts.ts'
import { listImportedContacts } from '../directory/sources/imported-contacts.ts'
import { removeImportedContacts } from '../directory/sources/put-contacts.ts'
import type { Desired } from './desired.ts'
import type { Applying, Leavers } from './kinds.ts'
import { isLeaving, judge } from './leavers.ts'
import type { Target } from './target.ts'

const pageRows = 500

type Listed = Awaited<ReturnType<typeof listImportedContacts>>[number]

/** A person who is removed keeps their contacts until they are restored or erased. */
export async function findLeavingContacts(
  desired: Desired,
  { database, tenantId, source }: Target,
): Promise<Leavers> {
  let [of, count] = [0, 0]
  for (let after: Listed | undefined; ; ) {
    const rows = await listImportedContacts(database, tenantId, source, { top: pageRows, after })
    for (const row of rows) {
      if (isLeaving(desired, 'person', row.mailbox_id)) continue
      of += 1
      if (isNamed(desired, row)) continue
      count += 1
      addLeaver(desired, row)
    }
    after = rows.at(-1)
    if (rows.length < pageRows) break
  }
  return judge(count, of)
}

function isNamed({ scratch }: Desired, { mailbox_id, external_id }: Listed): boolean {
  const query = 'select 1 from contact where user_id = ? and external_id = ?'
  return scratch.all(query, mailbox_id, external_id).length > 0
}

function addLeaver({ scratch }: Desired, row: Listed): void {
  scratch.run(
    `insert into leaver (list, holder_id, id, name, shown, bytes)
    values ('contact', ?, ?, ?, ?, ?)`,
    row.mailbox_id,
    row.id,
    row.owner,
    row.display_name,
    bytesOfContact(row),
  )
}

type Leaver = Readonly<{ number: number; holder_id: string; id: string }>

const batchRows = 200

/** Resolves with how many went. */
export async function removeContacts(
  { scratch }: Desired,
  { database, tenantId, source }: Target,
  { at, signal, progress }: Applying,
): Promise<number> {
  let removed = 0
  for (let slice = readSlice(scratch); !signal.aborted; slice = readSlice(scratch)) {
    const [first] = slice
    if (first === undefined) break
    const mailbox = { tenantId, userId: first.holder_id }
    const ids = slice.map(({ id }) => id)
    removed += await removeImportedContacts(database, mailbox, ids, { source, at })
    for (const { number } of slice) {
      scratch.run('update leaver set done = 1 where number = ?', number)
    }
    progress(removed)
  }
  return removed
}

/** Of one mailbox. */
function readSlice(scratch: Desired['scratch']): Leaver[] {
  const rows = scratch.all<Leaver>(
    `select number, holder_id, id from leaver where list = 'contact' and done = 0
    order by holder_id, number limit ?`,
    batchRows,
  )
  return rows.filter(row => row.holder_id === rows[0]?.holder_id)
}
