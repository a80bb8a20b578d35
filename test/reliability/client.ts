/**
 * One request to a server that may be killed, full or ending: it always resolves, with the answer or with the way the
 * connection ended.
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export type Answer = Readonly<{
  kind: 'answer'
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}>

/** The connection ended before the answer did, or never began. */
export type Cut = Readonly<{
  kind: 'cut'
  code: string
  /**
   * The connection had carried earlier answers, and nothing had arrived for this request: neither an answer nor a 100
   * Continue.
   */
  wasIdle: boolean
}>

/** No answer within a time longer than all limits of Visage. */
export type Silence = Readonly<{ kind: 'silence'; afterMs: number }>

export type Reaction = Answer | Cut | Silence

export type Client = Readonly<{
  ask: (call: Question) => Promise<Reaction>
  close: () => void
}>

export type Question = Readonly<{
  method: 'GET' | 'PUT' | 'DELETE'
  url: string
  token: string
  body?: Uint8Array
  /** The body is sent after a 100 Continue (`Expect: 100-continue`). */
  bodyIs?: 'sent' | 'asked-for'
}>

/** Longer than any limit of docs/operating.md: 12 s for a silent PostgreSQL, and 5 s in the queue for it. */
const usualTimeoutMs = 18_000

/** Connections are kept and used again, as clients do. */
export function createClient(timeoutMs = usualTimeoutMs): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  return { ask: question => ask(agent, question, timeoutMs), close: () => agent.destroy() }
}

function ask(agent: Agent, question: Question, timeoutMs: number): Promise<Reaction> {
  const { method, url, token, body, bodyIs = 'sent' } = question
  return new Promise(resolve => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'image/jpeg', 'content-length': String(body.length) }),
      ...(bodyIs === 'asked-for' && { expect: '100-continue' }),
    }
    const sent = request(url, { agent, method, headers })
    let isTaken = false
    const timer = setTimeout(() => {
      resolve({ kind: 'silence', afterMs: timeoutMs })
      sent.destroy()
    }, timeoutMs)
    const end = (reaction: Reaction) => {
      clearTimeout(timer)
      resolve(reaction)
    }
    const cut = (error: unknown, wasIdle: boolean) =>
      end({ kind: 'cut', code: codeOf(error), wasIdle })
    sent.on('error', error => cut(error, sent.reusedSocket && !isTaken))
    sent.on('response', response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => void parts.push(part))
      response.on('error', error => cut(error, false))
      response.on('end', () => {
        end({
          kind: 'answer',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        })
        // The server has not sent 100 Continue, so the body is not sent.
        if (!sent.writableEnded) sent.destroy()
      })
    })
    if (bodyIs === 'sent') return void sent.end(body)
    sent.on('continue', () => {
      isTaken = true
      sent.end(body)
    })
    sent.flushHeaders()
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
