/** Which sizes are shown on which window. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizesThatFit } from '../../../web/src/photo/shown-sizes.ts'

const cases = [
  {
    on: 'a desktop',
    side: 648,
    width: 1008,
    beside: [48, 64, 96, 120, 240, 360],
    below: [432, 504, 648],
  },
  { on: 'a phone', side: 648, width: 376, beside: [48, 64, 96, 120], below: [240, 360] },
  { on: 'a small phone', side: 648, width: 288, beside: [48, 64, 96], below: [120, 240] },
  {
    on: 'a wide screen',
    side: 648,
    width: 2640,
    beside: [48, 64, 96, 120, 240, 360, 432, 504, 648],
    below: [],
  },
  { on: 'a desktop, of a small photo', side: 100, width: 1008, beside: [48, 64, 96], below: [] },
  { on: 'nothing that has been measured yet', side: 648, width: 0, beside: [], below: [] },
]

for (const { on, side, width, ...expected } of cases) {
  test(`on ${on} the sizes ${expected.beside.join(', ') || '(none)'} stand beside each other`, () => {
    assert.deepEqual(sizesThatFit(side, width, 16), expected)
  })
}
