/**
 * Each line of a file with its outcome, for a report. Unchanged people are counted in the plan and left out here.
 */
import type { Desired, Did } from './desired.ts'
import { readFields } from './desired-people.ts'
import { nameOfColumn } from './properties.ts'

type Outcome = Exclude<Did, 'unchanged'> | 'removed' | 'not in file'

export type ReportRow = Readonly<{
  /** null for somebody whom the file does not name. */
  line: number | null
  outcome: Outcome
  /** True once it is written to the directory. */
  isDone: boolean
  userPrincipalName: string | null
  displayName: string | null
  /** The properties that change, or what is wrong with the line. */
  details: string
}>

type Row = Readonly<{
  line: number | null
  outcome: Outcome
  done: number
  name: string | null
  fields: string | null
  details: string
}>

/** By line; people whom the file no longer names stand at the end. */
export function* listReport({ scratch }: Desired): Generator<ReportRow> {
  const rows = scratch.each<Row>(`
    select line, did as outcome, done, name, fields, changed as details
      from person where did not in ('unchanged', 'error')
    union all
    select line, 'error', 0,
      (select name from person where person.line = problem.line),
      (select fields from person where person.line = problem.line), words
      from problem
    union all
    select null, case done when 1 then 'removed' else 'not in file' end, done, name, null, ''
      from leaver
    order by line nulls last`)
  for (const { line, outcome, done, name, fields, details } of rows) {
    yield {
      line,
      outcome,
      isDone: done === 1,
      userPrincipalName: name,
      displayName: fields === null ? null : readFields({ fields }).displayName,
      details: outcome === 'error' ? details : namesOf(details),
    }
  }
}

function namesOf(columns: string): string {
  const names = columns.split(',').map(nameOfColumn)
  return [...new Set(names.filter(name => name !== undefined))].join(', ')
}
