/**
 * Parses the text of a filter. `scim2-parse-filter` reads names, operators and brackets; values are taken out of the
 * text first, because it refuses values without quotes, reads backslashes wrongly, and needs exponential time for some
 * texts with a quote that is never closed. Names are not looked up here.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2
 */
import { type Compare, type Filter, parse } from 'scim2-parse-filter'
import type { Failure } from '../failure.ts'
import { quoted, refused } from './refused.ts'

const comparisons = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const

export type Leaf =
  | Readonly<{ name: string; operator: (typeof comparisons)[number]; value: string }>
  | Readonly<{ name: string; operator: 'pr' }>

/** `emails[type eq "work"]` is read as `emails.type eq "work"`. */
export type Tree =
  | Leaf
  | Readonly<{ and: readonly Tree[] }>
  | Readonly<{ or: readonly Tree[] }>
  | Readonly<{ not: Tree }>

const maxLength = 4096
const maxBrackets = 50
const maxComparisons = 100

/** Throws Failure 'resource-invalid' with 'invalidFilter'. */
export function parseFilterText(text: string): Tree {
  if (text.length > maxLength) throw invalidFilter(`is longer than ${maxLength} characters`)
  const [, name, value] = equality.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { name, operator: 'eq', value }
  const { withoutValues, values } = takeValues(text)
  if (values.length > maxComparisons) {
    throw invalidFilter(`has more than ${maxComparisons} comparisons`)
  }
  return toTree(parseNames(withoutValues), values, '')
}

/** The form of nearly every filter. It is read without the library, because a PATCH may have a thousand of them. */
const equality = /^([\w.:-]+) eq "([^"\\\p{Cc}]*)"$/u

export function invalidFilter(reason: string): Failure {
  return refused('invalidFilter', `the filter ${reason}`)
}

function parseNames(text: string): Filter {
  try {
    return parse(text)
  } catch {
    throw invalidFilter('has names, operators and brackets that do not fit together')
  }
}

/** undefined: null, written without quotes. */
type Values = readonly (string | undefined)[]
/** What the next word is. */
type Next = 'name' | 'operator' | 'value'

/** Each value becomes its number, in quotes. */
function takeValues(text: string): Readonly<{ withoutValues: string; values: Values }> {
  const values: (string | undefined)[] = []
  let next: Next = 'name'
  let brackets = 0
  const pieces = splitText(text).map(piece => {
    if (isBracket(piece)) brackets += 1
    if (brackets > maxBrackets) throw invalidFilter(`has more than ${maxBrackets} brackets`)
    if (next !== 'value' || piece.trim() === '') {
      next = nextAfter(piece, next)
      return piece
    }
    next = 'name'
    values.push(readValue(piece))
    return `"${values.length - 1}"`
  })
  return { withoutValues: pieces.join(''), values }
}

/** White space, a text in quotes, a bracket, or a word. */
const pieces = /\s+|"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"|[()[\]]|[^\s()[\]"]+/guy

function splitText(text: string): string[] {
  const found = text.match(pieces) ?? []
  const length = found.reduce((sum, one) => sum + one.length, 0)
  if (length === text.length) return found
  throw invalidFilter(`cannot be read from ${quoted(text.slice(length))} on`)
}

function isBracket(piece: string): boolean {
  return piece.length === 1 && '()[]'.includes(piece)
}

const comparisonWords: ReadonlySet<string> = new Set(comparisons)
const logicalWords: ReadonlySet<string> = new Set(['and', 'or', 'not'])

function nextAfter(piece: string, next: Next): Next {
  const word = piece.toLowerCase()
  if (word.trim() === '') return next
  if (word.startsWith('"')) throw invalidFilter(`has ${quoted(piece)} where no value can be`)
  if (isBracket(word)) return 'name'
  if (next === 'operator') return comparisonWords.has(word) ? 'value' : 'name'
  return logicalWords.has(word) ? 'name' : 'operator'
}

/**
 * Entra's documentation has a value without quotes: `externalId eq jyoung`.
 * https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity/app-provisioning/use-scim-to-provision-users-and-groups.md
 */
function readValue(piece: string): string | undefined {
  if (isBracket(piece)) throw invalidFilter('has a comparison without a value')
  const text = piece.startsWith('"') ? readQuoted(piece) : piece
  // PostgreSQL has no NUL in a text.
  if (text.includes('\0')) throw invalidFilter('contains a NUL character')
  return piece.toLowerCase() === 'null' ? undefined : text.toWellFormed()
}

function readQuoted(piece: string): string {
  try {
    return String(JSON.parse(piece))
  } catch {
    throw invalidFilter(`has a wrong escape in ${quoted(piece)}`)
  }
}

/** `inside`: the attribute whose brackets the filter is in, with its dot. */
function toTree(filter: Filter, values: Values, inside: string): Tree {
  switch (filter.op) {
    case 'and':
      return { and: filter.filters.map(one => toTree(one, values, inside)) }
    case 'or':
      return { or: filter.filters.map(one => toTree(one, values, inside)) }
    case 'not':
      return negate(toTree(filter.filter, values, inside))
    case '[]':
      return toTree(filter.valFilter, values, `${inside}${filter.attrPath}.`)
    case 'pr':
      return { name: inside + filter.attrPath, operator: 'pr' }
    default:
      return toComparison(filter, values, inside)
  }
}

/** Two `not` cancel out, so that many of them make no deep tree. */
function negate(tree: Tree): Tree {
  return 'not' in tree ? tree.not : { not: tree }
}

/** The library takes any word between two comparisons as an operator, `constructor` too. */
function toComparison(filter: Compare, values: Values, inside: string): Tree {
  const operator = comparisons.find(one => one === filter.op)
  if (operator === undefined) throw invalidFilter(`has the operator ${quoted(filter.op)}`)
  const name = inside + filter.attrPath
  const value = values[Number(filter.compValue)]
  if (value !== undefined) return { name, operator, value }
  if (operator === 'ne') return { name, operator: 'pr' }
  if (operator === 'eq') return { not: { name, operator: 'pr' } }
  throw invalidFilter(`compares null with ${operator}`)
}
