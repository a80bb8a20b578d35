/**
 * Opens sharp on untrusted bytes: selects the decoders and their tolerance, and turns every error into a Failure.
 * render.ts makes the renditions.
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
 * Sets sharp up for the whole process; call once at start. Disabling all other decoders stops a file that
 * is one format here and another in libvips (SVG that includes files and addresses, TIFF, PDF, ImageMagick
 * scripts) from reaching their code. Does not stop a fault in the five that remain.
 */
export function closeOtherDecoders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: photoDecoders })
  // Jobs run in parallel, one thread each; no picture is decoded twice, so nothing is cached.
  sharp.concurrency(1)
  sharp.cache(false)
}

/**
 * A picture of which only the first frame is read.
 *
 * 'error' refuses truncated pictures; 'warning' would also refuse what real cameras write and every viewer
 * shows (`Invalid SOS parameters for sequential JPEG`, padding before the end marker).
 */
export function openPicture(
  bytes: Uint8Array,
  options: Readonly<{ ignoreIcc?: boolean }> = {},
): Sharp {
  return sharp(bytes, {
    ...options,
    failOn: 'error',
    // inspect.ts has limits of its own, with their own messages.
    limitInputPixels: false,
    sequentialRead: true,
    animated: false,
  })
}

/** The messages of libvips are long: only the first line is logged, and the client gets none. */
export async function refuseBroken<T>(decoding: Promise<T>): Promise<T> {
  try {
    return await decoding
  } catch (cause) {
    const detail = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : ''
    throw new Failure('image-broken', { detail, cause })
  }
}
