/**
 * Writes rows for people or programs: as a table that fits the terminal, JSON with one object per line, or CSV.
 */
import { printable, printableJson } from '../dev/journal/printable.ts'
import { cutTo, padTo } from './cells.ts'
import { CommandError } from './terminal.ts'

export type Form = 'text' | 'json' | 'csv'

export function chooseForm({ json, csv }: Readonly<{ json?: boolean; csv?: boolean }>): Form {
  if (json && csv) throw new CommandError('--json and --csv: choose one of them.')
  if (json) return 'json'
  return csv ? 'csv' : 'text'
}

type Value = string | number | boolean | null

export type Column<Row> = Readonly<{
  heading: string
  /** In terminal cells. */
  width: number
  text: (row: Row) => string
}>

export type Sheet<Row> = Readonly<{
  form: Form
  /** Columns of a CSV. */
  names: readonly (keyof Row & string)[]
  /** Columns of a table. */
  columns: readonly Column<Row>[]
  /** 'cut' shortens cells that are too long, for a terminal; 'whole' is for programs such as grep. */
  cells: 'cut' | 'whole'
}>

/** Writes the heading. */
export function writeHead<Row>({ form, names, columns, cells }: Sheet<Row>): string {
  switch (form) {
    case 'json':
      return ''
    case 'csv':
      // Without the byte order mark Excel does not read UTF-8.
      return `\u{feff}${csvLine(names)}`
    case 'text':
      return tableLine(
        columns.map(column => column.heading),
        columns,
        cells,
      )
  }
}

export function writeRow<Row extends Readonly<Record<string, Value>>>(
  { form, names, columns, cells }: Sheet<Row>,
  row: Row,
): string {
  switch (form) {
    case 'json':
      return `${printableJson(row)}\n`
    case 'csv':
      return csvLine(names.map(name => row[name] ?? null))
    case 'text':
      return tableLine(
        columns.map(column => printable(column.text(row))),
        columns,
        cells,
      )
  }
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
function csvLine(values: readonly Value[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}

/**
 * Spreadsheets calculate a cell that begins like a formula: a person could put one into their own name, and it would
 * run where the list is opened. https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvCell(value: Value): string {
  const text = String(value ?? '')
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

function tableLine(
  texts: readonly string[],
  columns: readonly Readonly<{ width: number }>[],
  cells: 'cut' | 'whole',
): string {
  const parts = columns.map(({ width }, index) => {
    const text = texts[index] ?? ''
    return padTo(cells === 'cut' ? cutTo(text, width) : text, width)
  })
  return `${parts.join('  ').trimEnd()}\n`
}
