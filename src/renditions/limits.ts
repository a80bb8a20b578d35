/**
 * What one upload may cost, before a single pixel of it is decoded. It knows formats and pixels;
 * how many uploads run at once is the queue's business, how many bytes arrive the server's.
 */

import type { PictureFormat } from './signatures.ts'

export type Limits = Readonly<{
  /** Pixels of the uploaded picture, whatever its format. */
  maxPixels: number
  /** Bytes a decoder may need at once for one picture. */
  maxDecodedBytes: number
  /** Seconds that one picture may take. Then the process that decodes it is killed. */
  timeoutSeconds: number
}>

export const defaultLimits: Limits = {
  maxPixels: 100_000_000,
  maxDecodedBytes: 256 * 1024 * 1024,
  timeoutSeconds: 20,
}

/**
 * A renderer may always decode what takes no more: a phone's photo does. What a picture takes beyond it comes
 * out of the budget of all pictures.
 */
export const ownDecodedBytes = 32 * 1024 * 1024

/** What a header says, as stored: before the orientation a camera noted. */
export type Header = Readonly<{
  format: PictureFormat
  height: number
  bytesPerPixel: number
  /** Also: a JPEG is progressive. */
  isInterlaced: boolean
}>

/** Measured as peak resident memory, per pixel, of decoders that hold the whole picture. */
const bytesHeldPerPixel = { gif: 5, webp: 5, avif: 18, deepAvif: 27, progressiveJpeg: 6 } as const

/** Of one value of 8 bits in each of red, green, blue and alpha; AVIF with 10 or 12 bits has more. */
const bytesOfUsualPixel = 4

/** Baseline JPEG and plain PNG are decoded in rows; libvips holds about so many. Measured. */
const rowsHeld = 1600

/**
 * The pixels such a picture may have. A count alone does not stop 4 MB of AVIF from taking 2 GB, nor
 * a PNG of 100,000 x 1,000 pixels from taking 1 GB: what counts is what its decoder holds at once.
 */
export function pixelLimit(header: Header, limits: Limits): number {
  return Math.min(limits.maxPixels, Math.floor(limits.maxDecodedBytes / heldPerPixel(header)))
}

/** In the words of an error message: what decides how much memory a pixel takes. */
export function nameOf({ format, bytesPerPixel, isInterlaced }: Header): string {
  if (format === 'jpeg') return isInterlaced ? 'progressive JPEG' : 'JPEG'
  if (format === 'png') return isInterlaced ? 'interlaced PNG' : 'PNG'
  if (format === 'avif' && bytesPerPixel > bytesOfUsualPixel) return 'AVIF of more than 8 bits'
  return { gif: 'GIF', webp: 'WebP', avif: 'AVIF' }[format]
}

/** Bytes that the decoder of such a picture holds at once. */
export function decodedBytes(header: Header, pixels: number): number {
  return Math.ceil(pixels * heldPerPixel(header))
}

function heldPerPixel({ format, height, bytesPerPixel, isInterlaced }: Header): number {
  if (format === 'avif' && bytesPerPixel > bytesOfUsualPixel) return bytesHeldPerPixel.deepAvif
  if (format !== 'jpeg' && format !== 'png') return bytesHeldPerPixel[format]
  if (!isInterlaced) return bytesPerPixel * Math.min(1, rowsHeld / height)
  return format === 'jpeg' ? bytesHeldPerPixel.progressiveJpeg : bytesPerPixel
}

/** Usual encoders write about ten; CMYK has up to 18. */
export const maxScans = 200

/**
 * The blocks that all scans of a JPEG may pass over. Each scan of a progressive JPEG passes over the whole
 * picture, however few bytes it has: 3 MB hold thousands that take half an hour. The limit is twice what
 * usual encoders need for a picture of `maxPixels`, and takes a processor one to two seconds at the
 * measured 30 to 45 ns a block.
 */
export function blockLimit({ maxPixels }: Limits): number {
  return 0.4 * maxPixels + 10_000
}
