/**
 * Rows as a person or a program reads them: a table that fits the terminal, JSON with one object a line, or CSV. It
 * knows no command and no database.
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
  /** In cells of a terminal. */
  width: number
  text: (row: Row) => string
}>

export type Sheet<Row> = Readonly<{
  form: Form
  /** Columns of a CSV. */
  names: readonly (keyof Row & string)[]
  /** Columns of a table. */
  columns: readonly Column<Row>[]
  /** Whether cells that are too long are cut, which is for who looks at them, not for grep. */
  cells: 'cut' | 'whole'
}>

/** What stands before all rows. */
export function writeHead<Row>({ form, names, columns, cells }: Sheet<Row>): string {
  switch (form) {
    case 'json':
      return ''
    case 'csv':
      // Without the mark Excel takes UTF-8 for something else.
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
 * Spreadsheets calculate a cell that begins like a formula: whoever chooses their own name could have one run on the
 * machine that opens the list. https://owasp.org/www-community/attacks/CSV_Injection
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
