/**
 * A small canvas: closed outlines filled with exact edge coverage on RGB pixels, and one JPEG out.
 * Coordinates run from 0 to 100 both ways, for any side in pixels. SVG is not used because the server
 * disables its decoder.
 */
import sharp from 'sharp'
import type { Choices } from './chance.ts'

export type Point = Readonly<{ x: number; y: number }>
/** A closed outline; the last point joins the first. */
export type Outline = readonly Point[]
/** Red, green, blue: 0 to 255. */
export type Colour = readonly [number, number, number]

/** `fad9bc f7e2ac`: of each colour red, green and blue in hexadecimal digits. */
export const coloursOf = (text: string): Choices<Colour> => {
  const [first = [0, 0, 0] as const, ...others] = text.split(' ').map(readColour)
  return [first, ...others]
}

const readColour = (digits: string): Colour => {
  const [red = 0, green = 0, blue = 0] = Buffer.from(digits, 'hex')
  return [red, green, blue]
}

/** Fills outlines as one shape; overlapping ones of opposite direction leave a hole. */
type Fill = (outlines: readonly Outline[], colour: Colour, opacity?: number) => void
export type Canvas = Readonly<{ side: number; pixels: Uint8Array; fill: Fill }>

export const createCanvas = (side: number, background: Colour): Canvas => {
  const pixels = new Uint8Array(side * side * 3)
  for (let at = 0; at < side * 3; at += 3) pixels.set(background, at)
  for (let row = 1; row < side; row += 1) pixels.copyWithin(row * side * 3, 0, side * 3)
  // One column more than the picture: it completes every row's coverage.
  const coverage = new Float32Array((side + 1) * side)
  const fill: Fill = (outlines, colour, opacity = 1) => {
    const scaled = outlines.map(outline => scaleOutline(outline, side))
    for (const outline of scaled) addOutline(coverage, side, outline)
    blend(pixels, coverage, side, boxAround(scaled, side), colour, opacity)
  }
  return { side, pixels, fill }
}

/** Quality and plain 4:2:0 are enough for flat colours; the upload is rendered again in any case. */
export const encodeJpeg = async ({ side, pixels }: Canvas): Promise<Uint8Array> =>
  sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()

const scaleOutline = (outline: Outline, side: number): Outline =>
  outline.map(({ x, y }) => ({ x: (x * side) / 100, y: (y * side) / 100 }))

type Box = Readonly<{ left: number; right: number; top: number; bottom: number }>

/** The pixels an outline can touch; `right` and `bottom` are outside. */
const boxAround = (outlines: readonly Outline[], side: number): Box => {
  const box = { left: side, right: 0, top: side, bottom: 0 }
  for (const { x, y } of outlines.flat()) {
    box.left = Math.min(box.left, Math.max(0, Math.floor(x)))
    box.right = Math.max(box.right, Math.min(side + 1, Math.floor(x) + 2))
    box.top = Math.min(box.top, Math.max(0, Math.floor(y)))
    box.bottom = Math.max(box.bottom, Math.min(side, Math.ceil(y)))
  }
  return box
}

const addOutline = (coverage: Float32Array, side: number, outline: Outline) => {
  let previous = outline.at(-1)
  for (const point of outline) {
    if (previous) addEdge(coverage, side, previous, point)
    previous = point
  }
}

/**
 * Adds the signed area an edge covers in each pixel; the running sum along a row is then the coverage.
 * The method of font rasterisers: https://raphlinus.github.io/rust/graphics/gpu/2018/02/25/font-rs.html
 */
const addEdge = (coverage: Float32Array, side: number, from: Point, to: Point) => {
  if (from.y === to.y) return
  const direction = from.y < to.y ? 1 : -1
  const [top, bottom] = from.y < to.y ? [from, to] : [to, from]
  const slope = (bottom.x - top.x) / (bottom.y - top.y)
  const lastRow = Math.min(side, Math.ceil(bottom.y))
  for (let row = Math.max(0, Math.floor(top.y)); row < lastRow; row += 1) {
    const y0 = Math.max(row, top.y)
    const y1 = Math.min(row + 1, bottom.y)
    const x0 = clamp(top.x + (y0 - top.y) * slope, side)
    const x1 = clamp(top.x + (y1 - top.y) * slope, side)
    addSpan(coverage, row * (side + 1), direction * (y1 - y0), Math.min(x0, x1), Math.max(x0, x1))
  }
}

const clamp = (x: number, side: number) => Math.min(Math.max(x, 0), side - 0.001)

/** Spreads `height` over the pixels between two crossings of one row, by the area right of the edge. */
const addSpan = (
  coverage: Float32Array,
  rowStart: number,
  height: number,
  x0: number,
  x1: number,
) => {
  const first = Math.floor(x0)
  const last = Math.floor(x1)
  let covered = 0
  for (let pixel = first; pixel <= last; pixel += 1) {
    const reached = areaRightOf(x0, x1, pixel + 1) * height
    add(coverage, rowStart + pixel, reached - covered)
    covered = reached
  }
  add(coverage, rowStart + last + 1, height - covered)
}

/** Mean over the crossings of the part of the pixel ending at `edge` that lies right of them, 0 to 1. */
const areaRightOf = (x0: number, x1: number, edge: number) => {
  if (x1 <= edge && x0 >= edge - 1) return edge - (x0 + x1) / 2
  const width = x1 - x0
  const ramp = (x: number) =>
    x <= x0 ? 0 : x >= x1 ? x - (x0 + x1) / 2 : (x - x0) ** 2 / (2 * width)
  return ramp(edge) - ramp(edge - 1)
}

const add = (coverage: Float32Array, at: number, area: number) => {
  coverage[at] = (coverage[at] ?? 0) + area
}

/** Paints the accumulated coverage and sets it to zero for the next shape. */
const blend = (
  pixels: Uint8Array,
  coverage: Float32Array,
  side: number,
  { left, right, top, bottom }: Box,
  colour: Colour,
  opacity: number,
) => {
  const [red, green, blue] = colour
  for (let row = top; row < bottom; row += 1) {
    const start = row * (side + 1)
    let sum = 0
    for (let column = left; column < Math.min(right, side); column += 1) {
      sum += coverage[start + column] ?? 0
      const share = Math.min(1, Math.abs(sum)) * opacity
      if (share < 0.002) continue
      const byte = (row * side + column) * 3
      if (share > 0.998) {
        pixels[byte] = red
        pixels[byte + 1] = green
        pixels[byte + 2] = blue
        continue
      }
      pixels[byte] = mix(pixels[byte] ?? 0, red, share)
      pixels[byte + 1] = mix(pixels[byte + 1] ?? 0, green, share)
      pixels[byte + 2] = mix(pixels[byte + 2] ?? 0, blue, share)
    }
    coverage.fill(0, start + left, start + right)
  }
}

const mix = (under: number, over: number, share: number) => under + (over - under) * share + 0.5
