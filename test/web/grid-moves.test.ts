/** Where keys lead in the grid of people. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { columnsIn, inRows, moveInGrid } from '../../web/src/ui/grid-moves.ts'

/** Eleven tiles in rows of four: 0–3, 4–7, 8–10. */
const grid = { count: 11, columns: 4, rowsOnScreen: 2 }

describe('in a grid of eleven tiles, four in a row', () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['ArrowRight', 3, 4],
    ['ArrowRight', 10, 10],
    ['ArrowLeft', 4, 3],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 1, 5],
    ['ArrowDown', 7, 10],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 5, 1],
    ['ArrowUp', 2, 2],
    ['PageDown', 1, 9],
    ['PageDown', 5, 9],
    ['PageUp', 9, 1],
    ['PageUp', 6, 2],
    ['Home', 6, 4],
    ['End', 5, 7],
    ['End', 8, 10],
    ['Control+Home', 9, 0],
    ['Control+End', 0, 10],
  ]
  for (const [key, at, to] of cases) {
    test(`${key} leads from ${at} to ${to}`, () =>
      assert.equal(moveInGrid(key, { ...grid, at }), to))
  }
  for (const key of ['Enter', 'a', 'Tab', 'constructor', '__proto__']) {
    test(`${key} moves nothing`, () => assert.equal(moveInGrid(key, { ...grid, at: 1 }), undefined))
  }
})

test('in an empty grid no key moves anything', () =>
  assert.equal(moveInGrid('End', { ...grid, count: 0, at: 0 }), undefined))

test('as many tiles stand in a row as fit with the gaps between them, and at least one', () => {
  assert.equal(columnsIn(320, 100, 10), 3)
  assert.equal(columnsIn(319, 100, 10), 2)
  assert.equal(columnsIn(0, 100, 10), 1)
})

test('the last row is shorter', () =>
  assert.deepEqual(inRows([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]))
