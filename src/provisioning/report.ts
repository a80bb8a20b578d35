/**
 * Each row of a file with its outcome, for a report. Unchanged rows are counted in the plan and left out here.
 */
import type { Desired, Did } from './desired.ts'
import { lists } from './lists.ts'
import { type Kind, nameOfColumn } from './properties.ts'

type Outcome = Exclude<Did, 'unchanged'> | 'removed' | 'not in file'

export type ReportRow = Readonly<{
  /** `5`, or `people[4]`; for a row that the file does not have, '' or the list. */
  at: string
  outcome: Outcome
  /** True once it is written to the directory. */
  isDone: boolean
  /** null for a group. */
  userPrincipalName: string | null
  /** The group of an owner or member. */
  displayName: string | null
  /** The properties that change, or what is wrong with the row. */
  details: string
}>

type Row = Readonly<{
  /** null for a row that the file does not have. */
  line: number | null
  kind: Kind | null
  inside: string
  outcome: Outcome
  done: number
  name: string | null
  shown: string | null
  details: string
}>

/** By line; rows that the file no longer names stand at the end. */
export function* listReport(
  { scratch, naming }: Desired,
  kinds: readonly Kind[],
): Generator<ReportRow> {
  const rowOf = ({ line, inside, kind }: Row) => {
    if (line !== null) return naming.short(line) + inside
    return naming.heading === 'path' ? (kind ?? '') : ''
  }
  for (const row of scratch.each<Row>(select(kinds))) {
    yield {
      at: rowOf(row),
      outcome: row.outcome,
      isDone: row.done === 1,
      userPrincipalName: row.name,
      displayName: row.shown,
      details: row.outcome === 'error' ? row.details : namesOf(row.details),
    }
  }
}

function select(kinds: readonly Kind[]): string {
  const tables = kinds.map(kind => lists[kind].table)
  const names = (column: 'name' | 'shown') =>
    tables.map(table => `(select ${column} from ${table} where ${table}.line = problem.line)`)
  const first = (column: 'name' | 'shown') => `coalesce(${names(column).join()}, null)`
  const done = kinds.map(
    kind => `select line, '${kind}' as kind, '' as inside, did as outcome, done, name, shown,
        changed as details
      from ${lists[kind].table} where did not in ('unchanged', 'error')`,
  )
  const gone = kinds.map(
    kind => `select null, '${kind}', '', case done when 1 then 'removed' else 'not in file' end,
        done, name, shown, ''
      from leaver where list = '${lists[kind].table}'`,
  )
  const wrong = `select line, null, inside, 'error', 0, ${first('name')}, ${first('shown')}, words
    from problem`
  return `${[...done, wrong, ...gone].join(' union all ')} order by line nulls last`
}

function namesOf(columns: string): string {
  const names = columns.split(',').map(nameOfColumn)
  return [...new Set(names.filter(name => name !== undefined))].join(', ')
}
