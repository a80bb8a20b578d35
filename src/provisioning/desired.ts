/**
 * The list that a file wants, in a database of its own (storage/scratch.ts): a hundred thousand lines take as much
 * memory as ten, and queries find duplicates and circles. Problems are kept with their lines.
 */
import type { Scratch } from '../storage/scratch.ts'

/** The outcome of a row; `error` for a line that cannot be imported. */
export type Did = 'created' | 'changed' | 'adopted' | 'restored' | 'unchanged' | 'error'

export type Desired = Readonly<{
  scratch: Scratch
  addProblem: (line: number, words: string) => void
}>

export type Problem = Readonly<{ line: number; words: string }>

export function createDesired(scratch: Scratch): Desired {
  scratch.define('create table problem (line integer not null, words text not null)')
  return {
    scratch,
    addProblem: (line, words) => scratch.run('insert into problem values (?, ?)', line, words),
  }
}

/** The line is an error, and its row is not imported. */
export function refuseRow(
  { scratch, addProblem }: Desired,
  table: 'person' | 'team' | 'place',
  { number, line }: Readonly<{ number: number; line: number }>,
  words: string,
): void {
  addProblem(line, words)
  scratch.run(`update ${table} set did = 'error' where number = ?`, number)
}

export function listProblems({ scratch }: Desired, top?: number): Iterable<Problem> {
  return scratch.each(
    'select line, words from problem order by line, rowid limit ?',
    top ?? Number.MAX_SAFE_INTEGER,
  )
}

export function countProblems({ scratch }: Desired): number {
  const [row] = scratch.all<{ count: number }>('select count(*) as count from problem')
  return row?.count ?? 0
}
