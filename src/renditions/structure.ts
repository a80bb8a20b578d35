/**
 * The build of a JPEG or PNG, read without decoding: is it all there, and which parts does a decoder
 * need? libvips stops reading where the crop ends and would never miss the rest of a portrait, and
 * it unpacks parts nobody asked for. It knows nothing of colours and sizes.
 */

import { Failure } from '../failure.ts'
import { countScans } from './jpeg-scans.ts'
import { blockLimit, type Limits, maxScans } from './limits.ts'
import type { PictureFormat } from './signatures.ts'

/**
 * The part of the upload a decoder may see. Throws 'image-broken' when parts of it are missing, and
 * 'image-too-slow' when decoding it is more work than `limits` allow.
 */
export function takeWholePicture(
  bytes: Uint8Array,
  format: PictureFormat,
  limits: Limits,
): Uint8Array {
  const upload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (format === 'jpeg') return takeJpeg(upload, limits)
  // GIF, WebP and AVIF are decoded as a whole whatever is made of them; their decoders complain.
  return format === 'png' ? keepPngPicture(upload) : bytes
}

const endMarker = Buffer.from([0xff, 0xd9])

/**
 * What follows the end marker (more pictures, a video, a phone's notes) goes to no decoder. Where there is
 * none it is put there: whether pixels are missing is for the decoder to say (every-pixel.ts).
 */
function takeJpeg(jpeg: Buffer, limits: Limits): Uint8Array {
  const { scans, blocks, end } = countScans(jpeg)
  if (scans > maxScans || blocks > blockLimit(limits)) {
    throw new Failure('image-too-slow', { detail: `${scans} scans over ${blocks} blocks` })
  }
  if (scans === 0) throw broken('it ends before its picture')
  return end === undefined ? Buffer.concat([jpeg, endMarker]) : jpeg.subarray(0, end)
}

/** Those that say how pixels look. https://www.w3.org/TR/png-3/#11Chunks */
const criticalChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])
const colourChunks = new Set(['tRNS', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'cICP', 'sBIT', 'eXIf'])

/** Only so that walking over them takes no time; a picture of 4 MB usually has 500. */
const maxChunks = 20_000

/**
 * Drops every other chunk, and repeated ones. Stops the 4 MB picture with 500 compressed comments of
 * 8 MB each, all of which libpng unpacks just to read the header: seconds, and 2 GB.
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
