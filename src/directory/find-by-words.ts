/**
 * Searches people or groups by words, and returns the first matches in list order. A search with
 * few matches is answered from the word index at once. A search with many matches alternates, slice
 * by slice, between two scans: of the list, which ends soon when most rows match, and of the word
 * index, which ends soon when few do.
 */
import { sql } from 'kysely'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'
import type { Slices } from '../storage/slices.ts'
import { compareKeys, type Key, visitInOrder } from './in-order.ts'
import { countWords, createMatcher, type Page, rangesOf, type WordRange } from './search.ts'

/** The inputs of every search. */
export type Searchable = Readonly<{ database: Database; slices: Slices }>

/**
 * Ordered by display name, then id, so that pages neither skip nor repeat a row. Throws Failure
 * 'search-too-long'.
 */
export async function listRows<Table extends keyof Rows>(
  where: Searchable,
  table: Table,
  tenantId: string,
  page: Page,
): Promise<Rows[Table][]> {
  if (page.anyOf.length > 0) return await findByWords(where, table, tenantId, page)
  const { after, top } = page
  const isAfter = after && sql`and (display_name, id) > (${after.name}, ${after.id})`
  const { rows } = await sql<Rows[Table]>`
    select * from ${sql.table(table)} where tenant_id = ${tenantId} and deleted_at is null ${isAfter ?? sql``}
    order by display_name, id limit ${top}`.execute(where.database)
  return rows
}

type Rows = { users: UserRow; groups: GroupRow }
const kinds = { users: 'u', groups: 'g' } as const

async function findByWords<Table extends keyof Rows>(
  { database, slices }: Searchable,
  table: Table,
  tenantId: string,
  page: Page,
): Promise<Rows[Table][]> {
  const search = { database, table, tenantId, page }
  const first: Rows[Table][] = []
  const words = visitWords<Rows[Table]>(search, first)
  const listed: Key[] = []
  const list = visitList(search, listed)
  for (const slicing = slices.begin(); ; ) {
    await slicing.next()
    if ((await words.next()).done) return first
    await slicing.next()
    if ((await list.next()).done) return await readRows<Rows[Table]>(search, listed)
  }
}

type Search = Readonly<{ database: Database; table: keyof Rows; tenantId: string; page: Page }>

const postingsOfSlice = 400

/** Scans the word index to the end; then `first` has the first rows of the page. */
async function* visitWords<Row extends Key & { search_text: string }>(
  search: Search,
  first: Row[],
): AsyncGenerator<void> {
  let visited = 0
  for (const term of search.page.anyOf) {
    const { range, counted } = await findNarrowestRange(search, rangesOf(kinds[search.table], term))
    // Counting reads only the index, so it costs about a tenth.
    visited += counted / 10
    const matches = createMatcher([term])
    for (let from = range && { word: range.from, id: '' }; range && from; ) {
      const postings = await readPostings(search, range, from)
      for (const row of await readCandidates<Row>(search, postings, first)) {
        if (matches(row.search_text)) insertInOrder(first, row, search.page.top)
      }
      visited += postings.length
      from = postings.length < postingsOfSlice ? undefined : postings.at(-1)
      if (visited < postingsOfSlice) continue
      yield
      visited = 0
    }
  }
}

type Posting = Readonly<{ word: string; id: string }>

/**
 * A matching row has a word in every range, so scanning the range with the fewest entries finds all
 * of them.
 */
async function findNarrowestRange({ database, tenantId }: Search, ranges: readonly WordRange[]) {
  const [only, ...others] = ranges
  if (others.length === 0) return { range: only, counted: 0 }
  let range = only
  let fewest = Number.POSITIVE_INFINITY
  let counted = 0
  for (const candidate of ranges) {
    const { rows } = await sql<{ count: number | string }>`
      select count(*) as count from (
        select 1 from directory_words
        where tenant_id = ${tenantId} and field = ${candidate.field}
        and word >= ${candidate.from} and word <= ${candidate.to}
        limit ${sql.lit(postingsOfSlice)}) as first_ones`.execute(database)
    const count = Number(rows[0]?.count ?? 0)
    counted += count
    if (count < fewest) range = candidate
    fewest = Math.min(count, fewest)
    if (count === 0) break
  }
  return { range, counted }
}

async function readPostings(
  { database, tenantId }: Search,
  { field, to }: WordRange,
  after: Posting,
): Promise<Posting[]> {
  return await database
    .selectFrom('directory_words')
    .select(['word', 'id'])
    .where('tenant_id', '=', tenantId)
    .where('field', '=', field)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('word', 'id'), '>', tuple(after.word, after.id)),
    )
    .where('word', '<=', to)
    .orderBy('word')
    .orderBy('id')
    .limit(postingsOfSlice)
    .execute()
}

/** Only rows that can still be on the page. */
async function readCandidates<Row extends Key>(
  { database, table, tenantId, page }: Search,
  postings: readonly Posting[],
  first: readonly Key[],
): Promise<Row[]> {
  const ids = [...new Set(postings.map(({ id }) => id))]
  if (ids.length === 0) return []
  // Selects by key only: with a range of names too, SQLite would scan the list.
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)}
    where tenant_id = ${tenantId} and id in (${sql.join(padIds(ids))})`.execute(database)
  const after = afterOf(page)
  const last = first.length < page.top ? undefined : first.at(-1)
  return rows.filter(
    row =>
      (after === undefined || compareKeys(row, after) > 0) &&
      (last === undefined || compareKeys(row, last) < 0),
  )
}

/** Inserts in list order, without duplicates, up to the size of a page. */
function insertInOrder<Row extends Key>(first: Row[], row: Row, top: number): void {
  let [low, high] = [0, first.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const there = first[middle]
    if (there !== undefined && compareKeys(there, row) < 0) low = middle + 1
    else high = middle
  }
  if (first[low]?.id === row.id) return
  first.splice(low, 0, row)
  if (first.length > top) first.pop()
}

/** Ends when the page is full, or at the end of the list. */
async function* visitList(
  { database, table, tenantId, page }: Search,
  listed: Key[],
): AsyncGenerator<void> {
  const rows = { database, table, condition: sql`tenant_id = ${tenantId}` }
  const matching = { matches: createMatcher(page.anyOf), words: countWords(page.anyOf) }
  for await (const keys of visitInOrder(rows, matching, afterOf(page))) {
    listed.push(...keys.slice(0, page.top - listed.length))
    if (listed.length === page.top) return
    yield
  }
}

async function readRows<Row extends Key>(
  { database, table, tenantId }: Search,
  keys: readonly Key[],
): Promise<Row[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)}
    where tenant_id = ${tenantId} and id in (${sql.join(padIds(keys.map(({ id }) => id)))})
    `.execute(database)
  return rows.toSorted(compareKeys)
}

function afterOf({ after }: Page): Key | undefined {
  return after && { display_name: after.name, id: after.id }
}

/** Pads to one of a few lengths, so that few different statements are prepared. */
export function padIds(ids: readonly string[]): readonly string[] {
  const length = [1, 10, 100, 400, 1000].find(size => size >= ids.length) ?? ids.length
  return [...ids, ...Array.from({ length: length - ids.length }, () => ids[0] ?? '')]
}
