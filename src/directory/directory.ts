/**
 * The directory as its users hold it: the database, and the two look-ups that nearly every request
 * makes, prepared once.
 */
import type { Database } from '../storage/schema.ts'
import { type FindGroup, prepareFindGroup } from './groups.ts'
import { type FindUser, prepareFindUser } from './users.ts'

export type Directory = Readonly<{ database: Database; findUser: FindUser; findGroup: FindGroup }>

export function openDirectory(database: Database): Directory {
  return {
    database,
    findUser: prepareFindUser(database),
    findGroup: prepareFindGroup(database),
  }
}
