/** How messages and reports name the rows of a file: those of a CSV by line, those of JSON by path. */
import type { Scratch } from '../storage/scratch.ts'

export type Naming = Readonly<{
  /** The heading in a report. */
  heading: 'line' | 'path'
  /** `5`, `people[4]`. */
  short: (line: number) => string
  /** `line 5`, `people[4]`. */
  long: (line: number) => string
  /** `on line 5`, `at people[4]`. */
  where: (line: number) => string
}>

export const byLine: Naming = {
  heading: 'line',
  short: line => `${line}`,
  long: line => `line ${line}`,
  where: line => `on line ${line}`,
}

/** `add` gives the next row of the file its number, which counts the rows of all lists from 1. */
export type Paths = Naming & Readonly<{ add: (path: string) => number }>

export function createPaths(scratch: Scratch): Paths {
  scratch.define('create table path (line integer primary key, path text not null)')
  let count = 0
  const find = (line: number) => {
    const [row] = scratch.all<{ path: string }>('select path from path where line = ?', line)
    return row?.path ?? ''
  }
  return {
    heading: 'path',
    short: find,
    long: find,
    where: line => `at ${find(line)}`,
    add(path) {
      count += 1
      scratch.run('insert into path values (?, ?)', count, path)
      return count
    },
  }
}
