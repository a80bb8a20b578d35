/**
 * Reads a request's body: within its size limit, the memory budget of all bodies and a timeout; decompresses it if it
 * is compressed. The content is not looked at.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Failure } from '../failure.ts'
import { freeNow } from '../free-now.ts'

type BodyReading = Readonly<{
  budget: BodyBudget
  /** Refuses the request if no byte arrives for this long. */
  stallTimeoutMs: number
  /** Called when the declared size and encoding are accepted, before the first byte is read. */
  proceed: () => void
}>

/**
 * Returns the body and the bytes taken from the budget; the caller gives them back.
 * Throws 'body-too-large' (by its declared or its real size, compressed or not), 'body-stalled', 'body-cut-off',
 * 'body-encoding-unsupported', 'body-encoding-broken', 'overloaded'. The connection stays usable for the refusal.
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
  // A declared length is taken at once: with many uploads some then finish, instead of all failing halfway.
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
    const collector = source === request && declared > 0 ? fillBuffer(declared) : collectChunks()
    const bytes = await collect(source, request, collector, count, stallTimeoutMs)
    return { bytes, takenBytes: taken }
  } catch (error) {
    budget.giveBack(taken)
    throw error
  }
}

/**
 * By events, not by iteration: leaving an iteration destroys the stream, and the request's stream destroys the socket
 * that the refusal is sent on.
 */
function collect(
  source: Readable,
  request: IncomingMessage,
  collector: Collector,
  count: (chunk: Buffer) => void,
  stallTimeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const seconds = stallTimeoutMs / 1000
    const stalled = () => finish(new Failure('body-stalled', { facts: { seconds } }))
    const timer = setTimeout(stalled, stallTimeoutMs)
    // A compressed body may have arrived, and its stream closed, while it is still being decompressed.
    const cutOff = () => request.complete || finish(new Failure('body-cut-off'))
    const broken = (cause: unknown) => finish(new Failure('body-encoding-broken', { cause }))
    const complete = () => finish(undefined)
    const arrived = () => timer.refresh()
    const add = (chunk: Buffer) => {
      try {
        count(chunk)
        collector.add(chunk)
      } catch (error) {
        finish(error)
      }
    }
    function finish(error: unknown): void {
      clearTimeout(timer)
      source.off('data', add).off('end', complete)
      request.off('data', arrived).off('close', cutOff).off('error', cutOff)
      if (source !== request) {
        // A late error of the decompressor must not end the process.
        source.off('error', broken).on('error', ignore)
        request.unpipe()
        source.destroy()
      }
      // The rest is read and discarded, so that the client reads the answer.
      request.resume()
      if (error !== undefined) reject(error)
      else resolve(collector.whole())
    }
    if (source !== request) source.on('error', broken)
    request.on('data', arrived).on('close', cutOff).on('error', cutOff)
    source.on('data', add).on('end', complete)
    if (request.destroyed) cutOff()
  })
}

function ignore(): void {}

/** Collects the chunks of a body. */
type Collector = Readonly<{ add: (chunk: Buffer) => void; whole: () => Uint8Array }>

function collectChunks(): Collector {
  const chunks: Buffer[] = []
  return {
    add: chunk => void chunks.push(chunk),
    whole: () => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
  }
}

/**
 * For a body of a known length, with each byte in memory once. The parser ends a body at its declared length, so the
 * chunks fit. `whole` returns only the bytes that were written.
 */
function fillBuffer(length: number): Collector {
  // The memory is not zeroed and not from Node's shared pool.
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  return {
    add(chunk) {
      filled += chunk.copy(bytes, filled)
      // It has no other owner.
      freeNow(chunk)
    },
    whole: () => bytes.subarray(0, filled),
  }
}

/** The Go SDK compresses every body. The size limit counts decompressed bytes, which stops decompression bombs. */
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
 * Limits the bytes of request bodies, and of the values parsed from them, that are in memory at once in this process.
 * A request beyond the limit is refused at once and may be retried; accepted requests are not affected.
 */
export type BodyBudget = Readonly<{
  /**
   * Takes `bytes` of the budget. Throws Failure 'overloaded' when too few are free, and 'body-too-large' when the whole
   * budget is smaller than these and the bytes that the same request has taken `already`.
   */
  take(bytes: number, already?: number): void
  giveBack(bytes: number): void
  takenBytes(): number
  /** Number of refusals since the start. */
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
