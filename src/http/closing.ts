/**
 * The end of a server: every accepted request is answered, and no open connection delays it.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'

const closingCheckMs = 50

/**
 * Returns a function that ends the connections on which no byte has arrived: no request is lost with them. A TLS
 * connection counts twice, as the raw socket and as the TLS socket.
 */
export function trackSilentConnections(server: Server): () => void {
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
 * Node's own `close` for HTTP ends idle connections only once, and stops checking the request timeouts: one client
 * with half a head would delay it without end. Therefore this stops listening first, and calls `close` last.
 */
export async function closeServer(
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
