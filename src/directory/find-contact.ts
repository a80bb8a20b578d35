/**
 * Finding a contact with the pointer to its photo, from the person whose mailbox it is in to the folder it
 * lies in, in one statement. What lies in a mailbox otherwise is contacts.ts's.
 */
import { type Expression, type ExpressionBuilder, sql } from 'kysely'
import { prepareRow } from '../storage/prepared.ts'
import type { ContactRow, Database, Schema } from '../storage/schema.ts'
import { byIdOrName, type PhotoColumns, type User } from './users.ts'

type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null }
export type ContactWithPhoto = ContactRow & Nullable<PhotoColumns>

export type ContactAddress = Readonly<{
  tenantId: string
  /** Whose mailbox. */
  idOrName: string
  /** By 'id' a name is nobody. */
  by: 'id' | 'idOrName'
  /** Ids of folders, outermost first, as findFolder takes them; the contact has to lie in the last one. */
  folders: readonly string[]
  id: string
}>

export type FoundContact = Readonly<{
  user: Pick<User, 'tenant_id' | 'id'>
  /** Also of a path of no folders. */
  hasFolders: boolean
  contact: ContactWithPhoto | undefined
}>

/** undefined when there is no such person. */
export type FindContact = (address: ContactAddress) => Promise<FoundContact | undefined>

/** The addresses that Graph documents are prepared; a path of more folders is one statement as well. */
export function prepareFindContact(database: Database): FindContact {
  const byId = prepareBy(database, 'id')
  const byName = prepareBy(database, 'user_principal_name_key')
  return async ({ tenantId, idOrName, by, folders, id: contact }) => {
    const at = { tenantId, contact }
    const row = await byIdOrName(idOrName, by, {
      byId: person => byId({ ...at, person }, folders),
      byName: person => byName({ ...at, person }, folders),
    })
    return row && toFound(row)
  }
}

type PersonColumn = 'id' | 'user_principal_name_key'
type At<Value> = Readonly<{ tenantId: Value; person: Value; contact: Value }>

function prepareBy(database: Database, column: PersonColumn) {
  const names = ['tenantId', 'person', 'contact'] as const
  const inMailbox = prepareRow(database, names, (db, at) => contactAt(db, column, at, []))
  const inFolder = prepareRow(database, [...names, 'folder'], (db, at) =>
    contactAt(db, column, at, [at.folder]),
  )
  return async (values: At<string>, folders: readonly string[]) => {
    const [folder, child] = folders
    if (folder === undefined) return await inMailbox(values)
    if (child === undefined) return await inFolder({ ...values, folder })
    const at = {
      tenantId: given(values.tenantId),
      person: given(values.person),
      contact: given(values.contact),
    }
    return await contactAt(database, column, at, folders.map(given)).executeTakeFirst()
  }
}

function given(text: string): Expression<string> {
  return sql<string>`${text}`
}

/** One row when there is such a person; the columns of a contact that is not there are null. */
function contactAt(
  database: Database,
  column: PersonColumn,
  at: At<Expression<string>>,
  folders: readonly Expression<string>[],
) {
  const last = folders.at(-1)
  return database
    .selectFrom('users')
    .leftJoin('contacts', join => {
      const inMailbox = join
        .onRef('contacts.tenant_id', '=', 'users.tenant_id')
        .onRef('contacts.mailbox_id', '=', 'users.id')
        .on('contacts.id', '=', at.contact)
      return last === undefined ? inMailbox : inMailbox.on('contacts.folder_id', '=', last)
    })
    .leftJoin('photos', join =>
      join
        .onRef('photos.tenant_id', '=', 'contacts.tenant_id')
        .on('photos.owner_kind', '=', 'contact')
        .onRef('photos.owner_id', '=', 'contacts.id'),
    )
    .selectAll('contacts')
    .select(['version', 'upload_hash', 'renditions', 'updated_at'])
    .select(['users.tenant_id as user_tenant_id', 'users.id as user_id'])
    .select(builder => isPath(builder, folders).as('has_folders'))
    .where('users.tenant_id', '=', at.tenantId)
    .where(`users.${column}`, '=', at.person)
}

/**
 * 1 when each is a folder of the mailbox, and a child of the one before it; else 0. One case after another,
 * for SQLite finds an AND of as many as an address has room for too deep; the first never holds, and is there
 * because SQL knows no CASE without any.
 */
function isPath(
  builder: ExpressionBuilder<Schema, 'users'>,
  folders: readonly Expression<string>[],
) {
  const { lit } = builder
  return folders
    .reduce(
      (cases, folder, index) =>
        cases.when(builder.not(isStep(builder, folder, folders[index - 1]))).then(lit(0)),
      builder.case().when(lit(false)).then(lit(0)),
    )
    .else(lit(1))
    .end()
}

function isStep(
  builder: ExpressionBuilder<Schema, 'users'>,
  folder: Expression<string>,
  parent: Expression<string> | undefined,
) {
  const found = builder
    .selectFrom('contact_folders')
    .select('contact_folders.id')
    .whereRef('contact_folders.tenant_id', '=', 'users.tenant_id')
    .whereRef('contact_folders.mailbox_id', '=', 'users.id')
    .where('contact_folders.id', '=', folder)
  return builder.exists(
    parent === undefined ? found : found.where('contact_folders.parent_folder_id', '=', parent),
  )
}

type Row = Nullable<ContactWithPhoto> &
  Readonly<{ user_tenant_id: string; user_id: string; has_folders: number }>

function toFound({ user_tenant_id, user_id, has_folders, ...contact }: Row): FoundContact {
  return {
    user: { tenant_id: user_tenant_id, id: user_id },
    hasFolders: has_folders === 1,
    contact: isThere(contact) ? contact : undefined,
  }
}

function isThere(contact: Nullable<ContactWithPhoto>): contact is ContactWithPhoto {
  return contact.id !== null
}
