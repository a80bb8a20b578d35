/**
 * Parses OData's query options, as far as they are supported: selection, search and paging.
 * https://learn.microsoft.com/en-us/graph/query-parameters
 */
import { countWords, type Term } from '../directory/search.ts'
import { Failure } from '../failure.ts'
import { expectJsonFormat } from './control-information.ts'
import type { Contract, Option } from './operation.ts'
import type { Request } from './request.ts'

export type Options = Readonly<{
  select: ReadonlySet<string> | undefined
  top: number
  skip: number
  anyOf: readonly Term[]
  after: Readonly<{ name: string; id: string }> | undefined
  expand: Expand | undefined
}>

const defaultTop = 100
const maxTop = 999

/**
 * Limit for all clauses of $search and $filter together, because each word is searched. A people
 * picker sends four clauses of one to three words; Graph allows "15 expressions in the filter
 * clause".
 * https://developer.microsoft.com/en-us/graph/known-issues/?search=13635
 */
const maxWords = 20
const maxClauseLength = 256

/**
 * Reads the query options of a request. An option with $ that is not in the operation's contract is
 * refused; others are ignored, as OData requires for custom options. The $ is optional, and case is
 * ignored.
 */
export function readOptions({ address, match }: Request): Options {
  const { options: supported = [] } = match.contract
  const given = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(address.query)) {
    if (/^\$?format$/i.test(name)) expectJsonFormat(value)
    const option = canonicalName(name, supported)
    if (option === undefined) continue
    if (given.has(option)) throw invalid(option, 'it is given twice')
    given.set(option, value)
  }
  checkOrder(given.get('$orderby'))
  return {
    select: readSelect(given.get('$select')),
    top: readNumber('$top', given.get('$top'), defaultTop, 1, maxTop),
    skip: readNumber('$skip', given.get('$skip'), 0, 0, 1_000_000),
    anyOf: readTerms(given.get('$search'), given.get('$filter')),
    after: readSkipToken(given.get('$skiptoken')),
    expand: readExpand(given.get('$expand'), match.contract),
  }
}

const known =
  /^\$(select|top|skip|skiptoken|search|filter|orderby|count|expand|apply|compute|levels|deltatoken)$/

function canonicalName(name: string, supported: readonly Option[]): string | undefined {
  const option = (name.startsWith('$') ? name : `$${name}`).toLowerCase()
  if ((supported as readonly string[]).includes(option)) return option
  if (option === '$format' || (!name.startsWith('$') && !known.test(option))) return undefined
  throw new Failure('query-option-unsupported', { facts: { option: name, supported } })
}

function readSelect(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || value.trim() === '' || value.trim() === '*') return undefined
  return new Set(value.split(',').map(name => name.trim().toLowerCase()))
}

/** @differs Lists are ordered by display name only. */
function checkOrder(value: string | undefined): void {
  if (value === undefined || /^\s*displayName(\s+asc)?\s*$/i.test(value)) return
  throw invalid('$orderby', 'lists are ordered by displayName')
}

/** The parts of an answer that $expand adds. */
type Expand = Readonly<{ manager: Readonly<{ select: ReadonlySet<string> | undefined }> }>

/**
 * @observed 2022-02 A contact with `$expand=photo` is 200 without its photo: nothing is expanded.
 * https://github.com/microsoftgraph/msgraph-sdk-java/issues/996
 */
function readExpand(value: string | undefined, { answer }: Contract): Expand | undefined {
  if (value === undefined) return undefined
  if ('type' in answer && answer.type === 'user') return readManager(value)
  if (/^\s*photo\s*$/i.test(value)) return undefined
  throw invalid('$expand', "only 'photo' is supported here")
}

const managerPattern = /^\s*manager\s*(?:\(([^()]*)\))?\s*$/i

/**
 * `manager($select=id,displayName)`. @differs $levels, by which Graph tells the managers of managers, may only be 1.
 * https://learn.microsoft.com/en-us/graph/api/user-list-manager
 */
function readManager(value: string): Expand {
  const match = managerPattern.exec(value)
  if (match === null) throw invalid('$expand', "only 'manager' is supported here")
  const inner = (match[1] ?? '').split(';').filter(option => option.trim() !== '')
  const options = new Map(inner.map(splitOption))
  if (options.size < inner.length) throw invalid('$expand', 'it names an option of manager twice')
  for (const [name, text] of options) {
    if (name === '$select' || (name === '$levels' && text === '1')) continue
    throw invalid('$expand', `manager takes $select, and $levels of 1, but not '${name}=${text}'`)
  }
  return { manager: { select: readSelect(options.get('$select')) } }
}

function splitOption(option: string): readonly [name: string, text: string] {
  const [name = '', ...rest] = option.split('=')
  return [name.trim().toLowerCase(), rest.join('=').trim()]
}

function readNumber(
  option: string,
  value: string | undefined,
  missing: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return missing
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= min && number <= max) return number
  throw invalid(option, `a whole number from ${min} to ${max} is needed`)
}

function readTerms(search: string | undefined, filter: string | undefined): readonly Term[] {
  const terms = [
    ...bounded('$search', readSearch(search)),
    ...bounded('$filter', readFilter(filter)),
  ]
  if (countWords(terms) <= maxWords) return terms
  const option = filter === undefined ? '$search' : '$filter'
  throw invalid(option, `all clauses together have more than ${maxWords} words`)
}

function bounded(option: string, terms: Term[]): Term[] {
  if (terms.some(({ text }) => text.length > maxClauseLength)) {
    throw invalid(option, `a text in it is longer than ${maxClauseLength} characters`)
  }
  return terms
}

/**
 * `$search="displayName:ali" OR "mail:ali"`: words with these prefixes. The default property is
 * displayName.
 */
function readSearch(value: string | undefined): Term[] {
  if (value === undefined) return []
  const clauses =
    value.match(/"[^"]*"|[^\s"]+/g)?.filter(clause => clause.toUpperCase() !== 'OR') ?? []
  if (clauses.length === 0) throw invalid('$search', 'it is empty')
  return clauses.map(clause => {
    const [, property = 'displayName', text = ''] =
      /^(?:(\w+):)?(.*)$/s.exec(clause.replaceAll('"', '')) ?? []
    if (text.trim() === '') throw invalid('$search', 'a clause without text')
    return { property, how: 'hasWordsStartingWith', text }
  })
}

const startsWith = /^startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)$/i
const equals = /^(\w+)\s+eq\s+'((?:[^']|'')*)'$/i
const hasEmail = /^emailAddresses\/any\(\s*(\w+)\s*:\s*\1\/address\s+eq\s+'((?:[^']|'')*)'\s*\)$/i

/**
 * `startswith(displayName,'ali') or mail eq 'alice@…'`: the filters that people pickers send.
 * @differs $filter supports only `startswith`, `eq` and an address of a contact, joined by `or`.
 */
function readFilter(value: string | undefined): Term[] {
  if (value === undefined) return []
  const clauses = splitAtOr(value)
  // Without a clause the filter would match everybody.
  if (clauses.length === 0) throw invalid('$filter', 'it is empty')
  return clauses.map(clause => {
    const email = hasEmail.exec(clause)
    if (email) return { property: 'email', how: 'equals', text: unquote(email[2]) }
    const prefix = startsWith.exec(clause)
    if (prefix) return { property: prefix[1] ?? '', how: 'startsWith', text: unquote(prefix[2]) }
    const equal = equals.exec(clause)
    if (equal) return { property: equal[1] ?? '', how: 'equals', text: unquote(equal[2]) }
    throw invalid(
      '$filter',
      "supported are startswith(property,'text') and property eq 'text', joined by or",
    )
  })
}

/** Splits at `or` outside quoted texts: names contain the word, and quotes. */
function splitAtOr(filter: string): string[] {
  const parts = filter.match(/(?:'(?:[^']|'')*'|(?!\sor\s)[^'])+/gi) ?? []
  return parts.map(part => part.trim().replace(/^or\s+/i, '')).filter(part => part !== '')
}

function unquote(text: string | undefined): string {
  return (text ?? '').replaceAll("''", "'")
}

export function formatSkipToken(last: Readonly<{ name: string; id: string }>): string {
  return Buffer.from(JSON.stringify([last.name, last.id])).toString('base64url')
}

function readSkipToken(value: string | undefined): Options['after'] {
  if (value === undefined) return undefined
  try {
    const names: unknown = JSON.parse(Buffer.from(value, 'base64url').toString())
    const [name, id] = Array.isArray(names) ? names : []
    if (isText(name) && isText(id)) return { name, id }
  } catch (cause) {
    throw new Failure('query-option-invalid', { facts: { option: '$skiptoken', reason }, cause })
  }
  throw invalid('$skiptoken', reason)
}

/** Databases cannot store a lone surrogate. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed()
}

const reason = 'this server did not create it'

function invalid(option: string, reason: string): Failure {
  return new Failure('query-option-invalid', { facts: { option, reason } })
}
