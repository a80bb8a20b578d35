/** How the picture lies under the circle after moves, turns and zooms. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planCut, type Turns } from '../../../web/src/crop/cut.ts'
import { arrowStep, arrows } from '../../../web/src/crop/keys.ts'
import {
  areaOf,
  keepInside,
  largestZoom,
  moveBy,
  placeOf,
  roomOf,
  startView,
  turnBy,
  type View,
  zoomTo,
} from '../../../web/src/crop/moves.ts'

/** A picture of 400 x 300 that covers a stage of 300. */
const stage = { picture: { width: 400, height: 300 }, circle: 300 }
const picture = { width: 4000, height: 3000 }
const cutOf = (view: View) => planCut(areaOf(view, stage), picture, view.turns)
const middleOf = (view: View) => {
  const { x, y, side } = cutOf(view)
  return { x: x + side / 2, y: y + side / 2 }
}

test('At the start the circle is in the middle and as large as the short side.', () => {
  assert.deepEqual(cutOf(startView), { x: 500, y: 0, side: 3000, size: 1296, turns: 0 })
})

test('Zoom 200 % shows half of each side.', () => {
  assert.equal(cutOf(zoomTo(startView, 2, 8, stage)).side, 1500)
})

test('A picture moved to the right shows what is further left.', () => {
  assert.equal(cutOf(moveBy(startView, { x: 20, y: 0 }, stage)).x, 300)
})

test('A zoom and a turn leave the same place of the picture in the middle.', () => {
  const moved = moveBy(zoomTo(startView, 4, 8, stage), { x: 150, y: -70 }, stage)
  assert.deepEqual(middleOf(moved), { x: 1625, y: 1675 })
  let view = zoomTo(moved, 5, 8, stage)
  assert.deepEqual(middleOf(view), { x: 1625, y: 1675 })
  for (const quarters of [1, 1, 1, 1, -1, -1, -1, -1] as const) {
    view = turnBy(view, quarters, stage)
    assert.deepEqual(middleOf(view), { x: 1625, y: 1675 })
  }
  assert.equal(view.turns, 0)
})

test('Zooming out brings the circle back onto the picture.', () => {
  const corner = moveBy(zoomTo(startView, 8, 8, stage), { x: 9999, y: 9999 }, stage)
  assert.deepEqual(zoomTo(corner, 1, 8, stage).crop, { x: 50, y: 0 })
})

test('Zoom has limits: eightfold, and 48 pixels a side.', () => {
  assert.equal(largestZoom(picture), 8)
  assert.equal(largestZoom({ width: 960, height: 96 }), 2)
  assert.equal(largestZoom({ width: 48, height: 48 }), 1)
  const small = { width: 50, height: 70 }
  const view = zoomTo(startView, 8, largestZoom(small), { picture: small, circle: 50 })
  assert.ok(planCut(areaOf(view, { picture: small, circle: 50 }), small, 0).side >= 48)
})

const anyView = fc.record({
  crop: fc.record({
    x: fc.integer({ min: -5000, max: 5000 }),
    y: fc.integer({ min: -5000, max: 5000 }),
  }),
  zoom: fc.double({ min: 1, max: 8, noNaN: true }),
  turns: fc.constantFrom<Turns>(0, 1, 2, 3),
})

test('The circle is on the picture, whatever was asked.', () => {
  fc.assert(
    fc.property(anyView, view => {
      const { x, y, width, height } = areaOf(keepInside(view, stage), stage)
      assert.ok(x >= -1e-9 && y >= -1e-9 && x + width <= 100 + 1e-9 && y + height <= 100 + 1e-9)
    }),
  )
})

test('Arrow keys reach every edge at every zoom and turn.', () => {
  fc.assert(
    fc.property(anyView, fc.constantFrom(...Object.values(arrows)), (view, arrow) => {
      const by = { x: arrow.x * arrowStep, y: arrow.y * arrowStep }
      let at = keepInside(view, stage)
      for (let presses = 0; presses < 500; presses++) at = moveBy(at, by, stage)
      const room = roomOf(at, stage)
      if (arrow.x) assert.equal(at.crop.x, arrow.x * room.x)
      if (arrow.y) assert.equal(at.crop.y, arrow.y * room.y)
    }),
  )
})

test('The place is told from the left and from the top.', () => {
  const view = zoomTo(startView, 2, 8, stage)
  assert.deepEqual(placeOf(view, stage), { x: 50, y: 50 })
  assert.deepEqual(placeOf(moveBy(view, { x: 9999, y: -9999 }, stage), stage), { x: 0, y: 100 })
})
