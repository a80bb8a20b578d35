/**
 * Each line of a file with its outcome, for a report. Unchanged people are counted in the plan and left out here.
 */
import type { Desired, Did } from './desired.ts'
import type { List } from './kinds.ts'
import { nameOfColumn } from './properties.ts'

type Outcome = Exclude<Did, 'unchanged'> | 'removed' | 'not in file'

export type ReportRow = Readonly<{
  /** null for somebody whom the file does not name. */
  line: number | null
  outcome: Outcome
  /** True once it is written to the directory. */
  isDone: boolean
  /** null for a group. */
  userPrincipalName: string | null
  /** The group of an owner or member. */
  displayName: string | null
  /** The properties that change, or what is wrong with the line. */
  details: string
}>

type Row = Readonly<{
  line: number | null
  outcome: Outcome
  done: number
  name: string | null
  shown: string | null
  details: string
}>

/** By line; people whom the file no longer names stand at the end. */
export function* listReport({ scratch }: Desired, table: List['table']): Generator<ReportRow> {
  const rows = scratch.each<Row>(`
    select line, did as outcome, done, name, shown, changed as details
      from ${table} where did not in ('unchanged', 'error')
    union all
    select line, 'error', 0,
      (select name from ${table} where ${table}.line = problem.line),
      (select shown from ${table} where ${table}.line = problem.line), words
      from problem
    union all
    select null, case done when 1 then 'removed' else 'not in file' end, done, name, shown, ''
      from leaver
    order by line nulls last`)
  for (const { line, outcome, done, name, shown, details } of rows) {
    yield {
      line,
      outcome,
      isDone: done === 1,
      userPrincipalName: name,
      displayName: shown,
      details: outcome === 'error' ? details : namesOf(details),
    }
  }
}

function namesOf(columns: string): string {
  const names = columns.split(',').map(nameOfColumn)
  return [...new Set(names.filter(name => name !== undefined))].join(', ')
}
