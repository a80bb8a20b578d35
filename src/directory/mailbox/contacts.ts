/**
 * Contacts in the mailbox of a user: list, read, create, change and delete. Only what contact photos need
 * is implemented.
 */
import { sql } from 'kysely'
import { Failure } from '../../failure.ts'
import { removePointers } from '../../photos/pointer.ts'
import type { ContactRow, Database } from '../../storage/schema.ts'
import type { Slicing } from '../../storage/slices.ts'
import { inTransaction, lockRows } from '../../storage/transactions.ts'
import { type Condition, countComparisons, isAlways } from '../queries/condition.ts'
import { padIds, type Searchable } from '../queries/find-by-words.ts'
import {
  byName,
  countInOrder,
  type Key,
  type Order,
  type OrderedRows,
  readPageKeys,
  visitInOrder,
  type Wanted,
} from '../queries/in-order.ts'
import { searchText } from '../queries/search.ts'
import { whereMet } from '../queries/where-met.ts'
import { expectFolder } from './folders.ts'
import { expectWithinQuota, type Mailbox } from './mailbox.ts'

export type Contact = ContactRow

export type EmailAddress = Readonly<{ address: string; name: string }>

type ContactsPage = Readonly<{
  rows: readonly ContactRow[]
  /** Whether more contacts follow. A page of long contacts ends before `top`. */
  hasMore: boolean
}>

/** `order` is by display name by default. */
type Asked = Readonly<{ where: Condition; order?: Order; top: number; skip: number }>

/**
 * Lists the contacts of a folder, or of the default folder when `folderId` is undefined. Throws
 * Failure 'search-too-long'.
 */
export async function listContacts(
  { database, slices }: Searchable,
  mailbox: Mailbox,
  folderId: string | undefined,
  page: Asked,
): Promise<ContactsPage> {
  const rows = contactsIn(database, mailbox, folderId, page.order ?? byName)
  // One extra row shows whether there is a next page.
  const wanted = { ...page, top: page.top + 1 }
  const slicing = slices.begin()
  const keys = isAlways(page.where)
    ? await readPageKeys(rows, wanted, slicing)
    : await findMatching(rows, wanted, slicing)
  if (keys.length === 0) return { rows: [], hasMore: false }
  await slicing.next()
  const ids = keys.map(({ id }) => id)
  const fitting = await limitBytes(database, mailbox, ids.slice(0, page.top))
  const found = await database
    .selectFrom('contacts')
    .selectAll()
    .where('tenant_id', '=', mailbox.tenantId)
    .where('id', 'in', padIds(fitting))
    .execute()
  const byId = new Map(found.map(row => [row.id, row]))
  return {
    rows: fitting.flatMap(id => byId.get(id) ?? []),
    hasMore: fitting.length < ids.length,
  }
}

/** How many contacts of a folder meet the condition. Throws Failure 'search-too-long'. */
export async function countContacts(
  { database, slices }: Searchable,
  mailbox: Mailbox,
  folderId: string | undefined,
  where: Condition,
): Promise<number> {
  const rows = contactsIn(database, mailbox, folderId, byName)
  const slicing = slices.begin()
  await slicing.next()
  let count = 0
  for await (const matching of countInOrder(rows, wantedOf(where))) {
    count += matching
    await slicing.next()
  }
  return count
}

function contactsIn(
  database: Database,
  { tenantId, userId }: Mailbox,
  folderId: string | undefined,
  order: Order,
): OrderedRows {
  const inFolder = folderId === undefined ? sql`folder_id is null` : sql`folder_id = ${folderId}`
  const condition = sql`tenant_id = ${tenantId} and mailbox_id = ${userId} and ${inFolder}`
  return { database, table: 'contacts', condition, order }
}

function wantedOf(where: Condition): Wanted {
  return { where: whereMet('contacts', where), comparisons: countComparisons(where) }
}

/**
 * Maximum size of a page, unless a single contact is larger: serialising a page blocks the event
 * loop.
 */
export const maxBytesOfPage = 1_000_000

/**
 * The first of `ids` that fit, at least one. The size of search_text stands for the columns it is
 * made of.
 */
async function limitBytes(
  database: Database,
  { tenantId }: Mailbox,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<Readonly<{ id: string; bytes: number }>>`
    select id, octet_length(search_text) + octet_length(email_addresses)
      + coalesce(octet_length(job_title), 0) + coalesce(octet_length(department), 0)
      + coalesce(octet_length(mobile_phone), 0) + coalesce(octet_length(business_phones), 0) as bytes
    from contacts
    where tenant_id = ${tenantId} and id in (${sql.join(padIds(ids))})`.execute(database)
  const sizes = new Map(rows.map(({ id, bytes }) => [id, bytes]))
  let bytes = 0
  const past = ids.findIndex((id, index) => {
    bytes += sizes.get(id) ?? 0
    return index > 0 && bytes > maxBytesOfPage
  })
  return past === -1 ? ids : ids.slice(0, past)
}

/** Compares contacts one by one: the quota of a mailbox makes a word index unnecessary. */
async function findMatching(
  rows: OrderedRows,
  { where, top, skip }: Asked,
  slicing: Slicing,
): Promise<Key[]> {
  const found: Key[] = []
  let skipped = 0
  await slicing.next()
  for await (const keys of visitInOrder(rows, wantedOf(where), undefined)) {
    const wanted = keys.slice(Math.min(keys.length, skip - skipped))
    skipped += keys.length - wanted.length
    found.push(...wanted.slice(0, top - found.length))
    if (found.length === top) break
    await slicing.next()
  }
  return found
}

/** A property with the value undefined is removed; one that is missing stays. */
export type ContactChanges = Readonly<{
  displayName?: string | undefined
  givenName?: string | undefined
  surname?: string | undefined
  companyName?: string | undefined
  jobTitle?: string | undefined
  department?: string | undefined
  mobilePhone?: string | undefined
  businessPhones?: readonly string[] | undefined
  emailAddresses?: readonly EmailAddress[] | undefined
}>

export type NewContact = ContactChanges &
  Readonly<{ id: string; folderId?: string | undefined; displayName: string }>

/** The display name, or else another value that names the contact; undefined when there is none. */
export function chooseDisplayName(contact: ContactChanges): string | undefined {
  const { displayName, givenName, surname, companyName, emailAddresses = [] } = contact
  const fullName = [givenName, surname].filter(Boolean).join(' ')
  return displayName ?? (fullName || (companyName ?? emailAddresses[0]?.address))
}

/**
 * Throws Failure 'contact-folder-not-found' when the folder was removed meanwhile, and
 * 'mailbox-full'.
 */
export async function addContact(
  database: Database,
  mailbox: Mailbox,
  contact: NewContact,
): Promise<ContactRow> {
  return await inTransaction(database, async transaction => {
    await expectFolder(transaction, mailbox, contact.folderId)
    const row = await insertContact(transaction, mailbox, contact)
    await expectWithinQuota(transaction, mailbox)
    return row
  })
}

/** For use inside the caller's transaction. */
export async function insertContact(
  database: Database,
  mailbox: Mailbox,
  contact: NewContact,
): Promise<ContactRow> {
  const row = { ...toContactRow(mailbox, contact), source: null, external_id: null }
  await database.insertInto('contacts').values(row).execute()
  return row
}

/** A change through Graph does not change the source of a contact. */
type OwnColumns = Omit<ContactRow, 'source' | 'external_id'>

export function toContactRow(mailbox: Mailbox, contact: NewContact): OwnColumns {
  const emailAddresses = contact.emailAddresses ?? []
  return {
    tenant_id: mailbox.tenantId,
    mailbox_id: mailbox.userId,
    id: contact.id,
    folder_id: contact.folderId ?? null,
    display_name: contact.displayName,
    given_name: contact.givenName ?? null,
    surname: contact.surname ?? null,
    company_name: contact.companyName ?? null,
    job_title: contact.jobTitle ?? null,
    department: contact.department ?? null,
    mobile_phone: contact.mobilePhone ?? null,
    business_phones: JSON.stringify(contact.businessPhones ?? []),
    email_addresses: JSON.stringify(emailAddresses),
    search_text: searchText([
      ['displayName', contact.displayName],
      ['givenName', contact.givenName],
      ['surname', contact.surname],
      ['companyName', contact.companyName],
      ...emailAddresses.map(({ address }) => ['email', address] as const),
    ]),
  }
}

/** As the triggers count it for the size of a mailbox (0013-contact-columns.ts). */
export function bytesOfContact(row: OwnColumns): number {
  const texts = [
    row.search_text,
    row.email_addresses,
    row.job_title,
    row.department,
    row.mobile_phone,
    row.business_phones,
  ]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0)
}

/**
 * Changes a contact and leaves its photo as it is. undefined when the contact does not exist. Throws
 * Failure 'mailbox-full', and 'resource-invalid' when nothing would be left to name it.
 */
export async function changeContact(
  database: Database,
  mailbox: Mailbox,
  id: string,
  changes: ContactChanges,
): Promise<ContactRow | undefined> {
  return await inTransaction(database, async transaction => {
    const current = await lockContact(transaction, mailbox, id)
    if (current === undefined) return undefined
    const changed = { ...toContact(current), ...changes }
    const displayName = chooseDisplayName(changed)
    if (displayName === undefined) throw new Failure('resource-invalid', { facts: withoutName })
    const row = { ...current, ...toContactRow(mailbox, { ...changed, displayName }) }
    await transaction
      .updateTable('contacts')
      .set(row)
      .where('tenant_id', '=', mailbox.tenantId)
      .where('id', '=', id)
      .execute()
    await expectWithinQuota(transaction, mailbox)
    return row
  })
}

const withoutName = { reason: 'a contact needs a name, a company or an email address' }

async function lockContact(
  transaction: Database,
  mailbox: Mailbox,
  id: string,
): Promise<ContactRow | undefined> {
  const query = transaction
    .selectFrom('contacts')
    .selectAll()
    .where('tenant_id', '=', mailbox.tenantId)
    .where('mailbox_id', '=', mailbox.userId)
    .where('id', '=', id)
  return await lockRows(query).executeTakeFirst()
}

export function toContact(row: ContactRow): NewContact {
  return {
    id: row.id,
    folderId: row.folder_id ?? undefined,
    displayName: row.display_name,
    givenName: row.given_name ?? undefined,
    surname: row.surname ?? undefined,
    companyName: row.company_name ?? undefined,
    jobTitle: row.job_title ?? undefined,
    department: row.department ?? undefined,
    mobilePhone: row.mobile_phone ?? undefined,
    businessPhones: JSON.parse(row.business_phones ?? '[]'),
    emailAddresses: JSON.parse(row.email_addresses),
  }
}

/**
 * Removes a contact and the pointer to its photo in one transaction. False when the contact did not
 * exist.
 */
export async function removeContact(
  database: Database,
  mailbox: Mailbox,
  id: string,
  now: number,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const removed = await transaction
      .deleteFrom('contacts')
      .where('tenant_id', '=', mailbox.tenantId)
      .where('mailbox_id', '=', mailbox.userId)
      .where('id', '=', id)
      .returning('id')
      .execute()
    const ids = removed.map(row => row.id)
    await removePointers(transaction, { tenantId: mailbox.tenantId, kind: 'contact', ids }, now)
    return removed.length > 0
  })
}
