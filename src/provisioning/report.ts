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
  /** The properties that change, or what is wrong with the row. */
  details: string
}> &
  Readonly<Record<ReportName, string | null>>

/** Who or what a row is; null in the rows of lists that do not have it. */
export type ReportName = 'userPrincipalName' | 'displayName' | 'person' | 'group' | 'owner'

type NameColumn = 'name' | 'shown'

/** What the columns of a list's table hold. */
const namesOfRow: Readonly<Record<Kind, readonly (readonly [NameColumn, ReportName])[]>> = {
  people: [
    ['name', 'userPrincipalName'],
    ['shown', 'displayName'],
  ],
  groups: [['shown', 'displayName']],
  members: [
    ['name', 'person'],
    ['shown', 'group'],
  ],
  contacts: [
    ['name', 'owner'],
    ['shown', 'displayName'],
  ],
}

const none = {
  userPrincipalName: null,
  displayName: null,
  person: null,
  group: null,
  owner: null,
} as const satisfies Record<ReportName, null>

/** The names that the rows of these lists have. */
export function namesInReport(kinds: readonly Kind[]): readonly ReportName[] {
  return [...new Set(kinds.flatMap(kind => namesOfRow[kind].map(([, name]) => name)))]
}

type Row = Readonly<{
  /** null for a row that the file does not have. */
  line: number | null
  /** null for a row that cannot be read. */
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
      ...none,
      ...namesOf(row),
      details: row.outcome === 'error' ? row.details : propertiesOf(row.details),
    }
  }
}

function namesOf(row: Row): Partial<Record<ReportName, string | null>> {
  if (row.kind === null) return {}
  return Object.fromEntries(namesOfRow[row.kind].map(([column, name]) => [name, row[column]]))
}

function select(kinds: readonly Kind[]): string {
  const first = (choose: (kind: Kind) => string) => {
    const found = kinds.map(kind => {
      const { table } = lists[kind]
      return `(select ${choose(kind)} from ${table} where ${table}.line = problem.line)`
    })
    return `coalesce(${found.join()}, null)`
  }
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
  const wrong = `select line, ${first(kind => `'${kind}'`)}, inside, 'error', 0,
      ${first(() => 'name')}, ${first(() => 'shown')}, words
    from problem`
  return `${[...done, wrong, ...gone].join(' union all ')} order by line nulls last`
}

function propertiesOf(columns: string): string {
  const names = columns.split(',').map(nameOfColumn)
  return [...new Set(names.filter(name => name !== undefined))].join(', ')
}
