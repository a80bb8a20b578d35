/** The contacts of a file as rows, and the refusal of lines that name one contact twice. */

import { userNameKey } from '../directory/queries/name-key.ts'
import type { WantedContact } from '../directory/sources/merge-contact.ts'
import { normalizeId } from '../guid.ts'
import type { ReadContact } from './contact.ts'
import { type Desired, refuseRow } from './desired.ts'
import { quoted } from './refused.ts'

/** `number` counts the contacts of the file. */
export type ContactRow = Readonly<{
  number: number
  line: number
  /** The owner of the mailbox, as the file names them. */
  name: string
  user_id: string | null
  external_id: string
  /** WantedContact's fields, as JSON. */
  fields: string
  /** null if the file does not say. */
  folder: string | null
}>

/** Of a contact whose owner is known. */
export type OwnedContact = ContactRow & Readonly<{ user_id: string }>

/** `bytes`: how much larger the contact makes its mailbox. */
export function defineContacts({ scratch }: Desired): void {
  scratch.define(`
    create table contact (
      number integer primary key, line integer not null,
      name text not null, name_as_id text not null, name_key text not null, user_id text,
      external_id text not null, shown text not null, fields text not null, folder text,
      bytes integer, did text, changed text, done integer not null default 0);
    create index contact_key on contact (user_id, external_id);
    create index contact_line on contact (line);`)
}

export function addContact({ scratch }: Desired, line: number, contact: ReadContact): void {
  const { owner, externalId, folder, fields } = contact
  scratch.run(
    `insert into contact (line, name, name_as_id, name_key, external_id, shown, fields, folder)
    values (?, ?, ?, ?, ?, ?, ?, ?)`,
    line,
    owner,
    normalizeId(owner),
    userNameKey(owner),
    externalId,
    fields.displayName,
    JSON.stringify(fields, (_name, value: unknown) => (value === undefined ? null : value)),
    folder ?? null,
  )
}

/** JSON has null for undefined, which takes a value away. */
export function toWanted(row: ContactRow): WantedContact {
  const entries = Object.entries<unknown>(JSON.parse(row.fields))
  const fields = Object.fromEntries(
    entries.map(([name, value]) => [name, value === null ? undefined : value]),
  ) as WantedContact['fields']
  return { externalId: row.external_id, fields, folder: row.folder ?? undefined }
}

export function refuseContact(
  desired: Desired,
  row: Pick<ContactRow, 'number' | 'line'>,
  words: string,
): void {
  refuseRow(desired, 'contact', row, words)
}

/** Both lines are errors: only the operator can say which one is right. */
export function refuseSameContact(desired: Desired): void {
  const found = desired.scratch.all<ContactRow & { other: number }>(`
    select contact.*, (select min(line) from contact as other
      where other.user_id = contact.user_id and other.external_id = contact.external_id
        and other.number <> contact.number) as other
    from contact where user_id is not null and other is not null order by line`)
  for (const { other, ...row } of found) {
    const where = desired.naming.where(other)
    const words = `the contact ${quoted(row.external_id)} of ${quoted(row.name)} is also ${where}`
    refuseContact(desired, row, words)
  }
}
