/** The forms of answers: a resource, a page of a list, no body. */

import type { Reply } from '../../call.ts'
import type { Request } from '../request/request.ts'
import {
  type Json,
  type Level,
  levelOf,
  present,
  type Shown,
} from '../resources/control-information.ts'
import { contextUrl, keyed } from '../resources/resources.ts'

/**
 * `context` is the part after `$metadata#`, such as `users('id')/photo/$entity`. A created entity is answered with its
 * address: "…the response MUST include a Location header".
 * https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html#sec_CreateanEntity
 */
export function entity(request: Request, context: string, shown: Shown, status = 200): Reply {
  const level = levelOf(request.call.headers.accept, request.address.query)
  const url = urlOf(request, context.replace(/\/\$entity$/, ''), shown.key)
  const body = { ...contextOf(request, level, context), ...present(shown, level, url) }
  const made = reply(level, status, body)
  return status === 201 ? { ...made, headers: { ...made.headers, location: url } } : made
}

/** The same with another resource in it, under a name. */
export function withInner(request: Request, shown: Shown, inner: Readonly<Record<string, Shown>>) {
  const level = levelOf(request.call.headers.accept, request.address.query)
  const entries = Object.entries(inner).map(([name, one]) => {
    const url = urlOf(request, one.set ?? '', one.key)
    return [name, present(one, level, url)]
  })
  return { ...shown, properties: { ...shown.properties, ...Object.fromEntries(entries) } }
}

/**
 * A page of a list; `next` is the query of the next page. The next link is included even without
 * control information: "…MUST continue to be included… even in the odata.metadata=none case."
 */
export function collection(
  request: Request,
  context: string,
  value: readonly Shown[],
  next?: Readonly<Record<string, string>>,
  count?: number,
): Reply {
  const level = levelOf(request.call.headers.accept, request.address.query)
  return reply(level, 200, {
    ...contextOf(request, level, context),
    ...(count !== undefined && { '@odata.count': count }),
    ...(next && { '@odata.nextLink': nextLink(request, next) }),
    value: value.map(shown =>
      present(shown, level, urlOf(request, shown.set ?? context, shown.key)),
    ),
  })
}

/** `…/$count`: only the number. */
export function plainCount(count: number): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', 'odata-version': '4.0', 'cache-control': 'no-cache' },
    body: String(count),
  }
}

function reply(level: Level, status: number, body: Json): Reply {
  return {
    status,
    headers: {
      'content-type': `application/json;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=false;charset=utf-8`,
      'odata-version': '4.0',
      ...variesByAccept,
      'cache-control': 'no-cache',
    },
    body: JSON.stringify(body),
  }
}

function contextOf({ call, address }: Request, level: Level, context: string): Json {
  if (level === 'none') return {}
  return { '@odata.context': contextUrl(call.origin, address.version, context) }
}

/**
 * By convention, the context's path and the key form the address: `users('id')/photos('48x48')`.
 */
function urlOf({ call, address }: Request, context: string, key: string | undefined): string {
  const path = key === undefined ? context : keyed(context, key)
  const escaped = encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F')
  return `${call.origin}/${address.version}/${escaped}`
}

/** The address of this page with some options replaced. */
function nextLink({ call, address }: Request, next: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(address.query)
  for (const [name, value] of Object.entries(next)) query.set(name, value)
  // URLSearchParams escapes the $ of an option's name, which is not necessary.
  return `${call.origin}${address.path}?${query.toString().replaceAll('%24', '$')}`
}

/** Accept selects the form of JSON: caches keep the forms apart. */
export const variesByAccept = { vary: 'Accept' }

const withoutBody = { 'cache-control': 'private' }
export const ok: Reply = { status: 200, headers: withoutBody }
export const noContent: Reply = { status: 204, headers: withoutBody }
