/**
 * Parses OData's query options, as far as they are supported: selection, conditions, order, paging.
 * filter.ts and search-clauses.ts parse the conditions.
 * https://learn.microsoft.com/en-us/graph/query-parameters
 */
import { type Condition, countComparisons } from '../../directory/queries/condition.ts'
import { byName, type Key, type Order } from '../../directory/queries/in-order.ts'
import { Failure } from '../../failure.ts'
import type { Option } from '../request/operation.ts'
import type { Request } from '../request/request.ts'
import { expectJsonFormat } from '../resources/control-information.ts'
import { type EntityName, entityTypes, kindsOf, propertyNamed } from '../resources/schema.ts'
import { parseFilter } from './filter.ts'
import { type FilterableType, isFilterable } from './filterable.ts'
import { invalidOption as invalid, needsEventual, noSuchProperty } from './query-refusals.ts'
import { parseSearch } from './search-clauses.ts'
import { readSkipToken } from './skip-token.ts'

export type Options = Readonly<{
  select: ReadonlySet<string> | undefined
  top: number
  skip: number
  /** What $filter and $search demand together. */
  where: Condition
  order: Order
  after: Key | undefined
  /** Whether the answer has the count of all entries. Later pages have none. */
  isCounted: boolean
  expand: Expand | undefined
}>

const defaultTop = 100
export const maxTop = 999
export const maxSkip = 1_000_000

/**
 * Limit for all clauses of $search and $filter together, because each word is compared. A people
 * picker sends four clauses of one to three words; Graph allows "15 expressions in the filter
 * clause".
 * https://developer.microsoft.com/en-us/graph/known-issues/?search=13635
 */
const maxWords = 20

/**
 * Reads the query options of a request. An option with $ that is not in the operation's contract is
 * refused; others are ignored, as OData requires for custom options. The $ is optional, and case is
 * ignored.
 */
export function readOptions(request: Request): Options {
  const { contract } = request.match
  const given = readGiven(request)
  const type = 'type' in contract.answer ? contract.answer.type : undefined
  const order = readOrder(given.get('$orderby'), type)
  const after = readSkipToken(given.get('$skiptoken'), order)
  return {
    select: readSelect('$select', given.get('$select'), type),
    top: readNumber('$top', given.get('$top'), contract.defaultTop ?? defaultTop, 1, maxTop),
    skip: readNumber('$skip', given.get('$skip'), 0, 0, maxSkip),
    where: readConditions(request, given, type),
    order,
    after,
    isCounted: readCount(given.get('$count')) && after === undefined && mayCount(request, type),
    expand: readExpand(request, given.get('$expand')),
  }
}

function readGiven({ address, match }: Request): ReadonlyMap<string, string> {
  const { options: supported = [] } = match.contract
  const given = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(address.query)) {
    if (/^\$?format$/i.test(name)) expectJsonFormat(value)
    const option = canonicalName(name, supported)
    if (option === undefined) continue
    if (given.has(option)) throw invalid(option, 'it is given twice')
    given.set(option, value)
  }
  return given
}

const known =
  /^\$(select|top|skip|skiptoken|search|filter|orderby|count|expand|apply|compute|levels|deltatoken)$/

function canonicalName(name: string, supported: readonly Option[]): string | undefined {
  const option = (name.startsWith('$') ? name : `$${name}`).toLowerCase()
  if ((supported as readonly string[]).includes(option)) return option
  if (option === '$format' || (!name.startsWith('$') && !known.test(option))) return undefined
  throw new Failure('query-option-unsupported', { facts: { option: name, supported } })
}

/** A name that the type does not have is refused. `type` of undefined has no properties to select. */
function readSelect(
  option: string,
  value: string | undefined,
  type: EntityName | undefined,
): ReadonlySet<string> | undefined {
  if (value === undefined || value.trim() === '' || value.trim() === '*') return undefined
  const names = value.split(',').map(name => name.trim())
  for (const name of names) {
    if (type === undefined || name === '' || name === '*') continue
    if (kindsOf(type).some(kind => propertyNamed(kind, name) !== undefined)) continue
    throw noSuchProperty(option, type, name)
  }
  return new Set(names.map(name => name.toLowerCase()))
}

function readConditions(
  request: Request,
  given: ReadonlyMap<string, string>,
  type: EntityName | undefined,
): Condition {
  const [filterText, searchText] = [given.get('$filter'), given.get('$search')]
  // Only these types have the options in their contracts.
  const filtered: FilterableType = type !== undefined && isFilterable(type) ? type : 'user'
  const filter = parseFilter(filtered, filterText)
  const search = parseSearch(filtered, searchText)
  if (isDirectoryObject(type) && !isEventual(request)) {
    if (searchText !== undefined) throw needsEventual('$search')
    const [operator] = filter.advanced
    if (operator !== undefined) throw needsEventual(operator)
    if (filterText?.trim() && given.has('$orderby')) throw needsEventual('$orderby')
  }
  const where = { and: [filter.condition, search] }
  if (countComparisons(where) <= maxWords) return where
  const option = filterText === undefined ? '$search' : '$filter'
  throw invalid(option, `all clauses together have more than ${maxWords} words`)
}

/**
 * "…the requestor must also set the ConsistencyLevel header to eventual".
 * @differs Graph also demands `$count=true` for such a $filter.
 * https://learn.microsoft.com/en-us/graph/aad-advanced-queries
 */
export function isEventual({ call }: Request): boolean {
  return call.headers.consistencylevel?.trim().toLowerCase() === 'eventual'
}

/** Exchange and the service of people have no advanced queries. */
function isDirectoryObject(type: EntityName | undefined): boolean {
  return type !== undefined && entityTypes[type].base === 'directoryObject'
}

/** "…silently ignores the $count query parameter". */
function mayCount(request: Request, type: EntityName | undefined): boolean {
  return !isDirectoryObject(type) || isEventual(request)
}

function readCount(value: string | undefined): boolean {
  if (value === undefined) return false
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  throw invalid('$count', 'true or false is needed')
}

type OrderColumn = Order['column']

/** Properties by which lists are ordered, because an index has their order. */
const orders: Readonly<Partial<Record<EntityName, Readonly<Record<string, OrderColumn>>>>> = {
  user: { displayName: 'display_name', userPrincipalName: 'user_principal_name_key' },
  person: { displayName: 'display_name', userPrincipalName: 'user_principal_name_key' },
}
const byDisplayName: Readonly<Record<string, OrderColumn>> = { displayName: 'display_name' }

/** @differs Lists are ordered by display name unless another order is asked for. */
function readOrder(value: string | undefined, type: EntityName | undefined): Order {
  if (value === undefined) return byName
  const columns = (type && orders[type]) ?? byDisplayName
  const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(value) ?? []
  const found = Object.entries(columns).find(([one]) => one.toLowerCase() === name.toLowerCase())
  if (found === undefined) {
    throw invalid(
      '$orderby',
      `lists are ordered by ${Object.keys(columns).join(' or ')}, asc or desc`,
    )
  }
  return { column: found[1], direction: direction.toLowerCase() === 'desc' ? 'desc' : 'asc' }
}

/** The parts of an answer that $expand adds. */
export type Expand = Readonly<{
  manager: Readonly<{ select: ReadonlySet<string> | undefined; levels: number }>
}>

/**
 * @observed 2022-02 A contact with `$expand=photo` is 200 without its photo: nothing is expanded.
 * https://github.com/microsoftgraph/msgraph-sdk-java/issues/996
 */
function readExpand(request: Request, value: string | undefined): Expand | undefined {
  if (value === undefined) return undefined
  const { answer } = request.match.contract
  if ('type' in answer && answer.type === 'user') return readManager(request, value)
  if (/^\s*photo\s*$/i.test(value)) return undefined
  throw invalid('$expand', "only 'photo' is supported here")
}

const managerPattern = /^\s*manager\s*(?:\(([^()]*)\))?\s*$/i

/**
 * `manager($levels=max;$select=id,displayName)`.
 * https://learn.microsoft.com/en-us/graph/api/user-list-manager
 */
function readManager(request: Request, value: string): Expand {
  const match = managerPattern.exec(value)
  if (match === null) throw invalid('$expand', "only 'manager' is supported here")
  const inner = (match[1] ?? '').split(';').filter(option => option.trim() !== '')
  const options = new Map(inner.map(splitOption))
  if (options.size < inner.length) throw invalid('$expand', 'it names an option of manager twice')
  for (const [name, text] of options) {
    if (name === '$select' || name === '$levels') continue
    throw invalid('$expand', `manager takes $select and $levels, but not '${name}=${text}'`)
  }
  return {
    manager: {
      select: readSelect('$expand', options.get('$select'), 'user'),
      levels: readLevels(request, options.get('$levels')),
    },
  }
}

const maxLevels = 1000

/**
 * "The n value of $levels can be max (to return all managers) or a number between 1 and 1000." "The $levels parameter is only
 * supported on a single user (/users/{id} or me) endpoints and not the entire list of users." "Use of $levels requires the
 * ConsistencyLevel header set to eventual." Without it there is the immediate manager only.
 */
function readLevels(request: Request, value: string | undefined): number {
  if (value === undefined) return 1
  if (request.match.contract.answer.kind === 'list') {
    throw invalid('$expand', '$levels is for one user, not for a list')
  }
  if (!isEventual(request)) throw needsEventual('$levels')
  if (value.toLowerCase() === 'max') return maxLevels
  return readNumber('$levels', value, 1, 1, maxLevels)
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
