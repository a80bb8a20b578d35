/**
 * Lists and counts people of a relation, such as the members of a group, in the order of their ids.
 * With a condition, and for counting, the relation is read in slices.
 */
import { sql } from 'kysely'
import type { UserRow } from '../../storage/schema.ts'
import { type Condition, countComparisons, isAlways } from './condition.ts'
import { keepMatching, type Searchable } from './find-by-words.ts'
import { rowsOfSlice } from './in-order.ts'
import { whereMet } from './where-met.ts'

/** The first `limit` people after an id. */
export type ReadAfter = (after: string, limit: number) => Promise<UserRow[]>

/** The rows after the id `after`. */
export type IdPage = Readonly<{ where: Condition; top: number; after: string | undefined }>

/** Throws Failure 'search-too-long'. */
export async function listById(
  searchable: Searchable,
  tenantId: string,
  read: ReadAfter,
  { where, top, after = '' }: IdPage,
): Promise<UserRow[]> {
  if (isAlways(where)) return await read(after, top)
  const found: UserRow[] = []
  for await (const matching of matchingSlices(searchable, tenantId, read, { where, after })) {
    found.push(...matching)
    if (found.length >= top) break
  }
  return found.slice(0, top)
}

/** Throws Failure 'search-too-long'. */
export async function countById(
  searchable: Searchable,
  tenantId: string,
  read: ReadAfter,
  where: Condition,
): Promise<number> {
  let count = 0
  for await (const { length } of matchingSlices(searchable, tenantId, read, { where, after: '' })) {
    count += length
  }
  return count
}

async function* matchingSlices(
  { database, slices }: Searchable,
  tenantId: string,
  read: ReadAfter,
  { where, after }: Readonly<{ where: Condition; after: string }>,
): AsyncGenerator<readonly UserRow[]> {
  const condition = sql`tenant_id = ${tenantId}`
  const rows = { database, table: 'users', tenantId, condition } as const
  const wanted = { where: whereMet('users', where), comparisons: countComparisons(where) }
  const slicing = slices.begin()
  for (let position = after; ; ) {
    await slicing.next()
    const slice = await read(position, rowsOfSlice)
    yield isAlways(where) ? slice : await keepMatching(rows, wanted, slice)
    const last = slice.at(-1)
    if (last === undefined || slice.length < rowsOfSlice) return
    position = last.id
  }
}
