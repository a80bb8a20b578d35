/** The kinds of lists, each with the steps from its lines to the directory. import.ts carries them out in order. */
import type { Columns } from './columns.ts'
import type { Desired, Table } from './desired.ts'
import type { Kind } from './properties.ts'
import type { OnChange, Progress, Target } from './target.ts'

/** Text of a property; undefined if the file does not have it at all. */
export type Cells<Property extends string> = (property: Property) => string | undefined

/** What a file is read with. */
export type Staging = Readonly<{
  /** What the rows are; undefined if the operator does not say. */
  kind: Kind | undefined
  /** `property=header`. */
  columns: readonly string[]
  progress: Progress
}>

/** A file whose rows stand in the desired list. */
export type Staged = Readonly<{
  /** The lists that the file has. */
  kinds: readonly Kind[]
  /** Lines below the header, or items. */
  rows: number
  /** How the rows stand in the file: `columns separated by commas`. */
  form: string
  /** How they were understood, in sentences. */
  understood: readonly string[]
}>

/** Rows that the source has brought and the file no longer names, `of` all of them. */
export type Leavers = Readonly<{ count: number; of: number; isTooMany: boolean }>

export type Applied = Readonly<{ written: number; refused: number }>

export type Applying = Readonly<{
  at: number
  signal: AbortSignal
  progress: Progress
  onChange: OnChange
}>

export type List = Readonly<{
  /** The table of the desired rows, with the columns line, did, done, name, shown and changed. */
  table: Table
  define: (desired: Desired) => void
  /** Throws Failure 'resource-invalid' without a column that is needed. */
  expectColumns: (columns: Columns) => void
  /** How a later import finds the same rows, as a sentence. `has`: whether the file has the property. */
  describeKey: (has: (property: string) => boolean) => string
  /** Called when the file has this list, also if it is empty. */
  begin?: (desired: Desired) => void
  /** Throws Unreadable. */
  add: (desired: Desired, line: number, cells: Cells<string>) => void
  compare: (
    desired: Desired,
    target: Target,
    leavers: 'stay' | 'go',
    progress: Progress,
  ) => Promise<void>
  findLeavers: (desired: Desired, target: Target, leavers: 'stay' | 'go') => Promise<Leavers>
  hasTooManyMoves: (desired: Desired) => boolean
  /** Names of people are freed before others get them; a new owner comes before the last one goes. */
  order: readonly ('remove' | 'write')[]
  /** Resolves with how many went. */
  removeLeavers: (desired: Desired, target: Target, how: Applying) => Promise<number>
  apply: (desired: Desired, target: Target, how: Applying) => Promise<Applied>
}>
