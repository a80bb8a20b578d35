/**
 * One upload -> one pack: all its renditions as JPEG, largest first. The picture is decoded once, to the
 * largest rendition; the others are made from its pixels.
 */

import sharp, { type Sharp } from 'sharp'
import { freeNow } from '../free-now.ts'
import { openPicture, refuseBroken } from './decoders.ts'
import { requireEveryPixel } from './every-pixel.ts'
import { type Admitted, admitUpload } from './inspect.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { isOwnEncoding } from './own-encoding.ts'
import type { Framing, RenderedPack, Rendition } from './rendition.ts'
import { isNamedSize, largestSide, photoSide, sidesToRender } from './sizes.ts'
import { toSrgb } from './to-srgb.ts'

type Pixels = Readonly<{ data: Buffer; width: number; height: number; channels: 1 | 3 }>
type Encoded = Readonly<{ jpeg: Uint8Array; width: number; height: number }>

/** At 88, faces show no blocks at 648 pixels; the nine sizes together take about 250 KB. */
const quality = 88

/**
 * In this process: only for pictures of our own. Untrusted ones go to a renderer (renderer-pool.ts), which
 * can be killed. Throws what `admitUpload` throws, and 'image-broken' for broken pixels.
 */
export async function renderPack(
  bytes: Uint8Array,
  framing: Framing,
  limits: Limits = defaultLimits,
): Promise<RenderedPack> {
  return await renderAdmitted(await admitUpload(bytes, limits), framing)
}

/** Throws 'image-broken'. */
export async function renderAdmitted(upload: Admitted, framing: Framing): Promise<RenderedPack> {
  if (upload.isEndMissing) await requireEveryPixel(upload)
  const photo = await decodePhoto(upload, framing)
  const sides = framing === 'square' ? sidesToRender(photo.width) : [photo.width]
  const encoded: Encoded[] = []
  // One after another, so that a job uses one thread of libuv's pool, which file reads share.
  for (const side of sides) encoded.push(await encodeRendition(photo, side))
  freeNow(photo.data)
  return joinPack(keepOwnEncoding(upload, framing, encoded))
}

/** A photo that is read from here and set again keeps its bytes, however often. */
function keepOwnEncoding(
  { format, picture, isWholeUpload, width, height }: Admitted,
  framing: Framing,
  encoded: readonly Encoded[],
): readonly Encoded[] {
  const [photo, ...others] = encoded
  const mayBeOwn = format === 'jpeg' && isWholeUpload && isNamedSize(width, height, framing)
  if (!photo || !mayBeOwn || !isOwnEncoding(picture, photo.jpeg)) return encoded
  return [{ ...photo, jpeg: picture }, ...others]
}

/**
 * The photo's pixels, upright, in sRGB, on white. Raw pixels have no metadata, so renditions cannot leak
 * the location, time, camera or embedded preview of the upload.
 * @differs A photo is returned as an upright JPEG without metadata, not as the file that was sent, unless
 * Visage wrote that file. No page says what Graph does.
 */
async function decodePhoto(upload: Admitted, framing: Framing): Promise<Pixels> {
  const { colour, bits } = upload
  const picture = openPicture(upload.picture, { ignoreIcc: colour !== undefined }).autoOrient()
  // sharp converts 16-bit colours with a profile to Display P3 and leaves them there by default.
  if (upload.hasDeepProfile) picture.withIccProfile('srgb')
  // 8 bits are too few for HDR.
  const isDeep = colour !== undefined && bits > 8
  const { data, info } = await refuseBroken(
    frame(picture, upload, framing)
      .flatten({ background: '#ffffff' })
      .toColourspace(isDeep ? 'rgb16' : 'srgb')
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  const { width, height } = info
  const channels = info.channels === 1 ? 1 : 3
  if (colour === undefined) return { data, width, height, channels }
  const values = isDeep ? readShorts(data) : data
  return { data: toSrgb({ values, channels, bits }, colour), width, height, channels: 3 }
}

function readShorts({ buffer, byteOffset, byteLength }: Buffer): Uint16Array {
  return new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

/** sharp reduces while decoding (JPEG, WebP), so an 8-megapixel photo costs little. */
function frame(picture: Sharp, { width, height }: Admitted, framing: Framing): Sharp {
  if (framing === 'whole') {
    return picture.resize(largestSide, largestSide, { fit: 'inside', withoutEnlargement: true })
  }
  const side = photoSide(width, height)
  return picture.resize(side, side, { fit: 'cover', position: 'centre' })
}

async function encodeRendition(photo: Pixels, width: number): Promise<Encoded> {
  const { data, ...raw } = photo
  const pixels = sharp(data, { raw })
  const reduced = width < photo.width ? pixels.resize(width, width) : pixels
  // Baseline: at these sizes progressive gains nothing and costs more CPU on both sides.
  const jpeg = await reduced.jpeg({ quality }).toBuffer()
  return { jpeg, width, height: width < photo.width ? width : photo.height }
}

/** The photo itself first: a viewer stops at the first end marker. */
function joinPack(encoded: readonly Encoded[]): RenderedPack {
  let offset = 0
  const renditions = encoded.map(({ jpeg, width, height }): Rendition => {
    const rendition = { width, height, offset, length: jpeg.length }
    offset += jpeg.length
    return rendition
  })
  return { bytes: Buffer.concat(encoded.map(({ jpeg }) => jpeg)), renditions }
}
