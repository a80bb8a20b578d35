/** Writes pages of rows to standard output in the requested form. */
import { type Column, type Form, type Sheet, writeHead, writeRow } from './forms.ts'
import { some } from './progress.ts'
import { writeTo } from './stream.ts'
import type { Terminal } from './terminal.ts'

type Listed = Readonly<Record<string, string | number | boolean | null>> &
  Readonly<{ tenantId: string }>

type Listing<Row> = Readonly<{
  pages: AsyncIterable<readonly Row[]>
  form: Form
  names: readonly (keyof Row & string)[]
  columnsAt: (width: number) => readonly Column<Row>[]
  noun: readonly [one: string, many: string]
}>

/** The width if the output is not a terminal; longer cells are not cut. */
const widthOfFiles = 100
const leastWidth = 40

/** Ends early if the reader has closed. */
export async function print<Row extends Listed>(
  { pages, form, names, columnsAt, noun }: Listing<Row>,
  terminal: Terminal,
): Promise<void> {
  const { stdout: stream } = terminal
  const width = stream.isTTY ? Math.max(leastWidth, stream.columns ?? 0) : widthOfFiles
  const cells = stream.isTTY ? 'cut' : 'whole'
  const sheet: Sheet<Row> = { form, names, columns: columnsAt(width), cells }
  let count = 0
  let tenantId: string | undefined
  if (!(await writeTo(stream, writeHead(sheet)))) return
  for await (const rows of pages) {
    let text = ''
    for (const row of rows) {
      if (form === 'text' && row.tenantId !== tenantId) text += `Tenant ${row.tenantId}:\n`
      tenantId = row.tenantId
      text += writeRow(sheet, row)
    }
    count += rows.length
    if (!(await writeTo(stream, text))) return
  }
  if (form === 'text') terminal.complain(`${some(count, ...noun)}.`)
}

/** `label  value` for each that has a value, or the row as JSON. */
export function printOne<Row extends Listed>(
  form: Form,
  row: Row,
  lines: readonly (readonly [label: string, value: string | null])[],
  names: readonly (keyof Row & string)[],
): string {
  if (form !== 'text') {
    const sheet = { form, names, columns: [], cells: 'whole' } as const
    return writeHead(sheet) + writeRow(sheet, row)
  }
  return lines
    .flatMap(([label, value]) => (value === null ? [] : [`${label.padEnd(19)} ${value}\n`]))
    .join('')
}
