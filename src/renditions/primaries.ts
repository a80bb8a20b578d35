/**
 * The matrix from light of any primaries to light of sRGB's. Plain linear algebra, no pixels.
 * http://www.brucelindbloom.com/Eqn_RGB_XYZ_Matrix.html and Eqn_ChromAdapt.html
 */

import { type Primaries, srgbPrimaries } from './colour.ts'

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

/** White becomes sRGB's white, for any white of the primaries. */
export function toSrgbLight(primaries: Primaries): Matrix {
  const here = applyTo(toXyz(primaries[6], primaries[7]), cones)
  const there = applyTo(toXyz(srgbPrimaries[6], srgbPrimaries[7]), cones)
  const gains: Triple = [there[0] / here[0], there[1] / here[1], there[2] / here[2]]
  const adapt = multiply(invert(cones), multiply(diagonal(gains), cones))
  return multiply(invert(lightToXyz(srgbPrimaries)), multiply(adapt, lightToXyz(primaries)))
}

/** Bradford's cone responses, in which one white is converted to another. */
const cones: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
]

/** Scaled so that full red, green and blue together are white. */
function lightToXyz([rx, ry, gx, gy, bx, by, wx, wy]: Primaries): Matrix {
  const columns = transpose([toXyz(rx, ry), toXyz(gx, gy), toXyz(bx, by)])
  return multiply(columns, diagonal(applyTo(toXyz(wx, wy), invert(columns))))
}

function toXyz(x: number, y: number): Triple {
  return [x / y, 1, (1 - x - y) / y]
}

function diagonal([a, b, c]: Triple): Matrix {
  return [
    [a, 0, 0],
    [0, b, 0],
    [0, 0, c],
  ]
}

function transpose([a, b, c]: Matrix): Matrix {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ]
}

function applyTo(column: Triple, [a, b, c]: Matrix): Triple {
  return [dot(a, column), dot(b, column), dot(c, column)]
}

function multiply([a, b, c]: Matrix, right: Matrix): Matrix {
  const columns = transpose(right)
  return [applyTo(a, columns), applyTo(b, columns), applyTo(c, columns)]
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** By cross products of the rows; primaries on one line have no inverse and are refused before. */
function invert([a, b, c]: Matrix): Matrix {
  const size = dot(a, cross(b, c))
  const [u, v, w] = [cross(b, c), cross(c, a), cross(a, b)]
  return multiply(transpose([u, v, w]), diagonal([1 / size, 1 / size, 1 / size]))
}
