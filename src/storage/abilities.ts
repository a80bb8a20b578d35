/**
 * What only some databases can do. Whoever opens a database puts it on the value; a transaction has none of it.
 */
import type { CompiledQuery } from 'kysely'

export type Abilities = Readonly<{
  /** Reads without waiting. */
  direct?: DirectReads
  /** The server parses a statement once. */
  keepStatement?: (text: string) => void
  /** It has only so many connections. */
  transactionSlots?: Readonly<{ take: () => Promise<Disposable> }>
  countConnections?: () => ConnectionCounts
  /** Locks that have a name and no row. A database without them has one writer at a time. */
  hasNamedLocks?: true
  /** Deleted rows can be looked for in its files. */
  hasFiles?: true
  /** A text as the database gives it back. */
  storable?: (text: string) => string
}>

export interface DirectReads {
  /** False while a transaction is open on the only connection: its rows are nobody else's yet. */
  readonly mayReadDirectly: boolean
  prepareDirectly<Row>(query: CompiledQuery<Row>): DirectStatement<Row>
}

export type DirectStatement<Row> = Readonly<{
  first(parameters: readonly unknown[]): Row | undefined
}>

export type ConnectionCounts = Readonly<{
  open: number
  /** Of these, those that nobody uses just now. */
  idle: number
  /** Requests that wait for one. */
  waiting: number
}>
