/**
 * The directory as its users hold it: the database, and the look-ups that lead to a photo, prepared once.
 */
import type { Database, Schema } from '../storage/schema.ts'
import type { Slices } from '../storage/slices.ts'
import { type FindContact, prepareFindContact } from './find-contact.ts'
import { type FindGroup, prepareFindGroup } from './groups.ts'
import { type FindUser, prepareFindUser } from './users.ts'

export type Directory = Readonly<{
  database: Database
  /** For what has to visit many rows. */
  slices: Slices
  findUser: FindUser
  findGroup: FindGroup
  findContact: FindContact
}>

/** Everything but photos goes, for every tenant. For a transaction of the caller's own. */
export async function emptyDirectory(database: Database): Promise<void> {
  for (const table of Object.keys(tables) as DirectoryTable[]) {
    await database.deleteFrom(table).execute()
  }
}

type DirectoryTable = Exclude<
  keyof Schema,
  | 'directory_words'
  | 'group_sizes'
  | 'mailbox_sizes'
  | 'photos'
  | 'retired_packs'
  | 'stores'
  | 'moves'
>

/** An object, because a list would compile with one missing. */
const tables: Readonly<Record<DirectoryTable, true>> = {
  users: true,
  groups: true,
  group_people: true,
  role_members: true,
  sign_ins: true,
  contact_folders: true,
  contacts: true,
  photo_update_settings: true,
  sources: true,
}

export function openDirectory(database: Database, slices: Slices): Directory {
  return {
    database,
    slices,
    findUser: prepareFindUser(database),
    findGroup: prepareFindGroup(database),
    findContact: prepareFindContact(database),
  }
}
