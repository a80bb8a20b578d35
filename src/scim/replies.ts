/** The forms of answers: a resource, a list, a document, no body. */
import { type Call, isRead, type Reply } from '../call.ts'
import type { ScimRequest } from './request.ts'
import { isKnownVersion } from './versions.ts'

/** Of the resource in the answer. */
type Shown = Readonly<{ version: string; location: string }>

/** A GET of a version that the sender has already is 304. */
export function show(
  { call }: ScimRequest,
  status: 200 | 201,
  content: Content,
  { version, location }: Shown,
): Reply {
  if (isKnown(call, version)) return { status: 304, headers: { ...uncached, etag: version } }
  const headers = { ...json, etag: version, 'content-location': location }
  return { status, headers: { ...headers, ...(status === 201 && { location }) }, ...content }
}

/** Whether the answer is 304, which has no content. */
export function isKnown(call: Call, version: string): boolean {
  return isRead(call) && isKnownVersion(call, version)
}

/** JSON: one text, or pieces. */
type Content = Pick<Reply, 'body' | 'pieces'>
type Pieces = AsyncGenerator<string, unknown>

/** Read before the status is sent, so that a failure while they are read is answered with its own status. */
const charactersAtOnce = 256 * 1024

/** Resolves with one text if the content is short; otherwise with pieces, the first of which are already read. */
export async function contentOf(pieces: Pieces): Promise<Content> {
  let start = ''
  while (start.length < charactersAtOnce) {
    const piece = await pieces.next()
    if (piece.done) return { body: start }
    start += piece.value
  }
  return { pieces: continued(start, pieces) }
}

async function* continued(start: string, rest: Pieces): AsyncGenerator<string> {
  yield start
  yield* rest
}

const uncached = { 'cache-control': 'private, no-cache' }
const json = { ...uncached, 'content-type': 'application/scim+json' }

export function document(fields: unknown): Reply {
  return { status: 200, headers: json, body: JSON.stringify(fields) }
}

export const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

type List = Readonly<{ totalResults: number; startIndex: number }>

/**
 * `resources` yields JSON in pieces, with commas, and returns the number of resources.
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2
 */
export async function list(
  { totalResults, startIndex }: List,
  resources: AsyncGenerator<string, number>,
): Promise<Reply> {
  const head = JSON.stringify({ schemas: [listSchema], totalResults, startIndex })
  return { status: 200, headers: json, ...(await contentOf(writeList(head, resources))) }
}

async function* writeList(
  head: string,
  resources: AsyncGenerator<string, number>,
): AsyncGenerator<string> {
  yield `${head.slice(0, -1)},"Resources":[`
  const itemsPerPage = yield* resources
  yield `],"itemsPerPage":${itemsPerPage}}`
}

export const noContent: Reply = { status: 204, headers: uncached }

/** `path` begins with a slash and is encoded. */
export function addressOf({ call }: Pick<ScimRequest, 'call'>, path: string): string {
  return `${call.origin}/scim/v2${path}`
}
