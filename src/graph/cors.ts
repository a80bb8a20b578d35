/**
 * Cross-origin requests of browsers: any page may ask, because what counts is the bearer token it
 * brings. No cookie is ever read here, so a foreign page gains nothing from a visitor's browser.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { Call, Headers, Reply } from '../call.ts'
import { requestIds } from './headers.ts'
import type { Parts } from './request.ts'

/** `*` does not cover Authorization, so what a page asks for is named back to it. */
const usualHeaders = 'authorization, content-type, client-request-id, sdkversion, x-pnpjs-requestid'
const headerList = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** The answer to a preflight; undefined for any other request. It needs no token: browsers send none. */
export function answerPreflight(
  { method, headers }: Call,
  { newId }: Pick<Parts, 'newId'>,
): Reply | undefined {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
    return undefined
  const asked = headers['access-control-request-headers'] ?? ''
  return {
    status: 204,
    headers: {
      ...requestIds(headers, newId).headers,
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, PUT, PATCH, POST, DELETE',
      'access-control-allow-headers': headerList.test(asked) ? asked : usualHeaders,
      'access-control-max-age': '7200',
      vary: 'Access-Control-Request-Headers',
    },
  }
}

/** For every answer, refusals too: without them a page cannot tell a 404 from a broken network. */
export function corsHeaders(headers: Headers): Readonly<Record<string, string>> {
  if (headers.origin === undefined) return none
  return fromAnyOrigin
}

const none = {}
const fromAnyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Location, Retry-After, WWW-Authenticate, request-id, client-request-id',
}
