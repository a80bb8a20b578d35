/**
 * /metrics over HTTP, on its own address, since it needs no token and is not for the outside. The numbers, of one or
 * several processes, are a parameter.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { send } from '../http/respond.ts'
import { createServer } from '../node-http.ts'
import { probes } from './probes.ts'
import type { Readiness } from './readiness.ts'

export type Exposed = Readonly<{
  /** In Prometheus' text format. */
  numbers: () => Promise<string>
  contentType: string
  look: () => Promise<Readiness>
}>

export type MetricsListener = Readonly<{
  /** `http://127.0.0.1:9464` */
  origin: string
  close: () => Promise<void>
}>

/** Rejects with EADDRINUSE, EACCES… */
export async function listenForMetrics(
  at: Readonly<{ host: string; port: number }>,
  { numbers, contentType, look, version }: Exposed & Readonly<{ version: string }>,
): Promise<MetricsListener> {
  const probe = probes(look, version)
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    if (probe.answers({ method, url })) {
      probe.answer({ method, url }).then(reply => send(response, method, reply))
      return
    }
    const isMetrics = url === '/metrics' || url.startsWith('/metrics?')
    if (!isMetrics) return end(response, 404, 'Metrics are at /metrics.\n')
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return end(response, 405, '')
    }
    numbers().then(
      text => end(response, 200, text, contentType),
      () => end(response, 503, 'The metrics are not available at the moment.\n'),
    )
  })
  server.listen(at)
  await once(server, 'listening')
  const { address, family, port } = server.address() as AddressInfo
  return {
    origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(response.req.method === 'HEAD' ? undefined : text)
}
