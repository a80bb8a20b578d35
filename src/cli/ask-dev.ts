/**
 * Sends orders to a running `visage dev` on this machine.
 */
import { request as requestHttps } from 'node:https'
import { mintPath } from '../dev/issuer/orders.ts'
import { isLoopback } from '../loopback.ts'
import { request as requestHttp } from '../node-http.ts'
import { settings } from '../settings/table.ts'
import { CommandError, type Terminal } from './terminal.ts'

/** Where `visage dev` listens. Without both, on the default port, with or without TLS. */
export type DevPlace = Readonly<{ url?: string | undefined; port?: number | undefined }>

export const defaultDevPort = Number(settings.port.default)

/** A reset may draw every picture again. */
const timeoutMs = 60_000
/** `visage dev` answers at once; a server that is slower is another program. */
const probeTimeoutMs = 2000

type Answer = Readonly<{ status: number; body: string }>

/**
 * Posts an order to the `visage dev` at `place` and returns what `read` finds in its answer. Throws
 * CommandError: with the refusal, or if nothing answers.
 */
export async function askDev<Value>(
  path: string,
  place: DevPlace,
  order: Readonly<Record<string, unknown>>,
  read: (answer: Readonly<Record<string, unknown>>) => Value | undefined,
  { program }: Pick<Terminal, 'program'>,
): Promise<Value> {
  const { status, body } = await ask(path, place, JSON.stringify(order), program)
  const answer = parse(body)
  const value = status === 200 && answer !== undefined ? read(answer) : undefined
  if (value !== undefined) return value
  const problem = answer?.error_description
  throw new CommandError(
    typeof problem === 'string'
      ? problem
      : `The server there is not \`visage dev\` (status ${status}).`,
  )
}

async function ask(path: string, place: DevPlace, order: string, program: string): Promise<Answer> {
  const urls = urlsOf(place)
  let problem: unknown
  for (const base of urls) {
    try {
      return await post(addressOf(base, path), order, timeoutMs)
    } catch (error) {
      if (error instanceof CommandError) throw error
      problem = error
    }
  }
  const cause = problem instanceof Error && 'code' in problem ? ` (${problem.code})` : ''
  throw new CommandError(
    `No \`visage dev\` answers at ${urls.at(-1)}${cause}. Start it with \`${program} dev\`, or say where it is with --port or --url.`,
  )
}

/** Whether a `visage dev` listens on this port of this machine. */
export async function isDevAt(port: number): Promise<boolean> {
  for (const url of urlsOf({ port })) {
    try {
      // An order without effect: the field does not exist.
      const answer = await post(new URL(mintPath, url), '{"":0}', probeTimeoutMs)
      const refusal = parse(answer.body)
      if (answer.status === 400 && refusal?.error === 'invalid_request') return true
    } catch {
      // No server, or one with another protocol.
    }
  }
  return false
}

function urlsOf({ url, port }: DevPlace): readonly string[] {
  if (url !== undefined && port !== undefined) {
    throw new CommandError('--port and --url both say where `visage dev` is: give one of them.')
  }
  const place = `localhost:${port ?? defaultDevPort}`
  // A server of TLS answers plain HTTP too, with a refusal; a plain one does not answer TLS.
  return url === undefined ? [`https://${place}`, `http://${place}`] : [url]
}

function addressOf(base: string, path: string): URL {
  const url = URL.parse(base)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const proposed = propose(base)
    throw new CommandError(
      `--url: '${base}' is not an http or https address.${proposed && ` Write ${proposed}.`}`,
    )
  }
  // `visage dev` runs only on loopback, and only there an untrusted certificate is no risk.
  if (!isLoopback(url.hostname)) {
    throw new CommandError(
      `--url: ${url.hostname} is another machine; \`visage dev\` runs on loopback only.`,
    )
  }
  return new URL(path, url)
}

/** Suggests `http://localhost:8080` for `localhost:8080`; '' if that is not an address of this machine. */
function propose(text: string): string {
  const url = URL.parse(`http://${text}`)
  return url !== null && isLoopback(url.hostname) ? url.origin : ''
}

function post(url: URL, order: string, withinMs: number): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(order) },
    signal: AbortSignal.timeout(withinMs),
    // The connection does not leave this machine (addressOf), so nothing can intercept it.
    rejectUnauthorized: false,
  }
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(order)
  })
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
}
