/**
 * Writes and removes many contacts of one source in one mailbox, each time in one transaction. Contacts of the mailbox's
 * owner are not changed.
 */
import { randomUUID } from 'node:crypto'
import { Failure } from '../../failure.ts'
import { removePointers } from '../../photos/pointer.ts'
import type { ContactRow, Database } from '../../storage/schema.ts'
import { inTransaction, lockRows } from '../../storage/transactions.ts'
import { insertFolder } from '../mailbox/folders.ts'
import { expectFolderWithinQuota, expectWithinQuota, type Mailbox } from '../mailbox/mailbox.ts'
import type { Source } from '../origin.ts'
import { findImportedContacts } from './imported-contacts.ts'
import { type Merged, mergeContact, type WantedContact } from './merge-contact.ts'

/**
 * Outcomes in the order of the list: at most 500 contacts, no two with the same external id. Throws Failure
 * 'user-not-found' and 'mailbox-full'; then nothing is changed.
 */
export async function putContacts(
  database: Database,
  mailbox: Mailbox,
  contacts: readonly WantedContact[],
  source: Source,
): Promise<Merged['did'][]> {
  return await inTransaction(database, async transaction => {
    await lockOwner(transaction, mailbox)
    const ids = contacts.map(({ externalId }) => externalId)
    const known = await findImportedContacts(transaction, mailbox, source, ids, 'hold')
    const folders = new Map<string, string>()
    const outcomes: Merged['did'][] = []
    for (const contact of contacts) {
      const before = known.get(contact.externalId)
      const { row, did } = mergeContact(mailbox, before, contact, source)
      outcomes.push(did)
      if (did === 'unchanged') continue
      const { folder = before?.folder ?? '' } = contact
      const folderId =
        folder === before?.folder
          ? row.folder_id
          : await toFolder(transaction, mailbox, folder, folders)
      await write(transaction, { ...row, folder_id: folderId }, did)
    }
    await expectWithinQuota(transaction, mailbox)
    return outcomes
  })
}

/** No other import of the same source writes to this mailbox meanwhile. */
async function lockOwner(transaction: Database, { tenantId, userId }: Mailbox): Promise<void> {
  const query = transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', userId)
    .where('deleted_at', 'is', null)
  if ((await lockRows(query).executeTakeFirst()) !== undefined) return
  throw new Failure('user-not-found', { facts: { id: userId } })
}

/** The id of the first top folder of this name, which is made if there is none; null for the default folder. */
async function toFolder(
  transaction: Database,
  mailbox: Mailbox,
  name: string,
  known: Map<string, string>,
): Promise<string | null> {
  if (name === '') return null
  const id = known.get(name) ?? (await findFolder(transaction, mailbox, name))
  if (id !== undefined) {
    known.set(name, id)
    return id
  }
  await expectFolderWithinQuota(transaction, mailbox)
  const made = await insertFolder(transaction, mailbox, { id: randomUUID(), displayName: name })
  known.set(name, made.id)
  return made.id
}

/** Locked, so that it is not removed before the transaction ends. */
async function findFolder(
  transaction: Database,
  { tenantId, userId }: Mailbox,
  name: string,
): Promise<string | undefined> {
  const query = transaction
    .selectFrom('contact_folders')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', userId)
    .where('parent_folder_id', 'is', null)
    .where('display_name', '=', name)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(1)
  return (await lockRows(query).executeTakeFirst())?.id
}

async function write(
  transaction: Database,
  row: ContactRow,
  did: 'created' | 'changed',
): Promise<void> {
  if (did === 'created') {
    await transaction.insertInto('contacts').values(row).execute()
    return
  }
  await transaction
    .updateTable('contacts')
    .set(row)
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .execute()
}

/** Resolves with how many of them (at most 500) were there. Their photos go with them. */
export async function removeImportedContacts(
  database: Database,
  { tenantId, userId }: Mailbox,
  ids: readonly string[],
  { source, at }: Readonly<{ source: Source; at: number }>,
): Promise<number> {
  return await inTransaction(database, async transaction => {
    const removed = await transaction
      .deleteFrom('contacts')
      .where('tenant_id', '=', tenantId)
      .where('mailbox_id', '=', userId)
      .where('source', '=', source)
      .where('id', 'in', ids)
      .returning('id')
      .execute()
    const gone = removed.map(row => row.id)
    await removePointers(transaction, { tenantId, kind: 'contact', ids: gone }, at)
    return gone.length
  })
}
