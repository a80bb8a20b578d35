/** Raw connections of a test, which the server may reset. */
import type { Socket } from 'node:net'

/**
 * Resolves when the connection is closed. `once(socket, 'close')` of node:events rejects when it is reset, which a
 * server may do after its answer if the client continues to send.
 */
export function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}

/** Sends one byte repeatedly until the connection is closed. */
export function drip(socket: Socket, everyMs: number): void {
  const timer = setInterval(() => socket.write('x'), everyMs)
  void closed(socket).then(() => clearInterval(timer))
}
