/**
 * /healthz and /readyz over HTTP: for load balancers and service managers, without a token. They name the
 * unavailable part; the reason is only in the log. readiness.ts decides what ready means.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readiness } from './readiness.ts'

/** True if it was a probe, which is then answered. */
export type AnswerProbe = (request: IncomingMessage, response: ServerResponse) => boolean

/** Load balancers ask every few seconds in any case. */
const retryAfterSeconds = '2'

/** `version`: of Visage. */
export function answerProbes(look: () => Promise<Readiness>, version: string): AnswerProbe {
  return (request, response) => {
    const url = request.url ?? ''
    if (isAt('/healthz', url)) answer(request, response, 200, { status: 'ok', version })
    else if (isAt('/readyz', url)) void answerReadiness(request, response, look)
    else return false
    return true
  }
}

/** Called for every request: the second character rules nearly all of them out. */
function isAt(path: string, url: string): boolean {
  return url.startsWith(path) && (url.length === path.length || url[path.length] === '?')
}

async function answerReadiness(
  request: IncomingMessage,
  response: ServerResponse,
  look: () => Promise<Readiness>,
): Promise<void> {
  const { status, parts } = await look()
  const body = status === 'ending' ? { status } : { status, parts }
  answer(request, response, status === 'ready' ? 200 : 503, body)
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Readonly<Record<string, unknown>>,
): void {
  const { method } = request
  const isRead = method === 'GET' || method === 'HEAD'
  const text = isRead ? JSON.stringify(body) : ''
  response.writeHead(isRead ? status : 405, {
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(isRead
      ? { 'content-type': 'application/json' }
      : // What was sent with it is not read.
        { allow: 'GET, HEAD', connection: 'close' }),
    ...(isRead && status === 503 && { 'retry-after': retryAfterSeconds }),
  })
  response.end(method === 'HEAD' ? undefined : text)
}
