/**
 * The messages between server and renderer, and how they are cut out of a stream of bytes. Only JSON and
 * plain bytes: a renderer decodes untrusted pictures, so its messages are checked as untrusted too.
 */
import type { Duplex } from 'node:stream'
import { type Facts, Failure, type FailureCode } from '../failure.ts'
import type { Limits } from './limits.ts'
import type { Framing, RenderedPack, Rendition } from './rendition.ts'
import { findFault } from './stored.ts'

/** To a renderer. A picture comes with its bytes. */
export type Order =
  | Readonly<{ order: 'render'; framing: Framing; limits: Limits }>
  /** The answer to 'admitted': decode the picture, or drop it for now. */
  | Readonly<{ order: 'decode' | 'cancel' }>

/** From a renderer. A pack comes with its bytes. */
export type Report =
  | Readonly<{ report: 'ready' }>
  | Readonly<{ report: 'admitted'; decodedBytes: number }>
  | Readonly<{ report: 'rendered'; renditions: readonly Rendition[] }>
  | Readonly<{ report: 'refused'; code: FailureCode; detail: string; facts: Facts }>
  /** A bug, or a renderer that cannot start. */
  | Readonly<{ report: 'failed'; error: string }>

export type Frame = Readonly<{ head: unknown; body: Buffer }>

/** A picture of 4 MB is the largest one way, a pack of less than 1 MB the other. */
const maxBodyBytes = 64 * 1024 * 1024
const maxHeadBytes = 64 * 1024
const prefixBytes = 8

/** Resolves when the channel has taken `body`, or is closed: before that, its memory must not be freed. */
export function writeFrame(
  channel: Duplex,
  head: Order | Report,
  body: Uint8Array = nothing,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32BE(text.length, 0)
  prefix.writeUInt32BE(body.length, 4)
  return new Promise(resolve => {
    channel.cork()
    channel.write(Buffer.concat([prefix, text]))
    channel.write(body, () => resolve())
    channel.uncork()
  })
}

const nothing = new Uint8Array()

/**
 * Calls `take` with each complete frame, whose body has memory of its own: each byte is copied there once, and the chunk
 * may be used again. Throws RangeError for a frame that is too large.
 */
export function cutFrames(take: (frame: Frame) => void): (chunk: Buffer) => void {
  let start: Buffer = Buffer.alloc(0)
  let frame: (Frame & { filledBytes: number }) | undefined
  return chunk => {
    let rest = chunk
    for (;;) {
      if (frame === undefined) {
        start = Buffer.concat([start, rest])
        const headEnd = findHeadEnd(start)
        if (headEnd === undefined) return
        const head: unknown = JSON.parse(start.toString('utf8', prefixBytes, headEnd))
        frame = { head, body: Buffer.allocUnsafeSlow(start.readUInt32BE(4)), filledBytes: 0 }
        rest = start.subarray(headEnd)
        start = Buffer.alloc(0)
      }
      const copiedBytes = rest.copy(frame.body, frame.filledBytes)
      frame.filledBytes += copiedBytes
      if (frame.filledBytes < frame.body.length) return
      take(frame)
      frame = undefined
      rest = rest.subarray(copiedBytes)
    }
  }
}

/** Undefined while the prefix or the head is not complete. */
function findHeadEnd(start: Buffer): number | undefined {
  if (start.length < prefixBytes) return undefined
  const headEnd = prefixBytes + start.readUInt32BE(0)
  if (headEnd - prefixBytes > maxHeadBytes || start.readUInt32BE(4) > maxBodyBytes) {
    throw new RangeError('a frame is too large')
  }
  return start.length < headEnd ? undefined : headEnd
}

/** Throws TypeError for what no renderer of ours sends. */
export function readReport(head: unknown): Report {
  if (typeof head === 'object' && head !== null && 'report' in head) {
    const report = head as Report
    const isKnown = Object.hasOwn(rightReports, String(report.report))
    if (isKnown && (rightReports[report.report] as (said: Report) => boolean)(report)) return report
  }
  throw new TypeError('a renderer sent an invalid report')
}

type Right<Name> = (report: Extract<Report, { report: Name }>) => boolean

const rightReports: { readonly [Name in Report['report']]: Right<Name> } = {
  ready: () => true,
  admitted: ({ decodedBytes }) => isCount(decodedBytes),
  rendered: ({ renditions }) =>
    Array.isArray(renditions) &&
    renditions.length > 0 &&
    renditions.length <= 20 &&
    renditions.every(isRendition),
  refused: ({ code, detail, facts }) =>
    imageFailures.has(code) && typeof detail === 'string' && isFacts(facts),
  failed: ({ error }) => typeof error === 'string',
}

const imageFailures: ReadonlySet<FailureCode> = new Set([
  'body-empty',
  'image-is-base64',
  'image-format-unsupported',
  'image-broken',
  'image-width-too-small',
  'image-height-too-small',
  'image-has-too-many-pixels',
  'image-too-slow',
] as const)

export function failureOf({ code, detail, facts }: Report & { report: 'refused' }): Failure {
  return new Failure(code, { detail, facts })
}

/** Throws TypeError unless each rendition is a JPEG of its size within the bytes. */
export function readPack(renditions: readonly Rendition[], bytes: Uint8Array): RenderedPack {
  for (const rendition of renditions) {
    const { offset, length, width, height } = rendition
    const fault = findFault(bytes.subarray(offset, offset + length), { width, height })
    if (fault !== undefined) throw new TypeError(`a rendition of a renderer ${fault}`)
  }
  return { bytes, renditions }
}

function isRendition(value: unknown): value is Rendition {
  if (typeof value !== 'object' || value === null) return false
  const { width, height, offset, length } = value as Partial<Rendition>
  return [width, height, offset, length].every(isCount)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isFacts(value: unknown): value is Facts {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every(
    fact =>
      typeof fact === 'number' ||
      typeof fact === 'string' ||
      (Array.isArray(fact) && fact.every(word => typeof word === 'string')),
  )
}
