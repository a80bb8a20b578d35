/**
 * Lists people or groups that meet a condition of SCIM, a page at a time, and counts them all. Where an index has the few
 * rows that can meet it, only those are read. Otherwise all rows are read, in slices, so that other requests need not wait.
 * The lists of Graph, whose pages go on after a row and are not counted, are in list-rows.ts.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database, GroupRow, UserRow } from '../../storage/schema.ts'
import type { Slicing } from '../../storage/slices.ts'
import { type Condition, countComparisons, isAlways } from './condition.ts'
import { isMet, type Kind, selectCandidates } from './condition-sql.ts'
import { padIds, type Searchable } from './find-by-words.ts'
import { rowsOfSlice } from './in-order.ts'

/** An index has each order, so a page is found without sorting all rows. */
export type Order = 'id' | 'displayName' | 'userPrincipalName'

export type Asked = Readonly<{
  condition: Condition
  /** Who asks: conditions on externalId are about the ids of this source. */
  source: string
  order: Order
  direction: 'ascending' | 'descending'
  /** Rows before the page. */
  skip: number
  /** Rows of the page. */
  top: number
}>

type Rows = { users: UserRow; groups: GroupRow }
type Listed<Row> = Readonly<{ total: number; rows: readonly Row[] }>
type List = Readonly<{ database: Database; table: Kind; tenantId: string; asked: Asked }>

/** Throws Failure 'search-too-long'. */
export async function listWhere<Table extends Kind>(
  { database, slices }: Searchable,
  table: Table,
  tenantId: string,
  asked: Asked,
): Promise<Listed<Rows[Table]>> {
  const list = { database, table, tenantId, asked }
  const candidates = await findCandidates(list)
  const slicing = slices.begin()
  if (candidates !== undefined) return await readCandidates(list, candidates, slicing)
  const read = isAlways(asked.condition) ? countAll : scan
  const { total, ids } = await read(list, slicing)
  return { total, rows: await readRows<Rows[Table]>(list, ids, sql`1 = 1`) }
}

function conditionOf({ table, asked }: List): RawBuilder<boolean> {
  return isMet(table, asked.condition, asked.source)
}

const maxCandidates = 1000

/** Ids. undefined when no index helps, or it finds more than `maxCandidates`. */
async function findCandidates(list: List): Promise<readonly string[] | undefined> {
  const { database, table, tenantId, asked } = list
  const query = selectCandidates(table, tenantId, asked.condition, asked.source)
  if (query === undefined) return undefined
  const { rows } = await sql<{ id: string }>`${query} limit ${maxCandidates + 1}`.execute(database)
  return rows.length > maxCandidates ? undefined : rows.map(({ id }) => id)
}

/** A few rows are read at once, with the condition. Of more, slices are compared first, and only the page is read. */
async function readCandidates<Row>(
  list: List,
  candidates: readonly string[],
  slicing: Slicing,
): Promise<Listed<Row>> {
  const { skip, top } = list.asked
  const size = rowsToScan(list)
  if (candidates.length <= size) {
    const rows = await readRows<Row>(list, candidates, conditionOf(list))
    return { total: rows.length, rows: rows.slice(skip, skip + top) }
  }
  const ids: string[] = []
  for (let at = 0; at < candidates.length; at += size) {
    await slicing.next()
    ids.push(...(await idsMet(list, candidates.slice(at, at + size))))
  }
  return { total: ids.length, rows: await readRows(list, ids, sql`1 = 1`, { skip, top }) }
}

async function idsMet(list: List, ids: readonly string[]): Promise<string[]> {
  const { database, table, tenantId } = list
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where tenant_id = ${tenantId}
    and id in (${sql.join(padIds(ids))})
    and deleted_at is null and ${conditionOf(list)}`.execute(database)
  return rows.map(({ id }) => id)
}

async function readRows<Row>(
  { database, table, tenantId, asked }: List,
  ids: readonly string[],
  condition: RawBuilder<boolean>,
  { skip, top } = { skip: 0, top: ids.length },
): Promise<Row[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)}
    where tenant_id = ${tenantId} and id in (${sql.join(padIds(ids))})
    and deleted_at is null and ${condition}
    ${sorted(asked)} limit ${top} offset ${skip}`.execute(database)
  return rows
}

/** Columns to sort by; together they are unique. */
const orders = {
  id: ['id'],
  displayName: ['display_name', 'id'],
  userPrincipalName: ['user_principal_name_key'],
} as const satisfies Record<Order, readonly string[]>

function columnsOf({ order }: Asked): RawBuilder<unknown> {
  return sql.join(orders[order].map(column => sql.ref(column)))
}

function orderBy(
  { order, direction }: Asked,
  termOf: (column: RawBuilder<unknown>) => RawBuilder<unknown> = column => column,
): RawBuilder<unknown> {
  const word = direction === 'ascending' ? sql`asc` : sql`desc`
  const terms = orders[order].map(column => sql`${termOf(sql.ref(column))} ${word}`)
  return sql`order by ${sql.join(terms)}`
}

/**
 * Sorts rows that are found by id. `coalesce` hides the index of the order: SQLite would read all rows by it, to avoid
 * sorting the few.
 */
function sorted(asked: Asked): RawBuilder<unknown> {
  return orderBy(asked, column => sql`coalesce(${column}, '')`)
}

/** The values of the columns of the order. */
type Position = readonly string[]
type Found = Readonly<{ total: number; ids: readonly string[] }>

/** The rows of the list after a position, in order. */
function rowsAfter(
  { table, tenantId, asked }: List,
  position: Position | undefined,
): RawBuilder<unknown> {
  const sign = asked.direction === 'ascending' ? sql`>` : sql`<`
  const isAfter =
    position === undefined ? sql`1 = 1` : sql`(${columnsOf(asked)}) ${sign} (${sql.join(position)})`
  return sql`from ${sql.table(table)}
    where tenant_id = ${tenantId} and deleted_at is null and ${isAfter} ${orderBy(asked)}`
}

/** Rows of a slice: fewer when each is compared many times, because each comparison may read a long text. */
function rowsToScan({ asked }: List): number {
  return Math.ceil((rowsOfSlice * 2) / Math.max(2, countComparisons(asked.condition)))
}

type Scanned = Readonly<Record<string, string>> & Readonly<{ met: number }>

async function scan(list: List, slicing: Slicing): Promise<Found> {
  const { database, asked } = list
  const { skip, top } = asked
  const size = rowsToScan(list)
  const ids: string[] = []
  let total = 0
  for (let position: Position | undefined; ; ) {
    await slicing.next()
    const { rows } = await sql<Scanned>`
      select ${columnsOf(asked)}, id, case when ${conditionOf(list)} then 1 else 0 end as met
      ${rowsAfter(list, position)} limit ${size}`.execute(database)
    for (const { met, id = '' } of rows) {
      if (met === 0) continue
      if (total >= skip && total < skip + top) ids.push(id)
      total += 1
    }
    if (rows.length < size) return { total, ids }
    position = positionOf(asked, rows.at(-1))
  }
}

function positionOf({ order }: Asked, row: Readonly<Record<string, unknown>> = {}): Position {
  return orders[order].map(column => String(row[column]))
}

/** Chosen so that a step takes a few milliseconds. */
const rowsOfStep = 2000

async function countAll(list: List, slicing: Slicing): Promise<Found> {
  const { database, asked } = list
  const ids: string[] = []
  let total = 0
  for (let position: Position | undefined; ; ) {
    await slicing.next()
    const after = rowsAfter(list, position)
    const last = await sql<Record<string, string>>`
      select ${columnsOf(asked)} ${after} limit 1 offset ${rowsOfStep - 1}`.execute(database)
    const isEnd = last.rows.length === 0
    const count = isEnd ? await countRows(database, after) : rowsOfStep
    if (asked.skip >= total && asked.skip < total + count && asked.top > 0) {
      ids.push(...(await readIds(database, after, { skip: asked.skip - total, top: asked.top })))
    }
    total += count
    if (isEnd) return { total, ids }
    position = positionOf(asked, last.rows[0])
  }
}

async function countRows(database: Database, after: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from (select 1 ${after} limit ${rowsOfStep}) as step`.execute(database)
  return Number(rows[0]?.count ?? 0)
}

async function readIds(
  database: Database,
  after: RawBuilder<unknown>,
  { skip, top }: Pick<Asked, 'skip' | 'top'>,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id ${after} limit ${top} offset ${skip}`.execute(database)
  return rows.map(({ id }) => id)
}
