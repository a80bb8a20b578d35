/**
 * A temporary database for lists that are too long for memory. It is gone when it is closed. It knows no table.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Failure } from '../failure.ts'

type Value = string | number | null
type ScratchRow = Readonly<Record<string, Value>>

export type Scratch = Disposable &
  Readonly<{
    /** Statements without values, such as the tables. */
    define: (statements: string) => void
    run: (statement: string, ...values: readonly Value[]) => void
    /** Row by row. The caller names the type of a row, and writes nothing to the tables meanwhile. */
    each: <Row extends ScratchRow>(statement: string, ...values: readonly Value[]) => Iterable<Row>
    all: <Row extends ScratchRow>(statement: string, ...values: readonly Value[]) => Row[]
  }>

/**
 * SQLite keeps it in a small cache, and the rest in a file of the temporary folder without a name
 * (https://sqlite.org/inmemorydb.html#temp_db): no personal data is left there, however the process ends. Throws Failure
 * 'storage-unavailable'.
 */
export function openScratch(): Scratch {
  const database = new DatabaseSync('')
  database.exec('pragma journal_mode = off; pragma synchronous = off; begin')
  const kept = new Map<string, StatementSync>()
  const prepare = (statement: string) => {
    const known = kept.get(statement) ?? database.prepare(statement)
    kept.set(statement, known)
    return known
  }
  return {
    define: statements => inWords(() => database.exec(statements)),
    run: (statement, ...values) => inWords(() => void prepare(statement).run(...bind(values))),
    each: <Row>(statement: string, ...values: readonly Value[]) =>
      // A statement of its own, so that two of the same text can be read at once.
      database.prepare(statement).iterate(...bind(values)) as Iterable<Row>,
    all: <Row>(statement: string, ...values: readonly Value[]) =>
      inWords(() => prepare(statement).all(...bind(values)) as Row[]),
    [Symbol.dispose]: () => database.close(),
  }
}

function bind(values: readonly Value[]): SQLInputValue[] {
  return [...values]
}

function inWords<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const detail = `the temporary folder cannot hold the list: ${why}`
    throw new Failure('storage-unavailable', { detail, cause })
  }
}
