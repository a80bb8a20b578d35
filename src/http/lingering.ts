/**
 * Answers that go out before their request has arrived whole.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a refused sender may go on sending before the connection is cut. */
export const lingerMs = 2_000

/**
 * An answer before the body has arrived: Node reads on and forgets what comes, so that the client
 * gets to see the answer instead of a reset; a sender who does not end is cut off. Where the client
 * wants the connection closed, Node would close it with the answer, and what is still unread then is
 * a reset that overtakes it (RFC 9112, 9.6): so it stays open until all has come.
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

/** Connections whose last answer went out before its request had arrived whole. */
export const answeredEarly = new WeakSet<Duplex>()
