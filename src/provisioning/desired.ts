/**
 * The desired list of a file, in a database of its own (storage/scratch.ts): a hundred thousand lines take as much
 * memory as ten, and queries find duplicates and circles. Problems are kept with their lines.
 */
import type { Scratch } from '../storage/scratch.ts'
import type { Naming } from './naming.ts'

/** The outcome of a row; `error` for a line that cannot be imported. */
export type Did = 'created' | 'changed' | 'adopted' | 'restored' | 'unchanged' | 'error'

/** The table of a list. */
export type Table = 'person' | 'team' | 'membership' | 'contact'

export type Desired = Readonly<{
  scratch: Scratch
  naming: Naming
  /** `inside`: where in the item of JSON, such as `.mail`. */
  addProblem: (line: number, words: string, inside?: string) => void
}>

/** `at`: `line 5`, `people[4].mail`. */
export type Problem = Readonly<{ at: string; words: string }>

export function createDesired(scratch: Scratch, naming: Naming): Desired {
  scratch.define(
    'create table problem (line integer not null, inside text not null, words text not null)',
  )
  const add = 'insert into problem values (?, ?, ?)'
  return {
    scratch,
    naming,
    addProblem: (line, words, inside = '') => scratch.run(add, line, inside, words),
  }
}

/** The line is an error, and its row is not imported. */
export function refuseRow(
  { scratch, addProblem }: Desired,
  table: Table,
  { number, line }: Readonly<{ number: number; line: number }>,
  words: string,
): void {
  addProblem(line, words)
  scratch.run(`update ${table} set did = 'error' where number = ?`, number)
}

export function* listProblems({ scratch, naming }: Desired, top?: number): Generator<Problem> {
  const rows = scratch.each<{ line: number; inside: string; words: string }>(
    'select line, inside, words from problem order by line, rowid limit ?',
    top ?? Number.MAX_SAFE_INTEGER,
  )
  for (const { line, inside, words } of rows) yield { at: naming.long(line) + inside, words }
}

export function countProblems(desired: Desired): number {
  return countRows(desired, 'problem')
}

export function countRows({ scratch }: Desired, table: Table | 'problem'): number {
  const [row] = scratch.all<{ count: number }>(`select count(*) as count from ${table}`)
  return row?.count ?? 0
}

/** How many rows of a list have which outcome. */
export function countDone({ scratch }: Desired, table: Table): Record<Did, number> {
  const counts = { created: 0, changed: 0, adopted: 0, restored: 0, unchanged: 0, error: 0 }
  const rows = scratch.all<{ did: Did; count: number }>(
    `select did, count(*) as count from ${table} group by did`,
  )
  for (const { did, count } of rows) counts[did] = count
  return counts
}
