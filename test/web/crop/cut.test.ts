/** Which pixels become the photo: tables for the four turns, and properties for any area. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Area, planCut, type Turns, turnMatrix, turnSize } from '../../../web/src/crop/cut.ts'

const landscape = { width: 400, height: 300 }
const turns: readonly Turns[] = [0, 1, 2, 3]

describe('the square that is cut', () => {
  // The upper left corner of what is seen, a third of the picture's height a side.
  const seen = [
    { turns: 0, x: 0, y: 0 },
    { turns: 1, x: 0, y: 200 },
    { turns: 2, x: 300, y: 200 },
    { turns: 3, x: 300, y: 0 },
  ] as const
  for (const row of seen) {
    test(`at the upper left after ${row.turns} turns is at ${row.x}, ${row.y} of the file`, () => {
      const { width, height } = turnSize(landscape, row.turns)
      const area = { x: 0, y: 0, width: 10_000 / width, height: 10_000 / height }
      const cut = planCut(area, landscape, row.turns)
      assert.deepEqual(cut, { x: row.x, y: row.y, side: 100, size: 100, turns: row.turns })
    })
  }

  test('moves with the area', () => {
    const area = { x: 25, y: 10, width: 50, height: (100 * 200) / 300 }
    assert.deepEqual(planCut(area, landscape, 0), { x: 100, y: 30, side: 200, size: 200, turns: 0 })
  })

  test('is scaled down to 1296 and never enlarged', () => {
    const whole = { x: 0, y: 0, width: 100, height: 100 }
    assert.equal(planCut(whole, { width: 1297, height: 1297 }, 0).size, 1296)
    assert.equal(planCut(whole, { width: 1296, height: 1296 }, 0).size, 1296)
    assert.equal(planCut(whole, { width: 60, height: 60 }, 0).size, 60)
  })

  test('has one side where the area is a fraction of a pixel off', () => {
    const area = { x: 0, y: 0, width: (100 * 250.4) / 400, height: (100 * 250.6) / 300 }
    assert.equal(planCut(area, landscape, 0).side, 250)
  })

  test('is inside the picture, whole and square, for every area, picture and turn', () => {
    const percent = fc.oneof(
      fc.double({ min: -50, max: 150, noNaN: true }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity),
    )
    const area: fc.Arbitrary<Area> = fc.record({
      x: percent,
      y: percent,
      width: percent,
      height: percent,
    })
    const length = fc.integer({ min: 1, max: 20_000 })
    fc.assert(
      fc.property(
        area,
        fc.record({ width: length, height: length }),
        fc.constantFrom(...turns),
        (area, picture, turns) => {
          const { x, y, side, size } = planCut(area, picture, turns)
          assert.ok([x, y, side, size].every(Number.isInteger))
          assert.ok(x >= 0 && y >= 0 && side >= 1 && size >= 1)
          assert.ok(x + side <= picture.width && y + side <= picture.height)
          assert.ok(size <= side && size <= 1296)
        },
      ),
    )
  })
})

describe('the matrix of a turn', () => {
  // Where the pixel in the upper left corner goes, on a canvas of 10 pixels a side.
  const corners = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ]
  for (const quarter of turns) {
    test(`of ${quarter} quarters moves the upper left corner to ${corners[quarter]}`, () => {
      const [, , , , e, f] = turnMatrix(quarter, 10)
      assert.deepEqual([e, f], corners[quarter])
    })
  }

  test('of four quarters, one after another, is none', () => {
    const [a, b, c, d] = turnMatrix(1, 10)
    let [x, y] = [3, 4]
    for (let i = 0; i < 4; i++) [x, y] = [a * x + c * y + 10, b * x + d * y]
    assert.deepEqual([x, y], [3, 4])
  })
})
