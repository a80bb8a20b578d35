/**
 * How sharp is opened on bytes of strangers: which decoders exist, what they tolerate, and that
 * whatever they complain about is a Failure. It knows no sizes and makes no renditions.
 */

import sharp, { type Sharp } from 'sharp'
import { Failure } from '../failure.ts'

/** libvips' names. NSGIF is its GIF decoder, HEIF its AVIF decoder; all read from memory only. */
const photoDecoders = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadHeifBuffer',
]

/**
 * Sets sharp up for the whole process; to be called once at start. Closing all other decoders stops a picture that
 * passes for one format here and for another in libvips (SVG that includes files and addresses, TIFF,
 * PDF, ImageMagick's scripts) from reaching their code. It does not stop a fault in the five that remain.
 */
export function closeOtherDecoders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: photoDecoders })
  // Jobs run side by side, each on one thread; nothing is decoded twice, so nothing is kept.
  sharp.concurrency(1)
  sharp.cache(false)
}

/**
 * A picture of which only the first frame is read.
 *
 * 'error' refuses pictures that are cut off; 'warning' would also refuse what real cameras write and
 * every viewer shows (`Invalid SOS parameters for sequential JPEG`, padding before the end marker).
 */
export function openPicture(
  bytes: Uint8Array,
  options: Readonly<{ ignoreIcc?: boolean }> = {},
): Sharp {
  return sharp(bytes, {
    ...options,
    failOn: 'error',
    // inspect.ts has limits of its own, with words of their own.
    limitInputPixels: false,
    sequentialRead: true,
    animated: false,
  })
}

/** libvips complains late and in many words; the first line goes to the log, none to the client. */
export async function refuseBroken<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : ''
    throw new Failure('image-broken', { detail, cause })
  }
}
