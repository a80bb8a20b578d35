/** The conformance suite on the embedded stores, and what holds for the suite itself. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeConformance } from './describe.ts'
import { themes } from './themes.ts'

await describeConformance('embedded stores', async () => ({}))

describe('the suite itself', () => {
  test('has a name of its own for every scenario', () => {
    const names = Object.values(themes).flatMap(scenarios => scenarios.map(({ name }) => name))
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })
})
