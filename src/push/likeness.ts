/**
 * Whether two pictures look the same: servers encode anew and make smaller, so bytes say nothing. Coarse shape and colour,
 * in a few characters. Two portraits in front of one wall differ; a picture of one colour is told from another by its colour.
 */
import type { Sharp } from 'sharp'

/** 16 hexadecimal digits of shape, then 6 of the mean colour. */
export type Likeness = string

/** Of 64: more is another picture. */
const maxBits = 10
/** Of 255, in each of red, green and blue. */
const maxColour = 24

/** A bit for each of 8 x 8 brightnesses: whether it is above that of its right neighbour. */
export async function likenessOf(upright: Sharp): Promise<Likeness> {
  const flat = upright.clone().flatten({ background: '#ffffff' }).toColourspace('srgb')
  const pixels = await flat.resize(9, 8, { fit: 'fill' }).removeAlpha().raw().toBuffer()
  const channels = pixels.length / 72
  const at = (index: number, channel: number) =>
    pixels[index * channels + Math.min(channel, channels - 1)] ?? 0
  const grey = (index: number) => 2 * at(index, 0) + 5 * at(index, 1) + at(index, 2)
  let bits = 0n
  for (let index = 0; index < 72; index++) {
    if (index % 9 !== 8) bits = (bits << 1n) | (grey(index) > grey(index + 1) ? 1n : 0n)
  }
  const mean = [0, 1, 2].map(channel => {
    const sum = Array.from({ length: 72 }, (_, index) => at(index, channel)).reduce((a, b) => a + b)
    return Math.round(sum / 72)
  })
  const colour = mean.map(value => value.toString(16).padStart(2, '0')).join('')
  return bits.toString(16).padStart(16, '0') + colour
}

export function isAlike(one: Likeness, other: Likeness): boolean {
  const bits = BigInt(`0x${one.slice(0, 16)}`) ^ BigInt(`0x${other.slice(0, 16)}`)
  if (bits.toString(2).replaceAll('0', '').length > maxBits) return false
  return [16, 18, 20].every(at => Math.abs(byteAt(one, at) - byteAt(other, at)) <= maxColour)
}

function byteAt(likeness: Likeness, at: number): number {
  return Number.parseInt(likeness.slice(at, at + 2), 16)
}
