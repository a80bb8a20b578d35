/**
 * A server with one fault: a proxy that hands everything on to a good server, but for what the fault
 * changes on the way there or back. The suite is tested with it.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, send } from './wire.ts'

export type Passing = Readonly<{
  method: string
  path: string
  headers: Readonly<Record<string, string>>
  body: Buffer
}>

export type Fault = Readonly<{
  request?: (request: Passing) => Passing
  answer?: (answer: Answer, request: Passing) => Answer
}>

export type FaultyServer = Readonly<{ baseUrl: string; close: () => Promise<void> }>

const host = '127.0.0.1'
/** They belong to a connection, not to what is said on it. */
const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

export async function startFaulty(origin: string, fault: Fault): Promise<FaultyServer> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const arrived: Passing = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: withoutConnection(incoming.headers),
      body: Buffer.concat(chunks),
    }
    const request = fault.request?.(arrived) ?? arrived
    const { body, ...rest } = request
    const hasBody = body.length > 0 || incoming.headers['content-length'] !== undefined
    const answer = await send(origin, { ...rest, ...(hasBody && { body }) })
    if (answer === undefined) return void incoming.socket.destroy()
    const told = fault.answer?.(answer, arrived) ?? answer
    outgoing.sendDate = false
    outgoing.writeHead(told.status, {
      ...withoutConnection(told.headers),
      // What HEAD says of a length is the length of another answer.
      ...(incoming.method === 'HEAD' && { 'content-length': told.headers['content-length'] }),
    })
    outgoing.end(incoming.method === 'HEAD' ? undefined : told.body)
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://${host}:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function withoutConnection(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => !ofConnection.has(name))
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
