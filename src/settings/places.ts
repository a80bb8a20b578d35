/** Where rows and packs are: the folder, PostgreSQL, S3. */
import {
  type PostgresLocation,
  parsePostgres,
  parseS3,
  postgresForm,
  type S3Location,
  s3Form,
} from '../storage/location.ts'
import { name, numberOf, textOf, textsOf } from './reading.ts'
import { ConfigError } from './setting.ts'
import type { SettingName, Texts } from './table.ts'

/** The settings of `visage migrate`. */
export function readDatabaseConfig(
  flags: Texts,
  environment: Texts,
): Readonly<{ data: string; database: PostgresLocation | undefined }> {
  const texts = textsOf(flags, environment)
  return { data: textOf(texts, 'data'), database: readDatabase(texts) }
}

export type StorePlace = Readonly<{
  /** undefined if neither rows nor packs are in a folder. */
  data: string | undefined
  database: PostgresLocation | undefined
  packs: S3Location | undefined
}>

/** The settings of `visage verify` and `visage erase`. */
export function readStoreConfig(flags: Texts, environment: Texts): StorePlace {
  const texts = textsOf(flags, environment)
  return { data: textOf(texts, 'data'), database: readDatabase(texts), packs: readPacks(texts) }
}

/** The message does not contain the value, which holds a password. */
export function readDatabase(texts: Texts): PostgresLocation | undefined {
  // The sweep holds one as a lock, and works with another.
  const connections = numberOf(texts, 'databaseConnections', 2, 1000)
  if (texts.database === undefined) return undefined
  const url = parsePostgres(texts.database)
  if (url === undefined) throw new ConfigError(`${name('database')} is not ${postgresForm}.`)
  return { url, connections }
}

export type CacheFolder = Readonly<{ path: string; maxBytes: number; processes: number }>

/** undefined for none. */
export function readCacheFolder(texts: Texts, processes: number): CacheFolder | undefined {
  const maxBytes = numberOf(texts, 'packCacheFolderSize', 2 ** 16, 2 ** 50)
  refuseAlone(texts, 'packCacheFolderSize', 'packCacheFolder')
  refuseAlone(texts, 'packCacheFolder', 'packs')
  const path = texts.packCacheFolder
  return path === undefined ? undefined : { path, maxBytes, processes }
}

function refuseAlone(texts: Texts, setting: SettingName, without: SettingName): void {
  if (texts[setting] === undefined || texts[without] !== undefined) return
  throw new ConfigError(`${name(setting)} has no meaning without ${name(without)}.`)
}

export function readPacks(texts: Texts): S3Location | undefined {
  if (texts.packs === undefined) return undefined
  const location = parseS3(texts.packs)
  // The message does not contain the value, which may hold a secret key.
  if (location === undefined) throw new ConfigError(`${name('packs')} is not ${s3Form}.`)
  return location
}
