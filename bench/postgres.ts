/**
 * A PostgreSQL of the bench's own, durable as in production and on the disk of the bench's folder, and
 * the people of a population copied into it. Rows are the same as in SQLite, to the byte.
 */
import { existsSync, readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { migrate } from '../src/storage/migrations.ts'
import { migrationTimeouts, openPostgres } from '../src/storage/postgres.ts'
import type { Database } from '../src/storage/schema.ts'
import { startPostgres as startServer } from '../test/support/postgres.ts'
import type { Population } from './population.ts'

export type Postgres = Readonly<{
  /** The people of a population as a database, its pages in memory: its postgres:// address. */
  copy: (population: Population, change?: ChangeRow) => Promise<string>
  /** The parent of all its processes. */
  processes: () => number[]
  stop: () => Promise<void>
}>

export type Row = Readonly<Record<string, unknown>>
/** Changes the rows of a table while they are copied. */
export type ChangeRow = Readonly<{ name: string; change: (table: string, row: Row) => Row }>

const asItIs: ChangeRow = { name: '', change: (_table, row) => row }
const tables = ['users', 'photos'] as const
const batchSize = 5_000

/** A quarter of the memory, as its documentation advises, and no more than a million people need. */
const bufferMegabytes = Math.min(2048, Math.floor(totalmem() / 4 / 2 ** 20))

/** Turns durability on, which tests turn off: a commit is on the disk when it is answered. */
const settings = {
  fsync: 'on',
  shared_buffers: `${bufferMegabytes}MB`,
  // No checkpoint begins during a round.
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
}

/** A folder that an earlier run has filled is used as it is. */
export async function startPostgres(folder: string): Promise<Postgres> {
  const data = join(folder, 'postgres')
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await startServer({ folder: data, flags })
  return {
    async copy({ data: from }, change = asItIs) {
      const name = `${basename(from)}${change.name}`.replaceAll('-', '_')
      const filling = `${name}_filling`
      const known = await server.run(`select 1 from pg_database where datname = '${name}'`)
      if (known.length === 0) {
        await server.run(`drop database if exists ${filling}`)
        await server.run(`create database ${filling}`)
        await fill(server.address(filling), from, change)
        // It gets its name only when it is complete.
        await server.run(`alter database ${filling} rename to ${name}`)
      }
      await warmUp(server.address(name))
      return server.address(name)
    },
    processes() {
      const file = join(data, 'postmaster.pid')
      return existsSync(file) ? [Number.parseInt(readFileSync(file, 'utf8'), 10)] : []
    },
    stop: async () => await server[Symbol.asyncDispose](),
  }
}

async function open(url: string): Promise<Database> {
  return await openPostgres({ url, connections: 1, timeouts: migrationTimeouts })
}

async function fill(url: string, from: string, { change }: ChangeRow): Promise<void> {
  await using database = await open(url)
  await migrate(database)
  const source = new DatabaseSync(join(from, 'visage.sqlite'), { readOnly: true })
  for (const table of tables) {
    let batch: Row[] = []
    for (const row of source.prepare(`select * from ${table}`).iterate()) {
      batch.push(change(table, row as Row))
      if (batch.length < batchSize) continue
      await insert(database, table, batch)
      batch = []
    }
    await insert(database, table, batch)
  }
  source.close()
  // As autovacuum would do later.
  await sql`vacuum (analyze)`.execute(database)
  await sql`checkpoint`.execute(database)
}

/** One value for all rows, and not one for each column: a million people in a minute. */
async function insert(
  database: Database,
  table: (typeof tables)[number],
  rows: readonly Row[],
): Promise<void> {
  const into = sql.table(table)
  const values = JSON.stringify(rows)
  await sql`
    insert into ${into} select * from json_populate_recordset(null::${into}, ${values}::json)
  `.execute(database)
}

/** By the indexes, so that the pages a look-up needs stay in the server's own memory. */
async function warmUp(url: string): Promise<void> {
  await using database = await open(url)
  await database.transaction().execute(async transaction => {
    for (const way of ['seqscan', 'hashjoin', 'bitmapscan', 'indexonlyscan']) {
      await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(transaction)
    }
    await sql`
      select count(users.display_name), count(photos.renditions)
      from users left join photos
        on photos.tenant_id = users.tenant_id
        and photos.owner_kind = 'user'
        and photos.owner_id = users.id
    `.execute(transaction)
  })
}
