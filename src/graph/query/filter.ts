/**
 * Parses $filter into a condition: eq, ne, in, not, and, or, brackets, startsWith, endsWith,
 * contains and any. Names and words compare without case, as in Graph. What is not understood is
 * refused by name. Length, comparisons and depth are limited.
 *
 * https://learn.microsoft.com/en-us/graph/filter-query-parameter
 */
import { always, type Condition } from '../../directory/queries/condition.ts'
import type { Failure } from '../../failure.ts'
import { type Comparator, compareProperty, type Literal, lookUp } from './filter-comparison.ts'
import type { FilterableType, TextFunction } from './filterable.ts'
import { invalidOption } from './query-refusals.ts'

type Filter = Readonly<{
  condition: Condition
  /** The operators that Graph allows only in advanced queries: 'endsWith', 'ne', 'not'. */
  advanced: ReadonlySet<string>
}>

const maxLength = 4096
const maxTextLength = 256
const maxDepth = 20

/** An empty filter is none: the Graph Toolkit sends `$filter=`. */
export function parseFilter(type: FilterableType, value: string | undefined): Filter {
  const advanced = new Set<string>()
  if (value === undefined || value.trim() === '') return { condition: always, advanced }
  if (value.length > maxLength) throw invalid(`it is longer than ${maxLength} characters`)
  const reading = { type, tokens: tokenize(value), at: 0, advanced }
  const condition = readOr(reading, 0)
  const rest = reading.tokens[reading.at]
  if (rest !== undefined) throw unexpected(rest)
  return { condition, advanced }
}

/** A number is a token only to be refused by name: no property that is compared is a number. */
type Token = Readonly<{ kind: 'text' | 'word' | 'sign' | 'number'; text: string }>
type Reading = {
  readonly type: FilterableType
  readonly tokens: readonly Token[]
  readonly advanced: Set<string>
  at: number
}

/** A name may be a path, `personType/class`; `any` is read by name. */
const tokenPattern =
  /\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w.]*(?:\/[A-Za-z_][\w.]*)*)|([(),:])|(-?\d[\w.:-]*)|(\S))/y

function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  const text = filter.trimEnd()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const [, quoted, word, sign, number, other = ''] = tokenPattern.exec(text) ?? []
    if (quoted !== undefined) tokens.push({ kind: 'text', text: unquote(quoted) })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (other === "'") throw invalid('a text has no quote at its end')
    else throw invalid(`'${other}' is not understood`)
  }
  return tokens
}

function unquote(quoted: string): string {
  const text = quoted.slice(1, -1).replaceAll("''", "'")
  if (text.length > maxTextLength) {
    throw invalid(`a text in it is longer than ${maxTextLength} characters`)
  }
  return text
}

function readOr(reading: Reading, depth: number): Condition {
  const parts = [readAnd(reading, depth)]
  while (takeWord(reading, 'or')) parts.push(readAnd(reading, depth))
  return parts.length === 1 ? (parts[0] ?? always) : { or: parts }
}

function readAnd(reading: Reading, depth: number): Condition {
  const parts = [readOne(reading, depth)]
  while (takeWord(reading, 'and')) parts.push(readOne(reading, depth))
  return parts.length === 1 ? (parts[0] ?? always) : { and: parts }
}

function readOne(reading: Reading, depth: number): Condition {
  if (depth > maxDepth) throw invalid(`its brackets are nested more than ${maxDepth} deep`)
  if (takeWord(reading, 'not')) {
    reading.advanced.add('not')
    return { not: readOne(reading, depth + 1) }
  }
  if (takeSign(reading, '(')) {
    const condition = readOr(reading, depth + 1)
    expectSign(reading, ')')
    return condition
  }
  const name = takeName(reading)
  if (/\/any$/i.test(name)) return readAny(reading, name.slice(0, -'/any'.length))
  return takeSign(reading, '(') ? readFunction(reading, name) : readComparison(reading, name)
}

const functions: Readonly<Record<string, TextFunction>> = {
  startswith: 'startsWith',
  endswith: 'endsWith',
  contains: 'contains',
}

function readFunction(reading: Reading, called: string): Condition {
  const key = called.toLowerCase()
  const name = Object.hasOwn(functions, key) ? functions[key] : undefined
  if (name === undefined) throw invalid(`the function '${shorten(called)}' is not supported`)
  const property = takeName(reading)
  expectSign(reading, ',')
  const value = takeLiteral(reading)
  expectSign(reading, ')')
  if (name === 'endsWith') reading.advanced.add(name)
  return compareProperty(reading.type, property, name, value)
}

function readComparison(reading: Reading, property: string): Condition {
  lookUp(reading.type, property)
  const operator = takeName(reading).toLowerCase()
  switch (operator) {
    case 'eq':
      return compareProperty(reading.type, property, 'eq', takeLiteral(reading))
    case 'ne':
      reading.advanced.add('ne')
      return { not: compareProperty(reading.type, property, 'eq', takeLiteral(reading)) }
    case 'in':
      return readIn(reading, property)
    default:
      throw invalid(`the operator '${shorten(operator)}' is not supported`)
  }
}

function readIn(reading: Reading, property: string): Condition {
  expectSign(reading, '(')
  const parts: Condition[] = []
  do parts.push(compareProperty(reading.type, property, 'eq', takeLiteral(reading)))
  while (takeSign(reading, ','))
  expectSign(reading, ')')
  return { or: parts }
}

/** `groupTypes/any(c:c eq 'Unified')`, `emailAddresses/any(a:a/address eq 'a@b')`. */
function readAny(reading: Reading, property: string): Condition {
  expectSign(reading, '(')
  const variable = takeName(reading)
  expectSign(reading, ':')
  const subject = takeName(reading)
  const isCall = takeSign(reading, '(')
  const compared = isCall ? takeName(reading) : subject
  const comparator = isCall ? readComparator(reading, subject) : readEqual(reading)
  const value = takeLiteral(reading)
  if (isCall) expectSign(reading, ')')
  expectSign(reading, ')')
  const [first, ...part] = compared.split('/')
  if (first !== variable) throw invalid(`'${shorten(compared)}' does not begin with '${variable}'`)
  return compareProperty(reading.type, property, comparator, value, part.join('/'))
}

function readEqual(reading: Reading): Comparator {
  const operator = takeName(reading).toLowerCase()
  if (operator === 'eq') return 'anyEq'
  throw invalid(`the operator '${shorten(operator)}' is not supported in any`)
}

function readComparator(reading: Reading, called: string): Comparator {
  expectSign(reading, ',')
  if (/^startswith$/i.test(called)) return 'anyStartsWith'
  throw invalid(`the function '${shorten(called)}' is not supported in any`)
}

function takeWord(reading: Reading, word: string): boolean {
  const token = reading.tokens[reading.at]
  if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false
  reading.at += 1
  return true
}

function takeSign(reading: Reading, sign: string): boolean {
  const token = reading.tokens[reading.at]
  if (token?.kind !== 'sign' || token.text !== sign) return false
  reading.at += 1
  return true
}

function expectSign(reading: Reading, sign: string): void {
  if (takeSign(reading, sign)) return
  throw unexpected(reading.tokens[reading.at], ` where '${sign}' is needed`)
}

function takeName(reading: Reading): string {
  const token = reading.tokens[reading.at]
  if (token?.kind !== 'word') throw unexpected(token, ' where a name is needed')
  reading.at += 1
  return token.text
}

const literals: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }

function takeLiteral(reading: Reading): Literal {
  const token = reading.tokens[reading.at]
  reading.at += 1
  if (token?.kind === 'text') return token.text
  const key = token?.kind === 'word' ? token.text.toLowerCase() : ''
  const value = Object.hasOwn(literals, key) ? literals[key] : undefined
  if (value === undefined)
    throw unexpected(token, ' where a value is needed: a text in quotes, true, false or null')
  return value
}

function unexpected(token: Token | undefined, where = ''): Failure {
  if (token === undefined) return invalid(`it ends${where || ' too soon'}`)
  const shown = token.kind === 'text' ? `'${shorten(token.text)}'` : shorten(token.text)
  return invalid(`${shown} is not expected${where}`)
}

function shorten(text: string): string {
  return text.slice(0, 100)
}

function invalid(reason: string): Failure {
  return invalidOption('$filter', reason)
}
