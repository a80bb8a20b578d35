/**
 * One request to the target: its token, its time-out, its answer in full. It repeats nothing, except once with a new token
 * after 401. Redirects are not followed: a token goes to no other server.
 */
import { randomUUID } from 'node:crypto'
import { Stopped } from './stopped.ts'
import type { Target } from './target.ts'
import type { Tokens } from './tokens.ts'

export type Answer = Readonly<{
  status: number
  headers: Headers
  body: Buffer
  /** The server's name for this request, else ours. */
  requestId: string
}>

export type Order = Readonly<{
  method: 'GET' | 'PUT' | 'DELETE'
  /** After the root, or a whole address below it. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
}>

export type Send = (order: Order) => Promise<Answer>

/** The connection ended, or nothing came in time: the server may have done it or not. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly requestId: string

  constructor(message: string, requestId: string, cause: unknown) {
    super(message, { cause })
    this.requestId = requestId
  }
}

type Parts = Readonly<{
  target: Target
  tokens: Tokens
  fetch: typeof globalThis.fetch
  timeoutMs: number
}>

/** Above the largest photo, and a page of 999 people. */
const maxAnswerBytes = 16 * 1024 * 1024

/** `send` throws NoAnswer, and what `tokens` throws. */
export function createClient({ target, tokens, fetch, timeoutMs }: Parts): Send {
  async function sendOnce({ method, path, headers, body }: Order, token: string): Promise<Answer> {
    const id = randomUUID()
    try {
      const response = await fetch(addressOf(target, path), {
        method,
        headers: { ...headers, authorization: `Bearer ${token}`, 'client-request-id': id },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body && { body: Buffer.from(body) }),
      })
      const { status } = response
      const requestId = response.headers.get('request-id') ?? id
      return { status, headers: response.headers, body: await readBody(response), requestId }
    } catch (error) {
      throw new NoAnswer(whyNone(error), id, error)
    }
  }
  return async order => {
    const answer = await sendOnce(order, await tokens.current())
    return answer.status === 401 ? await sendOnce(order, await tokens.renew()) : answer
  }
}

/** Throws Stopped 'refused' for an address of another place: a list names its next page, and the token would go there. */
function addressOf({ root }: Target, path: string): string {
  const address = path.startsWith('/') ? root + path : path
  if (address.startsWith(`${root}/`)) return address
  throw new Stopped(
    'refused',
    `the server names an address of another place for its next page: ${path}`,
  )
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) throw new RangeError('the answer is larger than 16 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** "fetch failed" says nothing: the cause does. */
function whyNone(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const cause = error.cause instanceof Error ? error.cause : undefined
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : ''
  return `no answer: ${cause?.message || error.message}${code && ` (${code})`}`
}
