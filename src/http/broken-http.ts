/**
 * Answers what Node's parser refuses. There is no request object then, so the answer is written to the socket.
 */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure, type FailureCode } from '../failure.ts'
import { trackBelowTls } from './below-tls.ts'
import { answeredEarly, lingerMs } from './lingering.ts'
import type { Refuse } from './respond.ts'

export function refuseWithoutRequest(server: Server, refuse: Refuse): void {
  const below = trackBelowTls(server)
  server.on('clientError', (error: ClientError, socket) => {
    const plain = error.code === 'ERR_SSL_HTTP_REQUEST' ? below(socket) : undefined
    if (plain) refuseOnSocket(httpsNeeded, plain, refuse)
    else refuseBrokenHttp(error, socket, refuse)
  })
  // CONNECT is not supported; without this Node closes silently.
  server.on('connect', (_request, socket) => refuseOnSocket(connectUnsupported, socket, refuse))
}

type ClientError = Error & { code?: string }

const httpsNeeded = new Failure('https-needed')
const connectUnsupported = new Failure('method-not-allowed', { facts: { allow: [] } })

function refuseBrokenHttp(error: ClientError, socket: Duplex, refuse: Refuse): void {
  // A request that turns out broken after its answer gets no second answer: the client would take it for the answer
  // to its next request on this connection.
  const isOver = !socket.writable || answeredEarly.has(socket)
  if (isOver || socket.destroyed || error.code === 'ECONNRESET') return void socket.destroy()
  const failure = new Failure(parserFailures[error.code ?? ''] ?? 'http-malformed')
  refuseOnSocket(failure, socket, refuse)
}

/** Closes the connection, also if the client keeps its own half open. */
function refuseOnSocket(failure: Failure, socket: Duplex, refuse: Refuse): void {
  const { status, headers, body } = refuse(failure, {})
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
