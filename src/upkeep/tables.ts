/**
 * The tables that a move copies, parents before the rows that refer to them. A missing column does not compile.
 * Retired packs are not copied, because they have no readers. Words and sizes are not copied either, because the other
 * database computes them.
 */
import { type RawBuilder, sql } from 'kysely'
import { photoRows } from '../photos/pointer.ts'
import type { Schema } from '../storage/schema.ts'

type MovedTable = Exclude<
  keyof Schema,
  | 'directory_words'
  | 'directory_sizes'
  | 'group_sizes'
  | 'mailbox_sizes'
  | 'retired_packs'
  | 'stores'
  | 'moves'
>
export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** A table that is read and compared. */
export type Source = Readonly<{
  from: RawBuilder<unknown>
  /** The columns of the primary key. They are texts, which both databases sort by their bytes. */
  key: readonly string[]
  columns: readonly string[]
}>

/** A table that is also written. The rows of photos are not: photos/ writes them. */
export type Table = Source &
  Readonly<{
    name: Exclude<MovedTable, 'photos'>
    /** Other unique columns. Their values may have moved from one row to another. */
    alsoUnique?: readonly string[]
    /** A column that refers to the same table: new rows are first written without it, so that every parent exists. */
    parent?: string
  }>

/** Triggers write `owner_is_active` in the other database. */
type Columns<Name extends MovedTable> = Readonly<
  Record<Exclude<keyof Schema[Name], 'owner_is_active'>, true>
>

const columns: Readonly<{ [Name in MovedTable]: Columns<Name> }> = {
  users: {
    tenant_id: true,
    id: true,
    user_principal_name: true,
    user_principal_name_key: true,
    display_name: true,
    given_name: true,
    surname: true,
    mail: true,
    job_title: true,
    user_type: true,
    search_text: true,
    names_at: true,
    employee_id: true,
    department: true,
    mail_nickname: true,
    is_active: true,
    inactive_at: true,
    manager_id: true,
    source: true,
    external_id: true,
    changed_at: true,
    deleted_at: true,
  },
  groups: {
    tenant_id: true,
    id: true,
    display_name: true,
    description: true,
    mail: true,
    visibility: true,
    is_unified: true,
    is_team: true,
    search_text: true,
    mail_nickname: true,
    source: true,
    external_id: true,
    changed_at: true,
    deleted_at: true,
  },
  group_people: { tenant_id: true, group_id: true, user_id: true, relation: true },
  role_members: { tenant_id: true, role_template_id: true, user_id: true },
  sign_ins: {
    tenant_id: true,
    issuer: true,
    subject: true,
    user_id: true,
    linked_by: true,
    linked_at: true,
  },
  contact_folders: {
    tenant_id: true,
    mailbox_id: true,
    id: true,
    parent_folder_id: true,
    display_name: true,
    removed_at: true,
  },
  contacts: {
    tenant_id: true,
    mailbox_id: true,
    id: true,
    folder_id: true,
    display_name: true,
    given_name: true,
    surname: true,
    company_name: true,
    job_title: true,
    department: true,
    mobile_phone: true,
    business_phones: true,
    email_addresses: true,
    search_text: true,
    source: true,
    external_id: true,
  },
  photo_update_settings: { tenant_id: true, source: true, allowed_roles: true },
  sources: {
    tenant_id: true,
    source: true,
    last_success_at: true,
    judged_at: true,
    waiting_since: true,
    confirmed_at: true,
  },
  scim_tokens: {
    tenant_id: true,
    id: true,
    name: true,
    hash: true,
    created_at: true,
    expires_at: true,
    last_used_at: true,
  },
  photos: {
    tenant_id: true,
    owner_kind: true,
    owner_id: true,
    version: true,
    upload_hash: true,
    pack_hash: true,
    renditions: true,
    updated_at: true,
  },
}

export const photosTable: Source = {
  from: photoRows,
  key: ['tenant_id', 'owner_kind', 'owner_id'],
  columns: Object.keys(columns.photos),
}

/** All except photos, whose packs are copied first. */
export const directoryTables: readonly Table[] = [
  {
    ...table('users', ['tenant_id', 'id']),
    alsoUnique: ['tenant_id', 'user_principal_name_key'],
  },
  table('groups', ['tenant_id', 'id']),
  table('group_people', ['tenant_id', 'group_id', 'relation', 'user_id']),
  table('role_members', ['tenant_id', 'user_id', 'role_template_id']),
  table('sign_ins', ['tenant_id', 'issuer', 'subject']),
  {
    ...table('contact_folders', ['tenant_id', 'mailbox_id', 'id']),
    parent: 'parent_folder_id',
  },
  table('contacts', ['tenant_id', 'id']),
  table('photo_update_settings', ['tenant_id']),
  table('sources', ['tenant_id', 'source']),
  table('scim_tokens', ['tenant_id', 'id']),
]

function table<Name extends Table['name']>(
  name: Name,
  key: readonly (keyof Schema[Name] & string)[],
): Table {
  return { name, from: sql.table(name), key, columns: Object.keys(columns[name]) }
}
