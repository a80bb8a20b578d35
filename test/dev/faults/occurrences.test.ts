/** The frequency of a fault, and that it is repeated at the same calls. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { drawFrom, occurrencesOf } from '../../../src/dev/faults/occurrences.ts'
import type { Frequency } from '../../../src/dev/faults/rule.ts'

function play(frequency: Frequency, calls: number): string {
  const occurs = occurrencesOf(frequency)
  return Array.from({ length: calls }, () => (occurs() ? 'x' : '-')).join('')
}

describe('a fault', () => {
  test('happens every third time', () => {
    assert.equal(play({ kind: 'every', nth: 3 }, 7), '--x--x-')
  })
  test('happens the first two times', () => {
    assert.equal(play({ kind: 'first', count: 2 }, 5), 'xx---')
  })
  test('happens always', () => assert.equal(play({ kind: 'always' }, 3), 'xxx'))

  test('with a share and a seed happens to the same calls again', () => {
    const frequency: Frequency = { kind: 'share', share: 0.1, seed: 7 }
    const first = play(frequency, 2000)
    assert.equal(play(frequency, 2000), first)
    assert.notEqual(play({ ...frequency, seed: 8 }, 2000), first)
    const share = first.replaceAll('-', '').length / first.length
    assert.ok(share > 0.07 && share < 0.13, String(share))
  })
  test('with a share of 100% happens always', () => {
    assert.equal(play({ kind: 'share', share: 1, seed: 3 }, 50), 'x'.repeat(50))
  })
  test('draws the published numbers of mulberry32, so that a seed never changes its meaning', () => {
    const draw = drawFrom(1)
    assert.deepEqual(
      [draw(), draw(), draw()].map(number => Math.round(number * 2 ** 32)),
      [2693262067, 11749833, 2265367787],
    )
  })
})
