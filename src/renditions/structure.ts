/**
 * The build of a JPEG or PNG, read without decoding: is it all there, and which parts does a decoder
 * need? libvips stops reading where the crop ends and would never miss the rest of a portrait, and
 * it unpacks parts nobody asked for. It knows nothing of colours and sizes.
 */

import { Failure } from '../failure.ts'
import type { PictureFormat } from './signatures.ts'

/** The part of the upload a decoder may see. Throws 'image-broken' when its end is missing. */
export function takeWholePicture(bytes: Uint8Array, format: PictureFormat): Uint8Array {
  const upload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (format === 'jpeg') requireJpegEnd(upload)
  // GIF, WebP and AVIF are decoded as a whole whatever is made of them; their decoders complain.
  return format === 'png' ? keepPngPicture(upload) : bytes
}

const startOfScan = Buffer.from([0xff, 0xda])
const endOfImage = Buffer.from([0xff, 0xd9])

/**
 * Stops a progressive JPEG of a few MB whose thousands of nearly empty scans each pass over every
 * pixel. Usual encoders write about ten; CMYK has up to 18.
 */
const maxScans = 40

/** Inside a scan no FF is followed by these codes. https://www.w3.org/Graphics/JPEG/itu-t81.pdf B.1.1.5 */
function requireJpegEnd(jpeg: Buffer): void {
  const firstScan = findFirstScan(jpeg)
  const end = jpeg.indexOf(endOfImage, firstScan)
  if (end < 0) throw broken('it ends before its end marker')
  let scans = 0
  for (let at = firstScan; at >= 0 && at < end; at = jpeg.indexOf(startOfScan, at + 2)) {
    if (++scans > maxScans) throw broken('too many scans')
  }
}

/** Segment by segment, because the preview inside EXIF is a JPEG with scan and end of its own. */
function findFirstScan(jpeg: Buffer): number {
  let at = 2
  while (at + 4 <= jpeg.length) {
    const code = jpeg[at] === 0xff ? jpeg[at + 1] : undefined
    if (code === 0xda) return at
    // Between segments decoders skip filling and stray bytes.
    at += code === undefined || code === 0xff ? 1 : 2 + jpeg.readUInt16BE(at + 2)
  }
  throw broken('it ends before its picture')
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
