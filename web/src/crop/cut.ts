/**
 * Which pixels become the photo: from the area that the circle shows to a square of the picture and the size of the
 * result. Pure arithmetic. `draw.ts` draws by it, for the result and for the hints alike.
 */

/** Quarter turns clockwise. */
export type Turns = 0 | 1 | 2 | 3

export type Size = Readonly<{ width: number; height: number }>

/** Per cent of the turned picture, as react-easy-crop reports it. */
export type Area = Readonly<{ x: number; y: number; width: number; height: number }>

/** A square of the picture as it was before it was turned, in whole pixels, and the side of the result. */
export type Cut = Readonly<{ x: number; y: number; side: number; size: number; turns: Turns }>

/** Twice the largest size of Graph, 648: sharp on dense screens. A busy JPEG of it has 0.4 MB. */
export const largestSide = 1296

export function planCut(area: Area, picture: Size, turns: Turns): Cut {
  const { width, height } = turnSize(picture, turns)
  const side = sideOf(area, { width, height })
  const left = startOf(area.x, width, side)
  const top = startOf(area.y, height, side)
  const right = picture.width - side
  const bottom = picture.height - side
  const places = {
    0: { x: left, y: top },
    1: { x: top, y: bottom - left },
    2: { x: right - left, y: bottom - top },
    3: { x: right - top, y: left },
  } as const satisfies Record<Turns, unknown>
  return { ...places[turns], side, size: Math.min(side, largestSide), turns }
}

/** One side for both axes: two that are rounded apart can differ by a pixel. */
function sideOf(area: Area, { width, height }: Size): number {
  const side = Math.min((finite(area.width) * width) / 100, (finite(area.height) * height) / 100)
  return clamp(Math.round(side), 1, Math.min(width, height))
}

const startOf = (percent: number, length: number, side: number) =>
  clamp(Math.round((finite(percent) * length) / 100), 0, length - side)

export function turnSize({ width, height }: Size, turns: Turns): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width }
}

/** The side of the photo that an area would become, before it is limited to `largestSide`. */
export const measureArea = (area: Area, picture: Size, turns: Turns): number =>
  sideOf(area, turnSize(picture, turns))

/** For `setTransform`: turns a square canvas of `size` exactly onto itself, without rounding. */
export function turnMatrix(turns: Turns, size: number): Matrix {
  const matrices: Readonly<Record<Turns, Matrix>> = {
    0: [1, 0, 0, 1, 0, 0],
    1: [0, 1, -1, 0, size, 0],
    2: [-1, 0, 0, -1, size, size],
    3: [0, -1, 1, 0, 0, size],
  }
  return matrices[turns]
}

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const clamp = (value: number, least: number, most: number) =>
  Math.min(Math.max(value, least), most)

/** A stage that has no size yet makes NaN of an area. */
const finite = (value: number) => (Number.isFinite(value) ? value : 0)
