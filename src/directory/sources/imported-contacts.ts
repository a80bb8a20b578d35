/**
 * Contacts that an import brought, found and listed. Contacts without a source are those of the mailbox's owner, and are
 * not found here.
 */
import { sql } from 'kysely'
import type { ContactRow, Database } from '../../storage/schema.ts'
import type { Mailbox } from '../mailbox/mailbox.ts'
import type { Source } from '../origin.ts'

/** With the name of its folder, '' for the default folder. */
export type KnownContact = ContactRow & Readonly<{ folder: string }>

/** By external id. At most 500 of one mailbox. `hold` locks the rows until the transaction ends. */
export async function findImportedContacts(
  database: Database,
  { tenantId, userId }: Mailbox,
  source: Source,
  externalIds: readonly string[],
  how: 'look' | 'hold' = 'look',
): Promise<ReadonlyMap<string, KnownContact>> {
  const query = imported(database, tenantId, source)
    .selectAll('contacts')
    .where('contacts.mailbox_id', '=', userId)
    .where('contacts.external_id', 'in', externalIds)
    .orderBy('contacts.id')
  // Folders are not locked: they need not be there.
  const rows = await (how === 'hold' ? query.forNoKeyUpdate('contacts') : query).execute()
  return new Map(rows.map(row => [row.external_id ?? '', row]))
}

/** Contacts in a folder that is being removed go with it. */
function imported(database: Database, tenantId: string, source: Source) {
  return database
    .selectFrom('contacts')
    .leftJoin('contact_folders', join =>
      join
        .onRef('contact_folders.tenant_id', '=', 'contacts.tenant_id')
        .onRef('contact_folders.mailbox_id', '=', 'contacts.mailbox_id')
        .onRef('contact_folders.id', '=', 'contacts.folder_id'),
    )
    .select(sql<string>`coalesce(contact_folders.display_name, '')`.as('folder'))
    .where('contacts.tenant_id', '=', tenantId)
    .where('contacts.source', '=', source)
    .where('contact_folders.removed_at', 'is', null)
}

type Listed = Readonly<{ id: string; mailbox_id: string; external_id: string }>

/** In the order of mailbox and external id. Those of deleted people are left out. */
export async function listImportedContacts(
  database: Database,
  tenantId: string,
  source: Source,
  { top, after }: Readonly<{ top: number; after: Listed | undefined }>,
): Promise<(KnownContact & Readonly<{ external_id: string; owner: string }>)[]> {
  const { mailbox_id, external_id, id } = after ?? { mailbox_id: '', external_id: '', id: '' }
  const rows = await imported(database, tenantId, source)
    .innerJoin('users', join =>
      join
        .onRef('users.tenant_id', '=', 'contacts.tenant_id')
        .onRef('users.id', '=', 'contacts.mailbox_id')
        .on('users.deleted_at', 'is', null),
    )
    .selectAll('contacts')
    .select('users.user_principal_name as owner')
    .where(
      sql<boolean>`(contacts.mailbox_id, contacts.external_id, contacts.id)
        > (${mailbox_id}, ${external_id}, ${id})`,
    )
    .orderBy('contacts.mailbox_id')
    .orderBy('contacts.external_id')
    .orderBy('contacts.id')
    .limit(top)
    .execute()
  return rows.map(row => ({ ...row, external_id: row.external_id ?? '' }))
}
