/**
 * Requests that a client sends without waiting for earlier answers. They are handled one by one: handled together,
 * their answers could change order (RFC 9112, 9.3.2), and would all wait in memory for a slow reader. Between two of
 * them the event loop runs, so that other connections are served. A connection with many waiting requests is paused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { yieldToOthers } from '../event-loop.ts'

/** Up to 64 KB are read already and may contain thousands more: Node parses them at once. */
const maxWaiting = 32

type Pipelining = Readonly<{
  /** Calls `answer` when the earlier requests are answered and the event loop has run once. */
  wait(request: IncomingMessage, response: ServerResponse, answer: () => void): void
}>

export function createPipelining(): Pipelining {
  const waiting = new WeakMap<Duplex, number>()
  const paused = new WeakSet<Duplex>()
  const countOf = (socket: Duplex) => waiting.get(socket) ?? 0

  function add(socket: Duplex): void {
    waiting.set(socket, countOf(socket) + 1)
    if (countOf(socket) < maxWaiting || paused.has(socket)) return
    paused.add(socket)
    // Node resumes the socket after every request.
    socket.on('resume', pause).pause()
  }

  function remove(socket: Duplex): void {
    waiting.set(socket, countOf(socket) - 1)
    // The next request may have a body that has not been read yet.
    if (countOf(socket) === 0 && paused.delete(socket)) socket.off('resume', pause).resume()
  }

  return {
    wait({ socket }, response, answer) {
      add(socket)
      response.once('socket', async () => {
        await yieldToOthers()
        remove(socket)
        if (!socket.destroyed) answer()
      })
    },
  }
}

function pause(this: Duplex): void {
  this.pause()
}
