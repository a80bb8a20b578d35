/** The people or groups of the target, page by page, with the properties that the patterns name. */
import type { KindRow } from './kinds.ts'
import type { Candidate } from './match.ts'
import { isOwnerId } from './owner-id.ts'
import type { Patience } from './patience.ts'
import { Refused } from './photo.ts'
import { Stopped } from './stopped.ts'
import { type Problem, problemOf, verdictOf } from './verdict.ts'

type Listing = Readonly<{
  kind: KindRow
  /** Of the patterns. */
  properties: readonly string[]
  /** Passed on as it is. */
  filter: string | undefined
  top?: number
}>

/** Throws Refused, and Stopped 'refused' for an answer that is no list. */
export async function* listPeople(
  { read }: Patience,
  { kind, properties, filter, top = 999 }: Listing,
): AsyncGenerator<Candidate> {
  const selected = [...new Set(['id', ...kind.properties, ...properties])]
  const filters = [kind.filter, filter].filter(text => text !== undefined)
  const query = new URLSearchParams({ $select: selected.join(','), $top: String(top) })
  if (filters.length === 1) query.set('$filter', filters.join(''))
  if (filters.length > 1) query.set('$filter', filters.map(text => `(${text})`).join(' and '))
  const seen = new Set<string>()
  let path: string | undefined = `${kind.list}?${query}`
  while (path !== undefined) {
    if (seen.size >= maxPages) throw new Stopped('refused', 'the list of the server has no end')
    if (seen.has(path)) throw new Stopped('refused', 'the pages of the list lead in a circle')
    seen.add(path)
    const answer = await read({ method: 'GET', path })
    if (verdictOf(answer) !== 'done') throw new Refused(problemOf(answer))
    const { value, next } = readPage(answer.body)
    for (const item of value) {
      if (isOwnerId(item?.id)) yield toCandidate(item, item.id, selected, kind)
    }
    path = next
  }
}

/** Of 100 at least, as Graph makes them: more people than any directory has. */
const maxPages = 20_000

type Item = Readonly<Record<string, unknown>>

function readPage(
  body: Buffer,
): Readonly<{ value: readonly (Item | null)[]; next: string | undefined }> {
  try {
    const page = JSON.parse(body.toString()) as Item
    const { value, '@odata.nextLink': next } = page
    if (Array.isArray(value)) return { value, next: typeof next === 'string' ? next : undefined }
  } catch {
    // As below.
  }
  throw new Stopped('refused', 'the server does not answer like Graph: there is no list of people')
}

function toCandidate(
  item: Item,
  id: string,
  selected: readonly string[],
  kind: KindRow,
): Candidate {
  const textOf = (name: string) => {
    const value = item[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const address = textOf(kind.properties[0] ?? '') ?? ''
  return {
    id,
    name: textOf('displayName') ?? (address || id),
    address,
    values: Object.fromEntries(selected.map(name => [name, textOf(name)])),
  }
}

/** A filter on a property that a server does not keep may give an empty list: that one is there is asked without it. */
export async function expectAnybody(patience: Patience, kind: KindRow): Promise<void> {
  const listing = { kind, properties: [], filter: undefined, top: 1 }
  for await (const _ of listPeople(patience, listing)) return
  throw new Stopped('nothing-matched', `there are no ${kind.many} at the target`)
}

export function describeProblem({ status, code, words, requestId, advice }: Problem): string {
  const said = [status === 0 ? '' : String(status), code].filter(Boolean).join(' ')
  return `${[said, words].filter(Boolean).join(': ')} (request ${requestId}). ${advice}`
}
