/** The rows, as Kysely types. Only this file describes the columns; migrations/ creates them. */
import type { ColumnType, Kysely } from 'kysely'
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
  directory_sizes: DirectorySizeRow
  photos: PhotoRow & OwnerOfPhoto
  retired_packs: RetiredPackRow
  photo_update_settings: PhotoUpdateSettingsRow
  sources: SourceRow
  scim_tokens: ScimTokenRow
  stores: StoreRow
  moves: MoveRow
}

export type UserRow = {
  tenant_id: string
  id: string
  user_principal_name: string
  /**
   * user_principal_name in lower case, because names are compared without case. Unique in a tenant.
   */
  user_principal_name_key: string
  display_name: string
  given_name: string | null
  surname: string | null
  mail: string | null
  job_title: string | null
  /** 'Member' or 'Guest', Graph's words. */
  user_type: string
  /**
   * The searchable text: display_name, given_name, surname, mail and name in lower case, one per
   * line.
   */
  search_text: string
  /**
   * Time of issue of the token that the names come from, in seconds; null when the person did not
   * come by signing in.
   */
  names_at: number | null
  employee_id: string | null
  department: string | null
  mail_nickname: string | null
  /** 0 when the person may not sign in: Graph's accountEnabled. */
  is_active: number
  /** Epoch milliseconds since which is_active is 0; null for active and for deleted people. */
  inactive_at: number | null
  /** A person of the same tenant, who may be deleted. Erasing them makes it null. */
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
  /** null means the part of `mail` before the @. */
  mail_nickname: string | null
} & SourceColumns

/** Where a person or a group comes from, and whether they are still there. */
type SourceColumns = {
  /**
   * 'sign-in', 'graph', 'cli', 'import:NAME' or 'scim:NAME'. Only this source changes and deletes
   * the row.
   */
  source: string
  /** The id in the source; unique per tenant and source. */
  external_id: string | null
  /** Epoch milliseconds; 0 in rows older than this column. */
  changed_at: number
  /**
   * Epoch milliseconds. A deleted row is not found, its name is free and its search_text is empty,
   * until it is restored.
   */
  deleted_at: number | null
}

/**
 * The search index: one row per word and per whole value of a person or group. Only triggers write
 * it (0005-directory-words.ts).
 */
type DirectoryWordRow = {
  tenant_id: string
  /** 'u' for people, 'g' for groups; then 'n' for words of names, 'a' for words of addresses. */
  field: string
  /** In lower case, its first 64 characters. */
  word: string
  /** Id of the person or group. */
  id: string
}

export type GroupPersonRow = {
  tenant_id: string
  group_id: string
  user_id: string
  /** 'owner' or 'member'; an owner has a row of each kind only when they are both. */
  relation: string
}

/** Only triggers write it (0008-group-sizes.ts). */
type GroupSizeRow = {
  tenant_id: string
  group_id: string
  /** Includes deleted people. */
  members: number
}

type RoleMemberRow = { tenant_id: string; role_template_id: string; user_id: string }

/**
 * Links a subject of an issuer to a person. A subject without a row is the person whose id equals
 * it, if there is one.
 */
export type SignInRow = {
  tenant_id: string
  /** As in `iss`. An issuer with several spellings is stored under one of them. */
  issuer: string
  /** The id in the token; a GUID in lower case. */
  subject: string
  user_id: string
  /**
   * How the link was made: 'name' by userPrincipalName, 'hand' by an operator, 'id' when the
   * subject is the person's id.
   */
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
  /** Epoch milliseconds. A removed folder is not found, and its contents are being deleted. */
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
  department: string | null
  mobile_phone: string | null
  /** JSON: [string]; null when an older Visage wrote the row. */
  business_phones: string | null
  /** JSON: [{ "address": string, "name": string }]. */
  email_addresses: string
  search_text: string
  /** 'import:NAME'; null for a contact of the mailbox's owner. */
  source: string | null
  /** The id in the source; one contact of a mailbox and source. null without a source. */
  external_id: string | null
}

/** The size of a mailbox. Only triggers write it (0006-mailbox-sizes.ts). */
type MailboxSizeRow = {
  tenant_id: string
  mailbox_id: string
  contacts: number
  /** Bytes of the texts of its contacts. */
  text_bytes: number
}

/**
 * How many people and groups a tenant has that are not deleted: the sum of its rows. Only triggers
 * write it (0012-directory-sizes.ts).
 */
type DirectorySizeRow = {
  tenant_id: string
  /** 'users' or 'groups'. */
  of_table: string
  rows: number
}

/** The pointer owner -> version: the only part of a photo that changes. */
export type PhotoRow = {
  tenant_id: string
  /** 'user', 'group' (a team's too) or 'contact'. */
  owner_kind: string
  owner_id: string
  /** 32 hexadecimal digits: the pack's key, and the ETag without its quotes. Unique. */
  version: string
  /** SHA-256 of the uploaded bytes, hexadecimal. Uploading the same bytes again writes nothing. */
  upload_hash: string
  /**
   * SHA-256 of the pack, hexadecimal; null when an older Visage wrote the row. No request reads it.
   */
  pack_hash: string | null
  /** JSON: [[width, height, offset, length], …] in pixels and bytes, largest first. */
  renditions: string
  /** Epoch milliseconds. */
  updated_at: number
}

/** Only triggers write it (0015-owner-of-photo.ts). */
type OwnerOfPhoto = {
  /**
   * 1 only while the owner is a person of the directory who is neither deleted nor disabled: then nobody has to look
   * them up. 0 proves nothing. Without meaning for groups and contacts.
   */
  owner_is_active: ColumnType<number, never, never>
}

/** Packs that no pointer names; the sweep removes them after a grace time. */
export type RetiredPackRow = {
  version: string
  retired_at: number
  /** The owner of the photo; null when an older Visage wrote the row. */
  tenant_id: string | null
  owner_kind: string | null
  owner_id: string | null
}

/** One row, created with the tables: the id of this database. */
type StoreRow = { id: string }

/** Marks this database as the destination of a `visage move`. Removed when a server writes here. */
export type MoveRow = {
  /** 'rows': moved to this database. 'packs': moved to the pack store of this database. */
  part: string
  /** The destination, without secrets. */
  place: string
  /** `stores.id` of the source database. */
  source_id: string
  /** 'copying', or 'complete' when the last run ended with both sides equal. */
  state: string
  changed_at: number
}

/** The state of a source. The row is created when there is something to store. */
export type SourceRow = {
  tenant_id: string
  /** As in `users` and `groups`. */
  source: string
  /** Epoch milliseconds of the last complete run; null for a source without runs. */
  last_success_at: number | null
  /** Epoch milliseconds. Removals before this time have been counted. */
  judged_at: number
  /**
   * Epoch milliseconds. Removals since this time are erased only after confirmation; null when none
   * is waiting.
   */
  waiting_since: number | null
  /** Epoch milliseconds. Removals up to this time are confirmed. */
  confirmed_at: number
}

/** A token of a program that provisions a tenant over SCIM. The token itself is not stored. */
export type ScimTokenRow = {
  tenant_id: string
  /** Short, for lists and commands. */
  id: string
  /** The source of what it brings is 'scim:NAME'. Several tokens may have one name. */
  name: string
  /** SHA-256 of the token, hexadecimal. Unique. */
  hash: string
  /** Epoch milliseconds, as the two below. */
  created_at: number
  /** null when it does not expire. */
  expires_at: number | null
  /** Written at most once a minute; null before the first use. */
  last_used_at: number | null
}

/** One row per tenant that has changed the defaults. */
export type PhotoUpdateSettingsRow = {
  tenant_id: string
  /** 'cloud' or 'onPremises', Graph's words; null when not set. */
  source: string | null
  /** JSON: role template ids in lower case; [] when every role is allowed. */
  allowed_roles: string
}
