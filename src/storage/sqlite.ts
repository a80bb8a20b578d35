/**
 * Opens the embedded database: a file, or ':memory:'. Sets SQLite's options, and maps its error
 * codes to failures. The tables are in migrations/.
 */
import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import { Failure } from '../failure.ts'
import { closeToOthers, makePrivateFolders } from './private-folder.ts'
import { type QueryWatch, toKyselyLog } from './query-watch.ts'
import type { Database, Schema } from './schema.ts'
import { createSqliteDialect, readDirectly } from './sqlite-dialect.ts'

/**
 * `file` is a path, whose folder is created when missing, or ':memory:'. `migrate` creates the
 * tables. Close with `destroy()` or `await using`.
 */
export async function openSqlite(
  options: Readonly<{ file: string; timeoutMs?: number; watch?: QueryWatch | undefined }>,
): Promise<Database> {
  const { file, timeoutMs = defaultTimeoutMs, watch } = options
  const connection = await openConnection(file)
  const sharing = {
    translate: translateSqliteError,
    isBusy: (error: unknown) => resultCodeOf(error) === busy,
    timeoutMs,
  }
  const dialect = createSqliteDialect(connection, sharing)
  const database = new Kysely<Schema>({ dialect, ...(watch && { log: toKyselyLog(watch) }) })
  // Kysely closes only connections that it has used, and prepared queries bypass it.
  await sql`select 1`.execute(database)
  const can = { direct: readDirectly(connection, sharing, watch), hasFiles: true } as const
  return Object.assign(database, { can })
}

async function openConnection(file: string): Promise<DatabaseSync> {
  let connection: DatabaseSync | undefined
  try {
    if (file !== ':memory:') makePrivate(file)
    connection = new DatabaseSync(file, {
      timeout: defaultTimeoutMs,
      enableForeignKeyConstraints: true,
    })
    await setUp(connection)
    return connection
  } catch (error) {
    connection?.close()
    throw new Failure('storage-unavailable', { detail: reasonFor(file, error), cause: error })
  }
}

/**
 * SQLite creates its log and its index with the mode of the database
 * (https://sqlite.org/src/file/src/os_unix.c).
 */
function makePrivate(file: string): void {
  makePrivateFolders(dirname(file))
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch {
    // The file exists, or SQLite will report why it cannot be created.
  }
  for (const suffix of ['', '-wal', '-shm']) closeToOthers(file + suffix)
}

/**
 * When several processes switch the same new file to WAL, all but one are refused at once,
 * regardless of the timeout, because waiting would be a deadlock
 * (https://sqlite.org/c3ref/busy_handler.html). They retry, and find that it is done.
 */
async function setUp(connection: DatabaseSync): Promise<void> {
  for (const sinceMs = performance.now(); ; await delay(lookEveryMs)) {
    try {
      connection.exec(settings)
      return
    } catch (error) {
      if (resultCodeOf(error) !== busy || performance.now() - sinceMs > defaultTimeoutMs)
        throw error
    }
  }
}

const lookEveryMs = 5

/**
 * How long to wait for other processes: when opening the file, which blocks this process, and for
 * the write lock, which does not block reads.
 */
const defaultTimeoutMs = 5000

/*
 * WAL: a writer does not block readers of other processes (https://sqlite.org/wal.html).
 * FULL: a committed transaction survives a power failure; with NORMAL it may be lost.
 * mmap_size: the largest value that SQLite allows, enough for a directory of a million people.
 * Reading through the page cache instead, with any cache_size, costs a GET half its processor time
 * again. Mapped pages count as resident memory but belong to the page cache: the kernel can reclaim
 * them. With a map, an I/O error of the disk ends the process instead of failing a request
 * (https://sqlite.org/mmap.html); committed data is not lost.
 * secure_delete: deleted content is overwritten with zeros.
 */
const settings = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma cache_size = -16384;
  pragma mmap_size = 2147418112;
  pragma secure_delete = on;
  pragma journal_size_limit = 67108864;
`

function reasonFor(file: string, error: unknown): string {
  const result = resultCodeOf(error)
  if (result === notADatabase)
    return `${file} is not a SQLite database; move it away or name another file`
  if (result === undefined) return `${file} cannot be opened: ${String(error)}`
  return `${file} cannot be opened: ${refusals[result] ?? String(error)}`
}

const busy = 5
const notADatabase = 26

/** Primary result codes (https://sqlite.org/rescode.html) that are not the statement's fault. */
const refusals: Readonly<Record<number, string>> = {
  [busy]: 'another process holds the database (SQLITE_BUSY)',
  6: 'a table is locked (SQLITE_LOCKED)',
  7: 'out of memory (SQLITE_NOMEM)',
  8: 'the database is read-only (SQLITE_READONLY)',
  10: 'the disk fails (SQLITE_IOERR)',
  11: 'the database file is damaged (SQLITE_CORRUPT)',
  13: 'the disk is full (SQLITE_FULL)',
  14: 'the file cannot be opened (SQLITE_CANTOPEN)',
  15: 'the locks of the file do not work (SQLITE_PROTOCOL)',
  [notADatabase]: 'the file is not a database (SQLITE_NOTADB)',
}

function translateSqliteError(error: unknown): unknown {
  const result = resultCodeOf(error)
  const detail = result === undefined ? undefined : refusals[result]
  return detail ? new Failure('storage-unavailable', { detail, cause: error }) : error
}

/** The low byte of an extended result code is the primary one. */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
