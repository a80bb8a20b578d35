/**
 * Talking to a running `visage dev` on this machine, for the commands that tell it something.
 */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { CommandError } from './terminal.ts'

const defaultUrls = ['http://127.0.0.1:8080', 'https://127.0.0.1:8080']
/** A reset may have to draw every picture anew. */
const timeoutMs = 60_000

type Answer = Readonly<{ status: number; body: string }>

/**
 * Posts an order to the `visage dev` at `url`, or wherever it listens by default, with or without TLS,
 * and returns what `read` finds in its answer. Throws CommandError: in the words of the refusal, or
 * when there is none to ask.
 */
export async function askDev<Value>(
  path: string,
  url: string | undefined,
  order: Readonly<Record<string, unknown>>,
  read: (answer: Readonly<Record<string, unknown>>) => Value | undefined,
): Promise<Value> {
  const { status, body } = await ask(path, url, JSON.stringify(order))
  const answer = parse(body)
  const value = status === 200 && answer !== undefined ? read(answer) : undefined
  if (value !== undefined) return value
  const problem = answer?.error_description
  throw new CommandError(
    typeof problem === 'string'
      ? problem
      : `What answers there is no \`visage dev\` (status ${status}).`,
  )
}

async function ask(path: string, url: string | undefined, order: string): Promise<Answer> {
  const urls = url === undefined ? defaultUrls : [url]
  let problem: unknown
  for (const base of urls) {
    try {
      return await post(addressOf(base, path), order)
    } catch (error) {
      if (error instanceof CommandError) throw error
      problem = error
    }
  }
  const cause = problem instanceof Error && 'code' in problem ? ` (${problem.code})` : ''
  const where = url ?? 'http://localhost:8080'
  throw new CommandError(
    `No \`visage dev\` answers at ${where}${cause}. Start it with \`visage dev\`, or name its address with --url.`,
  )
}

function addressOf(base: string, path: string): URL {
  const url = URL.parse(base)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CommandError(`--url: '${base}' is no http or https address.`)
  }
  // `visage dev` is nowhere else; and only there is a certificate that nobody vouches for no risk.
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new CommandError(
      `--url: ${url.hostname} is another machine; \`visage dev\` runs on loopback only.`,
    )
  }
  return new URL(path, url)
}

function post(url: URL, order: string): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(order) },
    signal: AbortSignal.timeout(timeoutMs),
    // The connection does not leave this machine (addressOf), so nobody can stand in the middle.
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
