/** The conformance suite on the embedded stores, and what holds for the suite itself. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeConformance } from './describe.ts'
import { type Point, points } from './points.ts'
import { themes } from './themes.ts'

await describeConformance('embedded stores', async () => ({}))

describe('the suite itself', () => {
  const all = Object.values(themes).flat()

  test('has a name of its own for every scenario', () => {
    const names = all.map(({ name }) => name)
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })

  test('shows everything that clients need, 1 to 22 and the six of batches', () => {
    const wanted = Array.from({ length: 22 }, (_, index) => String(index + 1))
    const ofBatches = Array.from({ length: 6 }, (_, index) => `11.${index + 1}`)
    const known = Object.keys(points) as Point[]
    assert.deepEqual([...known].sort(), [...wanted, ...ofBatches].sort())
    const shown = new Set(all.flatMap(scenario => scenario.points ?? []))
    assert.deepEqual(
      known.filter(point => !shown.has(point)),
      [],
    )
  })

  test('says of every scenario, and of every need, where anybody can read what demands it', () => {
    const sources = [...all, ...Object.values(points)].map(({ source }) => source)
    assert.deepEqual(
      sources.filter(source => URL.parse(source)?.protocol !== 'https:'),
      [],
    )
  })
})
