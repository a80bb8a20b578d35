/**
 * /healthz and /readyz: for load balancers and service managers, without a token. They name the
 * unavailable part; the reason is only in the log. readiness.ts decides what ready means.
 */
import { type Call, isRead, type Reply } from '../call.ts'
import type { Readiness } from './readiness.ts'

/** Load balancers probe every few seconds in any case. */
const retryAfterSeconds = '2'

/** The listener of metrics has no whole call. */
type ProbeCall = Pick<Call, 'method' | 'url'>

/** A mount. */
type Probes = Readonly<{
  answers: (asked: ProbeCall) => boolean
  answer: (asked: ProbeCall) => Promise<Reply>
}>

/** `version` is Visage's. */
export function probes(look: () => Promise<Readiness>, version: string): Probes {
  return {
    answers: ({ url }) => isAt('/healthz', url) || isAt('/readyz', url),
    async answer({ method, url }) {
      if (!isRead({ method })) return notAllowed
      return isAt('/healthz', url) ? json(200, { status: 'ok', version }) : describe(await look())
    },
  }
}

function isAt(path: string, url: string): boolean {
  return url.startsWith(path) && (url.length === path.length || url[path.length] === '?')
}

function describe({ status, parts }: Readiness): Reply {
  const body = status === 'ending' ? { status } : { status, parts }
  return json(status === 'ready' ? 200 : 503, body)
}

function json(status: number, body: Readonly<Record<string, unknown>>): Reply {
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/json',
      ...(status === 503 && { 'retry-after': retryAfterSeconds }),
    },
    body: JSON.stringify(body),
  }
}

const notAllowed: Reply = {
  status: 405,
  headers: { 'cache-control': 'no-store', allow: 'GET, HEAD' },
}
