/** A cell with several values: texts with semicolons between, or a list of JSON. */
import { maxCell } from './csv.ts'
import { BrokenJson, isList, type Json, parseJson } from './json-value.ts'
import { Unreadable } from './values.ts'

/** The same limit as in Graph's calls. */
const maxEntries = 30

/** `inside`: where in the property, such as `[1]`. */
type ReadEntry<Entry> = (entry: Json, property: string, inside: string) => Entry

/** An empty cell is an empty list. Throws Unreadable. */
export function readList<Entry>(
  property: string,
  cell: string,
  readEntry: ReadEntry<Entry>,
): Entry[] {
  const entries = cell.trim().startsWith('[') ? parse(property, cell) : split(cell)
  if (entries.length > maxEntries) {
    throw new Unreadable(`${property} has more than ${maxEntries} entries`, property)
  }
  return entries.map((entry, index) => readEntry(entry, property, `[${index}]`))
}

function split(cell: string): string[] {
  return cell
    .split(/[;\r\n]/)
    .map(text => text.trim())
    .filter(text => text !== '')
}

function parse(property: string, cell: string): readonly Json[] {
  try {
    const { value, problem } = parseJson(cell)
    if (problem !== undefined)
      throw new Unreadable(`${property}: ${problem.words}`, property, problem.path)
    return isList(value) ? value : []
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error
    throw new Unreadable(`${property} is no JSON: ${error.message}`, property, error.path)
  }
}

/** The cell that stands for a list of an item of JSON. Throws Unreadable. */
export function writeList(property: string, list: readonly Json[]): string {
  const text = JSON.stringify(list, (_name, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  )
  if (text.length <= maxCell) return text
  throw new Unreadable(`${property} is longer than 64 KB`, property)
}
