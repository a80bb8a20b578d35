/**
 * Reads ranges past the official client, whose own steps take most of the processor time of a read
 * (docs/decisions/0032-reads-from-s3.md). It accepts only the answer that was asked for. The
 * official client does everything else again: it knows retries, errors, clocks and redirects.
 */
import { Agent } from 'undici'
import { createSign, encodeName, type Keys } from './s3-signature.ts'

export type DirectReads = Readonly<{
  /** How the official client reached the bucket; undefined: it signs in another way. */
  learn: (route: Route | undefined) => void
  /** undefined without the wanted answer, whatever the reason. Then no more until `resume`. */
  read: (
    object: string,
    offset: number,
    length: number,
    signal: AbortSignal,
  ) => Promise<Uint8Array | undefined>
  /** The official client has got an answer. */
  resume: () => void
}>

/** What the configuration of the official client has. */
type Official = Readonly<{
  credentials: () => Promise<Keys>
  /** In milliseconds. It learns from the store how wrong the clock of this machine is. */
  systemClockOffset: number
}>

type Route = Readonly<{ origin: string; host: string; path: string; region: string }>

export function createDirectReads(
  config: Official,
  { connectMs, answerMs, stallMs }: Readonly<Record<'connectMs' | 'answerMs' | 'stallMs', number>>,
  connections: number,
): DirectReads {
  const sign = createSign()
  const agent = new Agent({
    connections,
    connect: { timeout: connectMs },
    headersTimeout: answerMs,
    bodyTimeout: stallMs,
  })
  let route: Route | undefined
  let isWell = true
  return {
    learn(learned) {
      route = learned
    },
    resume() {
      isWell = true
    },
    async read(object, offset, length, signal) {
      if (route === undefined || !isWell) return undefined
      const { origin, host, region } = route
      const path = route.path + encodeName(object)
      const range = `bytes=${offset}-${offset + length - 1}`
      try {
        const keys = await config.credentials()
        const atMs = Date.now() + config.systemClockOffset
        const headers = sign({ host, path, range, region, atMs }, keys)
        const answer = await agent.request({ origin, path, method: 'GET', headers, signal })
        if (answer.statusCode === 206 && Number(answer.headers['content-length']) === length)
          return await answer.body.bytes()
        await answer.body.dump()
      } catch {
        // The official client meets the same fault, and says what it is.
      }
      isWell = false
      return undefined
    },
  }
}

/** From a request that the official client has signed; undefined when it is not signed like ours. */
export function routeOf(signed: unknown): Route | undefined {
  if (!isRequest(signed)) return undefined
  const { protocol, hostname, port, path, headers } = signed
  const { host, authorization = '' } = headers
  const [, region] = /^AWS4-HMAC-SHA256 .*\/([^/]+)\/s3\/aws4_request,/.exec(authorization) ?? []
  if (region === undefined || host === undefined) return undefined
  const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
  return { origin, host, path: path.endsWith('/') ? path : `${path}/`, region }
}

type SignedRequest = Readonly<{
  protocol: string
  hostname: string
  port?: number
  path: string
  headers: Readonly<Record<string, string>>
}>

function isRequest(value: unknown): value is SignedRequest {
  return typeof value === 'object' && value !== null && 'hostname' in value && 'headers' in value
}
