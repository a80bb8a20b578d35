/** The kinds of lists, each with the steps from its lines to the directory. import.ts carries them out in order. */
import type { Columns } from './columns.ts'
import type { Desired } from './desired.ts'
import type { OnChange, Progress, Target } from './target.ts'

/** Text of a property; undefined if the file does not have it at all. */
export type Cells<Property extends string> = (property: Property) => string | undefined

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
  table: 'person' | 'team' | 'place'
  define: (desired: Desired) => void
  /** Throws Failure 'resource-invalid' without a column that is needed. */
  expectColumns: (columns: Columns) => void
  /** How a later import finds the same rows, as a sentence. */
  describeKey: (columns: Columns) => string
  /** Throws Unreadable. */
  add: (desired: Desired, line: number, cells: Cells<string>) => void
  compare: (
    desired: Desired,
    target: Target,
    leavers: 'stay' | 'go',
    progress: Progress,
  ) => Promise<void>
  findLeavers: (desired: Desired, target: Target) => Promise<Leavers>
  hasTooManyMoves: (desired: Desired) => boolean
  /** Names of people are freed before others get them; a new owner comes before the last one goes. */
  order: readonly ('remove' | 'write')[]
  /** Resolves with how many went. */
  removeLeavers: (desired: Desired, target: Target, how: Applying) => Promise<number>
  apply: (desired: Desired, target: Target, how: Applying) => Promise<Applied>
}>
