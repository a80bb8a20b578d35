/**
 * Reads the rows that the word index offers for a condition, a slice at a time. Only rows that meet
 * the condition are returned, each perhaps more than once.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../../storage/schema.ts'
import type { Slices } from '../../storage/slices.ts'
import type { Candidates, WordRange } from './candidates.ts'
import { byId, bytesOfSlice, type Key, type Order, type Wanted } from './in-order.ts'

/** The inputs of every search. */
export type Searchable = Readonly<{ database: Database; slices: Slices }>

/** The rows of one tenant. */
export type Indexed = Readonly<{
  database: Database
  table: 'users' | 'groups'
  tenantId: string
  condition: RawBuilder<unknown>
}>

/** What is read, and how many entries were counted to choose it. */
export type Chosen = Readonly<{
  ranges: readonly WordRange[]
  ids: readonly string[]
  counted: number
}>

export const entriesOfSlice = 400

/** Of parts that each hold every match, the one with the fewest entries. */
export async function choose(rows: Indexed, candidates: Candidates): Promise<Chosen> {
  if ('range' in candidates) return { ranges: [candidates.range], ids: [], counted: 0 }
  if ('id' in candidates) return { ranges: [], ids: [candidates.id], counted: 0 }
  if ('oneOf' in candidates) {
    const parts: Chosen[] = []
    for (const part of candidates.oneOf) parts.push(await choose(rows, part))
    return join(parts)
  }
  const [only, ...others] = candidates.eachOf
  if (only !== undefined && others.length === 0) return await choose(rows, only)
  return await chooseFewest(rows, candidates.eachOf)
}

async function chooseFewest(rows: Indexed, parts: readonly Candidates[]): Promise<Chosen> {
  let best: Chosen = { ranges: [], ids: [], counted: 0 }
  let fewest = Number.POSITIVE_INFINITY
  let counted = 0
  for (const part of parts) {
    const chosen = await choose(rows, part)
    const entries = await countEntries(rows, chosen)
    counted += chosen.counted + entries
    if (entries < fewest) best = chosen
    fewest = Math.min(entries, fewest)
    if (fewest === 0) break
  }
  return { ...best, counted }
}

function join(parts: readonly Chosen[]): Chosen {
  return {
    ranges: parts.flatMap(({ ranges }) => ranges),
    ids: parts.flatMap(({ ids }) => ids),
    counted: parts.reduce((sum, { counted }) => sum + counted, 0),
  }
}

/** Of each range at most `entriesOfSlice` are counted. */
export async function countEntries(rows: Indexed, { ranges, ids }: Chosen): Promise<number> {
  let entries = ids.length
  for (const range of ranges) entries += await countRange(rows, range)
  return entries
}

async function countRange({ database, tenantId }: Indexed, range: WordRange): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from (
      select 1 from directory_words
      where tenant_id = ${tenantId} and field = ${range.field}
      and word >= ${range.from} and word <= ${range.to}
      limit ${sql.lit(entriesOfSlice)}) as first_ones`.execute(database)
  return Number(rows[0]?.count ?? 0)
}

/** Yields the ids of each slice of entries. */
export async function* readIds(
  rows: Indexed,
  { ranges, ids }: Pick<Chosen, 'ranges' | 'ids'>,
): AsyncGenerator<readonly string[]> {
  if (ids.length > 0) yield ids
  for (const range of ranges) {
    for (let from: Entry | undefined = { word: range.from, id: '' }; from; ) {
      const entries = await readEntries(rows, range, from)
      yield [...new Set(entries.map(({ id }) => id))]
      from = entries.length < entriesOfSlice ? undefined : entries.at(-1)
    }
  }
}

type Entry = Readonly<{ word: string; id: string }>

async function readEntries(
  { database, tenantId }: Indexed,
  { field, to }: WordRange,
  after: Entry,
): Promise<Entry[]> {
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
    .limit(entriesOfSlice)
    .execute()
}

/** Yields those of the rows with these ids that match, in parts of limited text. */
export async function* selectMatching(
  rows: Indexed,
  { where, comparisons }: Wanted,
  order: Order,
  ids: readonly string[],
): AsyncGenerator<readonly Key[]> {
  const parts =
    ids.length <= unsized ? [ids] : await splitByBytes(rows, ids, bytesOfSlice / comparisons)
  for (const part of parts) {
    if (part.length === 0) continue
    const found = await sql<Key>`
      select ${sql.ref(order.column)} as name, id from ${sql.table(rows.table)}
      where ${rows.condition} and id in (${sql.join(padIds(part))}) and ${where}
      `.execute(rows.database)
    yield found.rows
  }
}

/** Those of the rows that match, in the order given. */
export async function keepMatching<Row extends Readonly<{ id: string }>>(
  rows: Indexed,
  wanted: Wanted,
  found: readonly Row[],
): Promise<Row[]> {
  const matching = new Set<string>()
  const ids = found.map(({ id }) => id)
  for await (const keys of selectMatching(rows, wanted, byId, ids)) {
    for (const { id } of keys) matching.add(id)
  }
  return found.filter(({ id }) => matching.has(id))
}

/** So few rows are not measured: the texts of one row have some 20 KB at most. */
const unsized = 10

/** At least one row in each part. Ids without a row are left out. */
async function splitByBytes(
  { database, table, condition }: Indexed,
  ids: readonly string[],
  maxBytes: number,
): Promise<string[][]> {
  const { rows } = await sql<Readonly<{ id: string; bytes: number }>>`
    select id, octet_length(search_text) as bytes from ${sql.table(table)}
    where ${condition} and id in (${sql.join(padIds(ids))})`.execute(database)
  const parts: string[][] = []
  let left = 0
  for (const { id, bytes } of rows) {
    const part = parts.at(-1)
    if (part !== undefined && bytes <= left) part.push(id)
    else parts.push([id])
    left = (part !== undefined && bytes <= left ? left : maxBytes) - bytes
  }
  return parts
}

/** Pads to one of a few lengths, so that few different statements are prepared. */
export function padIds(ids: readonly string[]): readonly string[] {
  const length = [1, 10, 100, 400, 1000].find(size => size >= ids.length) ?? ids.length
  return [...ids, ...Array.from({ length: length - ids.length }, () => ids[0] ?? '')]
}
