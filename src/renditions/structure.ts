/**
 * The structure of a JPEG or PNG, read without decoding: whether it is complete, and which parts a decoder
 * needs. libvips stops reading where the crop ends, so it would not notice that the rest of a portrait is
 * missing, and it unpacks parts that are not needed.
 */

import { Failure } from '../failure.ts'
import { countScans } from './jpeg-scans.ts'
import { blockLimit, type Limits, maxScans } from './limits.ts'
import type { PictureFormat } from './signatures.ts'

/**
 * The part of the upload that the decoder gets. Throws 'image-broken' if parts of it are missing, and
 * 'image-too-slow' if decoding it is more work than `limits` allow.
 */
export function takeWholePicture(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: Limits,
): Uint8Array {
  const upload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (format === 'jpeg') return takeJpeg(upload, limits)
  // GIF, WebP and AVIF are always decoded as a whole, so their decoders notice missing parts.
  return format === 'png' ? keepPngPicture(upload) : bytes
}

const endMarker = Buffer.from([0xff, 0xd9])

/**
 * No decoder gets what follows the end marker (more pictures, a video, notes of a phone). A missing end
 * marker is added; every-pixel.ts finds out whether pixels are missing.
 */
function takeJpeg(jpeg: Buffer, limits: Limits): Uint8Array {
  const { scans, blocks, end } = countScans(jpeg)
  if (scans > maxScans || blocks > blockLimit(limits)) {
    throw new Failure('image-too-slow', { detail: `${scans} scans over ${blocks} blocks` })
  }
  if (scans === 0) throw broken('it ends before its picture')
  return end === undefined ? Buffer.concat([jpeg, endMarker]) : jpeg.subarray(0, end)
}

/** Chunks that decide how pixels look. https://www.w3.org/TR/png-3/#11Chunks */
const criticalChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])
const colourChunks = new Set(['tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP', 'sBIT', 'eXIf'])

/** Bounds the time of the walk; a picture of 4 MB usually has 500. */
const maxChunks = 20_000

/**
 * Drops all other chunks, and repeated ones. Stops the 4 MB picture with 500 compressed comments of 8 MB
 * each: libpng unpacks all of them to read the header, which takes seconds and 2 GB.
 */
function keepPngPicture(png: Buffer): Uint8Array {
  const spare = new Set(colourChunks)
  const kept: Uint8Array[] = []
  let keptFrom = 0
  let chunks = 0
  for (let at = 8, type = ''; type !== 'IEND'; ) {
    if (at + 12 > png.length) throw broken('it ends before its last chunk')
    if (++chunks > maxChunks) throw broken('too many chunks')
    const next = at + 12 + png.readUInt32BE(at)
    type = png.toString('latin1', at + 4, at + 8)
    if (!criticalChunks.has(type) && !spare.delete(type)) {
      kept.push(png.subarray(keptFrom, at))
      keptFrom = next
    }
    at = next
    if (type === 'IEND') kept.push(png.subarray(keptFrom, at))
  }
  return kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept)
}

function broken(detail: string): Failure {
  return new Failure('image-broken', { detail })
}
