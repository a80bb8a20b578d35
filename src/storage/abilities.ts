/**
 * Optional capabilities of a database. The function that opens a database sets them. A transaction
 * has none of them.
 */
import type { CompiledQuery } from 'kysely'

export type Abilities = Readonly<{
  /** Synchronous reads. */
  direct?: DirectReads
  /** Tells the driver to prepare this statement, so that the server parses it once. */
  keepStatement?: (text: string) => void
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

export type ConnectionCounts = Readonly<{
  open: number
  /** Open connections that are not in use. */
  idle: number
  /** Requests waiting for a connection. */
  waiting: number
}>
