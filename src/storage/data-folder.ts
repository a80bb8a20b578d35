/**
 * A data folder: its database and its packs, by their names in it, and closed to other users.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { openDiskPacks } from './disk.ts'
import type { Leftovers, Packs } from './packs.ts'
import { openPrivateFolder } from './private-folder.ts'
import { realPathOf } from './real-path.ts'
import type { Database } from './schema.ts'
import { openSqlite } from './sqlite.ts'

/** Makes it, or closes it to other users. Throws Failure 'storage-unavailable'. */
export function openDataFolder(data: string): void {
  openPrivateFolder(data, [databaseName, `${databaseName}.part`, packsName, certificateName])
}

/** In the data folder. */
export const databaseName = 'visage.sqlite'
const packsName = 'packs'
export const certificateName = 'certificate.pem'

/**
 * A database that is there, as it is: no table is made or changed. Throws Failure 'storage-unavailable'.
 */
export async function openDatabaseFile(file: string): Promise<Database> {
  if (existsSync(file)) return await openSqlite({ file })
  throw new Failure('storage-unavailable', { detail: `there is no ${file}` })
}

/** Where links lead, a link counts as what it leads to. */
export function pathsIn(data: string): Readonly<{ rows: string; packs: string }> {
  return { rows: realPathOf(join(data, databaseName)), packs: realPathOf(join(data, packsName)) }
}

/** The packs of a data folder; it is made when it is missing. */
export async function openFolderPacks(data: string): Promise<Packs & Leftovers> {
  openDataFolder(data)
  return await openDiskPacks(join(data, packsName))
}
