/**
 * Lists people and groups: by the query of a GET, or by the body of a POST to .search. Pages are in a stable order, by id
 * unless the sender asks for another one.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2
 */
import type { Reply } from '../call.ts'
import { always, type Condition } from '../directory/queries/condition.ts'
import { listWhere } from '../directory/queries/list-where.ts'
import { isObject } from '../json.ts'
import { readBody } from './bodies.ts'
import { maxResults } from './discovery.ts'
import { parseFilter } from './filter.ts'
import { type Projection, readProjection } from './projection.ts'
import { refused } from './refused.ts'
import { list } from './replies.ts'
import type { Perform, ScimParts, ScimRequest } from './request.ts'
import type { TypeName } from './resource-types.ts'
import { writeGroup } from './show-group.ts'
import { userText } from './show-user.ts'
import { readSort } from './sort.ts'

/** The parameters as they arrived; in a query all are texts. */
type Asked = Readonly<Record<string, unknown>>
type Page = Readonly<{ startIndex: number; count: number }>

/** Resources of several types are one list, one type after another. */
export function listResources(types: readonly TypeName[]): Perform {
  return (request, parts) => answerList(request, parts, types, Object.fromEntries(request.query))
}

export function searchResources(types: readonly TypeName[]): Perform {
  return async (request, parts) => {
    const body = await readBody(request, parts)
    if (!isObject(body)) throw refused('invalidSyntax', 'the body is not a JSON object')
    return await answerList(request, parts, types, body)
  }
}

async function answerList(
  request: ScimRequest,
  parts: ScimParts,
  types: readonly TypeName[],
  asked: Asked,
): Promise<Reply> {
  const { startIndex, count } = readPage(asked)
  const found: Found[] = []
  let [totalResults, rows] = [0, 0]
  for (const type of types) {
    const skip = Math.max(0, startIndex - 1 - totalResults)
    const page = await find(request, parts, readListing(type, asked), { skip, top: count - rows })
    totalResults += page.total
    rows += page.rows
    found.push(page)
  }
  return await list({ totalResults, startIndex }, write(found))
}

/** Yields JSON with commas between the resources, and returns the number of resources. */
async function* write(found: readonly Found[]): AsyncGenerator<string, number> {
  let count = 0
  for (const { resources } of found) {
    for (const resource of resources) {
      if (count > 0) yield ','
      yield* resource()
      count += 1
    }
  }
  return count
}

/** "A value less than 1 SHALL be interpreted as 1. … A negative value SHALL be interpreted as '0'." */
function readPage(asked: Asked): Page {
  const startIndex = readNumber(asked, 'startIndex') ?? 1
  const count = readNumber(asked, 'count') ?? maxResults
  return { startIndex: Math.max(1, startIndex), count: Math.min(Math.max(0, count), maxResults) }
}

function readNumber(asked: Asked, name: string): number | undefined {
  const value = asked[name]
  if (value === undefined || value === null || value === '') return undefined
  const number = typeof value === 'string' ? fromDigits(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw refused('invalidValue', `${name} is not a whole number`)
}

/** `Number` would read blanks as 0, and hexadecimal digits. */
function fromDigits(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

type Listing = Readonly<{
  type: TypeName
  condition: Condition
  sort: ReturnType<typeof readSort>
  projection: Projection
}>

function readListing(type: TypeName, asked: Asked): Listing {
  const filter = readText(asked, 'filter')
  return {
    type,
    condition: filter === undefined ? always : parseFilter(type, filter),
    sort: readSort(type, readText(asked, 'sortBy'), readText(asked, 'sortOrder')),
    projection: readProjection(type, {
      attributes: readNames(asked, 'attributes'),
      excludedAttributes: readNames(asked, 'excludedAttributes'),
    }),
  }
}

function readText(asked: Asked, name: string): string | undefined {
  const value = asked[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw refused('invalidValue', `${name} is not a text`)
  return value.trim() === '' ? undefined : value
}

function readNames(asked: Asked, name: string): string | undefined {
  const value: unknown = asked[name]
  if (!Array.isArray(value)) return readText(asked, name)
  if (value.every(one => typeof one === 'string')) return value.join()
  throw refused('invalidValue', `${name} is not a list of texts`)
}

type Found = Readonly<{
  /** How many meet the filter. */
  total: number
  /** How many of them are read for this page; fewer may be written: untilVeryMany. */
  rows: number
  resources: Iterable<() => AsyncIterable<string> | Iterable<string>>
}>

async function find(
  request: ScimRequest,
  parts: ScimParts,
  { type, condition, sort, projection }: Listing,
  span: Readonly<{ skip: number; top: number }>,
): Promise<Found> {
  const { tenantId, source } = request.sender
  const wanted = { condition, source, ...sort, ...span }
  if (type === 'User') {
    const { total, rows } = await listWhere(parts, 'users', tenantId, wanted)
    const resources = rows.map(row => () => [userText(request, row, projection)])
    return { total, rows: rows.length, resources }
  }
  const { total, rows } = await listWhere(parts, 'groups', tenantId, wanted)
  const groups = rows.map(row => () => writeGroup(request, parts, row, projection))
  return { total, rows: rows.length, resources: untilVeryMany(groups) }
}

/** Ends a page early when its groups have very many people: 200 groups can have 40 million members. */
function* untilVeryMany(
  groups: readonly (() => AsyncGenerator<string, number>)[],
): Generator<() => AsyncGenerator<string>> {
  let people = 0
  for (const group of groups) {
    if (people >= maxPeople) return
    yield async function* counted() {
      people += yield* group()
    }
  }
}

/** People in the groups of one page. A group is always written whole. */
const maxPeople = 10_000
