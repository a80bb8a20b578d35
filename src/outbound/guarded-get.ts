/**
 * The only call to an address that somebody else has named: GET over https, of a host in a list, at an IP address of the
 * public Internet. It does not know what is fetched, and for whom.
 *
 * Stops a sender from reaching what only this machine reaches (SSRF). The IP address is checked when the connection is
 * made, so a name that resolves to another address the second time (DNS rebinding) gains nothing. Redirects are not
 * followed, and no proxy and no credentials are used. Does not stop a host in the list from lying.
 */
import { type LookupAddress, lookup as resolveName } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublic } from './public-addresses.ts'

/** Why there are no bytes. `detail` is for the log: it has no path and no query. */
type NotFetched = Readonly<{
  why: 'address-not-listed' | 'address-not-public' | 'answer-refused' | 'unreachable' | 'late'
  detail: string
}>

export type Fetched = Readonly<{ bytes: Uint8Array }> | NotFetched

type GuardedGetOptions = Readonly<{
  /** Host names in lower case, with the port if it is not 443. */
  hosts: ReadonlySet<string>
  maxBytes: number
  /** The first part of the content type, such as `image`. */
  type: string
  /** Ends the call. There is no other limit in time. */
  signal: AbortSignal
}>

/** Tests serve on loopback: they resolve names, allow addresses and trust a certificate themselves. */
export type Network = Readonly<{
  resolve?: Resolve
  allows?: (address: string) => boolean
  ca?: string
}>

type Resolve = (
  host: string,
  options: Readonly<{ all: true }>,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** In characters. Parsing megabytes would hold the event loop. */
const maxAddressLength = 8192

export async function guardedGet(
  address: string,
  options: GuardedGetOptions,
  { resolve = resolveName, allows = isPublic, ca }: Network = {},
): Promise<Fetched> {
  const url = address.length > maxAddressLength ? null : URL.parse(address)
  if (url === null || !isListed(url, options.hosts)) {
    return { why: 'address-not-listed', detail: url?.host.slice(0, 300) ?? 'this is no address' }
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !allows(literal)) return notPublic(literal)
  // Without keep-alive nobody else uses the connection. The agent of Node.js may use a proxy; this one does not.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 })
  try {
    const { signal } = options
    const lookup = guardedLookup(resolve, allows)
    const answer = await send(url, { agent, lookup, signal, ca, allows })
    return await readAnswer(answer, options)
  } catch (error) {
    return explain(error, options.signal)
  } finally {
    agent.destroy()
  }
}

/** The host must be in the list with its port; an address with a name or a password is refused. */
function isListed(url: URL, hosts: ReadonlySet<string>): boolean {
  const { protocol, host, username, password } = url
  return protocol === 'https:' && hosts.has(host) && username === '' && password === ''
}

class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

function notPublic(address: string): NotFetched {
  return { why: 'address-not-public', detail: `${address} is not on the public Internet` }
}

/** Refuses a name as a whole when one of its addresses is not allowed. */
function guardedLookup(resolve: Resolve, allows: (address: string) => boolean): LookupFunction {
  return (host, { all }, callback) => {
    resolve(host, { all: true }, (error, addresses) => {
      const refused = addresses?.find(({ address }) => !allows(address))
      const [first] = addresses ?? []
      if (error !== null) return callback(error, '')
      if (refused !== undefined) return callback(new AddressRefused(refused.address), '')
      if (first === undefined) return callback(new Error('the name has no address'), '')
      return all ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

type Sending = Readonly<{
  agent: Agent
  lookup: LookupFunction
  signal: AbortSignal
  ca: string | undefined
  allows: (address: string) => boolean
}>

function send(url: URL, { allows, ca, ...options }: Sending): Promise<IncomingMessage> {
  const headers = { 'accept-encoding': 'identity', 'user-agent': 'visage' }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, ...(ca !== undefined && { ca }), headers })
    // The address of the connection itself is checked too, before anything is sent: TLS starts after it.
    outgoing.on('socket', socket =>
      socket.once('connect', () => {
        const { remoteAddress = '' } = socket
        if (!allows(remoteAddress)) outgoing.destroy(new AddressRefused(remoteAddress))
      }),
    )
    outgoing.on('response', resolve).on('error', reject).end()
  })
}

async function readAnswer(
  answer: IncomingMessage,
  { maxBytes, type, signal }: GuardedGetOptions,
): Promise<Fetched> {
  const refused = whyRefused(answer, maxBytes, type)
  if (refused !== undefined) {
    answer.destroy()
    return { why: 'answer-refused', detail: refused }
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    signal.throwIfAborted()
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop closes the connection.
    if (length > maxBytes) return { why: 'answer-refused', detail: tooLarge(maxBytes) }
  }
  return { bytes: Buffer.concat(chunks) }
}

function whyRefused(
  { statusCode, headers }: IncomingMessage,
  maxBytes: number,
  type: string,
): string | undefined {
  if (statusCode !== 200) return `the status is ${statusCode}`
  const contentType = headers['content-type'] ?? ''
  if (!contentType.toLowerCase().startsWith(`${type}/`)) {
    return `the content type is '${contentType.slice(0, 100)}'`
  }
  const { 'content-encoding': encoding = 'identity', 'content-length': declared } = headers
  if (encoding !== 'identity') return `the content encoding is '${encoding.slice(0, 100)}'`
  return Number(declared) > maxBytes ? tooLarge(maxBytes) : undefined
}

function tooLarge(maxBytes: number): string {
  return `it has more than ${maxBytes} bytes`
}

function explain(error: unknown, signal: AbortSignal): NotFetched {
  if (error instanceof AddressRefused) return notPublic(error.message)
  if (signal.aborted) return { why: 'late', detail: 'it did not arrive in time' }
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return { why: 'unreachable', detail: code.slice(0, 200) }
}
