/**
 * Cross-origin requests of browsers. Pages of any origin are allowed, because only the bearer token
 * authenticates: cookies are never read, so a foreign page cannot use a visitor's session.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { Answer, Call, Headers, Reply } from '../call.ts'
import { requestIds } from '../settle.ts'

/** `*` does not cover Authorization, so the headers that a page requests are echoed. */
const usualHeaders = 'authorization, content-type, client-request-id, sdkversion, x-pnpjs-requestid'
const headerList = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** Browsers send preflights without a token. */
export async function answerPage(call: Call, answer: Answer, newId: () => string): Promise<Reply> {
  const reply = isPreflight(call) ? allow(call, newId) : await answer(call)
  return { ...reply, headers: { ...corsHeaders(call.headers), ...reply.headers } }
}

function isPreflight({ method, headers }: Call): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function allow({ headers }: Call, newId: () => string): Reply {
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

/**
 * Also for refusals: without these headers a page cannot distinguish a 404 from a network error.
 */
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
