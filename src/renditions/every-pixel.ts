/**
 * Whether a JPEG without end marker has all its pixels. Phones and uploaders cut off the last two bytes,
 * and every viewer shows such a picture; the rest of a truncated one would be grey.
 */

import sharp from 'sharp'
import { Failure } from '../failure.ts'
import type { Admitted } from './inspect.ts'

/**
 * libjpeg only warns when its data ends too early, and continues with grey. Here the last row is decoded,
 * which needs all rows before it, at full size (a reduced one is read before the warning), and the first
 * warning counts. Throws 'image-broken'.
 */
export async function requireEveryPixel({ picture, stored }: Admitted): Promise<void> {
  const lastRow = { left: 0, top: stored.height - 1, width: stored.width, height: 1 }
  try {
    await sharp(picture, { failOn: 'warning', limitInputPixels: false, sequentialRead: true })
      .extract(lastRow)
      .raw()
      .toBuffer()
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    if (trailerWarning.test(words)) return
    throw new Failure('image-broken', { detail: `without end marker: ${words}`, cause })
  }
}

/** A warning about bytes that a phone wrote in place of the end marker: all pixels are before them. */
const trailerWarning = /extraneous bytes before marker 0xd9/
