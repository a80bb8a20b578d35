/**
 * One call of the public API: address, token, and a Problem for what is refused. Reads that meet a busy server
 * are repeated after Retry-After. How a token is had is sign-in's matter.
 */
import { Problem, toProblem } from './problem.ts'

export type Graph = Readonly<{
  /** `path` after the version, e.g. '/me/photo'. Throws Problem for a status from 400 on, and for no network. 304 is returned. */
  send: (method: string, path: string, options?: SendOptions) => Promise<Response>
  /** Tells the person that the server is busy, and waits. Absent: nobody waits. */
  waitWhileBusy?: (seconds: number, signal?: AbortSignal) => Promise<void>
  /** False: a call that needs these leaves the page, to ask the issuer. Absent: no call does. */
  hasAsked?: (permissions: readonly string[]) => boolean
}>

export type SendOptions = Readonly<{
  version?: 'v1.0' | 'beta'
  headers?: Readonly<Record<string, string>>
  body?: Blob | string
  signal?: AbortSignal
  /** Permissions the call needs; asked for at the issuer when the session has them not yet. */
  permissions?: readonly string[]
}>

export type Connection = Readonly<{
  /** The address of the page without the last slash: `https://photos.example/visage`. */
  base: string
  fetch: (address: string, init: RequestInit) => Promise<Response>
  /** Throws a Problem, or leaves the page, where these cannot be had. */
  tokenFor: (permissions: readonly string[]) => Promise<string>
  /** Without it reads are not repeated. */
  waitWhileBusy?: (seconds: number, signal?: AbortSignal) => Promise<void>
}>

/** Attempts at a read, the first included. */
export const maxAttempts = 4
/** Who has to wait longer than this is told at once. */
const maxWaitSeconds = 60
const unsaidWaitSeconds = 2

export function createGraph(connection: Connection): Graph {
  const { waitWhileBusy } = connection
  return {
    send: (method, path, options = {}) => {
      const attempt = () => sendOnce(connection, method, path, options)
      // A write is not repeated: only the person knows whether they still want it.
      return method === 'GET' || path === '/$batch'
        ? repeatWhileBusy(attempt, waitWhileBusy, options.signal)
        : attempt()
    },
    ...(waitWhileBusy && { waitWhileBusy }),
  }
}

/** Repeats what ends with a Problem of kind busy, a few times. */
export async function repeatWhileBusy<Value>(
  attempt: () => Promise<Value>,
  wait: Graph['waitWhileBusy'],
  signal?: AbortSignal,
): Promise<Value> {
  for (let left = maxAttempts - 1; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'busy' || !wait || left === 0) throw error
      const seconds = error.retryAfterSeconds ?? unsaidWaitSeconds
      if (seconds > maxWaitSeconds) throw error
      await wait(seconds, signal)
    }
  }
}

async function sendOnce(
  { base, fetch, tokenFor }: Connection,
  method: string,
  path: string,
  { version = 'v1.0', headers, body, signal, permissions = [] }: SendOptions,
): Promise<Response> {
  const token = await tokenFor(permissions)
  const init = {
    method,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  }
  const response = await fetch(`${base}/${version}${path}`, init).catch((error: unknown) => {
    // A request that a view has aborted is no failure of the network.
    throw signal?.aborted ? error : new Problem({ kind: 'offline' }, error)
  })
  if (response.status < 400) return response
  throw toProblem({
    status: response.status,
    header: name => response.headers.get(name),
    body: parseJson(await response.text().catch(() => '')),
  })
}

/** A proxy's page of HTML says nothing that the status does not say. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
