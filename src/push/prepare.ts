/**
 * A picture of any size and format -> the JPEG that is sent: upright, square, sRGB, at most 648 pixels, without metadata,
 * and within a number of bytes. Decoding what strangers made, it runs in a process of its own: preparer.ts.
 */
import { createHash } from 'node:crypto'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { type Likeness, likenessOf } from './likeness.ts'

export type Crop = 'centre' | 'top-third' | 'attention'
export type Preparing = Readonly<{ crop: Crop; maxBytes: number }>
type Hint = 'small' | 'blurred'

export type Prepared = Readonly<{
  jpeg: Uint8Array
  /** SHA-256 of it. */
  hash: string
  side: number
  likeness: Likeness
  hints: readonly Hint[]
  /** A small JPEG for the contact sheet. */
  thumbnail: Uint8Array
}>

/** What a picture from the server shows. */
export type Seen = Readonly<{ likeness: Likeness; side: number; thumbnail: Uint8Array }>

/** In words for the person who made the picture. */
export class Unpreparable extends Error {
  override readonly name = 'Unpreparable'
}

type Pixels = Readonly<{ data: Buffer; side: number }>

const largestSide = 648
/** Graph makes every size up to 648 from it; below this, people see blocks. */
const smallSide = 240
/** libvips decodes a JPEG of this size line by line, and a PNG mostly so. */
const maxPixels = 200_000_000
const thumbnailSide = 96

/**
 * The first is that of Visage itself, which keeps such a JPEG byte for byte; the others are smaller. Sides below are the
 * next sizes that Graph names.
 */
const steps = [
  ...[88, 82, 74].map(quality => ({ quality, side: largestSide })),
  ...[504, 432, 360, 240, 120, 96, 64, 48].map(side => ({ quality: 74, side })),
] as const

/** sharp estimates it from edges: portraits in focus are above 1, blurred by two pixels or more of 648 below this. */
const blurredBelow = 0.4

/** `picture`: a path, or bytes. Throws Unpreparable. */
export async function prepare(picture: string, { crop, maxBytes }: Preparing): Promise<Prepared> {
  const pixels = await inWords(async () => await decode(picture, crop))
  const upright = fromPixels(pixels)
  const { jpeg, side } = await encode(pixels, maxBytes)
  return {
    jpeg,
    hash: createHash('sha256').update(jpeg).digest('hex'),
    side,
    likeness: await likenessOf(upright),
    hints: await hintsOf(pixels),
    thumbnail: await thumbnailOf(upright),
  }
}

/** Throws Unpreparable. */
export async function see(bytes: Uint8Array): Promise<Seen> {
  return await inWords(async () => {
    const { data, side } = await decode(bytes, 'centre')
    const upright = fromPixels({ data, side })
    return { likeness: await likenessOf(upright), side, thumbnail: await thumbnailOf(upright) }
  })
}

/** sharp reduces a JPEG while decoding, so 60 megapixels take little memory. */
async function decode(picture: string | Uint8Array, crop: Crop): Promise<Pixels> {
  const open = () => sharp(picture, { limitInputPixels: maxPixels, failOn: 'error' })
  const metadata = await open().metadata()
  const { width, height } = metadata.autoOrient
  const side = Math.min(width, height, largestSide)
  const { data, info } = await toSrgb(frame(open().autoOrient(), metadata, side, crop), metadata)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data: info.channels === 3 ? data : repeatGrey(data), side: info.width }
}

/** sharp leaves 16-bit colours with a profile in Display P3 otherwise; pixels do not keep the profile. */
function toSrgb(picture: Sharp, { space, hasProfile }: Metadata): Sharp {
  return space === 'rgb16' && hasProfile ? picture.withIccProfile('srgb') : picture
}

function frame(upright: Sharp, { autoOrient }: Metadata, side: number, crop: Crop): Sharp {
  const { width, height } = autoOrient
  if (crop === 'attention') {
    return upright.resize(side, side, { fit: 'cover', position: sharp.strategy.attention })
  }
  if (crop === 'centre' || height <= width) {
    return upright.resize(side, side, { fit: 'cover', position: 'centre' })
  }
  // In an upright portrait the face is above the middle: a third of what is cut off is cut off above.
  const scaled = Math.max(side, Math.round((height * side) / width))
  const top = Math.round((scaled - side) / 3)
  return upright
    .resize(side, scaled, { fit: 'fill' })
    .extract({ left: 0, top, width: side, height: side })
}

function repeatGrey(grey: Buffer): Buffer {
  const data = Buffer.alloc(grey.length * 3)
  for (const [index, value] of grey.entries()) data.fill(value, index * 3, index * 3 + 3)
  return data
}

function fromPixels({ data, side }: Pixels): Sharp {
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
}

async function encode(
  pixels: Pixels,
  maxBytes: number,
): Promise<Readonly<{ jpeg: Buffer; side: number }>> {
  for (const step of steps) {
    const side = Math.min(step.side, pixels.side)
    const upright = fromPixels(pixels)
    const sized = side < pixels.side ? upright.resize(side, side) : upright
    const jpeg = await sized.jpeg({ quality: step.quality }).toBuffer()
    if (jpeg.length <= maxBytes) return { jpeg, side }
  }
  throw new Unpreparable(`it does not fit into ${maxBytes} bytes, even at 48 x 48`)
}

async function hintsOf(pixels: Pixels): Promise<readonly Hint[]> {
  const { sharpness } = await fromPixels(pixels).stats()
  return [
    ...(pixels.side < smallSide ? (['small'] as const) : []),
    ...(sharpness < blurredBelow ? (['blurred'] as const) : []),
  ]
}

async function thumbnailOf(upright: Sharp): Promise<Uint8Array> {
  return await upright.clone().resize(thumbnailSide, thumbnailSide).jpeg({ quality: 70 }).toBuffer()
}

async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const known = refusals.find(([pattern]) => pattern.test(text))
    throw new Unpreparable(known?.[1] ?? `it cannot be decoded (${text.split('\n')[0]})`, {
      cause: error,
    })
  }
}

/** What libvips says -> what the person can do. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/missing|no such file/i, 'it is gone'],
  [/permission|access denied/i, 'you have no permission to read it'],
  [/unsupported image format|blocked/i, 'it is not a picture that is read here: export it as JPEG'],
  [/exceeds pixel limit/i, 'it has more than 200 megapixels: make it smaller'],
  [
    /premature|truncated|corrupt|invalid|out of order|not enough|bad |read error/i,
    'it is broken or not whole: copy it again',
  ],
]
