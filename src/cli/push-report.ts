/**
 * The report of `visage push` for people: a page for a browser and a CSV for a spreadsheet, of everybody who has an outcome.
 * Programs read the journal.
 */
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { escapeHtml } from '../html.ts'
import type { Done } from '../push/journal-lines.ts'
import { type Sheet, writeHead, writeRow } from './forms.ts'
import { beginPage, endPage, pageRow, withSmall } from './push-page.ts'
import { wordsOf } from './push-words.ts'

const columns = [
  'result',
  'verified',
  'name',
  'address',
  'id',
  'file',
  'status',
  'code',
  'requestId',
  'words',
] as const

type Column = (typeof columns)[number]
type Row = Readonly<Record<Column, string>>

function toRow({ result, verified, name, address, id, path, problem }: Done): Row {
  const { status = 0, code = '', requestId = '' } = problem ?? {}
  const words = problem ? wordsOf(problem) : ''
  const shownStatus = status === 0 ? '' : String(status)
  return {
    ...{ result, verified: verified ?? '', name, address, id, file: path },
    ...{ status: shownStatus, code, requestId, words },
  }
}

/** Of the page. */
const shown = ['Result', 'Who', 'File', 'What to do']

/** Failures first. */
function inOrder(done: readonly Done[]): Row[] {
  const rank = ({ result, verified }: Done) =>
    result === 'failed' ? 0 : verified === 'not yet visible' ? 1 : 2
  return done.toSorted((a, b) => rank(a) - rank(b)).map(toRow)
}

/** Writes report.html and report.csv into the folder. Only its owner may read them. */
export async function writeReport(
  folder: string,
  done: readonly Done[],
  title: string,
): Promise<void> {
  const rows = inOrder(done)
  const sheet: Sheet<Row> = {
    form: 'csv',
    names: columns,
    columns: [],
    cells: 'whole',
  }
  const csv = [writeHead(sheet), ...rows.map(row => writeRow(sheet, row))].join('')
  await writeFile(join(folder, 'report.csv'), csv, { mode: 0o600 })
  await using page = await open(join(folder, 'report.html'), 'w', 0o600)
  await page.appendFile(beginPage({ title, columns: shown, pictures: 'none' }))
  for (const row of rows) await page.appendFile(toHtml(row))
  await page.appendFile(endPage())
}

function toHtml({ result, verified, name, address, file, words }: Row): string {
  return pageRow(result, [
    withSmall(result, verified),
    withSmall(name, address),
    escapeHtml(file),
    escapeHtml(words),
  ])
}
