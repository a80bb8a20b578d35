/** The forms of answers: a resource, a list, a document, no body. */
import type { Reply } from '../call.ts'
import type { ScimRequest } from './request.ts'
import { isKnownVersion } from './versions.ts'

/** Of the resource in the answer. */
type Shown = Readonly<{ version: string; location: string }>

/** `text` is JSON. A GET of a version that the sender has already is 304. */
export function show(
  { call }: ScimRequest,
  status: 200 | 201,
  text: string,
  { version, location }: Shown,
): Reply {
  const isRead = call.method === 'GET' || call.method === 'HEAD'
  if (isRead && isKnownVersion(call, version)) {
    return { status: 304, headers: { ...uncached, etag: version } }
  }
  const headers = { ...json, etag: version, 'content-location': location }
  return { status, headers: { ...headers, ...(status === 201 && { location }) }, body: text }
}

const uncached = { 'cache-control': 'private, no-cache' }
const json = { ...uncached, 'content-type': 'application/scim+json' }

export function document(fields: unknown): Reply {
  return { status: 200, headers: json, body: JSON.stringify(fields) }
}

type List = Readonly<{ totalResults: number; startIndex: number; resources: readonly string[] }>

/** `resources` are JSON. https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2 */
export function list({ totalResults, startIndex, resources }: List): Reply {
  const head = JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
  })
  return {
    status: 200,
    headers: json,
    body: `${head.slice(0, -1)},"Resources":[${resources.join()}]}`,
  }
}

export const noContent: Reply = { status: 204, headers: uncached }

/** `path` begins with a slash and is encoded. */
export function addressOf({ call }: Pick<ScimRequest, 'call'>, path: string): string {
  return `${call.origin}/scim/v2${path}`
}
