/** A mailbox and its quota. Its contents are in contacts.ts and folders.ts. */
import { Failure } from '../../failure.ts'
import type { Database } from '../../storage/schema.ts'

/** A mailbox is identified by its tenant and its user. */
export type Mailbox = Readonly<{ tenantId: string; userId: string }>

/**
 * Contacts and text are limited as in Google Contacts: 25,000 contacts and 20 MB per account
 * (https://getsharedcontacts.com/de/knowledge-base/so-loesen-sie-das-kontingent-kontaktlimit-erreicht-in-google-kontakte/).
 * Exchange limits only the size of a mailbox. Email addresses count twice: as stored and as
 * searched. The limit of folders keeps the transaction that marks them as removed to a few
 * milliseconds.
 */
export const quota = { contacts: 25_000, textBytes: 20_000_000, folders: 2_000 } as const

/**
 * Call after adding a contact, in the same transaction. The trigger has then locked the row of the
 * mailbox's size, so concurrent additions see each other.
 */
export async function expectWithinQuota(transaction: Database, mailbox: Mailbox): Promise<void> {
  refuseFull(await readMailboxSize(transaction, mailbox))
}

type MailboxSize = Readonly<{ contacts: number; textBytes: number }>

export async function readMailboxSize(
  database: Database,
  { tenantId, userId }: Mailbox,
): Promise<MailboxSize> {
  const size = await database
    .selectFrom('mailbox_sizes')
    .select(['contacts', 'text_bytes'])
    .where('tenant_id', '=', tenantId)
    .where('mailbox_id', '=', userId)
    .executeTakeFirst()
  return { contacts: size?.contacts ?? 0, textBytes: size?.text_bytes ?? 0 }
}

/** Throws Failure 'mailbox-full'. */
export function refuseFull({ contacts, textBytes }: MailboxSize): void {
  if (contacts > quota.contacts) throw full(`${quota.contacts} contacts`)
  if (textBytes > quota.textBytes) throw full(`${quota.textBytes} bytes of text in contacts`)
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
