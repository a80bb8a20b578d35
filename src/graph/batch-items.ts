/**
 * The JSON of a batch -> its items, or one refusal for the whole of it. What an item asks for is not
 * looked at here.
 */
import { Failure } from '../failure.ts'
import type { Headers } from './call.ts'

export type BatchItem = Readonly<{
  /** As the client wrote it. */
  id: string
  method: string
  url: string
  /** Names in lower case. */
  headers: Headers
  body: Uint8Array | undefined
  /** Ids as those items wrote them. */
  dependsOn: readonly string[]
}>

/** "JSON batch requests are currently limited to 20 individual requests." */
const maxItems = 20

type Fields = Readonly<Record<string, unknown>>

/** @throws Failure 'batch-invalid' for the whole batch. */
export function readBatch(body: Uint8Array): readonly BatchItem[] {
  const { requests } = readObject(parse(body), 'the body')
  if (!Array.isArray(requests)) throw invalid("it has no list 'requests'")
  if (requests.length === 0) throw invalid('it holds no request')
  if (requests.length > maxItems) {
    throw invalid(`it holds ${requests.length} requests; at most ${maxItems} are allowed`)
  }
  const items = requests.map(readItem)
  return checkDependence(useOwnSpelling(items))
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Failure('body-not-json', { cause })
  }
}

function readItem(value: unknown, index: number): BatchItem {
  const where = `request ${index + 1}`
  const fields = readObject(value, where)
  return {
    id: readText(fields, 'id', where),
    method: readText(fields, 'method', where).toUpperCase(),
    url: readText(fields, 'url', where),
    headers: readHeaders(fields.headers, where),
    body: readBody(fields.body, where),
    dependsOn: readIds(fields.dependsOn, where),
  }
}

function readObject(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw invalid(`${where} is no JSON object`)
}

function readText(fields: Fields, name: string, where: string): string {
  const value = fields[name]
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${where} has no text '${name}'`)
}

function readHeaders(value: unknown, where: string): Headers {
  if (value === undefined || value === null) return {}
  const entries = Object.entries(readObject(value, `the headers of ${where}`))
  return Object.fromEntries(
    entries
      .filter(([, text]) => typeof text === 'string')
      .map(([name, text]) => [name.toLowerCase(), text as string]),
  )
}

/**
 * JSON as it is; anything else is base64. "base64 URL-encoded" says the page, standard base64 is what
 * the SDKs send: Node reads both, padded or not, and in lines as PowerShell can write it. Text that is
 * neither is sent on as it is and refused where it arrives, with the right words.
 */
function readBody(value: unknown, where: string): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') return writeJson(value, where)
  const isBase64 = /^[A-Za-z0-9+/_-]*={0,2}$/.test(value.replace(/[\r\n]/g, ''))
  return Buffer.from(value, isBase64 ? 'base64' : 'utf8')
}

/** JSON.parse reads any depth of brackets, JSON.stringify runs out of stack after some thousands. */
function writeJson(value: unknown, where: string): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(value))
  } catch {
    throw invalid(`the body of ${where} is nested too deeply`)
  }
}

function readIds(value: unknown, where: string): readonly string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every(id => typeof id === 'string')) return value
  throw invalid(`'dependsOn' of ${where} is no list of ids`)
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

function checkDependence(items: readonly BatchItem[]): readonly BatchItem[] {
  let waiting = items
  let before = -1
  while (waiting.length > 0 && waiting.length !== before) {
    before = waiting.length
    const stuck = new Set(waiting.map(({ id }) => id))
    waiting = waiting.filter(({ dependsOn }) => dependsOn.some(id => stuck.has(id)))
  }
  if (waiting.length === 0) return items
  throw invalid(`${waiting.map(({ id }) => `'${shortened(id)}'`).join(', ')} depend on each other`)
}

function shortened(id: string): string {
  return id.length > 40 ? `${id.slice(0, 40)}…` : id
}

function invalid(reason: string): Failure {
  return new Failure('batch-invalid', { facts: { reason } })
}
