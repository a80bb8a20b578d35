/**
 * The end of a server: every request that was taken is answered, and no connection holds it up.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'

const closingCheckMs = 50

/**
 * Returns what ends the connections on which nothing has ever been said: nothing was asked there. With TLS
 * that is said twice, once below it and once within.
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
 * Node's own `close` for HTTP ends idle connections once, and no longer looks for requests that take too
 * long: one client in the middle of a head would hold it up for ever. So only the listening ends at first.
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
