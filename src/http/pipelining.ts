/**
 * Requests that a client sends without waiting for the answers to those before. They are answered one by
 * one: at once they could overtake each other (RFC 9112, 9.3.2), and all their answers would wait in
 * memory for a slow reader. Between two of them the event loop turns, so that other connections are
 * served; and a connection on which many wait is not read on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { yieldToOthers } from '../event-loop.ts'

/** What has been read already, 64 KB at most, may hold some thousands more: Node parses it in one go. */
const maxWaiting = 32

type Pipelining = Readonly<{
  /** Calls `answer` when those before are answered and others have had their turn. */
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
    // Node resumes it behind every request that is done with.
    socket.on('resume', pause).pause()
  }

  function remove(socket: Duplex): void {
    waiting.set(socket, countOf(socket) - 1)
    // Whose turn it is now may have a body that has not been read yet.
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
