/**
 * Reading a request's body from its stream: within a limit, within the budget of all bodies, in time, inflated
 * where it is packed. It knows nothing of what the body holds.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Failure } from '../failure.ts'

type BodyReading = Readonly<{
  budget: BodyBudget
  /** Refuses a sender who pauses longer than this. */
  stallTimeoutMs: number
  /** Called once what was announced is acceptable, before the first byte is waited for. */
  proceed: () => void
}>

/**
 * The body, and what it has taken of the budget: to be given back once nobody needs it any more.
 * Throws 'body-too-large' (declared or arrived, inflated or not), 'body-stalled', 'body-cut-off',
 * 'body-encoding-unsupported', 'body-encoding-broken', 'overloaded'. The connection stays usable: a
 * refusal is answered on it.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  { budget, stallTimeoutMs, proceed }: BodyReading,
): Promise<Readonly<{ bytes: Uint8Array; takenBytes: number }>> {
  const declared = Number(request.headers['content-length'] ?? Number.NaN)
  if (declared > maxBytes) {
    throw new Failure('body-too-large', { facts: { maxBytes, bytes: declared } })
  }
  const source = inflate(request)
  // A declared length is taken at once, so that of many uploads some finish instead of all failing halfway.
  let taken = Number.isNaN(declared) || source !== request ? 0 : declared
  budget.take(taken)
  proceed()
  let length = 0
  const count = (chunk: Buffer) => {
    length += chunk.length
    if (length > maxBytes) throw new Failure('body-too-large', { facts: { maxBytes } })
    if (length <= taken) return
    budget.take(length - taken, taken)
    taken = length
  }
  try {
    const gathered = source === request && declared > 0 ? fillBuffer(declared) : gatherChunks()
    const bytes = await collect(source, request, gathered, count, stallTimeoutMs)
    return { bytes, takenBytes: taken }
  } catch (error) {
    budget.giveBack(taken)
    throw error
  }
}

/**
 * By events and not by iteration: leaving an iteration destroys the stream, and with the request's
 * stream the socket that the refusal has to go out on.
 */
function collect(
  source: Readable,
  request: IncomingMessage,
  gathered: Gathered,
  count: (chunk: Buffer) => void,
  stallTimeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const seconds = stallTimeoutMs / 1000
    const stalled = () => finish(new Failure('body-stalled', { facts: { seconds } }))
    const timer = setTimeout(stalled, stallTimeoutMs)
    // A packed body may have arrived, and its stream closed, while it is still being inflated.
    const cutOff = () => request.complete || finish(new Failure('body-cut-off'))
    const broken = (cause: unknown) => finish(new Failure('body-encoding-broken', { cause }))
    const complete = () => finish(undefined)
    const arrived = () => timer.refresh()
    const add = (chunk: Buffer) => {
      try {
        count(chunk)
        gathered.add(chunk)
      } catch (error) {
        finish(error)
      }
    }
    function finish(error: unknown): void {
      clearTimeout(timer)
      source.off('data', add).off('end', complete)
      request.off('data', arrived).off('close', cutOff).off('error', cutOff)
      if (source !== request) {
        // A late complaint of a decompressor that is done with has no reader, and ends no process.
        source.off('error', broken).on('error', ignore)
        request.unpipe()
        source.destroy()
      }
      // What still arrives is read and forgotten, so that the client gets to see the answer.
      request.resume()
      if (error !== undefined) reject(error)
      else resolve(gathered.whole())
    }
    if (source !== request) source.on('error', broken)
    request.on('data', arrived).on('close', cutOff).on('error', cutOff)
    source.on('data', add).on('end', complete)
    if (request.destroyed) cutOff()
  })
}

function ignore(): void {}

/** What has arrived so far. */
type Gathered = Readonly<{ add: (chunk: Buffer) => void; whole: () => Uint8Array }>

function gatherChunks(): Gathered {
  const chunks: Buffer[] = []
  return {
    add: chunk => void chunks.push(chunk),
    whole: () => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
  }
}

/**
 * A body of a known length, each byte of it in memory once. The parser ends a body at the length that
 * was declared, so no chunk is too long and none is missing at the end: what is not written is not read.
 */
function fillBuffer(length: number): Gathered {
  // Not from Node's shared pool, and not zeroed.
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  return {
    add(chunk) {
      filled += chunk.copy(bytes, filled)
      freeNow(chunk)
    },
    whole: () => bytes.subarray(0, filled),
  }
}

/**
 * Nobody else holds the chunk. Left to the collector, the chunks of two large uploads are enough memory
 * outside its heap to make it go through all of that: a tenth of the processor time of an upload.
 */
function freeNow({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** The Go SDK packs every body. The limit counts what comes out, so a small bomb stays small. */
function inflate(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase()
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return request
    case 'gzip':
    case 'x-gzip':
      return request.pipe(createGunzip())
    case 'deflate':
      return request.pipe(createInflate())
    case 'br':
      return request.pipe(createBrotliDecompress())
    default:
      throw new Failure('body-encoding-unsupported', { facts: { encoding: encoding.slice(0, 50) } })
  }
}

/**
 * How many bytes of request bodies, and of what they become, may be in memory at once. It bounds the
 * process, not a request: whoever comes on top is refused at once and may come again, and nothing that
 * was accepted suffers.
 */
export type BodyBudget = Readonly<{
  /**
   * Takes `bytes` of the budget. Throws Failure 'overloaded' when they are not there, and 'body-too-large'
   * when they never are, together with what the same request has taken `already`.
   */
  take(bytes: number, already?: number): void
  giveBack(bytes: number): void
  takenBytes(): number
  /** How often it was not there, ever. */
  refusals(): number
}>

const retryAfterSeconds = 2

export function createBodyBudget(maxBytes: number): BodyBudget {
  let taken = 0
  let refusals = 0
  return {
    take(bytes, already = 0) {
      if (already + bytes > maxBytes) {
        throw new Failure('body-too-large', { facts: { maxBytes, bytes: already + bytes } })
      }
      if (taken + bytes > maxBytes) {
        refusals += 1
        throw new Failure('overloaded', { facts: { retryAfterSeconds } })
      }
      taken += bytes
    },
    giveBack(bytes) {
      taken -= bytes
    },
    takenBytes: () => taken,
    refusals: () => refusals,
  }
}
