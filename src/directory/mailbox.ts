/**
 * A mailbox as the directory names it, and how much it may hold. What lies in it is contacts.ts and folders.ts.
 */
import { Failure } from '../failure.ts'
import type { Database } from '../storage/schema.ts'

/** A mailbox is named by its tenant and its user. */
export type Mailbox = Readonly<{ tenantId: string; userId: string }>

/**
 * As many contacts, and as much text, as Google Contacts takes of one account: 25,000 and 20 MB
 * (https://getsharedcontacts.com/de/knowledge-base/so-loesen-sie-das-kontingent-kontaktlimit-erreicht-in-google-kontakte/).
 * Exchange bounds a mailbox by its size alone. Addresses count as they are told and as they are searched.
 * Folders are marked as removed in one transaction, with all within: a few milliseconds for as many.
 */
export const quota = { contacts: 25_000, textBytes: 20_000_000, folders: 2_000 } as const

/**
 * After a contact was added, in the same transaction: the row of the mailbox's size is locked by then, and of
 * many who add at once each sees the others.
 */
export async function expectWithinQuota(
  transaction: Database,
  { tenantId, userId }: Mailbox,
): Promise<void> {
  const size = await transaction
    .selectFrom('mailbox_sizes')
    .select(['contacts', 'text_bytes'])
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', userId)
    .executeTakeFirst()
  if (size === undefined) return
  if (size.contacts > quota.contacts) throw full(`${quota.contacts} contacts`)
  if (size.text_bytes > quota.textBytes) throw full(`${quota.textBytes} bytes of text in contacts`)
}

export async function expectFolderWithinQuota(
  transaction: Database,
  { tenantId, userId }: Mailbox,
): Promise<void> {
  const last = await transaction
    .selectFrom('contact_folders')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', userId)
    .orderBy('id')
    .limit(1)
    .offset(quota.folders - 1)
    .executeTakeFirst()
  if (last !== undefined) throw full(`${quota.folders} contact folders`)
}

function full(limit: string): Failure {
  return new Failure('mailbox-full', { facts: { limit } })
}
