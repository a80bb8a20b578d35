/**
 * One request to a server that may be killed, filling up or ending just now: it resolves in every case,
 * with the answer or with how the connection ended. It knows nothing of photos.
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
  /** On a connection that had carried answers before, and nothing of this one had come. */
  wasIdle: boolean
}>

/** No answer within a time that no limit of Visage reaches. */
export type Silence = Readonly<{ kind: 'silence' }>

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
}>

/** Longer than the longest limit in docs/operating.md. */
const patienceMs = 60_000

/** Connections are kept and used again, as clients do. */
export function createClient(): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  return { ask: question => ask(agent, question), close: () => agent.destroy() }
}

function ask(agent: Agent, { method, url, token, body }: Question): Promise<Reaction> {
  return new Promise(resolve => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'image/jpeg', 'content-length': String(body.length) }),
    }
    const sent = request(url, { agent, method, headers })
    const timer = setTimeout(() => {
      resolve({ kind: 'silence' })
      sent.destroy()
    }, patienceMs)
    const end = (reaction: Reaction) => {
      clearTimeout(timer)
      resolve(reaction)
    }
    const cut = (error: unknown, wasIdle: boolean) =>
      end({ kind: 'cut', code: codeOf(error), wasIdle })
    sent.on('error', error => cut(error, sent.reusedSocket))
    sent.on('response', response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => void parts.push(part))
      response.on('error', error => cut(error, false))
      response.on('end', () =>
        end({
          kind: 'answer',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      )
    })
    sent.end(body)
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
