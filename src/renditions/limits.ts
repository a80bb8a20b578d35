/**
 * The limits of one upload, known before any pixel is decoded. It knows formats and pixels; queue.ts
 * limits how many uploads run at once, the server how many bytes arrive.
 */

import type { PictureFormat } from './signatures.ts'

export type Limits = Readonly<{
  /** Pixels of the uploaded picture, in any format. */
  maxPixels: number
  /** Bytes a decoder may need at once for one picture. */
  maxDecodedBytes: number
  /** Seconds that one picture may take. Then its renderer is killed. */
  timeoutSeconds: number
}>

export const defaultLimits: Limits = {
  maxPixels: 100_000_000,
  maxDecodedBytes: 256 * 1024 * 1024,
  timeoutSeconds: 20,
}

/**
 * Each renderer may always use this much, which is enough for a phone photo. More is taken from the budget
 * of all pictures.
 */
export const ownDecodedBytes = 32 * 1024 * 1024

/** From the header, as stored: before the orientation in the metadata. */
export type Header = Readonly<{
  format: PictureFormat
  height: number
  bytesPerPixel: number
  /** Also: a progressive JPEG. */
  isInterlaced: boolean
}>

/** Measured as peak resident memory, per pixel, of decoders that hold the whole picture. */
const bytesHeldPerPixel = { gif: 5, webp: 5, avif: 18, deepAvif: 27, progressiveJpeg: 6 } as const

/** Per value of 8 bits in each of red, green, blue and alpha; AVIF with 10 or 12 bits has more. */
const bytesOfUsualPixel = 4

/** Baseline JPEG and plain PNG are decoded in rows; libvips holds about this many. Measured. */
const rowsHeld = 1600

/**
 * The maximum pixels of such a picture. A count alone does not stop 4 MB of AVIF from taking 2 GB, or a
 * PNG of 100,000 x 1,000 pixels from taking 1 GB: the bytes that the decoder holds at once decide.
 */
export function pixelLimit(header: Header, limits: Limits): number {
  return Math.min(limits.maxPixels, Math.floor(limits.maxDecodedBytes / heldPerPixel(header)))
}

/** For an error message: what decides the memory per pixel. */
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

/** Usual encoders write about ten scans; CMYK has up to 18. */
export const maxScans = 200

/**
 * The maximum blocks of all scans of a JPEG together. Each scan of a progressive JPEG goes over the whole
 * picture, even with few bytes: 3 MB can contain thousands, which take half an hour. The limit is twice
 * what usual encoders need for a picture of `maxPixels`: one to two seconds at the measured 30 to 45 ns
 * per block.
 */
export function blockLimit({ maxPixels }: Limits): number {
  return 0.4 * maxPixels + 10_000
}
