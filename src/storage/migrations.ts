/**
 * Creates the tables of schema.ts and updates those of older versions; each migration has a file in
 * migrations/. Do not edit a migration after its release. This file decides which versions of
 * Visage may open a database; what rows mean is written in schema.ts.
 */
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { Failure } from '../failure.ts'
import { createFirstTables } from './migrations/0001-first-tables.ts'
import { createPhotoUpdateSettings } from './migrations/0002-photo-update-settings.ts'
import { prepareForMoving } from './migrations/0003-moving.ts'
import { setContactStatistics } from './migrations/0004-contact-statistics.ts'
import { createDirectoryWords } from './migrations/0005-directory-words.ts'
import { addMailboxSizes } from './migrations/0006-mailbox-sizes.ts'
import { addNamesAt } from './migrations/0007-names-at.ts'
import { addSources } from './migrations/0008-sources.ts'
import { createScimTokens } from './migrations/0009-scim-tokens.ts'
import { addContactSources } from './migrations/0010-contact-sources.ts'
import { createDirectorySizes } from './migrations/0012-directory-sizes.ts'
import { addContactColumns } from './migrations/0013-contact-columns.ts'
import { removeWordsByKey } from './migrations/0014-words-by-key.ts'
import { addOwnerOfPhoto } from './migrations/0015-owner-of-photo.ts'
import type { Tables } from './migrations/dialect.ts'
import type { Database } from './schema.ts'

type Step = Readonly<{ up: (database: Tables) => Promise<void> }>

/**
 * Migrations run in the order of their names. The table `kysely_migration` lists those that have
 * run.
 */
const migrations: Readonly<Record<string, Step>> = {
  '0001': { up: createFirstTables },
  '0002': { up: createPhotoUpdateSettings },
  '0003': { up: prepareForMoving },
  '0004': { up: setContactStatistics },
  '0005': { up: createDirectoryWords },
  '0006': { up: addMailboxSizes },
  '0007': { up: addNamesAt },
  '0008': { up: addSources },
  '0009': { up: createScimTokens },
  '0010': { up: addContactSources },
  '0012': { up: createDirectorySizes },
  '0013': { up: addContactColumns },
  '0014': { up: removeWordsByKey },
  '0015': { up: addOwnerOfPhoto },
}

/**
 * The result of this process; another process may migrate at the same time. `from` is the name of
 * the last migration before.
 */
export type Migrated =
  | Readonly<{ did: 'nothing' | 'created' }>
  | Readonly<{ did: 'updated'; from: string; to: string }>

/**
 * Updates the tables; does nothing when they are current. Safe at every start, even of several
 * processes at once. A database of a newer Visage is refused and not changed.
 */
export async function migrate(database: Database): Promise<Migrated> {
  const schema = await findSchema(database)
  const applied = await readApplied(database, schema)
  refuseNewer(applied)
  if (applied.length === Object.keys(migrations).length) return { did: 'nothing' }
  const steps = Object.entries(migrations).map(([name, step]) => [
    name,
    withLockTimeout(step, isSqlite(database)),
  ])
  const provider = { getMigrations: async () => Object.fromEntries(steps) }
  const where = schema !== undefined && { migrationTableSchema: schema }
  const migrator = new Migrator({ db: database, provider, ...where })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) throw error
  return describeSteps(results.map(({ migrationName }) => migrationName))
}

function describeSteps(names: readonly string[]): Migrated {
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined) return { did: 'nothing' }
  const all = Object.keys(migrations).sort()
  const from = all[all.indexOf(first) - 1]
  return from === undefined ? { did: 'created' } : { did: 'updated', from, to: last }
}

/**
 * A statement that waits for a table lock blocks all later readers, and pg_dump can hold that lock
 * for hours. The migration therefore gives up soon: this start fails, and the other processes keep
 * serving.
 */
function withLockTimeout({ up }: Step, isSqlite: boolean): Migration {
  return {
    async up(database: Kysely<unknown>) {
      if (!isSqlite) await sql`set local lock_timeout = '3s'`.execute(database)
      await up(Object.assign(database, { isSqlite }))
    },
  }
}

const isSqlite = ({ can }: Database) => can?.hasFiles === true

/**
 * The schema that has or will get the tables. Other schemas may contain tables of the same names
 * from other applications.
 */
async function findSchema(database: Database): Promise<string | undefined> {
  if (isSqlite(database)) return undefined
  const { rows } = await sql<{ name: string | null }>`
    select coalesce(
      (select nspname::text from pg_namespace join pg_class on pg_namespace.oid = relnamespace
        where pg_class.oid = to_regclass('kysely_migration')),
      current_schema()) as name`.execute(database)
  return rows[0]?.name ?? undefined
}

async function readApplied(database: Database, schema: string | undefined): Promise<string[]> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true })
  const isOurs = (table: { name: string; schema?: string | undefined }) =>
    table.name === 'kysely_migration' && (schema === undefined || table.schema === schema)
  if (!tables.some(isOurs)) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(database)
  return rows.map(row => row.name)
}

function refuseNewer(applied: readonly string[]): void {
  const unknown = applied.filter(name => !(name in migrations)).sort()
  if (unknown.length === 0) return
  throw new Failure('storage-unavailable', {
    detail:
      `the database belongs to a newer Visage: it has migration ${unknown.join(', ')}, ` +
      `this version ends at ${Object.keys(migrations).sort().at(-1)}; start the newer version`,
  })
}
