/** The directory: the database, and the prepared look-ups that lead to a photo. */
import type { Database, Schema } from '../storage/schema.ts'
import type { Slices } from '../storage/slices.ts'
import { type FindCallerState, prepareFindCallerState } from './caller-state.ts'
import { type LinkOptions, prepareFindByPhoto } from './find-by-photo.ts'
import { type FindContact, prepareFindContact } from './find-contact.ts'
import { type FindGroup, groupEntryColumns, prepareFindGroup } from './groups.ts'
import { prepareUserLookups, type UserLookups, userEntryColumns } from './users.ts'

/** The look-ups read only what leads to a photo; those of `entries` read the person or group too. */
export type Directory = UserLookups &
  Readonly<{
    database: Database
    /** For work on many rows. */
    slices: Slices
    findGroup: FindGroup
    findContact: FindContact
    findCallerState: FindCallerState
    entries: Entries
  }>

type Entries = UserLookups<(typeof userEntryColumns)[number]> &
  Readonly<{ findGroup: FindGroup<(typeof groupEntryColumns)[number]> }>

/**
 * Deletes everything except photos and the tokens of senders, of every tenant. For use inside the caller's transaction.
 */
export async function emptyDirectory(database: Database): Promise<void> {
  for (const table of Object.keys(tables) as DirectoryTable[]) {
    await database.deleteFrom(table).execute()
  }
}

type DirectoryTable = Exclude<
  keyof Schema,
  | 'directory_words'
  | 'directory_sizes'
  | 'group_sizes'
  | 'mailbox_sizes'
  | 'photos'
  | 'retired_packs'
  | 'scim_tokens'
  | 'stores'
  | 'moves'
>

/** An object, because an incomplete list would compile. */
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

export function openDirectory(
  database: Database,
  slices: Slices,
  options?: LinkOptions,
): Directory {
  return {
    database,
    slices,
    ...prepareUserLookups(database, [], prepareFindByPhoto(database, options)),
    findGroup: prepareFindGroup(database, []),
    findContact: prepareFindContact(database),
    findCallerState: prepareFindCallerState(database),
    entries: {
      ...prepareUserLookups(database, userEntryColumns),
      findGroup: prepareFindGroup(database, groupEntryColumns),
    },
  }
}
