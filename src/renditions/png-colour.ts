/**
 * The colour that a PNG declares in its chunks cICP, gAMA and cHRM. It decodes no pixel; the decoder
 * handles ICC profiles.
 */

import { type Colour, colourOfCodes, type Primaries, srgbPrimaries } from './colour.ts'

/**
 * Undefined: as the decoder reads it. "cICP, iCCP, sRGB, cHRM and gAMA": the first of these that exists
 * counts. https://www.w3.org/TR/png-3/#color-chunk-precendence
 */
export function readPngColour(png: Uint8Array): Colour | undefined {
  const chunks = readColourChunks(Buffer.from(png.buffer, png.byteOffset, png.length))
  const coded = readCodes(chunks.get('cICP'))
  if (coded) return coded
  if (chunks.has('iCCP') || chunks.has('sRGB')) return undefined
  const gamma = readGamma(chunks.get('gAMA'))
  const primaries = readPrimaries(chunks.get('cHRM'))
  if (gamma === undefined && primaries === undefined) return undefined
  return { primaries: primaries ?? srgbPrimaries, curve: gamma ?? 'srgb', isNarrowRange: false }
}

/** They come before the pixels; the first of each kind counts. */
function readColourChunks(png: Buffer): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    if (type === 'IDAT') break
    if (!chunks.has(type)) chunks.set(type, png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return chunks
}

/** Primaries, transfer, matrix, range. The matrix must be 0: stored as RGB. */
function readCodes(chunk: Buffer | undefined): Colour | undefined {
  if (chunk?.length !== 4 || chunk[2] !== 0) return undefined
  return colourOfCodes(chunk[0] ?? 2, chunk[1] ?? 2, chunk[3] === 0)
}

/** The value of sRGB pictures, 0.45455, with libpng's tolerance. */
const srgbGamma = 45_455
const sameGamma = 0.05

/** The exponent from light to stored value, in 100,000ths. */
function readGamma(chunk: Buffer | undefined): Colour['curve'] | undefined {
  const gamma = chunk?.length === 4 ? chunk.readUInt32BE() : 0
  if (gamma < 10_000 || gamma > 1_000_000) return undefined
  return Math.abs(gamma / srgbGamma - 1) <= sameGamma ? 'srgb' : 100_000 / gamma
}

/** White, red, green and blue, x and y each, in 100,000ths. */
function readPrimaries(chunk: Buffer | undefined): Primaries | undefined {
  if (chunk?.length !== 32) return undefined
  const [wx, wy, rx, ry, gx, gy, bx, by] = [0, 4, 8, 12, 16, 20, 24, 28].map(
    at => chunk.readUInt32BE(at) / 100_000,
  ) as [number, number, number, number, number, number, number, number]
  const area = (gx - rx) * (by - ry) - (bx - rx) * (gy - ry)
  const arePossible = [wx, wy, rx, ry, gx, gy, bx, by].every(value => value <= 1)
  if (!arePossible || wy < 0.01 || Math.abs(area) < 0.001) return undefined
  return [rx, ry, gx, gy, bx, by, wx, wy]
}
