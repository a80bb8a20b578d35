/**
 * Opens the stores of rows and packs that the settings name. Beside storage/data-folder.ts, the only file that names
 * storage adapters.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { cachePacks } from '../storage/cached.ts'
import { type CacheFolder, cachePacksOnDisk } from '../storage/cached-on-disk.ts'
import { databaseName, openDataFolder, openFolderPacks, pathsIn } from '../storage/data-folder.ts'
import type { CacheCounts, FolderCounts } from '../storage/health.ts'
import type { PostgresLocation, S3Location } from '../storage/location.ts'
import { type Places, readStoreId } from '../storage/marks.ts'
import { openMemoryPacks } from '../storage/memory.ts'
import { type Migrated, migrate } from '../storage/migrations.ts'
import type { PackStore } from '../storage/packs.ts'
import type { QueryWatch } from '../storage/query-watch.ts'
import type { S3Options } from '../storage/s3-store.ts'
import type { Database } from '../storage/schema.ts'
import { openSqlite } from '../storage/sqlite.ts'

export type { Migrated }

export type StoreOptions = Readonly<{
  /** A folder; undefined keeps everything in memory. */
  data: string | undefined
  /** Instead of the embedded database. */
  database?: PostgresLocation | undefined
  /** Instead of the folder. */
  packs?: S3Location | undefined
  packCacheBytes?: number | undefined
  /** Behind the cache in memory. */
  packCacheFolder?: CacheFolder | undefined
  /** Told what is wrong with that folder. */
  packCacheTroubled?: ((error: unknown) => void) | undefined
  /** Instead of those from the environment of AWS. */
  s3Credentials?: S3Options['credentials'] | undefined
  /** Called for every statement. */
  queried?: QueryWatch | undefined
  /** Wraps the medium of the packs, below the cache. */
  aroundPacks?: ((packs: PackStore) => PackStore) | undefined
}>

export type Stores = Readonly<{
  database: Database
  packs: PackStore
  /** Present if packs are cached. */
  countCache?: () => CacheCounts
  /** Present if there is a cache folder. */
  countFolder?: () => FolderCounts
}>

/**
 * Updates the tables. The caller closes the database. Throws Failure 'storage-unavailable'.
 */
export async function openStores(options: StoreOptions, now: () => number): Promise<Stores> {
  const { data, database: location, queried } = options
  const database = location
    ? await openServerDatabase(location, queried)
    : await openEmbedded(data, queried)
  try {
    return { database, ...(await openPacks(options, now)) }
  } catch (error) {
    await database.destroy()
    throw error
  }
}

async function openPacks(
  options: StoreOptions,
  now: () => number,
): Promise<Omit<Stores, 'database'>> {
  const { packs: location, packCacheBytes = 0, aroundPacks = packs => packs } = options
  const medium = aroundPacks(await openMedium(options, now))
  if (location === undefined) return { packs: medium }
  const behind = await openCacheFolder(medium, options, now)
  if (packCacheBytes === 0) return behind
  const packs = cachePacks(behind.packs, packCacheBytes)
  return { ...behind, packs, countCache: packs.counts }
}

async function openCacheFolder(
  medium: PackStore,
  { packCacheFolder, packCacheTroubled: troubled = () => {} }: StoreOptions,
  now: () => number,
): Promise<Pick<Stores, 'packs' | 'countFolder'>> {
  if (packCacheFolder === undefined) return { packs: medium }
  const packs = await cachePacksOnDisk(medium, packCacheFolder, { now, troubled })
  return { packs, countFolder: packs.folderCounts }
}

async function openMedium(
  { data, packs: location, s3Credentials }: StoreOptions,
  now: () => number,
): Promise<PackStore> {
  if (location === undefined) {
    return data === undefined ? openMemoryPacks(now) : await openFolderPacks(data)
  }
  const { openS3Packs } = await import('../storage/s3.ts')
  const credentials = s3Credentials && { credentials: s3Credentials }
  return await openS3Packs({ location, ...credentials })
}

/** Updates the tables and closes the database. Returns what changed and where. */
export async function migrateStores(
  options: Pick<StoreOptions, 'data' | 'database'>,
): Promise<Migrated & { place: string }> {
  const { data, database: location } = options
  await using database = location
    ? await openToMigrate(location)
    : await openSqlite({ file: fileIn(data) })
  return { ...(await migrate(database)), place: placesOf(options).rows }
}

async function openEmbedded(data: string | undefined, watch?: QueryWatch): Promise<Database> {
  const database = await openSqlite({ file: fileIn(data), watch })
  try {
    await migrate(database)
    return database
  } catch (error) {
    await database.destroy()
    throw error
  }
}

/** Creates the folder. */
function fileIn(data: string | undefined): string {
  if (data === undefined) return ':memory:'
  openDataFolder(data)
  return join(data, databaseName)
}

/** Imports the driver on demand: `visage dev` does not need it. */
async function openServerDatabase(
  location: PostgresLocation,
  watch?: QueryWatch,
): Promise<Database> {
  const { openPostgres } = await import('../storage/postgres.ts')
  {
    await using migrating = await openToMigrate(location)
    await migrate(migrating)
  }
  return await openPostgres({ ...location, watch })
}

async function openToMigrate(location: PostgresLocation): Promise<Database> {
  const { migrationTimeouts, openPostgres } = await import('../storage/postgres.ts')
  return await openPostgres({ ...location, timeouts: migrationTimeouts })
}

/** For messages and logs: without user, password and key. The same place has the same text. */
export function placesOf({ data, database, packs }: StoreOptions): Places {
  const embedded = data === undefined ? memory : pathsIn(data)
  return {
    rows: database === undefined ? embedded.rows : describePostgres(database),
    packs: packs === undefined ? embedded.packs : describeS3(packs),
  }
}

const memory: Places = { rows: 'memory/visage.sqlite', packs: 'memory/packs' }

/** As in the driver, host and port of the query come before those of the address. `options` may choose a schema. */
function describePostgres({ url }: PostgresLocation): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  const options = searchParams.get('options')
  const place = `postgres://${host}:${searchParams.get('port') ?? (port || '5432')}${pathname}`
  return options === null ? place : `${place} (${options})`
}

/** Partitions of AWS are separate and may have buckets of the same name, so region and profile are part of the place. */
function describeS3({ bucket, prefix, endpoint, region, profile }: S3Location): string {
  const place = `s3://${bucket}/${prefix}`
  if (endpoint !== undefined) return `${place} at ${new URL(endpoint).href.replace(/\/$/, '')}`
  const inRegion = region === undefined ? '' : ` in ${region}`
  return `${place}${inRegion}${profile === undefined ? '' : ` as ${profile}`}`
}

/**
 * For commands on an existing store: a folder without a database is probably mistyped, so none is created. Packs are
 * not cached. Throws Failure 'storage-unavailable'.
 */
export async function openExistingStores(
  options: StoreOptions,
  now: () => number,
): Promise<Stores> {
  refuseMistyped(options)
  return await openStores(options, now)
}

/** Only the rows, otherwise as openExistingStores. The caller closes the database. */
export async function openExistingDatabase(
  options: Pick<StoreOptions, 'data' | 'database'>,
): Promise<Database> {
  refuseMistyped(options)
  const { data, database: location } = options
  return await (location ? openServerDatabase(location) : openEmbedded(data))
}

function refuseMistyped(options: StoreOptions): void {
  const { rows } = placesOf(options)
  if (options.database !== undefined || existsSync(rows)) return
  throw new Failure('storage-unavailable', {
    detail: `there is no ${rows}. For a new store, run \`visage migrate\` or \`visage serve\` first`,
  })
}

type MoveEnds = AsyncDisposable &
  Readonly<{ from: Stores & { places: Places }; to: Stores & { places: Places } }>

/** Source and destination of a move; if both have the same database, it is opened once. */
export async function openMoveEnds(
  from: StoreOptions,
  to: StoreOptions,
  now: () => number,
): Promise<MoveEnds> {
  const [here, there] = [placesOf(from), placesOf(to)]
  const source = await openExistingStores(from, now)
  try {
    const opened = await openStores(to, now)
    const target = here.rows === there.rows ? await shareDatabase(source.database, opened) : opened
    return {
      from: { ...source, places: here },
      to: { ...target, places: there },
      async [Symbol.asyncDispose]() {
        await source.database.destroy()
        if (target.database !== source.database) await target.database.destroy()
      },
    }
  } catch (error) {
    await source.database.destroy()
    throw error
  }
}

/** Compares ids, because equal addresses can mean two databases, for example by a search path. */
async function shareDatabase(database: Database, opened: Stores): Promise<Stores> {
  if ((await readStoreId(database)) !== (await readStoreId(opened.database))) return opened
  await opened.database.destroy()
  return { ...opened, database }
}
