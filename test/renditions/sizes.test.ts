/** The sizes that an upload is large enough for, as a table. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  largestSide,
  photoSide,
  sidesToRender,
  sizesThatFit,
  smallestSide,
} from '../../src/renditions/sizes.ts'

const cases = [
  { width: 48, height: 48, photo: 48, sides: [48] },
  { width: 49, height: 80, photo: 49, sides: [49, 48] },
  { width: 64, height: 64, photo: 64, sides: [64, 48] },
  { width: 256, height: 256, photo: 256, sides: [256, 240, 120, 96, 64, 48] },
  { width: 504, height: 504, photo: 504, sides: [504, 432, 360, 240, 120, 96, 64, 48] },
  { width: 647, height: 900, photo: 647, sides: [647, 504, 432, 360, 240, 120, 96, 64, 48] },
  { width: 648, height: 648, photo: 648, sides: [648, 504, 432, 360, 240, 120, 96, 64, 48] },
  { width: 4000, height: 3000, photo: 648, sides: [648, 504, 432, 360, 240, 120, 96, 64, 48] },
]

for (const { width, height, photo, sides } of cases) {
  test(`an upload of ${width}x${height} gives a photo of ${photo} and ${sides.length} renditions`, () => {
    assert.equal(photoSide(width, height), photo)
    assert.deepEqual(sidesToRender(photo), sides)
  })
}

test('no size fits below the smallest, and all nine fit the largest', () => {
  assert.deepEqual(sizesThatFit(smallestSide - 1), [])
  assert.equal(sizesThatFit(largestSide).length, 9)
})
