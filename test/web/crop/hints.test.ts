/** Hints on generated squares of light; photographs are in the browser's test. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findHints, measure } from '../../../web/src/crop/hints.ts'

/** A square of gray, each pixel by its place. */
function paint(side: number, grayAt: (x: number, y: number) => number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let i = 0; i < side * side; i++) {
    pixels.fill(grayAt(i % side, Math.floor(i / side)), 4 * i, 4 * i + 3)
  }
  return pixels
}

const hintsOf = (grayAt: (x: number, y: number) => number) =>
  findHints(measure(paint(64, grayAt), 64))

test('A checkered square is sharp, and of middle light.', () => {
  assert.deepEqual(
    hintsOf((x, y) => (((x >> 2) + (y >> 2)) % 2 ? 180 : 60)),
    [],
  )
})

test('A slow change of light is blurred.', () => {
  assert.deepEqual(
    hintsOf(x => 80 + x),
    ['blurred'],
  )
})

test('Half the light is no blur.', () => {
  const wave = (x: number) => 128 + 9 * Math.sin(x * 1.3)
  assert.deepEqual(hintsOf(wave), [])
  assert.deepEqual(
    hintsOf(x => wave(x) / 2),
    [],
  )
})

test('A dark square is dark, and nothing is said of its sharpness.', () => {
  assert.deepEqual(
    hintsOf(() => 20),
    ['dark'],
  )
})

test('A bright square is bright.', () => {
  assert.deepEqual(
    hintsOf(() => 240),
    ['bright'],
  )
})

test('Light is weighed as eyes do: green is brighter than blue.', () => {
  const [red, green, blue] = [0, 1, 2].map(channel => {
    const pixels = new Uint8ClampedArray(9 * 4)
    for (let i = channel; i < pixels.length; i += 4) pixels[i] = 255
    return measure(pixels, 3).light
  })
  assert.deepEqual(
    [red, green, blue].map(light => Math.round(light ?? 0)),
    [54, 182, 18],
  )
})

test('A picture without pixels has no measures.', () => {
  assert.deepEqual(measure(new Uint8ClampedArray(), 0), { light: 0, sharpness: 0 })
})
