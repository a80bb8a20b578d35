/**
 * An url -> version, names, keys and query, in whatever spelling clients write it. It decides how an
 * address is read; whether such an address exists is routes.ts.
 */
import { Failure } from '../failure.ts'

export type Version = 'v1.0' | 'beta'

/** A name from the schema (`photo`) as written, or the key between parentheses of the name before it. */
export type Segment = Readonly<{ text: string; isKey: boolean }>

export type Address = Readonly<{
  version: Version
  segments: readonly Segment[]
  /** Everything after the question mark, still encoded; '' where there is none. */
  query: string
}>

/** Longer urls are refused before they are looked at; the longest honest ones carry contact ids of about 150 characters. */
const maxUrlLength = 8192

const versions: ReadonlyMap<string, Version> = new Map([
  ['v1.0', 'v1.0'],
  ['beta', 'beta'],
])

export function parseAddress(url: string): Address {
  if (url.length > maxUrlLength) {
    throw new Failure('url-too-long', { facts: { length: url.length, maxLength: maxUrlLength } })
  }
  if (!url.isWellFormed()) throw malformed('half of a surrogate pair')
  if (isAbsolute(url)) throw malformed('it is absolute, write a path like /me/photo/$value instead')
  const question = url.indexOf('?')
  const path = question < 0 ? url : url.slice(0, question)
  const parts = path.split('/')
  // '/v1.0/me/photo/' is written by hand as often as '/v1.0/me/photo'.
  if (parts.at(-1) === '') parts.pop()
  const version = versions.get((parts[1] ?? '').toLowerCase())
  if (parts[0] !== '' || version === undefined) {
    throw new Failure('version-unknown', { facts: { version: decode(parts[1] ?? '') } })
  }
  const segments: Segment[] = []
  for (let index = 2; index < parts.length; index++) readSegment(parts[index] ?? '', segments)
  return { version, segments, query: question < 0 ? '' : url.slice(question + 1) }
}

/** `https://host/v1.0/me`, also with a slash put before it. */
export function isAbsolute(url: string): boolean {
  return /^\/?[a-z][a-z\d+.-]*:\/\//i.test(url)
}

function malformed(reason: string): Failure {
  return new Failure('address-malformed', { facts: { reason } })
}

/**
 * `users`, or OData's other way to write a key: `users('id')` and `users(userPrincipalName='name')`.
 * https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_CanonicalURL
 */
const keyed = /^([A-Za-z]+)\((?:[A-Za-z]+=)?'(.*)'\)$/s

function readSegment(part: string, segments: Segment[]): void {
  if (part === '') throw malformed('an empty segment, two slashes follow each other')
  const text = decode(part)
  const match = text.endsWith(')') ? keyed.exec(text) : null
  if (match === null) {
    segments.push({ text: decodeHash(text), isKey: false })
    return
  }
  const [, name = '', key = ''] = match
  segments.push({ text: name, isKey: false })
  // A quote inside a key is written twice.
  segments.push({ text: decodeHash(key.replaceAll("''", "'")), isKey: true })
}

function decode(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new Failure('address-malformed', { facts: { reason: 'broken percent-encoding' }, cause })
  }
}

/**
 * The name of a guest holds a '#', which the Graph Toolkit's older releases encode twice (%2523).
 * Nothing else is decoded a second time: '%2541' stays the text '%41'.
 */
function decodeHash(key: string): string {
  return key.includes('%23') ? key.replaceAll('%23', '#') : key
}
