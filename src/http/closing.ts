/**
 * When connections end: behind their last request, and all of them at the end of the server.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'

const closingCheckMs = 50

export type LifeOptions = Readonly<{
  /** When a connection is closed behind an answer; never, when left out. */
  connections?: Readonly<{ maxRequests: number; maxAgeMs: number }> | undefined
  /** Where several processes serve: connections from before this number grew are closed behind their next answer. */
  handOuts?: (() => number) | undefined
  elapsed: () => number
}>

/**
 * Clients keep their connections, and with them the workers that they lead to: a worker that replaces another
 * would serve nobody, and the first worker all early clients. So connections end. Node's maxRequestsPerSocket
 * would answer 503 to requests that are pipelined.
 */
export function watchLives({
  connections: limits,
  handOuts = () => 0,
  elapsed,
}: LifeOptions): Readonly<{
  begin: (socket: Socket) => void
  isOver: (socket: Socket) => boolean
}> {
  const { maxRequests, maxAgeMs } = limits ?? { maxRequests: Infinity, maxAgeMs: Infinity }
  const begun = () => ({ requests: 0, sinceMs: elapsed(), handOut: handOuts() })
  const known = new WeakMap<Socket, ReturnType<typeof begun>>()
  return {
    begin: socket => void known.set(socket, begun()),
    isOver(socket) {
      const connection = known.get(socket) ?? begun()
      connection.requests += 1
      return (
        connection.requests >= maxRequests ||
        connection.handOut !== handOuts() ||
        elapsed() - connection.sinceMs >= maxAgeMs
      )
    },
  }
}

/**
 * Returns what ends the connections on which nothing has ever been said: nothing was asked there. With TLS
 * that is said twice, once below it and once within.
 */
export function watchSilence(server: Server): () => void {
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
