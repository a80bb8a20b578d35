/**
 * Takes marks and values from the text of a JSON file, one after another. Only the current chunk and value are in memory. A
 * value ends where its quotes and brackets are closed; its inside is not checked.
 */
import type { Failure } from '../failure.ts'
import { maxLine } from './csv.ts'
import { refused, refusedAt } from './refused.ts'

export type Cursor = {
  readonly source: AsyncIterator<string>
  /** Text that is read from the file and not taken yet. */
  text: string
  /** Position in `text`. */
  at: number
}

export function openCursor(texts: AsyncIterable<string>): Cursor {
  return { source: texts[Symbol.asyncIterator](), text: '', at: 0 }
}

/** The next character that is no white space; '' at the end of the file. */
export async function look(cursor: Cursor): Promise<string> {
  do {
    cursor.at = find(/[^ \t\n\r]/g, cursor.text, cursor.at)
    if (cursor.at < cursor.text.length) break
  } while (await fill(cursor))
  return cursor.text.charAt(cursor.at)
}

/** Like `look`, and moves past the character. */
export async function take(cursor: Cursor): Promise<string> {
  const mark = await look(cursor)
  cursor.at += mark.length
  return mark
}

/** The text of the next value. Throws Failure 'resource-invalid'; `path` is for its words. */
export async function takeValue(cursor: Cursor, path: string): Promise<string> {
  await look(cursor)
  const scan = { at: cursor.at, depth: 0, isText: false }
  while (!passValue(cursor.text, scan)) {
    refuseLong(cursor.text.length - cursor.at, path)
    scan.at -= cursor.at
    if (!(await fill(cursor))) throw endsWithin(path)
  }
  const value = cursor.text.slice(cursor.at, scan.at)
  refuseLong(value.length, path)
  cursor.at = scan.at
  return value
}

export function endsWithin(path: string): Failure {
  return refused(`the file ends within ${path}: it is not complete. Nothing was imported`)
}

function refuseLong(length: number, path: string): void {
  if (length > maxLine) throw refusedAt(path, 'it is longer than 8 MB')
}

/** Reads another chunk, and drops the text that is taken. False at the end of the file. */
async function fill(cursor: Cursor): Promise<boolean> {
  const next = await cursor.source.next()
  if (next.done) return false
  cursor.text = cursor.text.slice(cursor.at) + next.value
  cursor.at = 0
  return true
}

/** The position of the first match, else the end of the text. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? Math.max(from, text.length)
}

/** `at` may be behind the end of the text after an escape. */
type Scan = { at: number; depth: number; isText: boolean }

/** Moves to the end of the value, by its quotes and brackets. False if the text ends before. */
function passValue(text: string, scan: Scan): boolean {
  while (scan.at < text.length) {
    const isWhole = scan.isText ? passText(text, scan) : passMark(text, scan)
    if (isWhole) return true
  }
  return false
}

/** True if the text is the whole value. */
function passText(text: string, scan: Scan): boolean {
  scan.at = find(/["\\]/g, text, scan.at)
  if (scan.at === text.length) return false
  scan.isText = text[scan.at] === '\\'
  scan.at += scan.isText ? 2 : 1
  return !scan.isText && scan.depth === 0
}

/** True at the end of the value. */
function passMark(text: string, scan: Scan): boolean {
  scan.at = find(/["[\]{},]/g, text, scan.at)
  const mark = text[scan.at]
  if (mark === undefined) return false
  const isEnd = mark === ']' || mark === '}' || mark === ','
  if (isEnd && scan.depth === 0) return true
  scan.at += 1
  if (mark === '"') scan.isText = true
  else if (mark === '[' || mark === '{') scan.depth += 1
  else if (mark !== ',') scan.depth -= 1
  return mark !== '"' && mark !== ',' && scan.depth === 0
}
