/**
 * Merges the values of a source into the row of a contact, and says what that changes. Planning and writing use the same
 * function, so a contact that was written is unchanged in the next plan.
 */
import { randomUUID } from 'node:crypto'
import type { ContactRow } from '../../storage/schema.ts'
import { type ContactChanges, toContact, toContactRow } from '../mailbox/contacts.ts'
import type { Mailbox } from '../mailbox/mailbox.ts'
import type { Source } from '../origin.ts'
import type { KnownContact } from './imported-contacts.ts'

export type WantedContact = Readonly<{
  /** One contact of this mailbox and source. */
  externalId: string
  /** A property that is left out stays; undefined takes the value away. */
  fields: ContactChanges & Readonly<{ displayName: string }>
  /** The name of a folder; '' for the mailbox's default folder. undefined leaves the contact where it is. */
  folder: string | undefined
}>

export type Merged = Readonly<{
  /** Without the id of the wanted folder, which may not exist yet. */
  row: ContactRow
  did: 'created' | 'changed' | 'unchanged'
  /** Columns with another value than before; empty for a new contact. */
  changed: readonly (keyof ContactRow)[]
}>

export function mergeContact(
  mailbox: Mailbox,
  known: KnownContact | undefined,
  { externalId, fields, folder }: WantedContact,
  source: Source,
): Merged {
  const before = known === undefined ? { id: randomUUID() } : toContact(known)
  const wanted = toContactRow(mailbox, { ...before, ...fields })
  const row = { ...wanted, source, external_id: externalId }
  if (known === undefined) return { row, did: 'created', changed: [] }
  const names = Object.keys(row) as (keyof ContactRow)[]
  const changed = names.filter(name => !isSame(name, row, known))
  if (folder !== undefined && folder !== known.folder) changed.push('folder_id')
  return { row, did: changed.length === 0 ? 'unchanged' : 'changed', changed }
}

/** An older Visage writes null for no phones. */
function isSame(name: keyof ContactRow, row: ContactRow, known: ContactRow): boolean {
  if (name === 'business_phones' && known[name] === null) return row[name] === '[]'
  return row[name] === known[name]
}
