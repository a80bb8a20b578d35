/**
 * Composition of a server: it listens, then its parts are assembled, then it answers. Requests that arrive before that
 * wait.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { createEvents, type ServerEvents } from '../events.ts'
import { graphRefusal } from '../graph/mounts.ts'
import type { Parts } from '../graph/request/request.ts'
import { type BodyBudget, createBodyBudget } from '../http/request-body.ts'
import { createServer, type HttpServer } from '../http/server.ts'
import { isLoopback } from '../loopback.ts'
import { joinInstruments } from '../monitoring/instruments.ts'
import type { ReadinessWatch } from '../monitoring/readiness.ts'
import { assemble } from './assemble.ts'
import type { Clocks, Identity, ServerOptions } from './options.ts'

export type RunningServer = Readonly<{
  /** `http://localhost:8080`, without a slash at the end. */
  origin: string
  parts: Parts
  readiness: ReadinessWatch
  /** Starts them in the background; otherwise the first picture starts them and waits. */
  startRenderers: () => void
  /** Call it after photos were replaced without a request. If packs are in memory, it removes those that are not being read. */
  removeReplaced: () => void
  /** For new connections. */
  useCertificate: (tls: NonNullable<ServerOptions['tls']>) => void
  /** Finishes accepted requests, then closes the stores. */
  close: () => Promise<void>
}>

/** Called once the address is known, before the first request. */
type Identify<Own extends Identity> = Readonly<{ identity: (origin: string) => Own }>

/** Throws the error of listening (EADDRINUSE, EACCES…) before a store is opened, or Failure 'storage-unavailable'. */
export async function startServer<Own extends Identity>(
  options: ServerOptions & Identify<Own>,
): Promise<RunningServer & Readonly<{ identity: Own }>> {
  const clocks = { now: options.now ?? Date.now, elapsed: options.elapsed ?? monotonicClock }
  const instruments = joinInstruments([{ answered: options.watch }, ...(options.instruments ?? [])])
  const watch = instruments.answered
  const events = createEvents(options.write, { level: options.logLevel, watch })
  const budget = createBodyBudget(options.limits.uploadMemoryBytes)
  const server = openHttp(options, events, budget, clocks)
  const origin = originOf(options, await server.listen(options))
  try {
    const identity = options.identity(origin)
    const base = { identity, events, instruments, budget, clocks }
    const { served, close, ...assembled } = await assemble(options, base)
    server.serve(served)
    return {
      origin,
      identity,
      ...assembled,
      useCertificate: server.useCertificate,
      async close() {
        assembled.readiness.end()
        await delay(options.drainMs ?? 0)
        await close(server.close)
      },
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

const monotonicClock = performance.now.bind(performance)

function openHttp(
  { tls, baseUrl, limits, workerSet }: ServerOptions,
  { troubled }: ServerEvents,
  budget: BodyBudget,
  { now, elapsed }: Clocks,
): HttpServer {
  return createServer({
    tls,
    baseUrl,
    budget,
    stallTimeoutMs: limits.stallTimeoutMs,
    connections: limits.connections,
    generation: workerSet?.completions,
    refuse: graphRefusal({ newId: () => crypto.randomUUID(), now }),
    troubled,
    elapsed,
  })
}

/** Loopback is written as `localhost`, as in certificates and cookies. */
function originOf({ host, tls, baseUrl }: ServerOptions, port: number): string {
  if (baseUrl !== undefined) return baseUrl
  const isLocal = isLoopback(host) || host === '0.0.0.0' || host === '::'
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const origin = `${tls ? 'https' : 'http'}://${name}:${port}`
  // As browsers write it: without the port of the scheme. An IPv6 address with a zone is in no URL.
  return URL.parse(origin)?.origin ?? origin
}
