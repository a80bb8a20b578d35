/**
 * Removes deleted rows from the files of a database. In SQLite the files can be searched to prove
 * it. PostgreSQL reuses space in its own time and has its own log.
 */
import { createReadStream, existsSync } from 'node:fs'
import { sql } from 'kysely'
import { Failure } from '../failure.ts'
import type { Database, Schema } from './schema.ts'

/** The searched files, and the `texts` still found in them. `remark` is for the operator. */
type Scrubbed = Readonly<{
  searched: readonly string[]
  found: readonly string[]
  remark?: string
}>

export type Pause = (ms: number) => Promise<void>

/**
 * Call after deleting the rows of `tables`. `texts` must be long enough to be unique to those rows.
 * Throws Failure 'storage-unavailable' when another process keeps an older state of the file open.
 */
export async function scrubDeleted(
  database: Database,
  tables: readonly (keyof Schema)[],
  texts: readonly string[],
  pause: Pause,
): Promise<Scrubbed> {
  if (!database.can?.hasFiles) return await vacuumServer(database, tables)
  await emptyLog(database, pause)
  if (texts.length === 0) return { searched: [], found: [] }
  const searched = await filesOf(database)
  let found = await findTexts(searched, texts)
  if (found.length > 0) {
    // Rows deleted before secure_delete was set may remain in unused parts of pages.
    await sql`vacuum`.execute(database)
    await emptyLog(database, pause)
    found = await findTexts(searched, texts)
  }
  return { searched, found }
}

async function filesOf(database: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string; file: string | null }>`
    pragma database_list`.execute(database)
  const file = rows.find(({ name }) => name === 'main')?.file
  if (!file) return []
  return [file, `${file}-wal`].filter(path => existsSync(path))
}

/** The log contains old pages until it is written back and truncated. A reader can delay that. */
async function emptyLog(database: Database, pause: Pause): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(database)
    if (rows[0]?.busy !== 1) return
    await pause(500)
  }
  throw new Failure('storage-unavailable', {
    detail:
      'another process has been reading the database for ten seconds, so its log cannot be emptied',
  })
}

/** Chunks overlap, so that a text across a boundary is found. */
async function findTexts(files: readonly string[], texts: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  const overlap = Math.max(0, ...texts.map(text => text.length))
  for (const file of files) {
    let before = Buffer.alloc(0)
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      const piece = Buffer.concat([before, chunk as Buffer])
      for (const text of texts) if (piece.includes(text)) found.add(text)
      before = piece.subarray(Math.max(0, piece.length - overlap))
    }
  }
  return [...found]
}

async function vacuumServer(
  database: Database,
  tables: readonly (keyof Schema)[],
): Promise<Scrubbed> {
  try {
    for (const table of tables) {
      await sql`vacuum ${sql.table(table)}`.execute(database)
    }
    return { searched: [], found: [], remark: vacuumed }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { searched: [], found: [], remark: `${why}; ${notVacuumed}` }
  }
}

const vacuumed =
  'the space of the deleted rows was released in PostgreSQL (VACUUM); its write-ahead log and backups keep what they hold until they expire: keys and a hash, no picture'
const notVacuumed =
  'the deleted rows stay in the files of PostgreSQL until its next VACUUM: keys and a hash, no picture'
