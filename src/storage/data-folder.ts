/**
 * The data folder: the names of its database and its packs, and its protection from other users.
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

/**
 * Creates the folder, or removes the access of other users. Throws Failure 'storage-unavailable'.
 */
export function openDataFolder(data: string): void {
  openPrivateFolder(data, [databaseName, `${databaseName}.part`, packsName, certificateName])
}

export const databaseName = 'visage.sqlite'
const packsName = 'packs'
export const certificateName = 'certificate.pem'

/**
 * Opens an existing database without creating or changing tables. Throws Failure
 * 'storage-unavailable'.
 */
export async function openDatabaseFile(file: string): Promise<Database> {
  if (existsSync(file)) return await openSqlite({ file })
  throw new Failure('storage-unavailable', { detail: `there is no ${file}` })
}

/** Paths of the rows and packs of a data folder, with symbolic links resolved. */
export function pathsIn(data: string): Readonly<{ rows: string; packs: string }> {
  return { rows: realPathOf(join(data, databaseName)), packs: realPathOf(join(data, packsName)) }
}

/** Opens the packs of a data folder. Creates the folder when it is missing. */
export async function openFolderPacks(data: string): Promise<Packs & Leftovers> {
  openDataFolder(data)
  return await openDiskPacks(join(data, packsName))
}
