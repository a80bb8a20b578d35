/**
 * Answers that are sent before their request has arrived completely.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a refused client may continue to send before the connection is closed. */
export const lingerMs = 2_000

/**
 * Node continues to read and discards the bytes, so that the client reads the answer instead of getting a reset; the
 * connection of a client that does not finish is closed. If the client asked for the connection to be closed, Node
 * would close it with the answer, and the unread bytes would cause a reset that arrives before the answer (RFC 9112,
 * 9.6): therefore the connection stays open until the request has arrived.
 */
export function lingerAfter(response: ServerResponse, request: IncomingMessage): void {
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

/** Connections whose last answer was sent before its request had arrived completely. */
export const answeredEarly = new WeakSet<Duplex>()
