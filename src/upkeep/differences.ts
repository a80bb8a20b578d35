/**
 * The differences between two tables. Both are read at the same time in the order of their keys, with one page of each
 * in memory. It writes nothing.
 */
import type { Database } from '../storage/schema.ts'
import { asStoredIn, compareKeys, hasNul, keyOf, readRows, textOf } from './rows.ts'
import type { Row, Source } from './tables.ts'

export type Difference =
  | Readonly<{ kind: 'same'; row: Row }>
  | Readonly<{ kind: 'missing'; row: Row }>
  | Readonly<{ kind: 'other'; row: Row; there: Row }>
  | Readonly<{ kind: 'surplus'; there: Row }>

/** One for every key in either table. `row` has the form in which `to` returns it. */
export async function* findDifferences(
  from: Database,
  to: Database,
  table: Source,
): AsyncGenerator<Difference> {
  const asStored = asStoredIn(to)
  /** Rows whose key `to` stores in another spelling, which sorts later. */
  const respelled = new Map<string, Row>()
  const here = readRows(from, table)
  const there = readRows(to, table)
  let [one, other] = [await next(here), await next(there)]
  while (one !== undefined || other !== undefined) {
    if (one !== undefined && table.key.some(name => hasNul(one?.[name] ?? null))) {
      const row = asStored(one)
      if (row !== one) {
        respelled.set(textOf(row, table.key), row)
        one = await next(here)
        continue
      }
    }
    const order = orderOf(table, one, other)
    if (order < 0 && one !== undefined) {
      yield { kind: 'missing', row: asStored(one) }
    } else if (order > 0 && other !== undefined) {
      yield compareRespelled(table, respelled, other)
    } else if (one !== undefined && other !== undefined) {
      yield compare(table, asStored(one), other)
    }
    if (order <= 0) one = await next(here)
    if (order >= 0) other = await next(there)
  }
  for (const row of respelled.values()) yield { kind: 'missing', row }
}

/**
 * For a table that both sides share: it is read once. Two reads would differ where another process writes between two
 * pages.
 */
export async function* everyRow(database: Database, table: Source): AsyncGenerator<Difference> {
  for await (const row of readRows(database, table)) yield { kind: 'same', row }
}

function orderOf(table: Source, one: Row | undefined, other: Row | undefined): number {
  if (one === undefined) return 1
  if (other === undefined) return -1
  return compareKeys(keyOf(table, one), keyOf(table, other))
}

function compareRespelled(table: Source, respelled: Map<string, Row>, there: Row): Difference {
  const name = textOf(there, table.key)
  const row = respelled.get(name)
  if (row === undefined) return { kind: 'surplus', there }
  respelled.delete(name)
  return compare(table, row, there)
}

function compare(table: Source, row: Row, there: Row): Difference {
  return table.columns.every(name => row[name] === there[name])
    ? { kind: 'same', row }
    : { kind: 'other', row, there }
}

async function next(rows: AsyncGenerator<Row>): Promise<Row | undefined> {
  const { value, done } = await rows.next()
  return done === true ? undefined : value
}
