/**
 * The origins that the page sends requests to when somebody signs in, for its Content-Security-Policy. An issuer may keep its
 * endpoints on other hosts than its own; its discovery document says so. It is read in the background: an issuer that is
 * away neither delays nor ends the start, and is asked again later.
 */
import type { WriteLine } from '../events.ts'
import { type Fetch, fetchObject } from '../tokens/key-set.ts'

/** Those that the page asks. The authorization endpoint is a page of its own, and names come from the id token. */
const endpoints = ['token_endpoint', 'jwks_uri']
const timeoutMs = 10_000
const retryAfterMs = 30_000

export type IssuerOrigins = Readonly<{
  /** Of the issuer itself, and those of its endpoints once they are known. Starts a due attempt. */
  known: () => readonly string[]
  end: () => void
}>

type Watching = Readonly<{
  /** The page's base URL. */
  origin: string
  fetch: Fetch
  elapsed: () => number
  write: WriteLine
}>

export function watchIssuerOrigins(issuer: string, watching: Watching): IssuerOrigins {
  const { elapsed, write } = watching
  const ending = new AbortController()
  let origins: readonly string[] = originsOf([issuer])
  let nextAtMs = elapsed()
  const attempt = async () => {
    try {
      origins = originsOf([issuer, ...(await readEndpoints(issuer, watching, ending.signal))])
    } catch (error) {
      nextAtMs = elapsed() + retryAfterMs
      if (ending.signal.aborted) return
      const problem = `${discoveryOf(issuer)} cannot be read: ${textOf(error)}`
      write('warning', { event: 'page-sign-in', problem })
    }
  }
  const known = () => {
    if (elapsed() >= nextAtMs) {
      nextAtMs = Number.POSITIVE_INFINITY
      void attempt()
    }
    return origins
  }
  known()
  return { known, end: () => ending.abort() }
}

async function readEndpoints(
  issuer: string,
  { origin: base, fetch, write }: Watching,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { origin } = new URL(base)
  const address = discoveryOf(issuer)
  const fetchAsPage: Fetch = async (url, init) => {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), origin }
    const answer = await fetch(url, { ...init, headers })
    const allowed = answer.headers.get('access-control-allow-origin')
    if (answer.ok && allowed !== '*' && allowed !== origin) {
      const problem = `${address} does not let a page at ${origin} read it (CORS), so nobody can sign in at the page`
      write('warning', { event: 'page-sign-in', problem })
    }
    return answer
  }
  const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const document = await fetchObject(fetchAsPage, address, both)
  return endpoints.map(name => document[name])
}

function discoveryOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/** The host of a URL may contain `;` and `'`, which would begin another directive of the policy. */
const plainOrigin = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/

function originsOf(addresses: readonly unknown[]): readonly string[] {
  const origins = addresses.flatMap(address => {
    const origin = typeof address === 'string' ? (URL.parse(address)?.origin ?? '') : ''
    return plainOrigin.test(origin) ? [origin] : []
  })
  return [...new Set(origins)]
}

/** `fetch failed` says nothing; its cause does. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
