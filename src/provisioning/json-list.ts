/**
 * The text of a JSON file -> its lists, and the text of each item, with one item and one chunk in memory. The file is one
 * list, or an object whose properties are lists. What is in an item is not looked at here.
 * https://www.rfc-editor.org/rfc/rfc8259
 */
import { maxLine } from './csv.ts'
import { stepOf } from './json-value.ts'
import { quoted, refused, refusedAt } from './refused.ts'

export type JsonList = Readonly<{
  /** undefined if the file is one list. */
  name: string | undefined
  /** Read them before the next list. */
  items: AsyncIterable<JsonItem>
}>

/** `text` may be broken within its brackets. `path`: `people[12]`, or `[12]` if the file is one list. */
export type JsonItem = Readonly<{ path: string; text: string }>

/** Throws Failure 'resource-invalid', also while the items are read. */
export async function* readLists(texts: AsyncIterable<string>): AsyncGenerator<JsonList> {
  const cursor = createCursor(texts)
  const mark = await cursor.take()
  if (mark === '[') yield { name: undefined, items: readItems(cursor, '') }
  else if (mark === '{') yield* readNamed(cursor)
  else throw refused(`the file is no JSON: it begins with ${quoted(mark)} and not with [ or {`)
  if ((await cursor.look()) === '') return
  throw refused('there is text after the end of the list: the file is no JSON')
}

async function* readNamed(cursor: Cursor): AsyncGenerator<JsonList> {
  if ((await cursor.look()) === '}') await cursor.take()
  else {
    do {
      const name = readName(await cursor.takeValue('the file'))
      const [colon, bracket] = [await cursor.take(), await cursor.take()]
      if (colon !== ':') throw refusedAt(name, 'there is no colon behind the name')
      if (bracket !== '[') throw refusedAt(name, 'it is not a list')
      yield { name, items: readItems(cursor, name) }
    } while (await goesOn(cursor, '}', 'the file'))
  }
}

function readName(text: string): string {
  try {
    const name: unknown = JSON.parse(text)
    if (typeof name === 'string') return name
  } catch {}
  throw refused(`${quoted(text)} stands where the name of a list has to be: the file is no JSON`)
}

async function* readItems(cursor: Cursor, name: string): AsyncGenerator<JsonItem> {
  if ((await cursor.look()) === ']') await cursor.take()
  else {
    const list = name === '' ? '' : stepOf(name).replace(/^\./, '')
    let [index, path] = [0, '']
    do {
      path = `${list}[${index}]`
      yield { path, text: await cursor.takeValue(path) }
      index += 1
    } while (await goesOn(cursor, ']', path))
  }
}

/** False when the list ends. */
async function goesOn(cursor: Cursor, end: ']' | '}', path: string): Promise<boolean> {
  const mark = await cursor.take()
  if (mark === ',') return true
  if (mark === end) return false
  if (mark === '') throw endsWithin(path)
  throw refusedAt(path, `${quoted(mark)} stands behind it where a comma or ${end} has to be`)
}

type Cursor = Readonly<{
  /** The next character that is no white space; '' at the end of the file. */
  look: () => Promise<string>
  /** The same, and goes behind it. */
  take: () => Promise<string>
  /** The text of the next value. */
  takeValue: (path: string) => Promise<string>
}>

function createCursor(texts: AsyncIterable<string>): Cursor {
  const source = texts[Symbol.asyncIterator]()
  let [text, at] = ['', 0]
  /** False at the end of the file. What is before `at` is dropped. */
  const fill = async () => {
    const next = await source.next()
    if (next.done) return false
    text = text.slice(at) + next.value
    at = 0
    return true
  }
  const look = async () => {
    for (;;) {
      at = find(/[^ \t\n\r]/g, text, at)
      if (at < text.length) return text.charAt(at)
      if (!(await fill())) return ''
    }
  }
  return {
    look,
    async take() {
      const mark = await look()
      at += mark.length
      return mark
    },
    async takeValue(path) {
      await look()
      const scan = { at, depth: 0, isText: false }
      while (!passValue(text, scan)) {
        refuseLong(text.length - at, path)
        scan.at -= at
        if (!(await fill())) throw endsWithin(path)
      }
      const value = text.slice(at, scan.at)
      refuseLong(value.length, path)
      at = scan.at
      return value
    },
  }
}

function refuseLong(length: number, path: string): void {
  if (length > maxLine) throw refusedAt(path, 'it is longer than 8 MB')
}

function endsWithin(path: string) {
  return refused(`the file ends within ${path}: it is not complete. Nothing was imported`)
}

/** The position of the first match, else the end of the text. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? Math.max(from, text.length)
}

/** `at` may be behind the end of the text after an escape. */
type Scan = { at: number; depth: number; isText: boolean }

/** Goes to the end of the value, by its quotes and brackets. False where the text ends before. */
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
