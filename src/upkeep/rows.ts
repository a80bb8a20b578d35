/**
 * Rows of any table by key: read in order, page by page; written and removed in batches. It limits how many are in
 * memory. The meaning of a row does not matter.
 */
import { sql } from 'kysely'
import { Failure } from '../failure.ts'
import type { Change } from '../storage/claims.ts'
import type { Database } from '../storage/schema.ts'
import type { Row, Source, Table, Value } from './tables.ts'

/** Twelve columns of this many rows stay below the 32,766 values of a statement in SQLite. */
export const batchSize = 500

/**
 * In the order of the key, each page after the last key of the one before: an OFFSET would read everything
 * again.
 */
export async function* readRows(database: Database, table: Source): AsyncGenerator<Row> {
  const keys = sql.join(table.key.map(name => sql.ref(name)))
  let after: readonly Value[] | undefined
  for (;;) {
    const from = after === undefined ? sql`` : sql`where (${keys}) > (${sql.join([...after])})`
    const { rows } = await sql<Row>`
      select ${sql.join(table.columns.map(name => sql.ref(name)))} from ${table.from}
      ${from} order by ${keys} limit ${sql.lit(batchSize)}`.execute(database)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batchSize) return
    after = keyOf(table, last)
  }
}

export async function readRow(
  database: Database,
  table: Source,
  key: readonly Value[],
): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select ${sql.join(table.columns.map(name => sql.ref(name)))} from ${table.from}
    where ${sameAs(table.key, key)}`.execute(database)
  return rows[0]
}

export async function countRows(database: Database, table: Source): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from ${table.from}`.execute(database)
  return Number(rows[0]?.count ?? 0)
}

export async function isEmpty(database: Database, table: Source): Promise<boolean> {
  return (await readRows(database, table).next()).done === true
}

type Written = Readonly<{ written: readonly Row[]; refused: readonly unknown[] }>

/**
 * Inserts new rows and updates existing ones. Rows that the database refuses, because a row they refer to
 * is missing, are left out.
 */
export async function writeRows(
  change: Change,
  rows: readonly Row[],
  write: (transaction: Database, rows: readonly Row[]) => Promise<void>,
): Promise<Written> {
  if (rows.length === 0) return { written: [], refused: [] }
  try {
    await change(transaction => write(transaction, rows))
    return { written: rows, refused: [] }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (rows.length === 1) return { written: [], refused: [error] }
  }
  const written: Row[] = []
  const refused: unknown[] = []
  for (const row of rows) {
    const one = await writeRows(change, [row], write)
    written.push(...one.written)
    refused.push(...one.refused)
  }
  return { written, refused }
}

export async function putRows(
  database: Database,
  table: Table,
  rows: readonly Row[],
): Promise<void> {
  await removeConflicting(database, table, rows)
  const values = rows.map(row => sql`(${sql.join(table.columns.map(name => row[name] ?? null))})`)
  const changing = table.columns.filter(name => !table.key.includes(name))
  const change =
    changing.length === 0
      ? sql`nothing`
      : sql`update set ${sql.join(changing.map(name => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}`
  await sql`
    insert into ${table.from} (${sql.join(table.columns.map(name => sql.ref(name)))})
    values ${sql.join(values)}
    on conflict (${sql.join(table.key.map(name => sql.ref(name)))}) do ${change}`.execute(database)
}

/** Removes rows that have the same unique value as a row to be written; they are written again in their new form. */
async function removeConflicting(
  database: Database,
  table: Table,
  rows: readonly Row[],
): Promise<void> {
  if (table.alsoUnique === undefined) return
  const owners = new Map(rows.map(row => [textOf(row, table.alsoUnique), row]))
  const wanted = [...owners.values()].map(row => valuesOf(row, table.alsoUnique))
  const { rows: holders } = await sql<Row>`
    select ${sql.join(table.columns.map(name => sql.ref(name)))} from ${table.from}
    where ${isOneOf(table.alsoUnique, wanted)}`.execute(database)
  const conflicting = holders.filter(holder => {
    const owner = owners.get(textOf(holder, table.alsoUnique))
    return owner !== undefined && textOf(owner, table.key) !== textOf(holder, table.key)
  })
  await removeRows(database, table, conflicting)
}

export async function removeRows(
  database: Database,
  table: Table,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return
  const keys = rows.map(row => keyOf(table, row))
  await sql`delete from ${table.from} where ${isOneOf(table.key, keys)}`.execute(database)
}

function isOneOf(names: readonly string[], all: readonly (readonly Value[])[]) {
  const refs = sql.join(names.map(name => sql.ref(name)))
  return sql<boolean>`(${refs}) in (values ${sql.join(all.map(values => sql`(${sql.join([...values])})`))})`
}

function sameAs(names: readonly string[], values: readonly Value[]) {
  return sql.join(
    names.map((name, index) => sql`${sql.ref(name)} = ${values[index] ?? null}`),
    sql` and `,
  )
}

export function keyOf(table: Source, row: Row): readonly Value[] {
  return valuesOf(row, table.key)
}

function valuesOf(row: Row, names: readonly string[] = []): readonly Value[] {
  return names.map(name => row[name] ?? null)
}

/** For comparisons within one database, which change no text. */
export function textOf(row: Row, names: readonly string[] = []): string {
  return JSON.stringify(valuesOf(row, names))
}

/** Compares as both databases do: by the bytes of UTF-8, unlike JavaScript's `<`. */
export function compareKeys(one: readonly Value[], other: readonly Value[]): number {
  for (const [index, value] of one.entries()) {
    const rival = other[index] ?? null
    if (value === rival) continue
    return Buffer.compare(Buffer.from(String(value)), Buffer.from(String(rival)))
  }
  return 0
}

/** A row as `database` would return it: PostgreSQL stores no NUL, see postgres-sessions.ts. */
export function asStoredIn(database: Database): (row: Row) => Row {
  const storable = database.can?.storable
  if (storable === undefined) return row => row
  return row => {
    const entries = Object.entries(row)
    if (!entries.some(([, value]) => hasNul(value))) return row
    return Object.fromEntries(
      entries.map(([name, value]) => [name, typeof value === 'string' ? storable(value) : value]),
    )
  }
}

export function hasNul(value: Value): boolean {
  return typeof value === 'string' && value.includes('\0')
}
