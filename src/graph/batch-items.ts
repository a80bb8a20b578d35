/**
 * The values of a batch -> its items, or one refusal for the whole of it. What an item asks for is not
 * looked at here.
 */

import type { Headers } from '../call.ts'
import { Failure } from '../failure.ts'

export type BatchItem = Readonly<{
  /** As the client wrote it. */
  id: string
  method: string
  url: string
  /** Names in lower case. */
  headers: Headers
  /** As JSON: batch-body.ts makes bytes of it. */
  body: unknown
  /** Ids as those items wrote them, each once. */
  dependsOn: readonly string[]
}>

/** "JSON batch requests are currently limited to 20 individual requests." */
const maxItems = 20
/** A request cannot depend on itself. */
const maxDependsOn = maxItems - 1
const maxHeaders = 50
/** As many as Visage takes of a request that comes alone. */
const maxHeaderBytes = 32 * 1024

type Fields = Readonly<Record<string, unknown>>

/** @throws Failure 'batch-invalid' for the whole batch. */
export function readBatch(body: unknown): readonly BatchItem[] {
  const { requests } = readObject(body, 'the body')
  if (!Array.isArray(requests)) throw invalid("it has no list 'requests'")
  if (requests.length === 0) throw invalid('it holds no request')
  if (requests.length > maxItems) {
    throw invalid(`it holds ${requests.length} requests; at most ${maxItems} are allowed`)
  }
  return useOwnSpelling(requests.map(readItem))
}

function readItem(value: unknown, index: number): BatchItem {
  const where = `request ${index + 1}`
  const fields = readObject(value, where)
  return {
    id: readText(fields, 'id', where, maxIdLength),
    method: readText(fields, 'method', where, maxMethodLength).toUpperCase(),
    url: readText(fields, 'url', where, Number.POSITIVE_INFINITY),
    headers: readHeaders(fields.headers, where),
    body: fields.body,
    dependsOn: readIds(fields.dependsOn, where),
  }
}

function readObject(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw invalid(`${where} is no JSON object`)
}

/** Both are written again, into answers and the log. What a url may be is address.ts. */
const maxIdLength = 1000
const maxMethodLength = 100

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
  if (names.length > maxHeaders) {
    throw invalid(`${where} has ${names.length} headers; at most ${maxHeaders} are allowed`)
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
    throw invalid(`'dependsOn' of ${where} is no list of ids`)
  }
  const ids = new Set<string>(value)
  if (ids.size <= maxDependsOn) return [...ids]
  throw invalid(`${where} depends on ${ids.size} requests; at most ${maxDependsOn} are allowed`)
}

/** "…a correlation value… not case-sensitive": ids have to differ in more than case. */
function useOwnSpelling(items: readonly BatchItem[]): BatchItem[] {
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
        `'${shortened(item.id)}' depends on '${shortened(id)}', which is no request of this batch`,
      )
    }),
  }))
}

/** Each item after those it depends on. @throws Failure 'batch-invalid' where some depend on each other. */
export function inOrderOfDependence(items: readonly BatchItem[]): readonly BatchItem[] {
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
