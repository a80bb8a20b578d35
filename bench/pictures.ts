/**
 * The bench's pictures: one from a phone, to be uploaded, and a few faces for the renditions of the populations.
 * stamp.ts makes different copies of them.
 */

import sharp from 'sharp'
import { renderPack } from '../src/renditions/render.ts'
import type { RenderedPack } from '../src/renditions/rendition.ts'
import { jpegOfExactly, portraitJpeg } from '../test/support/pictures.ts'
import { stampLength } from './stamp.ts'

/** 8 megapixels, about 3 MB, held upright and turned by EXIF, as phones do. */
const phone = {
  width: 2448,
  height: 3264,
  grain: 16,
  quality: 94,
  orientation: 6,
  exif: true,
} as const

export { portraitJpeg } from '../test/support/pictures.ts'

/** It has 16 bits and one colour, so the file is small. */
export async function interlacedPng(side: number): Promise<Buffer> {
  const background = { r: 40, g: 90, b: 140 }
  return await sharp({ create: { width: side, height: side, channels: 3, background } })
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 9 })
    .toBuffer()
}

export async function phoneJpeg(): Promise<Buffer> {
  return await portraitJpeg(phone)
}

/** The same picture, filled up so that `stamp` makes it exactly so long. */
export async function phoneJpegOf(bytes: number): Promise<Buffer> {
  return await jpegOfExactly(bytes - stampLength, phone)
}

export async function renderFaces(count: number): Promise<RenderedPack[]> {
  const faces: RenderedPack[] = []
  for (let seed = 1; seed <= count; seed++) {
    const jpeg = await portraitJpeg({ width: 800, height: 1000, grain: 12, seed })
    faces.push(await renderPack(jpeg, 'square'))
  }
  return faces
}
