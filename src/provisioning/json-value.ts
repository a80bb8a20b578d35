/**
 * The text of one JSON value -> the value, read strictly: JSON.parse keeps the last of two properties with one name, and
 * names no path. Objects are maps, so that `__proto__` is a name like any other. Depth and number of values are limited.
 */
import { maxCell } from './csv.ts'
import { quoted } from './refused.ts'

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** The kind of a value, for messages. */
export function nameOf(value: Json): string {
  if (value === null) return 'null'
  if (isList(value)) return 'a list'
  if (isObject(value)) return 'an object'
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' ? 'a number' : 'a text'
}

/** The text is not JSON, or it is above the limits. */
export class BrokenJson extends Error {
  override readonly name = 'BrokenJson'
  /** Where in the value: `.members[3]`. */
  readonly path: string
  constructor(path: string, words: string) {
    super(words)
    this.path = path
  }
}

type Parsed = Readonly<{
  value: Json
  /** The first name that an object has twice, or text that is too long. */
  problem: Problem | undefined
}>
type Problem = Readonly<{ path: string; words: string }>

const maxDepth = 64
/** A group with 200,000 members as objects with an id has 400,000. */
const maxValues = 500_000

/** Throws BrokenJson. */
export function parseJson(text: string): Parsed {
  const reading: Reading = { text, at: 0, path: [], values: 0, problem: undefined }
  const value = readValue(reading)
  if (look(reading) !== '') throw broken(reading, 'there is text after its end')
  return { value, problem: reading.problem }
}

/** `.mail`, or `["e mail"]` for a name that is no word. */
export function stepOf(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && name.length <= 80
    ? `.${name}`
    : `[${quoted(name)}]`
}

type Reading = {
  readonly text: string
  at: number
  readonly path: (string | number)[]
  values: number
  problem: Problem | undefined
}

function pathOf({ path }: Reading): string {
  return path.map(step => (typeof step === 'number' ? `[${step}]` : stepOf(step))).join('')
}

function broken(reading: Reading, words: string): BrokenJson {
  return new BrokenJson(pathOf(reading), words)
}

function note(reading: Reading, words: string): void {
  reading.problem ??= { path: pathOf(reading), words }
}

/** The next character that is no white space; '' at the end. */
function look(reading: Reading): string {
  const pattern = /[^ \t\n\r]/g
  pattern.lastIndex = reading.at
  reading.at = pattern.exec(reading.text)?.index ?? reading.text.length
  return reading.text.charAt(reading.at)
}

function readValue(reading: Reading): Json {
  reading.values += 1
  if (reading.values > maxValues) throw broken(reading, `it holds more than ${maxValues} values`)
  if (reading.path.length > maxDepth)
    throw broken(reading, `it is nested more than ${maxDepth} deep`)
  switch (look(reading)) {
    case '{':
      return readObject(reading)
    case '[':
      return readArray(reading)
    case '"':
      return readText(reading)
    default:
      return readWord(reading)
  }
}

function readObject(reading: Reading): JsonObject {
  const object = new Map<string, Json>()
  reading.at += 1
  if (takeMark(reading, '}')) return object
  for (;;) {
    if (look(reading) !== '"') throw broken(reading, 'a name in quotes is missing')
    const name = readText(reading)
    reading.path.push(name)
    if (!takeMark(reading, ':')) throw broken(reading, 'there is no colon behind the name')
    if (object.has(name)) note(reading, 'the name is there twice')
    object.set(name, readValue(reading))
    reading.path.pop()
    if (takeMark(reading, '}')) return object
    if (!takeMark(reading, ',')) throw broken(reading, 'a comma or } is missing')
  }
}

function readArray(reading: Reading): Json[] {
  const array: Json[] = []
  reading.at += 1
  if (takeMark(reading, ']')) return array
  for (;;) {
    reading.path.push(array.length)
    array.push(readValue(reading))
    reading.path.pop()
    if (takeMark(reading, ']')) return array
    if (!takeMark(reading, ',')) throw broken(reading, 'a comma or ] is missing')
  }
}

function takeMark(reading: Reading, mark: string): boolean {
  if (look(reading) !== mark) return false
  reading.at += 1
  return true
}

/** JSON.parse decodes a text fast, and refuses unknown escapes. */
function readText(reading: Reading): string {
  const end = endOfText(reading.text, reading.at + 1)
  if (end === undefined) throw broken(reading, 'a text has no closing quote')
  const written = reading.text.slice(reading.at, end)
  reading.at = end
  const text = parseOrUndefined(written)
  if (typeof text !== 'string') {
    throw broken(reading, 'a text holds a line break, a control character or an unknown escape')
  }
  if (text.length > maxCell) note(reading, 'it is longer than 64 KB')
  return text
}

function endOfText(text: string, from: number): number | undefined {
  const pattern = /["\\]/g
  pattern.lastIndex = from
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    if (found[0] === '"') return found.index + 1
    pattern.lastIndex = found.index + 2
  }
  return undefined
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Numbers, true, false and null. */
function readWord(reading: Reading): Json {
  const pattern = /[^\s,:[\]{}"]*/y
  pattern.lastIndex = reading.at
  const word = pattern.exec(reading.text)?.[0] ?? ''
  reading.at += word.length
  if (word === '') throw broken(reading, 'a value is missing')
  const value = parseOrUndefined(word)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  throw broken(reading, `${quoted(word)} is no value of JSON`)
}
