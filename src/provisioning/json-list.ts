/**
 * The text of a JSON file -> its lists, and the text of each item, with one item and one chunk in memory. The file is one
 * list, or an object whose properties are lists. json-value.ts parses the items.
 * https://www.rfc-editor.org/rfc/rfc8259
 */
import { type Cursor, endsWithin, look, openCursor, take, takeValue } from './json-cursor.ts'
import { stepOf } from './json-value.ts'
import { quoted, refused, refusedAt } from './refused.ts'

export type JsonList = Readonly<{
  /** undefined if the file is one list. */
  name: string | undefined
  /** To be read to the end before the next list. */
  items: AsyncIterable<JsonItem>
}>

/** `text` may be broken within its brackets. `path`: `people[12]`, or `[12]` if the file is one list. */
export type JsonItem = Readonly<{ path: string; text: string }>

/** Throws Failure 'resource-invalid', also while the items are read. */
export async function* readLists(texts: AsyncIterable<string>): AsyncGenerator<JsonList> {
  const cursor = openCursor(texts)
  const mark = await take(cursor)
  if (mark === '[') yield { name: undefined, items: readItems(cursor, '') }
  else if (mark === '{') yield* readNamed(cursor)
  else throw refused(`the file is no JSON: it begins with ${quoted(mark)} and not with [ or {`)
  if ((await look(cursor)) === '') return
  throw refused('there is text after the end of the list: the file is no JSON')
}

async function* readNamed(cursor: Cursor): AsyncGenerator<JsonList> {
  if ((await look(cursor)) === '}') await take(cursor)
  else {
    do {
      const name = readName(await takeValue(cursor, 'the file'))
      const [colon, bracket] = [await take(cursor), await take(cursor)]
      if (colon !== ':') throw refusedAt(name, 'there is no colon behind the name')
      if (bracket !== '[') throw refusedAt(name, 'it is not a list')
      yield { name, items: readItems(cursor, name) }
    } while (await goesOn(cursor, '}', 'the file'))
  }
}

function readName(text: string): string {
  // Of a text in quotes, only the escapes can be wrong.
  if (!text.startsWith('"')) throw noName(text)
  try {
    return String(JSON.parse(text))
  } catch {
    throw noName(text)
  }
}

function noName(text: string): Error {
  return refused(`${quoted(text)} stands where the name of a list has to be: the file is no JSON`)
}

async function* readItems(cursor: Cursor, name: string): AsyncGenerator<JsonItem> {
  if ((await look(cursor)) === ']') await take(cursor)
  else {
    const list = name === '' ? '' : stepOf(name).replace(/^\./, '')
    let [index, path] = [0, '']
    do {
      path = `${list}[${index}]`
      yield { path, text: await takeValue(cursor, path) }
      index += 1
    } while (await goesOn(cursor, ']', path))
  }
}

/** False when the list ends. */
async function goesOn(cursor: Cursor, end: ']' | '}', path: string): Promise<boolean> {
  const mark = await take(cursor)
  if (mark === ',') return true
  if (mark === end) return false
  if (mark === '') throw endsWithin(path)
  throw refusedAt(path, `${quoted(mark)} stands behind it where a comma or ${end} has to be`)
}
