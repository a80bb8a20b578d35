/**
 * Optional capabilities of a database. The function that opens a database sets them. A transaction
 * has none of them.
 */
import type { CompiledQuery } from 'kysely'
import type { QueryWatch } from './query-watch.ts'

export type Abilities = Readonly<{
  /** Synchronous reads. */
  direct?: DirectReads
  /** For look-ups that are sent together, to a server. */
  gathering?: Gathering
  /** Limits how many connections transactions hold at once. */
  transactionSlots?: Readonly<{ take: () => Promise<Disposable> }>
  countConnections?: () => ConnectionCounts
  /**
   * True for advisory locks, which need no row. A database without them has one writer at a time.
   */
  hasNamedLocks?: true
  /** The database is a file that can be searched for deleted rows. */
  hasFiles?: true
  /** Returns a text as the database stores it. */
  storable?: (text: string) => string
}>

export interface DirectReads {
  /**
   * False while a transaction is open on the only connection: its changes are not committed yet.
   */
  readonly mayReadDirectly: boolean
  prepareDirectly<Row>(query: CompiledQuery<Row>): DirectStatement<Row>
}

export type DirectStatement<Row> = Readonly<{
  first(parameters: readonly unknown[]): Row | undefined
}>

export type Gathering = Readonly<{
  /** The server parses the statement once for each connection. */
  prepare: (text: string) => (parameters: readonly unknown[]) => Promise<ListOfRows>
  /** For each look-up. Nobody watches the statements. */
  watch: QueryWatch | undefined
}>

/** Each row is a list of values in the order of the columns. */
export type ListOfRows = Readonly<{
  columns: readonly string[]
  lists: readonly (readonly unknown[])[]
}>

export type ConnectionCounts = Readonly<{
  open: number
  /** Open connections that are not in use. */
  idle: number
  /** Requests waiting for a connection. */
  waiting: number
}>
