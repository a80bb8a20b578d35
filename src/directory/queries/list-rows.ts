/**
 * Lists and counts people or groups for Graph. Without a condition, an index gives the page. With one, two
 * scans take turns, slice by slice, and whichever ends first has the answer: of the list in its
 * order, which ends soon when most rows match, and of what the word index offers, which ends soon
 * when few do. A condition that the index does not answer is looked for in the order of the key.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database, GroupRow, UserRow } from '../../storage/schema.ts'
import type { Slices } from '../../storage/slices.ts'
import { type Candidates, candidatesOf } from './candidates.ts'
import { type Condition, countComparisons, isAlways } from './condition.ts'
import {
  type Chosen,
  choose,
  countEntries,
  entriesOfSlice,
  type Indexed,
  padIds,
  readIds,
  type Searchable,
  selectMatching,
} from './find-by-words.ts'
import {
  byId,
  byName,
  compareKeys,
  countInOrder,
  type Key,
  type Order,
  type OrderedRows,
  readAfter,
  visitInOrder,
  type Wanted,
} from './in-order.ts'
import { whereMet } from './where-met.ts'

/** A page of a list; `after` is the last row of the page before. */
export type Page = Readonly<{
  where: Condition
  /** Default: by display name. */
  order?: Order
  top: number
  after: Key | undefined
}>

type Rows = { users: UserRow; groups: GroupRow }

/** Pages neither skip nor repeat a row. Throws Failure 'search-too-long'. */
export async function listRows<Table extends keyof Rows>(
  { database, slices }: Searchable,
  table: Table,
  tenantId: string,
  page: Page,
): Promise<Rows[Table][]> {
  const list = listOf(database, table, tenantId, page.order ?? byName)
  if (isAlways(page.where)) {
    return await readAfter<Rows[Table]>(list, sql`*`, page.after, page.top)
  }
  const search = { ...list, table, tenantId, page, wanted: wantedOf(table, page.where) }
  return await readRows<Rows[Table]>(search, await findKeys(search, slices))
}

/** Throws Failure 'search-too-long'. */
export async function countRows(
  { database, slices }: Searchable,
  table: keyof Rows,
  tenantId: string,
  where: Condition,
): Promise<number> {
  if (isAlways(where)) return await readSize(database, table, tenantId)
  const list = { ...listOf(database, table, tenantId, byId), table, tenantId }
  const wanted = wantedOf(table, where)
  const slicing = slices.begin()
  await slicing.next()
  const few = await chooseFew(list, candidatesOf(table, where))
  if (few !== undefined) return await countAmong(list, wanted, few)
  let count = 0
  for await (const matching of countInOrder(list, wanted)) {
    count += matching
    await slicing.next()
  }
  return count
}

function listOf(
  database: Database,
  table: keyof Rows,
  tenantId: string,
  order: Order,
): OrderedRows & Readonly<{ condition: RawBuilder<unknown> }> {
  const condition = sql`tenant_id = ${tenantId} and deleted_at is null`
  return { database, table, condition, order }
}

function wantedOf(table: keyof Rows, where: Condition): Wanted {
  return { where: whereMet(table, where), comparisons: countComparisons(where) }
}

type Search = OrderedRows & Indexed & Readonly<{ page: Page; wanted: Wanted }>

/** The keys of the page, in its order. */
async function findKeys(search: Search, slices: Slices): Promise<readonly Key[]> {
  const first: Key[] = []
  const anywhere = visitAnywhere(search, first)
  const listed: Key[] = []
  const list = visitList(search, listed)
  for (const slicing = slices.begin(); ; ) {
    await slicing.next()
    if ((await anywhere.next()).done) return first
    await slicing.next()
    if ((await list.next()).done) return listed
  }
}

/** Ends when the page is full, or at the end of the list. */
async function* visitList(search: Search, listed: Key[]): AsyncGenerator<void> {
  const { page, wanted } = search
  for await (const keys of visitInOrder(search, wanted, page.after)) {
    listed.push(...keys.slice(0, page.top - listed.length))
    if (listed.length === page.top) return
    yield
  }
}

/** Ends when every row that can match was seen; then `first` has the keys of the page. */
async function* visitAnywhere(search: Search, first: Key[]): AsyncGenerator<void> {
  let visited = 0
  for await (const { keys, cost } of matchingAnywhere(search)) {
    for (const key of keys) insertInOrder(first, key, search)
    visited += cost
    if (visited < entriesOfSlice) continue
    yield
    visited = 0
  }
}

/** `cost` is in entries of the index. */
type Visited = Readonly<{ keys: readonly Key[]; cost: number }>

async function* matchingAnywhere(search: Search): AsyncGenerator<Visited> {
  const candidates = candidatesOf(search.table, search.page.where)
  if (candidates !== undefined) {
    const { done } = yield* matchingInIndex(search, candidates)
    if (done) return
  }
  const scan = visitInOrder(
    { ...search, order: byId },
    search.wanted,
    undefined,
    search.order.column,
  )
  for await (const keys of scan) yield { keys, cost: entriesOfSlice }
}

/** `done` is false when the index has so many entries that reading all rows costs less. */
async function* matchingInIndex(
  search: Search,
  candidates: Candidates,
): AsyncGenerator<Visited, Readonly<{ done: boolean }>> {
  const { order, wanted } = search
  let [read, worthReading] = [0, leastWorthReading]
  const chosen = await choose(search, candidates)
  // Counting reads only the index, so it costs about a tenth.
  yield { keys: [], cost: chosen.counted / 10 }
  for await (const ids of readIds(search, chosen)) {
    for await (const keys of selectMatching(search, wanted, order, ids)) {
      yield { keys, cost: ids.length }
    }
    read += ids.length
    if (read < worthReading) continue
    const rows = await readSize(search.database, search.table, search.tenantId)
    worthReading = Math.max(leastWorthReading, rows / rowsForAnEntry)
    if (read >= worthReading) return { done: false }
  }
  return { done: true }
}

/** An entry and its row cost as much as so many rows in the order of the key. */
const rowsForAnEntry = 20
const leastWorthReading = 10 * entriesOfSlice

/** Inserts in list order, without duplicates, up to the size of a page. */
function insertInOrder(first: Key[], key: Key, { order, page }: Search): void {
  const { after, top } = page
  if (after !== undefined && compareKeys(order, key, after) <= 0) return
  const last = first.at(-1)
  if (first.length === top && last !== undefined && compareKeys(order, key, last) >= 0) return
  let [low, high] = [0, first.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const there = first[middle]
    if (there !== undefined && compareKeys(order, there, key) < 0) low = middle + 1
    else high = middle
  }
  if (first[low]?.id === key.id) return
  first.splice(low, 0, key)
  if (first.length > top) first.pop()
}

async function readRows<Row extends Readonly<{ id: string }>>(
  { database, table, tenantId }: Indexed,
  keys: readonly Key[],
): Promise<Row[]> {
  if (keys.length === 0) return []
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)}
    where tenant_id = ${tenantId} and id in (${sql.join(padIds(keys.map(({ id }) => id)))})
    and deleted_at is null`.execute(database)
  const rowsById = new Map(rows.map(row => [row.id, row]))
  return keys.flatMap(({ id }) => rowsById.get(id) ?? [])
}

/** undefined when the index has many entries, or none that bound the rows. */
async function chooseFew(
  rows: Indexed,
  candidates: ReturnType<typeof candidatesOf>,
): Promise<Chosen | undefined> {
  if (candidates === undefined) return undefined
  const chosen = await choose(rows, candidates)
  return (await countEntries(rows, chosen)) < entriesOfSlice ? chosen : undefined
}

async function countAmong(rows: Indexed, wanted: Wanted, few: Chosen): Promise<number> {
  const found = new Set<string>()
  for await (const ids of readIds(rows, few)) {
    for await (const keys of selectMatching(rows, wanted, byId, ids)) {
      for (const { id } of keys) found.add(id)
    }
  }
  return found.size
}

/** The size of the whole list, which is kept. */
async function readSize(database: Database, table: keyof Rows, tenantId: string): Promise<number> {
  const { size } = await database
    .selectFrom('directory_sizes')
    .select(({ fn }) => fn.coalesce(fn.sum<number | string>('rows'), sql<number>`0`).as('size'))
    .where('tenant_id', '=', tenantId)
    .where('of_table', '=', table)
    .executeTakeFirstOrThrow()
  return Number(size)
}
