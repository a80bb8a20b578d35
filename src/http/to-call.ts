/**
 * A request of a socket -> a call: its address, its origin, and a body that is read when it is asked for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Call, Headers } from '../call.ts'
import type { BodyBudget } from './body-budget.ts'
import { readBody } from './request-body.ts'

export type CallOptions = Readonly<{
  tls?: Readonly<{ cert: string | Buffer; key: string | Buffer }> | undefined
  /** The root that clients see, when a proxy in front changes it; else the request's own Host. */
  baseUrl?: string | undefined
  budget: BodyBudget
  stallTimeoutMs: number
}>

type Received = Readonly<{
  call: Call
  /** The client holds its body back until it is asked for, and it has not been. */
  awaitsContinue: () => boolean
  /** Gives back what the body has taken of the budget. */
  release: () => void
}>

export function toCall(
  request: IncomingMessage,
  response: ServerResponse,
  { tls, baseUrl, budget, stallTimeoutMs }: CallOptions,
): Received {
  let taken = 0
  let awaitsContinue = expectsContinue(request)
  const proceed = () => {
    if (awaitsContinue) response.writeContinue()
    awaitsContinue = false
  }
  const call: Call = {
    method: request.method ?? '',
    url: pathOf(request.url ?? ''),
    origin: baseUrl ?? originOf(request, tls !== undefined),
    headers: request.headers as Headers,
    async readBody(maxBytes) {
      const body = await readBody(request, maxBytes, { budget, stallTimeoutMs, proceed })
      taken += body.takenBytes
      return body.bytes
    },
    takeMemory(bytes) {
      budget.take(bytes, taken)
      taken += bytes
    },
    gone: () => signalClose(response),
  }
  return {
    call,
    awaitsContinue: () => awaitsContinue,
    release: () => {
      if (taken > 0) budget.giveBack(taken)
    },
  }
}

function signalClose(response: ServerResponse): AbortSignal {
  const closing = new AbortController()
  if (response.destroyed) closing.abort()
  response.once('close', () => closing.abort())
  return closing.signal
}

/** An absolute-form target (RFC 9112, 3.2.2) names its host in the request line; the rest is the path. */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** What Node's parser lets pass and two servers in a row could read in two ways. */
export function isMalformed(request: IncomingMessage): boolean {
  const { httpVersion, headers, rawHeaders } = request
  // A request without a version is HTTP/0.9, which has neither headers nor statuses.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return true
  // "A server MUST respond with a 400" (RFC 9112, 3.2).
  if (httpVersion === '1.1' && headers.host === undefined) return true
  // Its framing is faulty, and the connection is closed behind it (RFC 9112, 6.1).
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined) return true
  return repeats(rawHeaders, 'host') || repeats(rawHeaders, 'authorization')
}

/** Node keeps the first and drops the others; a proxy may have looked at the last. */
function repeats(rawHeaders: readonly string[], name: string): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? ''
    if (header.length === name.length && header.toLowerCase() === name) count += 1
  }
  return count > 1
}

const hostPattern = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i

/** The Host goes into answers (@odata.context), so one that is no host does not get there. */
function originOf({ headers }: IncomingMessage, isSecure: boolean): string {
  const host = headers.host ?? ''
  return `${isSecure ? 'https' : 'http'}://${hostPattern.test(host) ? host : 'localhost'}`
}

function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}
