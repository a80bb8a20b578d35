/**
 * Scans the rows of a list in an order that an index provides. Works in slices, limited in rows and
 * in the text they compare. It does not know what the rows mean.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../../storage/schema.ts'
import type { Slicing } from '../../storage/slices.ts'

/** `id` is the order of the primary key: the cheapest to scan, for work that needs no order. */
export type Order = Readonly<{
  column: 'display_name' | 'user_principal_name_key' | 'id'
  direction: 'asc' | 'desc'
}>

export const byName: Order = { column: 'display_name', direction: 'asc' }
export const byId: Order = { column: 'id', direction: 'asc' }

/** A position in a list. `name` is the value of the order's column. */
export type Key = Readonly<{ name: string; id: string }>

/** The rows of `table` that meet `condition`. An index must provide the order. */
export type OrderedRows = Readonly<{
  database: Database
  table: 'users' | 'groups' | 'contacts' | 'contact_folders'
  condition: RawBuilder<unknown>
  order: Order
}>

/** Chosen so that a slice takes a few milliseconds. In order of the key, rows are read faster. */
export const rowsOfSlice = 500
const rowsOfKeySlice = 4_000
export const bytesOfSlice = 4_000_000

/** `comparisons`: with how many texts each row is compared; with its length this is the cost. */
export type Wanted = Readonly<{ where: RawBuilder<unknown>; comparisons: number }>

/**
 * Yields the keys of the matching rows of each slice, which may be none. `name` is the column to
 * take as the key's name; default: that of the order.
 */
export async function* visitInOrder(
  rows: OrderedRows,
  { where, comparisons }: Wanted,
  after: Key | undefined,
  name = rows.order.column,
): AsyncGenerator<readonly Key[]> {
  for await (const span of spansOf(rows, comparisons, after)) {
    const matching = await sql<Key>`
      select ${sql.ref(name)} as name, id ${from(rows)} where ${within(rows, span)} and ${where}
      ${orderBy(rows)}`.execute(rows.database)
    yield matching.rows
  }
}

/** Yields how many rows of each slice match. */
export async function* countInOrder(
  rows: OrderedRows,
  { where, comparisons }: Wanted,
): AsyncGenerator<number> {
  for await (const span of spansOf(rows, comparisons, undefined)) {
    const matching = await sql<{ count: number | string }>`
      select count(*) as count ${from(rows)} where ${within(rows, span)} and ${where}
      `.execute(rows.database)
    yield Number(matching.rows[0]?.count ?? 0)
  }
}

/** The rows after `after`, up to and including `to`. */
type Span = Readonly<{ after: Key | undefined; to: Key }>

async function* spansOf(
  rows: OrderedRows,
  comparisons: number,
  begin: Key | undefined,
): AsyncGenerator<Span> {
  for (let after = begin; ; ) {
    const count = await countAffordable(rows, comparisons, after)
    const to = count === 0 ? undefined : await readKey(rows, after, count)
    if (to === undefined) return
    yield { after, to }
    after = to
  }
}

/** How many rows make a slice: at least one, unless none is left. */
async function countAffordable(
  rows: OrderedRows,
  comparisons: number,
  after: Key | undefined,
): Promise<number> {
  for (let limit = rows.order.column === 'id' ? rowsOfKeySlice : rowsOfSlice; ; ) {
    const { count, bytes } = await measure(rows, after, limit)
    if (count <= 1 || bytes * comparisons <= bytesOfSlice) return count
    limit = Math.max(1, Math.floor((count * bytesOfSlice) / (bytes * comparisons) / 2))
  }
}

async function measure(rows: OrderedRows, after: Key | undefined, limit: number) {
  const sizes = await sql<Readonly<{ count: number | string; bytes: number | string | null }>>`
    select count(*) as count, sum(bytes) as bytes from (
      select octet_length(search_text) as bytes ${from(rows)}
      where ${rows.condition} and ${isAfter(rows, after)}
      ${orderBy(rows)} limit ${sql.lit(limit)}) as slice`.execute(rows.database)
  const [size] = sizes.rows
  return { count: Number(size?.count ?? 0), bytes: Number(size?.bytes ?? 0) }
}

type Range = Readonly<{ top: number; skip: number }>

/** Returns a page of rows. Skipped rows are passed over in slices. */
export async function readPage<Row>(
  rows: OrderedRows,
  page: Range,
  slicing: Slicing,
): Promise<Row[]> {
  return await readColumns<Row>(rows, sql`*`, page, slicing)
}

/** Like readPage, but returns only the keys: the rows may be long. */
export async function readPageKeys(
  rows: OrderedRows,
  page: Range,
  slicing: Slicing,
): Promise<Key[]> {
  return await readColumns<Key>(rows, keyOf(rows), page, slicing)
}

async function readColumns<Row>(
  rows: OrderedRows,
  columns: RawBuilder<unknown>,
  { top, skip }: Range,
  slicing: Slicing,
): Promise<Row[]> {
  const position = await findPosition(rows, skip, slicing)
  if (position === undefined && skip > 0) return []
  return await readAfter<Row>(rows, columns, position, top)
}

/** The first rows after a position. */
export async function readAfter<Row>(
  rows: OrderedRows,
  columns: RawBuilder<unknown>,
  after: Key | undefined,
  top: number,
): Promise<Row[]> {
  const page = await sql<Row>`
    select ${columns} ${from(rows)} where ${rows.condition} and ${isAfter(rows, after)}
    ${orderBy(rows)} limit ${top}`.execute(rows.database)
  return page.rows
}

/** The position of row number `count`; undefined when there are fewer rows. */
async function findPosition(
  rows: OrderedRows,
  count: number,
  slicing: Slicing,
): Promise<Key | undefined> {
  let position: Key | undefined
  for (let left = count; left > 0; left -= rowsToSkip) {
    if (position !== undefined) await slicing.next()
    position = await readKey(rows, position, Math.min(left, rowsToSkip))
    if (position === undefined) return undefined
  }
  return position
}

/**
 * Rows to skip in one slice, which reads only the index: ten thousand take one or two milliseconds.
 */
const rowsToSkip = 10_000

/** The position of row number `count` after a position. */
async function readKey(
  rows: OrderedRows,
  after: Key | undefined,
  count: number,
): Promise<Key | undefined> {
  const found = await sql<Key>`
    select ${keyOf(rows)} ${from(rows)} where ${rows.condition} and ${isAfter(rows, after)}
    ${orderBy(rows)} limit 1 offset ${count - 1}`.execute(rows.database)
  return found.rows[0]
}

function from({ table }: OrderedRows): RawBuilder<unknown> {
  return sql`from ${sql.table(table)}`
}

function keyOf({ order }: Pick<OrderedRows, 'order'>): RawBuilder<unknown> {
  return sql`${sql.ref(order.column)} as name, id`
}

function orderBy({ order }: OrderedRows): RawBuilder<unknown> {
  const direction = sql.raw(order.direction)
  if (order.column === 'id') return sql`order by id ${direction}`
  return sql`order by ${sql.ref(order.column)} ${direction}, id ${direction}`
}

function within(rows: OrderedRows, { after, to }: Span): RawBuilder<unknown> {
  const until = compareTo(rows, rows.order.direction === 'asc' ? '<=' : '>=', to)
  return sql`${rows.condition} and ${isAfter(rows, after)} and ${until}`
}

function isAfter(rows: OrderedRows, key: Key | undefined): RawBuilder<unknown> {
  if (key === undefined) return sql`1 = 1`
  return compareTo(rows, rows.order.direction === 'asc' ? '>' : '<', key)
}

function compareTo(
  { order }: OrderedRows,
  operator: '<' | '<=' | '>' | '>=',
  { name, id }: Key,
): RawBuilder<unknown> {
  const is = sql.raw(operator)
  if (order.column === 'id') return sql`id ${is} ${id}`
  return sql`(${sql.ref(order.column)}, id) ${is} (${name}, ${id})`
}

/** Compares as both databases do: by UTF-8 bytes, which differs from JavaScript's `<`. */
export function compareKeys({ direction }: Order, one: Key, other: Key): number {
  const ascending = compareTexts(one.name, other.name) || compareTexts(one.id, other.id)
  return direction === 'asc' ? ascending : -ascending
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other))
}
