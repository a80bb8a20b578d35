/**
 * Scans rows by display name, then id, the order of every list. Works in slices, limited in rows
 * and in the text they compare. It does not know what the rows mean.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../storage/schema.ts'
import type { Slicing } from '../storage/slices.ts'

/** A position in a list. */
export type Key = Readonly<{ display_name: string; id: string }>

/** The rows of `table` that meet `condition`. An index must provide this order. */
export type OrderedRows = Readonly<{
  database: Database
  table: 'users' | 'groups' | 'contacts' | 'contact_folders'
  condition: RawBuilder<unknown>
}>

/** Chosen so that a slice takes a few milliseconds. */
export const rowsOfSlice = 500
const bytesOfSlice = 4_000_000

/**
 * `words`: how many words are searched in each text; with its length this gives the cost of a
 * comparison.
 */
type Matching = Readonly<{ matches: (searchText: string) => boolean; words: number }>

/** Yields the matching rows of each slice, which may be none. */
export async function* visitInOrder(
  rows: OrderedRows,
  { matches, words }: Matching,
  after: Key | undefined,
): AsyncGenerator<readonly Key[]> {
  for (let from = after; ; ) {
    const sizes = await readSizes(rows, from)
    const to = endOfSlice(sizes, words)
    if (to === undefined) return
    const slice = await readTexts(rows, from, to)
    yield slice.filter(row => matches(row.search_text))
    if (to === sizes.at(-1) && sizes.length < rowsOfSlice) return
    from = to
  }
}

type Size = Key & Readonly<{ bytes: number }>

async function readSizes(
  { database, table, condition }: OrderedRows,
  after: Key | undefined,
): Promise<readonly Size[]> {
  const { rows } = await sql<Size>`
    select display_name, id, octet_length(search_text) as bytes from ${sql.table(table)}
    where ${condition} and ${isAfter(after)}
    order by display_name, id limit ${sql.lit(rowsOfSlice)}`.execute(database)
  return rows
}

/** At least one row. */
function endOfSlice(sizes: readonly Size[], words: number): Size | undefined {
  let bytes = 0
  const past = sizes.findIndex((size, index) => {
    bytes += size.bytes * words
    return index > 0 && bytes > bytesOfSlice
  })
  return past === -1 ? sizes.at(-1) : sizes[past - 1]
}

async function readTexts(
  { database, table, condition }: OrderedRows,
  after: Key | undefined,
  to: Key,
) {
  const { rows } = await sql<Key & { search_text: string }>`
    select display_name, id, search_text from ${sql.table(table)}
    where ${condition} and ${isAfter(after)}
    and (display_name, id) <= (${to.display_name}, ${to.id})
    order by display_name, id`.execute(database)
  return rows
}

type Span = Readonly<{ top: number; skip: number }>

/** Returns a page of rows. Skipped rows are passed over in slices. */
export async function readPage<Row>(
  rows: OrderedRows,
  page: Span,
  slicing: Slicing,
): Promise<Row[]> {
  return await readColumns<Row>(rows, sql`*`, page, slicing)
}

/** Like readPage, but returns only the keys: the rows may be long. */
export async function readPageKeys(
  rows: OrderedRows,
  page: Span,
  slicing: Slicing,
): Promise<Key[]> {
  return await readColumns<Key>(rows, sql`display_name, id`, page, slicing)
}

async function readColumns<Row>(
  rows: OrderedRows,
  columns: RawBuilder<unknown>,
  { top, skip }: Span,
  slicing: Slicing,
): Promise<Row[]> {
  const { database, table, condition } = rows
  const position = await findPosition(rows, skip, slicing)
  if (position === undefined && skip > 0) return []
  const page = await sql<Row>`
    select ${columns} from ${sql.table(table)} where ${condition} and ${isAfter(position)}
    order by display_name, id limit ${top}`.execute(database)
  return page.rows
}

/** The position of row number `count`; undefined when there are fewer rows. */
async function findPosition(
  { database, table, condition }: OrderedRows,
  count: number,
  slicing: Slicing,
): Promise<Key | undefined> {
  let position: Key | undefined
  for (let left = count; left > 0; left -= rowsToSkip) {
    if (position !== undefined) await slicing.next()
    const { rows } = await sql<Key>`
      select display_name, id from ${sql.table(table)}
      where ${condition} and ${isAfter(position)}
      order by display_name, id
      limit 1 offset ${Math.min(left, rowsToSkip) - 1}`.execute(database)
    position = rows[0]
    if (position === undefined) return undefined
  }
  return position
}

/**
 * Rows to skip in one slice, which reads only the index: ten thousand take one or two milliseconds.
 */
const rowsToSkip = 10_000

function isAfter(key: Key | undefined): RawBuilder<unknown> {
  return key === undefined ? sql`1 = 1` : sql`(display_name, id) > (${key.display_name}, ${key.id})`
}

/** Compares as both databases do: by UTF-8 bytes, which differs from JavaScript's `<`. */
export function compareKeys(one: Key, other: Key): number {
  return compareTexts(one.display_name, other.display_name) || compareTexts(one.id, other.id)
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other))
}
