/**
 * One HTTP exchange, well or badly behaved. It sends paths and headers exactly as they are given,
 * which `fetch` does not, and knows neither scenarios nor Graph.
 */
import * as http from 'node:http'
import * as https from 'node:https'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Sending } from './scenario.ts'

export type Outgoing = Readonly<{
  method: string
  path: string
  headers: Readonly<Record<string, string>>
  body?: Buffer | undefined
  sent?: Sending | undefined
}>

export type Answer = Readonly<{
  status: number
  /** Names in lower case; several of a name are joined by commas. */
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** `100 Continue` came first. */
  wasContinued: boolean
}>

/** Longer than any server's patience that is tested here. */
const patienceMs = 20_000
const keepAlive = { keepAlive: true, maxSockets: 8 }
const agents = { http: new http.Agent(keepAlive), https: new https.Agent(keepAlive) }

/** undefined: the connection ended without an answer, or was cut off on purpose. */
export function send(baseUrl: string, outgoing: Outgoing): Promise<Answer | undefined> {
  const { protocol, hostname, port } = new URL(baseUrl)
  const isTls = protocol === 'https:'
  const { method, path, body, sent } = outgoing
  // A connection that is treated badly, or that is left with half a body on it, serves nobody else.
  const isOrderly = sent === undefined && (body?.length ?? 0) < 1_000_000
  const request = (isTls ? https : http).request({
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    method,
    path,
    headers: { ...outgoing.headers, ...framing(body, sent) },
    agent: isOrderly ? agents[isTls ? 'https' : 'http'] : false,
    timeout: patienceMs,
  })
  return new Promise((resolve, reject) => {
    let wasContinued = false
    request.on('response', response => {
      collect(response).then(
        read => {
          resolve({ ...read, wasContinued })
          if (!isOrderly) request.destroy()
        },
        () => resolve(undefined),
      )
    })
    request.on('continue', () => {
      wasContinued = true
      if (sent === 'on request') request.end(body)
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patienceMs} ms`)))
    request.on('error', error => {
      if (/ECONNRESET|EPIPE|hang up/.test(`${error}`)) resolve(undefined)
      else reject(error)
    })
    emit(request, body, sent)
  })
}

function framing(body: Buffer | undefined, sent: Sending | undefined): Record<string, string> {
  if (body === undefined) return {}
  if (sent === 'in chunks') return { 'transfer-encoding': 'chunked' }
  const length = { 'content-length': String(body.length) }
  return sent === 'on request' ? { ...length, expect: '100-continue' } : length
}

function emit(
  request: http.ClientRequest,
  body: Buffer | undefined,
  sent: Sending | undefined,
): void {
  const half = body?.subarray(0, Math.ceil(body.length / 2))
  switch (sent) {
    case 'on request':
      request.flushHeaders()
      return
    case 'with a stall':
      request.write(half)
      return
    case 'with a hang-up':
      // As long as it takes to arrive: a connection cut before that tests nothing.
      request.write(half, () => setTimeout(() => request.destroy(), 50))
      return
    case 'without looking up':
      request.on('socket', socket =>
        socket.once('connect', () => {
          socket.pause()
          setTimeout(() => socket.resume(), 300)
        }),
      )
      request.end(body)
      return
    case 'in chunks':
    case undefined:
      request.end(body)
  }
}

async function collect(response: http.IncomingMessage): Promise<Omit<Answer, 'wasContinued'>> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  }
}

/**
 * Writes `text` to a connection of its own and reads the one answer that comes; it never asks for what
 * is sent in chunks. undefined: the connection ended without an answer.
 */
export async function sendWritten(baseUrl: string, text: string): Promise<Answer | undefined> {
  const { protocol, hostname, port } = new URL(baseUrl)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket =
    protocol === 'https:'
      ? connectTls({ host, port: Number(port || 443), servername: host })
      : connect({ host, port: Number(port || 80) })
  socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer in time')))
  socket.write(text, 'latin1')
  let received: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk])
      const answer = readAnswer(received)
      if (answer && answer.body.length >= Number(answer.headers['content-length'] ?? 0))
        return answer
    }
  } catch (error) {
    if (!/ECONNRESET|EPIPE/.test(`${error}`)) throw error
  } finally {
    socket.destroy()
  }
  return readAnswer(received)
}

function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers = lines.map(line => {
    const at = line.indexOf(':')
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
  })
  return {
    status: Number(start.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: bytes.subarray(end + 4),
    wasContinued: false,
  }
}

/** Connections are kept for the next exchange; the last one ends them. */
export function endConnections(): void {
  agents.http.destroy()
  agents.https.destroy()
}
