/**
 * Reads a small body and writes an answer with Node's request and response. Knows no OAuth.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { IncomingMessage as Message } from '../../node-http.ts'

const maxBodyBytes = 64 * 1024

/** A request that the issuer cannot read; `status` is that of the answer. */
export class BodyRefused extends Error {
  readonly status: number

  constructor(status: number, problem: string) {
    super(problem)
    this.name = 'BodyRefused'
    this.status = status
  }
}

/** At most 64 KiB; beyond that `BodyRefused` 413. */
export async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new BodyRefused(413, 'The request is larger than 64 KiB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** A body without a content type is a form: OAuth has only forms, and MSAL for Java sends no type. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const type = req.headers['content-type']
  if (type !== undefined && !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new BodyRefused(415, 'Send a form: content-type application/x-www-form-urlencoded.')
  }
  return new URLSearchParams(await readBody(req))
}

export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
}

/** The same request with another method, address and form, for a library that reads it itself. */
export function rewriteRequest(
  req: IncomingMessage,
  change: { method: string; mount: string; url: string; body: string },
): IncomingMessage {
  const body = Buffer.from(change.body)
  const copy = new Message(req.socket)
  const { 'transfer-encoding': _, ...headers } = req.headers
  copy.method = change.method
  copy.url = change.url
  copy.httpVersion = req.httpVersion
  copy.headers = { ...headers, 'content-length': String(body.length) }
  if (body.length > 0) {
    copy.headers['content-type'] = 'application/x-www-form-urlencoded'
    copy.push(body)
  }
  copy.push(null)
  copy.complete = true
  return Object.assign(copy, { originalUrl: change.mount + change.url })
}

/**
 * The policy of answers that have none of their own: pages and redirects written by the OAuth library.
 * Stops another site's page from framing them, and foreign scripts: the library adds the hash of its own
 * script to the empty `script-src`, which allows nothing. Without `form-action`, because some of these
 * pages post to the app.
 */
export function forbidFraming(res: ServerResponse): void {
  res.setHeader(
    'content-security-policy',
    "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'",
  )
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(text)
}
