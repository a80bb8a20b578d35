/**
 * The directory as its users hold it: the database, and the look-ups that lead to a photo; the two
 * that nearly every request makes are prepared once.
 */

import type { Database } from '../storage/schema.ts'
import { type ContactWithPhoto, findContact, type Mailbox } from './contacts.ts'
import { type FindGroup, prepareFindGroup } from './groups.ts'
import { type FindUser, prepareFindUser } from './users.ts'

export type FindContact = (
  mailbox: Mailbox,
  id: string,
  folderId?: string,
) => Promise<ContactWithPhoto | undefined>

export type Directory = Readonly<{
  database: Database
  findUser: FindUser
  findGroup: FindGroup
  findContact: FindContact
}>

export function openDirectory(database: Database): Directory {
  return {
    database,
    findUser: prepareFindUser(database),
    findGroup: prepareFindGroup(database),
    findContact: (mailbox, id, folderId) => findContact(database, mailbox, id, folderId),
  }
}
