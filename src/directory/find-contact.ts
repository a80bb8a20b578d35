/**
 * Finds a contact and the pointer to its photo: person, folder and contact in one statement, plus
 * one for a path of several folders. Other work on contacts is in contacts.ts.
 */
import type { Expression } from 'kysely'
import { joinPhoto, type PhotoColumns } from '../photos/pointer.ts'
import { prepareRow } from '../storage/prepared.ts'
import type { ContactRow, Database } from '../storage/schema.ts'
import {
  type CallerColumns,
  type CallerKey,
  callerNames,
  joinCaller,
  noCaller,
} from './caller-state.ts'
import { findAncestors, isPath, maxFolderDepth } from './folders.ts'
import { personOf } from './sign-ins.ts'
import { type FindBy, idByIdOrName, lookUpUser, type User } from './users.ts'

type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null }
export type ContactWithPhoto = ContactRow & PhotoColumns

type ContactAddress = Readonly<{
  tenantId: string
  /** The owner of the mailbox. */
  idOrName: string
  /** With 'id', a name finds nobody. */
  by: FindBy
  /** Ids of folders, outermost first, as in findFolder. The contact must be in the last one. */
  folders: readonly string[]
  id: string
  caller?: CallerKey
}>

type FoundContact = Readonly<{
  user: Pick<User, 'tenant_id' | 'id'>
  /** True for an empty path. */
  hasFolders: boolean
  contact: ContactWithPhoto | undefined
}> &
  CallerColumns

/** undefined when the person does not exist. */
export type FindContact = (address: ContactAddress) => Promise<FoundContact | undefined>

/** Prepared statements, whose text does not depend on the path. */
export function prepareFindContact(database: Database): FindContact {
  const byId = prepareBy(database, 'id')
  const byIdOrName = prepareBy(database, 'idOrName')
  const byCaller = prepareBy(database, 'caller')
  return async ({ tenantId, idOrName, by, folders, id: contact, caller = noCaller }) => {
    const at = { tenantId, contact, ...caller }
    const folder = folders.at(-1)
    const row = await lookUpUser(idOrName, by, {
      byId: person => byId({ ...at, id: person, name: '' }, folder),
      byIdOrName: person => byIdOrName({ ...at, ...person }, folder),
      byCaller: () => byCaller({ ...at, id: '', name: '' }, folder),
    })
    const found = row && toFound(row, folder)
    if (found === undefined || !found.hasFolders || folders.length < 2) return found
    return { ...found, hasFolders: await hasPath(database, found.user, folders) }
  }
}

async function hasPath(
  database: Database,
  user: FoundContact['user'],
  folders: readonly string[],
): Promise<boolean> {
  if (folders.length > maxFolderDepth) return false
  const mailbox = { tenantId: user.tenant_id, userId: user.id }
  return isPath(await findAncestors(database, mailbox, folders.at(-1) ?? ''), folders)
}

type At<Value> = Readonly<Record<(typeof names)[number], Value>>

const names = ['tenantId', 'id', 'name', 'contact', ...callerNames] as const

function prepareBy(database: Database, by: FindBy) {
  const inMailbox = prepareRow(database, names, (db, at) => contactAt(db, by, at, undefined))
  const inFolder = prepareRow(database, [...names, 'folder'], (db, at) =>
    contactAt(db, by, at, at.folder),
  )
  return async (values: At<string>, folder: string | undefined) =>
    folder === undefined ? await inMailbox(values) : await inFolder({ ...values, folder })
}

/**
 * Returns one row when the person exists; the contact's columns are null when the contact does not
 * exist.
 */
function contactAt(
  database: Database,
  by: FindBy,
  at: At<Expression<string>>,
  folder: Expression<string> | undefined,
) {
  const found = database
    .selectFrom('users')
    .leftJoin('contacts', join => {
      const inMailbox = join
        .onRef('contacts.tenant_id', '=', 'users.tenant_id')
        .onRef('contacts.mailbox_id', '=', 'users.id')
        .on('contacts.id', '=', at.contact)
      return folder === undefined ? inMailbox : inMailbox.on('contacts.folder_id', '=', folder)
    })
    .leftJoin('contact_folders', join => {
      const inMailbox = join
        .onRef('contact_folders.tenant_id', '=', 'users.tenant_id')
        .onRef('contact_folders.mailbox_id', '=', 'users.id')
        .on('contact_folders.removed_at', 'is', null)
      return folder === undefined
        ? inMailbox.onRef('contact_folders.id', '=', 'contacts.folder_id')
        : inMailbox.on('contact_folders.id', '=', folder)
    })
    .selectAll('contacts')
    .select(['users.tenant_id as user_tenant_id', 'users.id as user_id'])
    .select('contact_folders.id as found_folder_id')
    .where('users.tenant_id', '=', at.tenantId)
    .where('users.deleted_at', 'is', null)
    .where('users.id', '=', ownerOf(by, at))
  return joinCaller(joinPhoto(found, 'contact'), at)
}

function ownerOf(by: FindBy, at: At<Expression<string>>): Expression<string | null> {
  if (by === 'id') return at.id
  return by === 'idOrName' ? idByIdOrName(at) : personOf(at)
}

type Row = Nullable<ContactWithPhoto> &
  Readonly<{ user_tenant_id: string; user_id: string; found_folder_id: string | null }> &
  CallerColumns

function toFound(
  { user_tenant_id, user_id, found_folder_id, caller_id, caller_state, ...contact }: Row,
  folder: string | undefined,
): FoundContact {
  return {
    caller_id,
    caller_state,
    user: { tenant_id: user_tenant_id, id: user_id },
    hasFolders: folder === undefined || found_folder_id !== null,
    // A contact in a removed folder is not found.
    contact: isThere(contact) && contact.folder_id === found_folder_id ? contact : undefined,
  }
}

function isThere(contact: Nullable<ContactWithPhoto>): contact is ContactWithPhoto {
  return contact.id !== null
}
