/** Lines of a CSV -> rows of the desired list. A line that cannot be read becomes a problem, and the others are read. */
import { type Columns, findColumns, readChoices } from './columns.ts'
import { type CsvLine, maxCell, readCsv } from './csv.ts'
import type { Desired } from './desired.ts'
import type { List, Staged, Staging } from './kinds.ts'
import { lists } from './lists.ts'
import { quoted } from './refused.ts'
import { separatorNames } from './separator.ts'
import { Unreadable } from './values.ts'

/** Throws Failure 'resource-invalid' for a file that is no CSV, or without a column that is needed. */
export async function stageCsv(
  desired: Desired,
  texts: AsyncIterable<string>,
  { kind = 'people', columns: chosen, progress }: Staging,
): Promise<Staged> {
  const csv = await readCsv(texts)
  const columns = findColumns(kind, csv.header, readChoices(kind, chosen))
  const list = lists[kind]
  list.expectColumns(columns)
  list.begin?.(desired)
  let rows = 0
  for await (const line of csv.lines) {
    rows += 1
    progress(rows)
    stageLine(desired, line, columns, list.add)
  }
  return {
    kinds: [kind],
    rows,
    form: `columns separated by ${separatorNames[csv.separator]}`,
    understood: [
      ...describeColumns(columns),
      list.describeKey(property => columns.at.has(property)),
    ],
  }
}

function stageLine(
  desired: Desired,
  { line, cells }: CsvLine,
  columns: Columns,
  add: List['add'],
): void {
  try {
    expectCells(cells, columns.headers)
    add(desired, line, property => {
      const index = columns.at.get(property)
      return index === undefined ? undefined : (cells[index] ?? '')
    })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    desired.addProblem(line, error.message)
  }
}

/** Empty cells at the end come from spreadsheets. A line with others has a separator within a text. */
function expectCells(cells: readonly string[], headers: readonly string[]): void {
  const written = cells.findLastIndex(cell => cell !== '') + 1
  if (written > headers.length || cells.length < headers.length) {
    const there = cells.length === 1 ? 'there is 1 cell' : `there are ${cells.length} cells`
    throw new Unreadable(`${there}, and the header has ${headers.length}`)
  }
  const long = cells.findIndex(cell => cell.length > maxCell)
  if (long === -1) return
  throw new Unreadable(`the cell ${quoted(headers[long] ?? '')} is longer than 64 KB`)
}

function describeColumns({ at, headers, unused }: Columns): string[] {
  const pairs = [...at].map(([property, index]) => {
    const header = headers[index] ?? ''
    return header === property ? property : `${property} from ${JSON.stringify(header)}`
  })
  const skipped = unused.map(header => JSON.stringify(header)).join(', ')
  return [
    `Columns: ${pairs.join(', ')}.`,
    ...(unused.length === 0 ? [] : [`Not used: ${skipped}.`]),
  ]
}
