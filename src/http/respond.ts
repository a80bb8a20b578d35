/**
 * Answers one request: creates a call, gives it to the mount that claims it, and sends the reply. The body is read only
 * when the mount asks for it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Call, Headers, Mount, Reply } from '../call.ts'
import { Failure } from '../failure.ts'
import { freeNow } from '../free-now.ts'
import type { Discarding } from './discarding.ts'
import { lingerAfter } from './lingering.ts'
import type { BodyBudget } from './request-body.ts'
import { readBody } from './request-body.ts'

export type CallOptions = Readonly<{
  tls?: object | undefined
  /** The root that clients see, if a proxy changes it; otherwise the request's own Host. */
  baseUrl?: string | undefined
  budget: BodyBudget
  stallTimeoutMs: number
}>

/** Creates the reply to a request that no mount claims. */
export type Refuse = (failure: Failure, headers: Headers) => Reply

type Responding = CallOptions &
  Readonly<{
    refuse: Refuse
    discarding: Discarding
    /** Connections whose client waits for an answer. */
    beingAnswered: WeakSet<Socket>
    /** Whether the current request is the last one of this connection. */
    isLast: (socket: Socket) => boolean
  }>

export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  mounts: readonly Mount[],
  options: Responding,
): Promise<void> {
  const { socket } = request
  const { refuse, beingAnswered, discarding } = options
  const { call, awaitsContinue, release } = toCall(request, response, options)
  const isBroken = isMalformed(request)
  let reply: Reply
  beingAnswered.add(socket)
  try {
    reply = isBroken ? refuse(httpMalformed, call.headers) : await answerOf(call, mounts, refuse)
  } finally {
    beingAnswered.delete(socket)
    release()
  }
  if (reply.status === 0) return void socket.destroy()
  if (asksToRetry(reply) && !awaitsContinue()) await discarding.discard(request)
  // Also for a request from before `close`: the connection is closed after its answer.
  if (options.isLast(socket) || isBroken) response.shouldKeepAlive = false
  if (!request.complete) lingerAfter(response, request)
  await send(response, call.method, reply)
}

const httpMalformed = new Failure('http-malformed')

function answerOf(call: Call, mounts: readonly Mount[], refuse: Refuse): Promise<Reply> | Reply {
  for (const { answers, answer } of mounts) if (answers(call)) return answer(call)
  const [, segment = ''] = call.url.split(/[/?]/, 2)
  return refuse(new Failure('segment-unknown', { facts: { segment } }), call.headers)
}

/** Clients retry these, in some SDKs from the stream that is still being sent. */
function asksToRetry({ status }: Reply): boolean {
  return status === 429 || status === 503
}

/** Resolves when the last piece has been taken, or the client has left. Rejects when the pieces fail: the answer is cut. */
export function send(
  response: ServerResponse,
  method: string,
  reply: Reply,
): Promise<void> | undefined {
  const { status, headers, body, pieces } = reply
  const lines: string[] = []
  for (const name in headers) lines.push(name, headers[name] ?? '')
  // A 204 never has it; in a 304 it would have to be the photo's (RFC 9110, 8.6).
  if (status !== 204 && status !== 304 && pieces === undefined) {
    lines.push('content-length', String(body === undefined ? 0 : Buffer.byteLength(body)))
  }
  response.writeHead(status, lines)
  if (pieces !== undefined && method !== 'HEAD') return sendPieces(response, pieces)
  if (method === 'HEAD') response.end()
  else response.end(body)
  return undefined
}

async function sendPieces(response: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), response)
  } catch (error) {
    const hasLeft = error instanceof Error && 'code' in error && error.code === leftCode
    if (!hasLeft) throw error
  }
}

const leftCode = 'ERR_STREAM_PREMATURE_CLOSE'

type Received = Readonly<{
  call: Call
  /** The client waits for `100 Continue` before it sends the body, and it was not sent yet. */
  awaitsContinue: () => boolean
  /** Frees the body, and gives back the bytes that it has taken from the budget. */
  release: () => void
}>

function toCall(
  request: IncomingMessage,
  response: ServerResponse,
  { tls, baseUrl, budget, stallTimeoutMs }: CallOptions,
): Received {
  let taken = 0
  let bytes: Uint8Array | undefined
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
      bytes = body.bytes
      return bytes
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
      if (bytes) freeNow(bytes)
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

/** An absolute-form target (RFC 9112, 3.2.2) has the host in the request line; the rest is the path. */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** Requests that Node's parser accepts, but that a proxy and this server could read differently. */
function isMalformed(request: IncomingMessage): boolean {
  const { httpVersion, headers, rawHeaders } = request
  // A request without a version is HTTP/0.9, which has neither headers nor statuses.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return true
  // "A server MUST respond with a 400" (RFC 9112, 3.2).
  if (httpVersion === '1.1' && headers.host === undefined) return true
  // Its framing is faulty, and the connection is closed after it (RFC 9112, 6.1).
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined) return true
  return repeats(rawHeaders, 'host') || repeats(rawHeaders, 'authorization')
}

/** Node uses the first and drops the others; a proxy may have checked the last. */
function repeats(rawHeaders: readonly string[], name: string): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? ''
    if (header.length === name.length && header.toLowerCase() === name) count += 1
  }
  return count > 1
}

const hostPattern = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i

/** The Host is written into answers (@odata.context), so only a valid host is used. */
function originOf({ headers }: IncomingMessage, isSecure: boolean): string {
  const host = headers.host ?? ''
  return `${isSecure ? 'https' : 'http'}://${hostPattern.test(host) ? host : 'localhost'}`
}

function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}
