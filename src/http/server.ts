/**
 * An HTTP server on `node:http` alone: limits, timeouts, an orderly end. What is answered, and how a
 * request is refused that no mount gets to see, is handed in.
 */
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Mount } from '../call.ts'
import { refuseWithoutRequest } from './broken-http.ts'
import { closeServer, trackSilentConnections } from './closing.ts'
import { createDiscarding, type DiscardLimits } from './discarding.ts'
import { createPipelining } from './pipelining.ts'
import { type CallOptions, type Refuse, respond } from './respond.ts'

type ConnectionLifeOptions = Readonly<{
  /** When a connection is closed behind an answer; never, when left out. */
  connections?: Readonly<{ maxRequests: number; maxAgeMs: number }> | undefined
  /** Where several processes serve: connections from before this number grew are closed behind their next answer. */
  generation?: (() => number) | undefined
  elapsed: () => number
}>

export type HttpOptions = CallOptions &
  ConnectionLifeOptions &
  Readonly<{
    refuse: Refuse
    /** Told when an answer fails without a reply. */
    troubled: (what: string, error: unknown) => void
    timeouts?: Partial<typeof defaultTimeouts>
    /** Others than those that `discarding.ts` gives reasons for. */
    discardLimits?: Partial<DiscardLimits>
    /** How long the requests that were taken have, once the end has begun. */
    closingMs?: number
  }>

export type Served = Readonly<{
  /** The first that claims a call answers it. */
  mounts: readonly Mount[]
  /** Sees every request first; true when it has answered. For what needs Node's own request and response. */
  before?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
}>

export type HttpServer = Readonly<{
  server: Server
  /** Resolves with the port. Rejects with EADDRINUSE, EACCES… Requests wait until something is served. */
  listen: (at: Readonly<{ host: string; port: number }>) => Promise<number>
  serve: (served: Served) => void
  /** For the connections that come from now on. */
  useCertificate: (tls: NonNullable<HttpOptions['tls']>) => void
  /** Takes no new connection, and resolves when every request that was taken is answered, or cut for taking too long. */
  close: () => Promise<void>
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
/** A little longer than a request may take: only who takes his answer in drops is cut by it. */
const defaultClosingMs = 150_000

type Handle = (request: IncomingMessage, response: ServerResponse) => void

export function createServer(options: HttpOptions): HttpServer {
  // undefined: closed before anything was served.
  const { promise: whenServed, resolve: serve } = Promise.withResolvers<Served | undefined>()
  const lives = options.connections || options.generation ? limitConnectionLife(options) : undefined
  const discarding = createDiscarding(options.discardLimits)
  const pipelining = createPipelining()
  const beingAnswered = new WeakSet<Socket>()
  const handle: Handle = (request, response) => {
    // Another request of this connection is answered before.
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
  // A picture may wait for its renderer for longer. Whatever an answer waits for has a limit of its own.
  server.on('timeout', socket => beingAnswered.has(socket) || socket.destroy())
  // With TLS the second is the one that requests come on.
  if (lives) server.on('connection', lives.begin).on('secureConnection', lives.begin)
  const endSilent = trackSilentConnections(server)
  const responding = {
    ...options,
    discarding,
    beingAnswered,
    isLast: (socket: Socket) => !server.listening || (lives?.isOver(socket) ?? false),
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
  const server = tls
    ? createHttpsServer({ ...tls, ...settings, handshakeTimeout: settings.headersTimeout }, handle)
    : createHttpServer(settings, handle)
  server.timeout = settings.timeout
  // With a listener, Node leaves the 100 to us: it is sent when the body is asked for, so a refusal
  // by token or permission costs the client no upload.
  server.on('checkContinue', handle)
  // Any other expectation may be passed over (RFC 9110, 10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', handle)
  refuseWithoutRequest(server, refuse)
  return server
}

/**
 * Clients keep their connections, and with them the workers that they lead to: a worker that replaces another
 * would serve nobody, and the first worker all early clients. So connections end. Node's maxRequestsPerSocket
 * would answer 503 to requests that are pipelined.
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
