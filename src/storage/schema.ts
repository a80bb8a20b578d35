/**
 * The rows, as Kysely types. What a column means is written here and nowhere else; how it gets into
 * a database is migrations.ts.
 */
import type { Kysely } from 'kysely'
import type { Abilities } from './abilities.ts'

export type Database = Kysely<Schema> & Readonly<{ can?: Abilities }>

export type Schema = {
  users: UserRow
  groups: GroupRow
  group_people: GroupPersonRow
  group_sizes: GroupSizeRow
  role_members: RoleMemberRow
  sign_ins: SignInRow
  contact_folders: ContactFolderRow
  contacts: ContactRow
  directory_words: DirectoryWordRow
  mailbox_sizes: MailboxSizeRow
  photos: PhotoRow
  retired_packs: RetiredPackRow
  photo_update_settings: PhotoUpdateSettingsRow
  sources: SourceRow
  stores: StoreRow
  moves: MoveRow
}

export type UserRow = {
  tenant_id: string
  id: string
  user_principal_name: string
  /** user_principal_name in lower case: names are compared without case. Unique in a tenant. */
  user_principal_name_key: string
  display_name: string
  given_name: string | null
  surname: string | null
  mail: string | null
  job_title: string | null
  /** 'Member' or 'Guest', Graph's words. */
  user_type: string
  /** display_name, given_name, surname, mail and name, lower case, one a line: what a search looks in. */
  search_text: string
  /** When the token was issued that the names are from, in seconds; null of who did not come by signing in. */
  names_at: number | null
  employee_id: string | null
  department: string | null
  mail_nickname: string | null
  /** 0 of people who may not sign in, Graph's accountEnabled. */
  is_active: number
  /** Epoch milliseconds since when is_active is 0; null of people who are active, and of deleted people. */
  inactive_at: number | null
  /** Of somebody in the same tenant, who may be deleted or gone. */
  manager_id: string | null
} & SourceColumns

export type GroupRow = {
  tenant_id: string
  id: string
  display_name: string
  description: string | null
  mail: string | null
  /** 'Public' or 'Private', Graph's words. */
  visibility: string
  /** 1 when the group is a Microsoft 365 group ('Unified'). */
  is_unified: number
  /** 1 when the group is also a team; the team shares the group's id and photo. */
  is_team: number
  search_text: string
  /** null: the part of `mail` before the @. */
  mail_nickname: string | null
} & SourceColumns

/** Where a person or a group comes from, and whether they are still there. */
type SourceColumns = {
  /** 'sign-in', 'graph', 'cli', 'import:NAME' or 'scim:NAME': the only one that changes and deletes the row. */
  source: string
  /** What the source calls it; unique for a source and a tenant. */
  external_id: string | null
  /** Epoch milliseconds; 0 of rows that are older than this column. */
  changed_at: number
  /** Epoch milliseconds; then nobody finds it, its name is free and its search_text empty, until it is restored. */
  deleted_at: number | null
}

/**
 * What a search looks up: a row for each word, and each whole value, of a person or a group. Kept by triggers
 * (directory-words.ts): nobody else writes it.
 */
type DirectoryWordRow = {
  tenant_id: string
  /** 'u' for people, 'g' for groups; then 'n' for words of names, 'a' for words of addresses. */
  field: string
  /** In lower case, its first 64 characters. */
  word: string
  /** Whose it is. */
  id: string
}

export type GroupPersonRow = {
  tenant_id: string
  group_id: string
  user_id: string
  /** 'owner' or 'member'; an owner has a row of each kind only when they are both. */
  relation: string
}

/** Kept by triggers (group-sizes.ts): nobody else writes it. */
type GroupSizeRow = {
  tenant_id: string
  group_id: string
  /** Deleted people who are members count too. */
  members: number
}

type RoleMemberRow = { tenant_id: string; role_template_id: string; user_id: string }

/**
 * Who a subject of an issuer is here. A subject without a row is the person who has it as an id, if there is one.
 */
type SignInRow = {
  tenant_id: string
  /** As in `iss`; one spelling where an issuer has several. */
  issuer: string
  /** The id in the token; a GUID in lower case. */
  subject: string
  user_id: string
  /** 'name' by userPrincipalName, 'hand' by an operator, 'id' when the subject is the person's id. */
  linked_by: string
  /** Epoch milliseconds. */
  linked_at: number
}

export type ContactFolderRow = {
  tenant_id: string
  /** The user whose mailbox it is. */
  mailbox_id: string
  id: string
  /** null directly under the mailbox's root. */
  parent_folder_id: string | null
  display_name: string
  /** Epoch milliseconds; then nobody finds the folder, and what lies in it is on its way out. */
  removed_at: number | null
}

export type ContactRow = {
  tenant_id: string
  mailbox_id: string
  id: string
  /** null in the mailbox's default contacts folder. */
  folder_id: string | null
  display_name: string
  given_name: string | null
  surname: string | null
  company_name: string | null
  job_title: string | null
  /** JSON: [{ "address": string, "name": string }]. */
  email_addresses: string
  search_text: string
}

/** What lies in a mailbox. Kept by triggers (mailbox-sizes.ts): nobody else writes it. */
type MailboxSizeRow = {
  tenant_id: string
  mailbox_id: string
  contacts: number
  /** Of all search_texts of its contacts. */
  text_bytes: number
}

/** The pointer owner -> version: the only thing about a photo that ever changes. */
export type PhotoRow = {
  tenant_id: string
  /** 'user', 'group' (a team's too) or 'contact'. */
  owner_kind: string
  owner_id: string
  /** 32 hexadecimal digits: the pack's key, and the ETag without its quotes. Unique. */
  version: string
  /** SHA-256 of the uploaded bytes, hexadecimal: the same bytes again are no write. */
  upload_hash: string
  /** SHA-256 of the pack, hexadecimal; null when an older version has set the photo. No request reads it. */
  pack_hash: string | null
  /** JSON: [[width, height, offset, length], …] in pixels and bytes, largest first. */
  renditions: string
  /** Epoch milliseconds. */
  updated_at: number
}

/** Packs that no pointer names any more; the sweep removes them after a grace time. */
export type RetiredPackRow = {
  version: string
  retired_at: number
  /** Whose photo it was; null when an older version has retired it. */
  tenant_id: string | null
  owner_kind: string | null
  owner_id: string | null
}

/** One row, made with the tables: what tells this database from every other, wherever it is. */
type StoreRow = { id: string }

/** That this is where `visage move` is taking something; gone as soon as a server writes here. */
export type MoveRow = {
  /** 'rows': into this database. 'packs': into the store of packs that goes with it. */
  part: string
  /** Where that is, without secrets. */
  place: string
  /** `stores.id` of the database that it comes from. */
  source_id: string
  /** 'copying', or 'complete' when the last run ended with both sides alike. */
  state: string
  changed_at: number
}

/** What is known of a source itself; a row comes with the first thing to be kept. */
export type SourceRow = {
  tenant_id: string
  /** As in `users` and `groups`. */
  source: string
  /** Epoch milliseconds: when a whole run of it last succeeded; null of a source without runs. */
  last_success_at: number | null
  /** Epoch milliseconds: removals before this were counted. */
  judged_at: number
  /** Epoch milliseconds: removals from then on are not erased until somebody confirms them; null: none waits. */
  waiting_since: number | null
  /** Epoch milliseconds: removals until then are confirmed. */
  confirmed_at: number
}

/** One row of a tenant that has left the defaults. */
export type PhotoUpdateSettingsRow = {
  tenant_id: string
  /** 'cloud' or 'onPremises', Graph's words; null when nobody has said. */
  source: string | null
  /** JSON: role template ids in lower case; [] when every role may. */
  allowed_roles: string
}
