/**
 * The conformance suite against our own servers, each scenario as a test. Every scenario has to apply
 * to one of them: one that is passed over here is tested nowhere.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runScenario } from './run.ts'
import { startStands } from './stands.ts'
import { themes } from './themes.ts'
import { endConnections } from './wire.ts'

const stands = await startStands()

after(async () => {
  endConnections()
  await stands.close()
})

for (const [theme, scenarios] of Object.entries(themes)) {
  describe(theme, () => {
    for (const scenario of scenarios) {
      test(scenario.name, async () => {
        const outcome = await runScenario(scenario, stands.targets)
        assert.deepEqual(outcome, { verdict: 'pass' }, scenario.source)
      })
    }
  })
}

describe('the suite itself', () => {
  test('has a name of its own for every scenario', () => {
    const names = Object.values(themes).flatMap(scenarios => scenarios.map(({ name }) => name))
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })

  test('left no complaint in the log of any server', () => {
    assert.deepEqual(stands.complaints, [])
  })
})
