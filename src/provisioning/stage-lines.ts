/** Lines of a CSV -> rows of the desired list. A line that cannot be read becomes a problem, and the others are read. */
import type { Columns } from './columns.ts'
import { type CsvLine, maxCell } from './csv.ts'
import type { Desired } from './desired.ts'
import type { List } from './kinds.ts'
import { quoted } from './refused.ts'
import type { Progress } from './target.ts'
import { Unreadable } from './values.ts'

/** Resolves with the number of lines below the header. */
export async function stageLines(
  desired: Desired,
  lines: AsyncIterable<CsvLine>,
  columns: Columns,
  add: List['add'],
  progress: Progress,
): Promise<number> {
  let count = 0
  for await (const line of lines) {
    count += 1
    progress(count)
    stageOne(desired, line, columns, add)
  }
  return count
}

function stageOne(
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
