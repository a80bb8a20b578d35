/**
 * Converts pixels of another colour space to sRGB. Runs on the photo in its final size, at most 648 x 648.
 */

import type { Colour, Curve } from './colour.ts'
import { fromHlg, fromPq, toneMap } from './hdr.ts'
import { toSrgbLight } from './primaries.ts'

/** One grey, or red, green and blue. */
type ColourPixels = Readonly<{
  values: Uint8Array | Uint16Array
  channels: 1 | 3
  /** Bits in use, from the highest of 8 or 16 down; libvips leaves the lower ones 0. */
  bits: number
}>

export function toSrgb({ values, channels, bits }: ColourPixels, colour: Colour): Buffer {
  const largest = values instanceof Uint8Array ? 255 : 65_535
  const light = makeLight(colour, largest, largest - (largest >> bits))
  const scaleOf = toneMap(colour.curve)
  const [red, green, blue] = toSrgbLight(colour.primaries)
  const srgb = Buffer.alloc((values.length / channels) * 3)
  for (let at = 0, out = 0; at < values.length; at += channels) {
    const r = light[values[at] ?? 0] ?? 0
    const g = channels === 3 ? (light[values[at + 1] ?? 0] ?? 0) : r
    const b = channels === 3 ? (light[values[at + 2] ?? 0] ?? 0) : r
    const scale = scaleOf(r, g, b)
    srgb[out++] = encode((red[0] * r + red[1] * g + red[2] * b) * scale)
    srgb[out++] = encode((green[0] * r + green[1] * g + green[2] * b) * scale)
    srgb[out++] = encode((blue[0] * r + blue[1] * g + blue[2] * b) * scale)
  }
  return srgb
}

/** Light for every stored value: 1 is white. */
function makeLight({ curve, isNarrowRange }: Colour, largest: number, white: number): Float32Array {
  const [black, range] = isNarrowRange ? [(16 / 255) * white, (219 / 255) * white] : [0, white]
  return Float32Array.from({ length: largest + 1 }, (_, value) =>
    toLight(Math.min(1, Math.max(0, (value - black) / range)), curve),
  )
}

function toLight(value: number, curve: Curve): number {
  if (curve === 'pq') return fromPq(value)
  if (curve === 'hlg') return fromHlg(value)
  if (curve !== 'srgb') return value ** curve
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Fine enough for four entries in the darkest step of sRGB. */
const steps = 16_384
const encoded = Uint8Array.from({ length: steps + 1 }, (_, step) => {
  const light = step / steps
  const value = light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
  return Math.round(value * 255)
})

function encode(light: number): number {
  return encoded[Math.round(Math.min(1, Math.max(0, light)) * steps)] ?? 0
}
