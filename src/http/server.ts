/**
 * The HTTP server around `answer`, on `node:http` alone. It turns a request into a call and a reply
 * into bytes, and guards what lies below a call: broken HTTP, limits, timeouts, an orderly end.
 */
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Call, Headers, Reply } from '../call.ts'
import { answerDescription, isDescription } from '../description/documents.ts'
import { Failure, type FailureCode } from '../failure.ts'
import { type Answer, answer } from '../graph/answer.ts'
import { answerBatch, isBatch } from '../graph/batch.ts'
import { answerPreflight, corsHeaders } from '../graph/cors.ts'
import { refuse } from '../graph/errors.ts'
import { requestIds } from '../graph/headers.ts'
import type { Parts } from '../graph/request.ts'
import type { BodyBudget } from './body-budget.ts'
import { createDiscarding, type Discarding, type DiscardLimits } from './discarding.ts'
import { createPipelining } from './pipelining.ts'
import { readBody } from './request-body.ts'

export type HttpOptions = Readonly<{
  tls?: Readonly<{ cert: string | Buffer; key: string | Buffer }>
  /** The root that clients see, when a proxy in front changes it; else the request's own Host. */
  baseUrl?: string
  budget: BodyBudget
  stallTimeoutMs: number
  /** When a connection is closed behind an answer; never, when left out. */
  connections?: Readonly<{ maxRequests: number; maxAgeMs: number }>
  /** Where several processes serve: connections from before this number grew are closed behind their next answer. */
  handOuts?: (() => number) | undefined
  timeouts?: Partial<typeof defaultTimeouts>
  /** Others than those that `discarding.ts` gives reasons for. */
  discardLimits?: Partial<DiscardLimits>
  /** How long the requests that were taken have, once the end has begun. */
  closingMs?: number
  /** Puts something around the answers: those of single requests, of batches and of their parts. */
  around?: Around | undefined
  /** The same for what Visage says of itself. */
  aroundDescriptions?: Around | undefined
  /** Sees every request first; true when it has answered. The development issuer lives here. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean
}>

const defaultTimeouts = {
  /** For a whole request, from its first byte to its last. */
  requestTimeout: 120_000,
  /** And for a handshake of TLS. */
  headersTimeout: 20_000,
  /** Longer than the idle time of usual load balancers (60 s), so that they close first. */
  keepAliveTimeout: 75_000,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 5_000,
  /** For a connection on which nothing moves: a client who does not take its answer. */
  timeout: 60_000,
}
const parserOptions = {
  /** Tokens of people in many groups reach 10 KB. */
  maxHeaderSize: 32 * 1024,
  /** Left to us, who say it in Graph's envelope: see `isMalformed`. */
  requireHostHeader: false,
}
/** How long a refused sender may go on sending before the connection is cut. */
const lingerMs = 2_000
const closingCheckMs = 50
/** A little longer than a request may take: only who takes his answer in drops is cut by it. */
const defaultClosingMs = 150_000

export type Around = (answer: Answer) => Answer

export type HttpServer = Readonly<{
  server: Server
  /** The root of this server, without a slash at the end. Rejects with EADDRINUSE, EACCES… */
  listen: (at: Readonly<{ host: string; port: number }>) => Promise<string>
  /** For the connections that come from now on. */
  useCertificate: (tls: NonNullable<HttpOptions['tls']>) => void
  /** Takes no new connection, and resolves when every request that was taken is answered, or cut for taking too long. */
  close: () => Promise<void>
}>

export function createServer(parts: Parts, options: HttpOptions): HttpServer {
  const answerAny = toAnswerAny(options)
  const { isOver, begin } = watchLives(options, parts.elapsed)
  const discarding = createDiscarding(options.discardLimits)
  const serving: Serving = { ...options, isEnding: () => !server.listening, isOver, discarding }
  const pipelining = createPipelining()
  const handle: Handle = (request, response) => {
    if (pipelining.isBehind(response)) {
      pipelining.wait(request, response, () => handle(request, response))
      return
    }
    if (options.before?.(request, response)) return
    respond(request, response, parts, serving, answerAny).catch(error => {
      parts.events.troubled('answering', error)
      response.destroy()
    })
  }
  const server = openServer(handle, parts, options)
  // With TLS the second is the one that requests come on.
  server.on('connection', begin).on('secureConnection', begin)
  const endSilent = watchSilence(server)
  return {
    server,
    async listen({ host, port }) {
      server.listen({ host, port })
      await once(server, 'listening')
      const { address, family, port: taken } = server.address() as AddressInfo
      const name = family === 'IPv6' ? `[${address}]` : address
      return `${options.tls ? 'https' : 'http'}://${name}:${taken}`
    },
    useCertificate({ cert, key }) {
      if (server instanceof HttpsServer) server.setSecureContext({ cert, key })
    },
    close() {
      discarding.stop()
      return closeServer(server, endSilent, options.closingMs ?? defaultClosingMs)
    },
  }
}

/**
 * Returns what ends the connections on which nothing has ever been said: nothing was asked there. With TLS
 * that is said twice, once below it and once within.
 */
function watchSilence(server: Server): () => void {
  const open = new Set<Socket>()
  const add = (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  server.on('connection', add)
  server.on('secureConnection', add)
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}

/**
 * Node's own `close` for HTTP ends idle connections once, and no longer looks for requests that take too
 * long: one client in the middle of a head would hold it up for ever. So only the listening ends at first.
 */
async function closeServer(
  server: Server,
  endSilent: () => void,
  closingMs: number,
): Promise<void> {
  if (!server.listening) return
  const endIdle = setInterval(() => {
    server.closeIdleConnections()
    endSilent()
  }, closingCheckMs)
  const endAll = setTimeout(() => server.closeAllConnections(), closingMs)
  const closed = once(server, 'close')
  NetServer.prototype.close.call(server)
  await closed
  clearInterval(endIdle)
  clearTimeout(endAll)
  server.close()
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void
type Serving = HttpOptions &
  Readonly<{
    isEnding: () => boolean
    /** Whether the request that came on it is the last one of this connection. */
    isOver: (socket: Socket) => boolean
    discarding: Discarding
  }>

/**
 * A client that keeps its connections would keep the workers that they lead to: one that took another's
 * place would serve nobody, and the first one those who came early. Node's maxRequestsPerSocket would answer
 * 503 to what is pipelined behind.
 */
function watchLives(
  { connections: limits, handOuts = () => 0 }: HttpOptions,
  elapsed: () => number,
): Readonly<{ begin: (socket: Socket) => void; isOver: (socket: Socket) => boolean }> {
  const { maxRequests, maxAgeMs } = limits ?? { maxRequests: Infinity, maxAgeMs: Infinity }
  const begun = () => ({ requests: 0, sinceMs: elapsed(), handOut: handOuts() })
  const known = new WeakMap<Socket, ReturnType<typeof begun>>()
  return {
    begin: socket => void known.set(socket, begun()),
    isOver(socket) {
      const connection = known.get(socket) ?? begun()
      connection.requests += 1
      return (
        connection.requests >= maxRequests ||
        connection.handOut !== handOuts() ||
        elapsed() - connection.sinceMs >= maxAgeMs
      )
    },
  }
}

function openServer(handle: Handle, parts: Parts, { tls, timeouts }: HttpOptions): Server {
  const settings = { ...parserOptions, ...defaultTimeouts, ...timeouts }
  const server = tls
    ? createHttpsServer({ ...tls, ...settings, handshakeTimeout: settings.headersTimeout }, handle)
    : createHttpServer(settings, handle)
  server.timeout = settings.timeout
  // A picture may wait for its renderer for longer. Whatever an answer waits for has a limit of its own.
  server.on('timeout', socket => beingAnswered.has(socket) || socket.destroy())
  // With a listener, Node leaves the 100 to us: it is sent when the body is asked for, so a refusal
  // by token or permission costs the client no upload.
  server.on('checkContinue', handle)
  // Any other expectation may be passed over (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => refuseBrokenHttp(error, socket, parts))
  // This is no proxy; Node would hang up without a word.
  server.on('connect', (_request, socket) => refuseOnSocket(notHere, socket, parts))
  return server
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
  options: Serving,
  answerAny: Answer,
): Promise<void> {
  let taken = 0
  let awaitsContinue = expectsContinue(request)
  const call: Call = {
    method: request.method ?? '',
    url: pathOf(request.url ?? ''),
    origin: options.baseUrl ?? originOf(request, options),
    headers: request.headers as Headers,
    async readBody(maxBytes) {
      const proceed = () => {
        if (awaitsContinue) response.writeContinue()
        awaitsContinue = false
      }
      const body = await readBody(request, maxBytes, { ...options, proceed })
      taken += body.takenBytes
      return body.bytes
    },
    takeMemory(bytes) {
      options.budget.take(bytes, taken)
      taken += bytes
    },
    gone: () => signalClose(response),
  }
  const { socket } = request
  const isBroken = isMalformed(request)
  let reply: Reply
  beingAnswered.add(socket)
  try {
    reply = isBroken
      ? refuse(httpMalformed, requestIds(call.headers, parts.newId), parts.now())
      : (answerPreflight(call, parts) ?? (await answerAny(call, parts)))
  } finally {
    beingAnswered.delete(socket)
    options.budget.giveBack(taken)
  }
  if (reply.isCut) return void socket.destroy()
  if (asksToRetry(reply) && !awaitsContinue) await options.discarding.discard(request)
  // Also of a request that came before the end: the connection is closed behind its answer.
  if (options.isOver(socket) || isBroken || options.isEnding()) response.shouldKeepAlive = false
  if (!request.complete) lingerAfter(response, request)
  send(response, call, reply)
}

/** The client sends the request again, in some SDKs from the stream that it is still sending. */
function asksToRetry({ status }: Reply): boolean {
  return status === 429 || status === 503
}

function signalClose(response: ServerResponse): AbortSignal {
  const closing = new AbortController()
  if (response.destroyed) closing.abort()
  response.once('close', () => closing.abort())
  return closing.signal
}

/** Connections whose client waits for us, and not we for them. */
const beingAnswered = new WeakSet<Duplex>()

function toAnswerAny({ around = asItIs, aroundDescriptions = asItIs }: HttpOptions): Answer {
  const single = around(answer)
  const batch = around((call, parts) => answerBatch(call, parts, single))
  const description = aroundDescriptions(answerDescription)
  return (call, parts) => {
    if (isBatch(call)) return batch(call, parts)
    return isDescription(call) ? description(call, parts) : single(call, parts)
  }
}

function asItIs(answer: Answer): Answer {
  return answer
}

/** An absolute-form target (RFC 9112, 3.2.2) names its host in the request line; the rest is the path. */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** What Node's parser lets pass and two servers in a row could read in two ways. */
function isMalformed(request: IncomingMessage): boolean {
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

const httpMalformed = new Failure('http-malformed')
const notHere = new Failure('method-not-allowed', { facts: { allow: [] } })

const hostPattern = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i

/** The Host goes into answers (@odata.context), so one that is no host does not get there. */
function originOf({ headers }: IncomingMessage, { tls }: HttpOptions): string {
  const host = headers.host ?? ''
  return `${tls ? 'https' : 'http'}://${hostPattern.test(host) ? host : 'localhost'}`
}

function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}

/**
 * An answer before the body has arrived: Node reads on and forgets what comes, so that the client
 * gets to see the answer instead of a reset; a sender who does not end is cut off. Where the client
 * wants the connection closed, Node would close it with the answer, and what is still unread then is
 * a reset that overtakes it (RFC 9112, 9.6): so it stays open until all has come.
 */
function lingerAfter(response: ServerResponse, request: IncomingMessage): void {
  const isLast = !response.shouldKeepAlive
  response.shouldKeepAlive = true
  answeredEarly.add(request.socket)
  request.once('end', () => answeredEarly.delete(request.socket))
  response.once('finish', () => {
    const timer = setTimeout(() => request.complete || request.socket.destroy(), lingerMs)
    timer.unref()
    request.once('end', () => {
      clearTimeout(timer)
      if (isLast) request.socket.end()
    })
  })
}

/** Connections whose last answer went out before its request had arrived whole. */
const answeredEarly = new WeakSet<Duplex>()

function send(response: ServerResponse, { method, headers: asked }: Call, reply: Reply): void {
  const { status, body } = reply
  const headers =
    asked.origin === undefined ? reply.headers : { ...corsHeaders(asked), ...reply.headers }
  const lines: string[] = []
  for (const name in headers) lines.push(name, headers[name] ?? '')
  // Never with a 204; with a 304 it would have to be the photo's (RFC 9110, 8.6).
  if (status !== 204 && status !== 304) {
    lines.push('content-length', String(body === undefined ? 0 : Buffer.byteLength(body)))
  }
  response.writeHead(status, lines)
  if (method === 'HEAD') response.end()
  else response.end(body)
}

/** What Node's parser refuses has no request and no reply: the answer is written to the socket itself. */
function refuseBrokenHttp(error: Error & { code?: string }, socket: Duplex, parts: Parts): void {
  // A request that turns out broken after its answer gets no second one: that would pass for the
  // answer to whatever is asked next on this connection.
  const isOver = !socket.writable || answeredEarly.has(socket)
  if (isOver || socket.destroyed || error.code === 'ECONNRESET') return void socket.destroy()
  const failure = new Failure(parserFailures[error.code ?? ''] ?? 'http-malformed')
  refuseOnSocket(failure, socket, parts)
}

/** The connection ends with it, also for a client who would keep its own half open. */
function refuseOnSocket(failure: Failure, socket: Duplex, parts: Parts): void {
  const { status, headers, body } = refuse(failure, requestIds({}, parts.newId), parts.now())
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body ?? '')),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`)
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

const parserFailures: Readonly<Record<string, FailureCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timed-out',
}
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}
