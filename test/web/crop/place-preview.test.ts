/** The small circles show the area: its corners lie on those of the circle. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Turns } from '../../../web/src/crop/cut.ts'
import { placePreview } from '../../../web/src/crop/place-preview.ts'

const picture = { width: 400, height: 300 }

test('The whole height of a picture fills the circle, and its sides stand out.', () => {
  const area = { x: 12.5, y: 0, width: 75, height: 100 }
  assert.deepEqual(placePreview(area, picture, 0, 96), { width: 128, height: 96, x: -16, y: 0 })
})

// Turned around its middle, the picture of 128 x 96 stands upright: 96 x 128.
const upright: readonly (readonly [Turns, number, number])[] = [
  [1, -16, 0],
  [3, -16, 0],
]
for (const [turns, x, y] of upright) {
  test(`After ${turns} turns the upper square fills the circle.`, () => {
    const area = { x: 0, y: 0, width: 100, height: 75 }
    assert.deepEqual(placePreview(area, picture, turns, 96), {
      width: 128,
      height: 96,
      x,
      y: 16 + y,
    })
  })
}

test('A quarter of the area is shown twice as large.', () => {
  const area = { x: 50, y: 50, width: 37.5, height: 50 }
  assert.deepEqual(placePreview(area, picture, 0, 96), {
    width: 256,
    height: 192,
    x: -128,
    y: -96,
  })
})
