/**
 * Outlines by name: ellipse, smooth loop, ribbon. They decide how round a curve is.
 */
import type { Outline, Point } from './canvas.ts'

type Pair = readonly [number, number]

const fullTurn = Math.PI * 2
const ellipseSteps = 48
const curveSteps = 8

export const ellipse = (x: number, y: number, rx: number, ry = rx): Outline =>
  Array.from({ length: ellipseSteps }, (_, step) => {
    const angle = (step / ellipseSteps) * fullTurn
    return { x: x + Math.cos(angle) * rx, y: y + Math.sin(angle) * ry }
  })

/** An ellipse in the other direction: it cuts a hole into the shape it is filled with. */
export const hole = (x: number, y: number, rx: number, ry = rx): Outline =>
  ellipse(x, y, rx, ry).toReversed()

export const polygon = (...pairs: readonly Pair[]): Outline => pairs.map(([x, y]) => ({ x, y }))

/** A closed curve through all points (Catmull-Rom). */
export const loop = (...pairs: readonly Pair[]): Outline => {
  const points = polygon(...pairs)
  return points.flatMap((_, index) => curveBetween(points, index))
}

/** The loop and its mirror image about the middle in one: give the right half, top to bottom. */
export const mirroredLoop = (...rightHalf: readonly Pair[]): Outline => {
  const leftHalf = rightHalf.filter(([x]) => x !== 50).map(([x, y]): Pair => [100 - x, y])
  return loop(...rightHalf, ...leftHalf.toReversed())
}

export const mirror = (outline: Outline): Outline =>
  outline.map(({ x, y }) => ({ x: 100 - x, y })).toReversed()

/** A stroke curved from the first point over the middle one to the last, thickest in its middle. */
export const ribbon = (from: Pair, middle: Pair, to: Pair, width: number): Outline => {
  const [a, b, c] = [from, middle, to]
  const upper: Pair = [b[0], b[1] - width / 2]
  const lower: Pair = [b[0], b[1] + width / 2]
  const tip = width / 5
  return loop([a[0], a[1] - tip], upper, [c[0], c[1] - tip], [c[0], c[1] + tip], lower, [
    a[0],
    a[1] + tip,
  ])
}

const curveBetween = (points: Outline, index: number): Point[] => {
  const at = (offset: number) => points.at((index + offset) % points.length) ?? { x: 0, y: 0 }
  const [before, start, end, after] = [at(-1), at(0), at(1), at(2)]
  return Array.from({ length: curveSteps }, (_, step) => {
    const t = step / curveSteps
    return {
      x: catmullRom(before.x, start.x, end.x, after.x, t),
      y: catmullRom(before.y, start.y, end.y, after.y, t),
    }
  })
}

const catmullRom = (a: number, b: number, c: number, d: number, t: number) =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
