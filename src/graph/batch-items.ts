/**
 * Parses a batch into items, or refuses the whole batch. The operations of the items are not
 * checked here.
 */

import type { Headers } from '../call.ts'
import { Failure } from '../failure.ts'
import { isObject } from '../json.ts'

export type BatchItem = Readonly<{
  /** As written by the client. */
  id: string
  method: string
  url: string
  /** Names in lower case. */
  headers: Headers
  /** A JSON value; batch-body.ts converts it to bytes. */
  body: unknown
  /** Ids in the spelling of the items they name, without duplicates. */
  dependsOn: readonly string[]
}>

export const batchLimits = {
  /** "JSON batch requests are currently limited to 20 individual requests." */
  items: 20,
  /** A request cannot depend on itself. */
  dependsOn: 19,
  headers: 50,
  /** Ids and methods are copied into answers and the log. address.ts checks the url. */
  idLength: 1000,
  methodLength: 100,
} as const
/** The limit of a single request. */
const maxHeaderBytes = 32 * 1024

type Fields = Readonly<Record<string, unknown>>

/** Throws Failure 'batch-invalid' for the whole batch. */
export function readBatch(body: unknown): readonly BatchItem[] {
  const { requests } = readObject(body, 'the body')
  if (!Array.isArray(requests)) throw invalid("it has no list 'requests'")
  if (requests.length === 0) throw invalid('it contains no request')
  if (requests.length > batchLimits.items) {
    throw invalid(
      `it contains ${requests.length} requests; at most ${batchLimits.items} are allowed`,
    )
  }
  return resolveIds(requests.map(readItem))
}

function readItem(value: unknown, index: number): BatchItem {
  const where = `request ${index + 1}`
  const fields = readObject(value, where)
  return {
    id: readText(fields, 'id', where, batchLimits.idLength),
    method: readText(fields, 'method', where, batchLimits.methodLength).toUpperCase(),
    url: readText(fields, 'url', where, Number.POSITIVE_INFINITY),
    headers: readHeaders(fields.headers, where),
    body: fields.body,
    dependsOn: readIds(fields.dependsOn, where),
  }
}

function readObject(value: unknown, where: string): Fields {
  if (isObject(value)) return value
  throw invalid(`${where} is not a JSON object`)
}

function readText(fields: Fields, name: string, where: string, maxLength: number): string {
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw invalid(`${where} has no text '${name}'`)
  if (value.length <= maxLength) return value
  throw invalid(`the ${name} of ${where} is longer than ${maxLength} characters`)
}

function readHeaders(value: unknown, where: string): Headers {
  if (value === undefined || value === null) return {}
  const fields = readObject(value, `the headers of ${where}`)
  const names = Object.keys(fields)
  if (names.length > batchLimits.headers) {
    throw invalid(
      `${where} has ${names.length} headers; at most ${batchLimits.headers} are allowed`,
    )
  }
  const headers = names.flatMap(name => {
    const text = fields[name]
    return typeof text === 'string' ? [[name.toLowerCase(), text] as const] : []
  })
  const bytes = headers.reduce((sum, line) => sum + Buffer.byteLength(line.join('')), 0)
  if (bytes > maxHeaderBytes) {
    throw invalid(`${where} has ${bytes} bytes of headers; at most ${maxHeaderBytes} are allowed`)
  }
  return Object.fromEntries(headers)
}

function readIds(value: unknown, where: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(id => typeof id === 'string')) {
    throw invalid(`'dependsOn' of ${where} is not a list of ids`)
  }
  const ids = new Set<string>(value)
  if (ids.size <= batchLimits.dependsOn) return [...ids]
  throw invalid(
    `${where} depends on ${ids.size} requests; at most ${batchLimits.dependsOn} are allowed`,
  )
}

/** "…a correlation value… not case-sensitive": ids must differ in more than case. */
function resolveIds(items: readonly BatchItem[]): BatchItem[] {
  const spellings = new Map<string, string>()
  for (const { id } of items) {
    if (spellings.has(id.toLowerCase())) throw invalid(`the id '${shortened(id)}' is given twice`)
    spellings.set(id.toLowerCase(), id)
  }
  return items.map(item => ({
    ...item,
    dependsOn: item.dependsOn.map(id => {
      const known = spellings.get(id.toLowerCase())
      if (known !== undefined) return known
      throw invalid(
        `'${shortened(item.id)}' depends on '${shortened(id)}', which is not a request of this batch`,
      )
    }),
  }))
}

/** Sorts items after those they depend on. Throws Failure 'batch-invalid' for a cycle. */
export function sortByDependence(items: readonly BatchItem[]): readonly BatchItem[] {
  const ordered: BatchItem[] = []
  const placed = new Set<string>()
  while (ordered.length < items.length) {
    const waiting = items.filter(({ id }) => !placed.has(id))
    const ready = waiting.filter(({ dependsOn }) => dependsOn.every(id => placed.has(id)))
    if (ready.length === 0) {
      const ids = waiting.map(({ id }) => `'${shortened(id)}'`).join(', ')
      throw invalid(`${ids} depend on each other`)
    }
    for (const item of ready) placed.add(item.id)
    ordered.push(...ready)
  }
  return ordered
}

function shortened(id: string): string {
  return id.length > 40 ? `${id.slice(0, 40)}…` : id
}

function invalid(reason: string): Failure {
  return new Failure('batch-invalid', { facts: { reason } })
}
