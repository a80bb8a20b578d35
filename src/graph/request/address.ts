/**
 * Parses a url into version, names, keys and query, in any spelling that clients use. routes.ts
 * decides whether the address exists.
 */
import { Failure } from '../../failure.ts'
import type { Version } from '../resources/schema.ts'

/** The first segment of every address, in any case. */
const versions = ['v1.0', 'beta'] as const satisfies readonly Version[]

/** Source text for patterns of addresses; use it with the flag `i`. */
export const versionPattern = versions.map(version => version.replace('.', '\\.')).join('|')

/** A name from the schema (`photo`) as written, or the key in parentheses after a name. */
export type Segment = Readonly<{ text: string; isKey: boolean }>

export type Address = Readonly<{
  version: Version
  /** As the client wrote it, without the query; /me where an SDK left its placeholder for it. */
  path: string
  segments: readonly Segment[]
  /** The part after the question mark, still encoded; '' when there is none. */
  query: string
}>

/**
 * Longer urls are refused unparsed. The longest valid ones contain contact ids of about 150
 * characters.
 */
const maxUrlLength = 8192

export function parseAddress(url: string): Address {
  if (url.length > maxUrlLength) {
    throw new Failure('url-too-long', { facts: { length: url.length, maxLength: maxUrlLength } })
  }
  if (!url.isWellFormed()) throw malformed('half of a surrogate pair')
  if (isAbsolute(url)) throw malformed('it is absolute, write a path like /me/photo/$value instead')
  if (url.startsWith('//')) throw malformed(twoSlashes)
  const question = url.indexOf('?')
  const path = replacePlaceholder(question < 0 ? url : url.slice(0, question))
  const parts = path.split('/')
  // A trailing slash is allowed, because it is common in urls written by hand.
  if (parts.at(-1) === '') parts.pop()
  const wanted = (parts[1] ?? '').toLowerCase()
  const version = versions.find(one => one === wanted)
  if (parts[0] !== '' || version === undefined) {
    throw new Failure('version-unknown', { facts: { version: decode(parts[1] ?? '') } })
  }
  const segments: Segment[] = []
  for (let index = 2; index < parts.length; index++) readSegment(parts[index] ?? '', segments)
  return { version, path, segments, query: question < 0 ? '' : url.slice(question + 1) }
}

/**
 * Kiota SDKs replace their placeholder for /me before sending; a client on a plain adapter does
 * not. https://github.com/microsoftgraph/msgraph-sdk-typescript: `TokenToReplace`; Python and Go:
 * `me-token-to-replace`.
 */
const placeholder =
  /^(\/[^/]+)\/users(?:\/(?:TokenToReplace|me-token-to-replace)|\((?:[a-z]+=)?'(?:TokenToReplace|me-token-to-replace)'\))(?=\/|$)/i

function replacePlaceholder(path: string): string {
  return path.replace(placeholder, '$1/me')
}

const underVersion = new RegExp(`^/(?:${versionPattern})/`, 'i')

export function isUnderVersion(path: string): boolean {
  return underVersion.test(path)
}

/** Matches `https://host/v1.0/me`, and the same with a slash before it. */
export function isAbsolute(url: string): boolean {
  return /^\/?[a-z][a-z\d+.-]*:\/\//i.test(url)
}

const twoSlashes =
  'an empty segment, two slashes follow each other; a base URL that ends in a slash makes them'

function malformed(reason: string): Failure {
  return new Failure('address-malformed', { facts: { reason } })
}

/**
 * OData's other form of a key: `users('id')` and `users(userPrincipalName='name')`.
 * https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_CanonicalURL
 */
const keyed = /^([A-Za-z]+)\((?:[A-Za-z]+=)?'(.*)'\)$/s

function readSegment(part: string, segments: Segment[]): void {
  if (part === '') throw malformed(twoSlashes)
  const text = decode(part)
  const match = text.endsWith(')') ? keyed.exec(text) : null
  if (match === null) {
    segments.push({ text: decodeHash(text), isKey: false })
    return
  }
  const [, name = '', key = ''] = match
  segments.push({ text: name, isKey: false })
  // A quote inside a key is doubled.
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
 * A guest's name contains '#', which older releases of the Graph Toolkit encode twice (%2523).
 * Nothing else is decoded twice: '%2541' stays '%41'.
 */
function decodeHash(key: string): string {
  return key.includes('%23') ? key.replaceAll('%23', '#') : key
}
