/**
 * The text of a CSV -> its lines as cells, one after another, with one chunk in memory. The meaning of cells is not known
 * here. https://www.rfc-editor.org/rfc/rfc4180
 */
import { CsvError, type Info, parse } from 'csv-parse'
import { quoted, refused, refusedLine } from './refused.ts'
import { findSeparator, type Separator } from './separator.ts'

export type CsvLine = Readonly<{
  /** Its first line; the first line of the file is 1. */
  line: number
  cells: readonly string[]
}>

type Csv = Readonly<{ separator: Separator; header: CsvLine; lines: AsyncIterable<CsvLine> }>

/** In characters; an item of JSON too. */
export const maxLine = 8 * 1024 * 1024
export const maxCell = 64 * 1024
/** The separator is looked for in this part. */
const maxHeader = maxCell

/** Throws Failure 'resource-invalid', also while the lines are read: a file that is not CSV is refused as a whole, with the line. */
export async function readCsv(texts: AsyncIterable<string>): Promise<Csv> {
  const source = texts[Symbol.asyncIterator]()
  const beginning = await readBeginning(source)
  const { separator, linesBefore } = findSeparator(beginning)
  const lines = parseLines(joined(beginning, source), separator, linesBefore + 1)
  const header = await lines.next()
  if (header.done) throw refused('the file has no header: its first line names the columns')
  return { separator, header: header.value, lines }
}

async function readBeginning(source: AsyncIterator<string>): Promise<string> {
  let text = ''
  while (text.length < maxHeader) {
    const next = await source.next()
    if (next.done) break
    text += next.value
  }
  return text
}

async function* joined(beginning: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield beginning
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

type Parsed = Readonly<{ record: readonly string[]; info: Pick<Info, 'lines'> }>

async function* parseLines(
  texts: AsyncIterable<string>,
  separator: Separator,
  from: number,
): AsyncGenerator<CsvLine, undefined> {
  const parser = parse({
    delimiter: separator,
    from_line: from,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  })
  // An error of it destroys the parser, and is thrown by the loop below.
  const feeding = feed(texts, parser)
  try {
    for await (const parsed of parser as AsyncIterable<Parsed>) {
      yield toLine(parsed)
    }
    await feeding
  } catch (error) {
    throw inWords(error)
  } finally {
    parser.destroy()
  }
}

async function feed(texts: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  const expectShort = createLineLimit(parser)
  try {
    for await (const text of texts) {
      if (parser.destroyed) return
      if (!parser.write(text)) await drained(parser)
      expectShort(text)
    }
    parser.end()
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

/**
 * The parser's own limit counts the characters of cells alone, and a line of separators would fill the memory. Called
 * with each text after it was parsed.
 */
function createLineLimit({ info }: ReturnType<typeof parse>): (text: string) => void {
  let [ended, length] = [0, 0]
  return text => {
    const now = info.records + info.empty_lines
    length = now === ended ? length + text.length : 0
    ended = now
    if (length > maxLine) throw refusedLine(info.lines, 'it is longer than 8 MB')
  }
}

/** Also when the parser has ended: no one reads from it then. */
function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      parser.off('drain', done)
      parser.off('close', done)
      resolve()
    }
    parser.on('drain', done)
    parser.on('close', done)
  })
}

function toLine({ record, info }: Parsed): CsvLine {
  const breaks = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)
  // The parser counts up to the end of the line.
  return { line: info.lines - breaks, cells: record }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 0
  return refusedLine(line, problems[error.code] ?? `it is no CSV (${quoted(error.code)})`)
}

const problems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed: the file is not complete',
  CSV_INVALID_CLOSING_QUOTE:
    'there is text after a closing quote: a quote within a cell is written as ""',
  INVALID_OPENING_QUOTE: 'a quote stands within a cell that is not quoted',
}
