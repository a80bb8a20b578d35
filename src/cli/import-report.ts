/**
 * The report of `visage import`: one row a line or item of the file, as a CSV or as a page for a browser. It is written beside its
 * place and renamed, so that a report is whole or not there.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { escapeHtml } from '../html.ts'
import type { Plan, ReportName, ReportRow } from '../provisioning/import.ts'
import { type Sheet, writeHead, writeRow } from './forms.ts'
import { CommandError } from './terminal.ts'

type Reported = Pick<Plan, 'report' | 'reportNames' | 'heading'>
type Report = AsyncDisposable & Readonly<{ write: (plan: Reported) => Promise<void> }>

/** Before anything is read or imported. Throws CommandError where no report can be written. */
export async function openReport(
  path: string | undefined,
  imported: string,
): Promise<Report | undefined> {
  if (path === undefined) return undefined
  const form = formOf(path)
  if (resolve(path) === resolve(imported)) {
    throw new CommandError('--report names the file that is imported. Choose another name.')
  }
  const unfinished = `${path}.${randomUUID()}.part`
  // The report has names and addresses of people: no other user of this machine may read it.
  const file = await open(unfinished, 'wx', 0o600).catch(error => {
    throw new CommandError(`no report can be written to ${path}: ${wordsOf(error)}.`)
  })
  return {
    async write({ report, reportNames, heading }) {
      await writeAll(file, form(heading, reportNames), report())
      await file.sync()
      await rename(unfinished, path)
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await rm(unfinished, { force: true })
    },
  }
}

type Heading = Plan['heading']
type Page = Readonly<{ head: string; row: (row: ReportRow) => string; end: string }>
type Form = (heading: Heading, names: readonly ReportName[]) => Page

function formOf(path: string): Form {
  const ending = extname(path).toLowerCase()
  if (ending === '.csv') return csv
  if (ending === '.html' || ending === '.htm') return html
  throw new CommandError(`--report ${path}: the name of a report ends with .html or .csv.`)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const bufferedCharacters = 64 * 1024

async function writeAll(
  file: FileHandle,
  { head, row, end }: Page,
  rows: Iterable<ReportRow>,
): Promise<void> {
  let text = head
  for (const one of rows) {
    text += row(one)
    if (text.length < bufferedCharacters) continue
    await file.appendFile(text)
    text = ''
  }
  await file.appendFile(text + end)
}

const csv: Form = (heading, names) => {
  const after = ['outcome', 'isDone', ...names, 'details'] as const
  const sheet: Sheet<ReportRow> = {
    form: 'csv',
    names: ['at', ...after],
    columns: [],
    cells: 'whole',
  }
  const head = { ...sheet, names: [heading, ...after], columns: [] }
  return { head: writeHead(head), row: row => writeRow(sheet, row), end: '' }
}

const shownHeadings = {
  line: 'Line',
  path: 'Path',
  userPrincipalName: 'User principal name',
  displayName: 'Name',
  person: 'Person',
  group: 'Group',
  owner: 'Owner',
} as const satisfies Record<Heading | ReportName, string>

/** The policy stops scripts and requests that a name in a cell would bring, if the escaping had a hole. */
const html: Form = (heading, names) => {
  const headings = names.map(name => `<th>${shownHeadings[name]}`)
  return {
    head: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Import into Visage</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem }
table { border-collapse: collapse }
th, td { padding: 0.3rem 0.8rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ccc }
tr.error td { background: #fde8e8 }
</style>
<h1>Import into Visage</h1>
<p>Rows that change nothing are left out.</p>
<table>
<thead><tr><th>${shownHeadings[heading]}<th>Outcome<th>Done${headings.join('')}<th>Details</thead>
<tbody>
`,
    row(row) {
      const named = names.map(name => row[name] ?? '')
      const cells = [row.at, row.outcome, row.isDone ? 'yes' : 'no', ...named, row.details]
      const texts = cells.map(cell => `<td>${escapeHtml(cell)}`)
      return `<tr class="${row.outcome}">${texts.join('')}\n`
    },
    end: '</tbody>\n</table>\n</html>\n',
  }
}
