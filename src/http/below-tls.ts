/**
 * The connection under each TLS socket. After plain HTTP on a TLS port Node has destroyed the TLS socket, but the
 * connection under it still takes an answer that the client can read.
 */
import type { Server } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The function returns undefined for a socket that has no other under it. */
export function trackBelowTls(server: Server): (socket: Duplex) => Socket | undefined {
  const open = new Map<string, Socket>()
  const add = (socket: Socket) => {
    const key = endOf(socket)
    open.set(key, socket)
    socket.once('close', () => open.delete(key))
  }
  if (isTls(server)) server.on('connection', add)
  return socket => (socket instanceof Socket ? open.get(endOf(socket)) : undefined)
}

function isTls(server: Server): boolean {
  return server instanceof HttpsServer
}

/** Where the client is: both sockets have the same. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
