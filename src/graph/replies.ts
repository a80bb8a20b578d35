/**
 * The forms that answers take: JSON, a page of a list, bytes, nothing.
 */

import type { Reply } from './call.ts'
import type { Request } from './request.ts'
import { contextUrl } from './resources.ts'

type Json = Readonly<Record<string, unknown>>

const jsonHeaders = {
  'content-type':
    'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
  'odata-version': '4.0',
}

/** Directory data is not kept by anybody on the way. */
const noCache = { 'cache-control': 'no-cache' }

export function entity(request: Request, context: string, resource: Json, status = 200): Reply {
  const { call, address } = request
  const body = { '@odata.context': contextUrl(call.origin, address.version, context), ...resource }
  return { status, headers: { ...jsonHeaders, ...noCache }, body: JSON.stringify(body) }
}

/** A page of a list; `next` is the query of the page after it. */
export function collection(
  request: Request,
  context: string,
  value: readonly Json[],
  next?: Readonly<Record<string, string>>,
): Reply {
  const { call, address } = request
  const body = {
    '@odata.context': contextUrl(call.origin, address.version, context),
    ...(next && { '@odata.nextLink': nextLink(request, next) }),
    value,
  }
  return { status: 200, headers: { ...jsonHeaders, ...noCache }, body: JSON.stringify(body) }
}

/** The address of this page with some options exchanged: whatever else was asked for stays. */
function nextLink({ call, address }: Request, next: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(address.query)
  for (const [name, value] of Object.entries(next)) query.set(name, value)
  // URLSearchParams escapes the $ of an option's name, which no query needs.
  return `${call.origin}${call.url.split('?')[0]}?${query.toString().replaceAll('%24', '$')}`
}

export function empty(status: 200 | 204): Reply {
  return { status, headers: { 'cache-control': 'private' } }
}
