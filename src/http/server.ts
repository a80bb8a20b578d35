/**
 * An HTTP server on `node:http`: limits, timeouts, an orderly end. The mounts, and the form of refusals, are
 * parameters.
 */
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Mount } from '../call.ts'
import { createServer as createHttpServer } from '../node-http.ts'
import { refuseWithoutRequest } from './broken-http.ts'
import { closeServer, trackSilentConnections } from './closing.ts'
import { createDiscarding, type DiscardLimits } from './discarding.ts'
import { createPipelining } from './pipelining.ts'
import { type CallOptions, type Refuse, respond } from './respond.ts'

type ConnectionLifeOptions = Readonly<{
  /** After how many requests or how long a connection is closed; never when left out. */
  connections?: Readonly<{ maxRequests: number; maxAgeMs: number }> | undefined
  /** A number that grows. Connections that began before it last grew are closed after their next answer. */
  generation?: (() => number) | undefined
  elapsed: () => number
}>

type Pair = Readonly<{ cert: string | Buffer; key: string | Buffer }>

export type Tls = Pair &
  Readonly<{
    /** For clients that ask for these names; all others get the first certificate. */
    others?: readonly (Pair & Readonly<{ names: readonly string[] }>)[] | undefined
  }>

export type HttpOptions = Omit<CallOptions, 'tls'> &
  ConnectionLifeOptions &
  Readonly<{
    tls?: Tls | undefined
    refuse: Refuse
    /** Called when an answer fails without a reply. */
    troubled: (what: string, error: unknown) => void
    timeouts?: Partial<typeof defaultTimeouts>
    /** Replaces defaults of `discarding.ts`. */
    discardLimits?: Partial<DiscardLimits>
    /** How long accepted requests may take after `close` is called. */
    closingMs?: number
  }>

export type Served = Readonly<{
  /** The first mount that claims a call answers it. */
  mounts: readonly Mount[]
  /** Called with every request first; true when it has answered. For code that needs Node's own objects. */
  before?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
}>

export type HttpServer = Readonly<{
  server: Server
  /** Resolves with the port. Rejects with EADDRINUSE, EACCES… Requests wait until `serve` is called. */
  listen: (at: Readonly<{ host: string; port: number }>) => Promise<number>
  serve: (served: Served) => void
  /** For new connections. */
  useCertificate: (tls: Pair) => void
  /** Accepts no new connection. Resolves when every accepted request is answered, or aborted after `closingMs`. */
  close: () => Promise<void>
}>

const defaultTimeouts = {
  /** For a whole request, from its first byte to its last. */
  requestTimeout: 120_000,
  /** For the head of a request, and for a TLS handshake. */
  headersTimeout: 20_000,
  /** Longer than the idle time of usual load balancers (60 s), so that they close first. */
  keepAliveTimeout: 75_000,
  /** How often the first two are checked. */
  connectionsCheckingInterval: 5_000,
  /** For a connection without traffic, such as a client that does not read its answer. */
  timeout: 60_000,
}
const parserOptions = {
  /** Tokens of people in many groups reach 10 KB. */
  maxHeaderSize: 32 * 1024,
  /** `isMalformed` checks it, so that the refusal has Graph's form. */
  requireHostHeader: false,
}
/** A little longer than `requestTimeout`: it ends only connections whose client reads its answer too slowly. */
const defaultClosingMs = 150_000

type Handle = (request: IncomingMessage, response: ServerResponse) => void

export function createServer(options: HttpOptions): HttpServer {
  // undefined: closed before `serve` was called.
  const { promise: whenServed, resolve: serve } = Promise.withResolvers<Served | undefined>()
  const connectionLife =
    options.connections || options.generation ? limitConnectionLife(options) : undefined
  const discarding = createDiscarding(options.discardLimits)
  const pipelining = createPipelining()
  const beingAnswered = new WeakSet<Socket>()
  const handle: Handle = (request, response) => {
    // An earlier request of this connection is not answered yet.
    if (response.socket === null) {
      pipelining.wait(request, response, () => handle(request, response))
      return
    }
    handleInTurn(request, response).catch(error => {
      options.troubled('answering', error)
      response.destroy()
    })
  }
  const handleInTurn = async (request: IncomingMessage, response: ServerResponse) => {
    const served = await whenServed
    if (served === undefined) return void response.destroy()
    if (served.before?.(request, response)) return
    await respond(request, response, served.mounts, responding)
  }
  const server = openServer(handle, options)
  // A picture may wait for a renderer longer than this; everything that an answer waits for has its own limit.
  server.on('timeout', socket => beingAnswered.has(socket) || socket.destroy())
  // With TLS, requests arrive on the socket of 'secureConnection'.
  if (connectionLife)
    server.on('connection', connectionLife.begin).on('secureConnection', connectionLife.begin)
  const endSilent = trackSilentConnections(server)
  const responding = {
    ...options,
    discarding,
    beingAnswered,
    isLast: (socket: Socket) => !server.listening || (connectionLife?.isOver(socket) ?? false),
  }
  return {
    server,
    async listen({ host, port }) {
      server.listen({ host, port })
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    },
    serve,
    useCertificate({ cert, key }) {
      if (server instanceof HttpsServer) server.setSecureContext({ cert, key })
    },
    close() {
      serve(undefined)
      discarding.stop()
      return closeServer(server, endSilent, options.closingMs ?? defaultClosingMs)
    },
  }
}

function openServer(handle: Handle, { tls, timeouts, refuse }: HttpOptions): Server {
  const settings = { ...parserOptions, ...defaultTimeouts, ...timeouts }
  const server = tls ? openTls(handle, tls, settings) : createHttpServer(settings, handle)
  server.timeout = settings.timeout
  // With this listener Node does not send the 100 itself. It is sent when the body is read, so a client that is
  // refused by token or permission uploads nothing.
  server.on('checkContinue', handle)
  // Other expectations may be ignored (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', handle)
  refuseWithoutRequest(server, refuse)
  return server
}

function openTls(
  handle: Handle,
  { cert, key, others = [] }: Tls,
  settings: typeof parserOptions & typeof defaultTimeouts,
): HttpsServer {
  const handshakeTimeout = settings.headersTimeout
  const server = createHttpsServer({ cert, key, ...settings, handshakeTimeout }, handle)
  for (const { names, ...pair } of others) {
    for (const name of names) server.addContext(name, pair)
  }
  return server
}

/**
 * Clients stay on their connections, and a connection stays with its worker: a replaced worker would get no clients,
 * and the first worker all early ones. Therefore connections end after some time. Node's maxRequestsPerSocket is not
 * used: it answers 503 to pipelined requests.
 */
function limitConnectionLife({
  connections: limits,
  generation = () => 0,
  elapsed,
}: ConnectionLifeOptions): Readonly<{
  begin: (socket: Socket) => void
  isOver: (socket: Socket) => boolean
}> {
  const { maxRequests, maxAgeMs } = limits ?? { maxRequests: Infinity, maxAgeMs: Infinity }
  const begun = () => ({ requests: 0, sinceMs: elapsed(), generation: generation() })
  const known = new WeakMap<Socket, ReturnType<typeof begun>>()
  return {
    begin: socket => void known.set(socket, begun()),
    isOver(socket) {
      const connection = known.get(socket) ?? begun()
      connection.requests += 1
      return (
        connection.requests >= maxRequests ||
        connection.generation !== generation() ||
        elapsed() - connection.sinceMs >= maxAgeMs
      )
    },
  }
}
