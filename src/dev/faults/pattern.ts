/**
 * Addresses with wildcards, such as users/{any}/photo: which calls a fault is about, and whether such an
 * address exists. Addresses are compared as clients write them: `me` is not `users/{my id}`.
 */
import { type Address, isUnderVersion, parseAddress } from '../../graph/request/address.ts'
import type { Operation } from '../../graph/request/operation.ts'
import type { Version } from '../../graph/resources/schema.ts'
import { type Route, routes } from '../../graph/routes.ts'

export type Pattern = Readonly<{
  /** undefined for both versions. */
  version: Version | undefined
  /** Lower case. '*' is any one segment; as the first it is one or more. */
  segments: readonly string[]
}>

const hole = '*'
const batch = '$batch'

/** Throws Failure 'address-malformed'. */
export function readPattern(text: string): Pattern {
  const path = text.replace(/^\//, '')
  const hasVersion = isUnderVersion(`/${path}`)
  const { version, segments } = parseAddress(hasVersion ? `/${path}` : `/v1.0/${path}`)
  return {
    version: hasVersion ? version : undefined,
    segments: segments.map(segment => segment.text.toLowerCase()),
  }
}

export function isAbout(pattern: Pattern, method: string, address: Address): boolean {
  if (pattern.version !== undefined && pattern.version !== address.version) return false
  const segments = address.segments.map(({ text }) => text.toLowerCase())
  // Faults apply to the parts of a batch: only its own name means the whole.
  if (segments[0] === batch && pattern.segments[0] !== batch) return false
  return covers(withoutValue(pattern.segments, method), withoutValue(segments, method))
}

/** A photo is written only at photo/$value, so `PUT …/photo` means the same. */
function withoutValue(segments: readonly string[], method: string): readonly string[] {
  const isWrite = method === 'PUT' || method === 'PATCH'
  return isWrite && segments.at(-1) === '$value' ? segments.slice(0, -1) : segments
}

function covers(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern[0] !== hole) {
    return pattern.length === segments.length && pattern.every((one, at) => fits(one, segments[at]))
  }
  const tail = pattern.slice(1)
  const start = segments.length - tail.length
  return start >= 1 && tail.every((one, index) => fits(one, segments[start + index]))
}

/** A segment in braces in a path of the table is a wildcard too. */
function fits(wanted: string, segment: string | undefined): boolean {
  return wanted === hole || wanted === segment || segment?.startsWith('{') === true
}

/** Operations of this method that the pattern can match; none if it matches no route. */
export function operationsAt(pattern: Pattern, method: string): readonly Operation[] {
  const [wanted, candidates] = [
    withoutValue(shortened(pattern.segments), method),
    routesFor(method),
  ]
  return candidates
    .filter(({ segments }) => covers(wanted, withoutValue(segments, method)))
    .filter(({ segments }) => !isWordTakenForKey(wanted, withoutValue(segments, method)))
    .map(({ operation }) => operation)
}

/** `{any}/foto` could match users/foto, but a plain word after the wildcard is meant as a name. */
function isWordTakenForKey(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, second = ''] = pattern
  const opposite = path.at(1 - pattern.length)
  return first === hole && /^[a-z$]+$/.test(second) && opposite?.startsWith('{') === true
}

/** Addresses outside the table of routes: a batch, the metadata document. */
export function isSpecial({ segments }: Pattern): boolean {
  return segments.length === 1 && segments[0]?.startsWith('$') === true
}

type Candidate = Readonly<{ segments: readonly string[]; operation: Operation }>

function routesFor(method: string): Candidate[] {
  const name = (method === 'HEAD' ? 'GET' : method) as keyof Route['on']
  return routes.flatMap(({ path, on }) => {
    const operation = on[name]
    const segments = path.slice(1).toLowerCase().split('/')
    return operation === undefined ? [] : [{ segments, operation }]
  })
}

/** The table of routes has folders one level deep; an address may have more levels. */
function shortened(segments: readonly string[]): readonly string[] {
  return segments
    .join('\n')
    .replace(/(\nchildfolders\n[^\n]+)+/g, '$1')
    .split('\n')
}

/** The first segment of the pattern that matches no route, and the names that could be there. */
export function findMismatch(pattern: Pattern): Readonly<{ segment: string; known: string[] }> {
  const wanted = shortened(pattern.segments)
  const paths = routes.map(({ path }) => path.slice(1).split('/'))
  const startsWith = (path: readonly string[], length: number) =>
    wanted
      .slice(0, length)
      .every((one, at) => path.length > at && fits(one, path[at]?.toLowerCase()))
  const length = wanted.findIndex((_, at) => !paths.some(path => startsWith(path, at + 1)))
  const at = length < 0 ? wanted.length : length
  const before = paths.filter(path => startsWith(path, at))
  const known = before.map(path => path[at] ?? '').filter(name => name !== '')
  return { segment: pattern.segments[at] ?? '', known: [...new Set(known)] }
}
