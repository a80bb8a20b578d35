/**
 * Finds a contact and the pointer to its photo: person, folder and contact in one statement, plus
 * one for a path of several folders. Other work on contacts is in mailbox/.
 */
import { type Expression, sql } from 'kysely'
import { joinPhoto, type PhotoColumns } from '../photos/pointer.ts'
import { prepareRow } from '../storage/prepared.ts'
import type { ContactRow, Database } from '../storage/schema.ts'
import {
  type CallerColumns,
  type CallerKey,
  callerNames,
  prepareForCaller,
  stateOf,
} from './caller-state.ts'
import { findAncestors, isPath, maxFolderDepth } from './mailbox/folders.ts'
import { personOf } from './sign-ins.ts'
import { type FindBy, idByIdOrName, lookUpUser, type User } from './users.ts'

type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null }
export type ContactWithPhoto = ContactRow & PhotoColumns

type ContactAddress = Readonly<{
  tenantId: string
  /** The owner of the mailbox. */
  idOrName: string
  /** With 'caller', the owner is the person who calls. */
  by: FindBy | 'caller'
  /** Ids of folders, outermost first, as in findFolder. The contact must be in the last one. */
  folders: readonly string[]
  id: string
  caller?: CallerKey | undefined
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
  const byId = prepareByOwner(database, ['id'], at => at.id)
  const byIdOrName = prepareByOwner(database, ['id', 'name'], idByIdOrName)
  const ofCaller = prepareOfCaller(database)
  return async ({ tenantId, idOrName, by, folders, id: contact, caller }) => {
    const at = { tenantId, contact }
    const folder = folders.at(-1)
    const row =
      by === 'caller'
        ? caller && (await ofCaller({ ...at, ...caller }, folder))
        : await lookUpUser(idOrName, by, {
            byId: id => byId({ ...at, id }, folder, caller),
            byIdOrName: person => byIdOrName({ ...at, ...person }, folder, caller),
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

type At<Name extends string, Value> = Readonly<Record<Name | 'tenantId' | 'contact', Value>>

function prepareByOwner<const Name extends string>(
  database: Database,
  names: readonly Name[],
  ownerOf: (at: At<Name, Expression<string>>) => Expression<string | null>,
) {
  const inMailbox = prepareForCaller(database, [...names, 'contact'], (db, at) =>
    contactAt(db, at, ownerOf(at), undefined),
  )
  const inFolder = prepareForCaller(database, [...names, 'contact', 'folder'], (db, at) =>
    contactAt(db, at, ownerOf(at), at.folder),
  )
  return async (
    values: At<Name, string>,
    folder: string | undefined,
    caller: CallerKey | undefined,
  ) =>
    folder === undefined
      ? await inMailbox(values, caller)
      : await inFolder({ ...values, folder }, caller)
}

/** The owner is the caller, so their row is not joined again. */
function prepareOfCaller(database: Database) {
  const names = ['tenantId', 'contact', ...callerNames] as const
  const inMailbox = prepareRow(database, names, (db, at) =>
    contactAt(db, at, personOf(at), undefined).select(ownerAsCaller),
  )
  const inFolder = prepareRow(database, [...names, 'folder'], (db, at) =>
    contactAt(db, at, personOf(at), at.folder).select(ownerAsCaller),
  )
  return async (values: At<keyof CallerKey, string>, folder: string | undefined) =>
    folder === undefined ? await inMailbox(values) : await inFolder({ ...values, folder })
}

const ownerAsCaller = [
  sql<string | null>`users.id`.as('caller_id'),
  stateOf('users').as('caller_state'),
] as const

/**
 * Returns one row when the person exists; the contact's columns are null when the contact does not
 * exist.
 */
function contactAt(
  database: Database,
  at: At<never, Expression<string>>,
  owner: Expression<string | null>,
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
    .where('users.id', '=', owner)
  return joinPhoto(found, 'contact')
}

type Row = Nullable<ContactWithPhoto> &
  Readonly<{ user_tenant_id: string; user_id: string; found_folder_id: string | null }> &
  CallerColumns

function toFound(
  {
    user_tenant_id,
    user_id,
    found_folder_id,
    caller_id = null,
    caller_state = null,
    ...contact
  }: Row,
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
