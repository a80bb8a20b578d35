/**
 * The conformance suite against our own servers, each scenario as a test. Every scenario has to apply
 * to one of them: one that is passed over here is tested nowhere.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runScenario } from './run.ts'
import { type Stores, startStands } from './stands.ts'
import { themes } from './themes.ts'
import { endConnections } from './wire.ts'

/** `openStores` gives each server stores of its own; `name` says which, and `close` ends them. */
export async function describeConformance(
  name: string,
  openStores: () => Promise<Stores>,
  close: () => Promise<void> = async () => {},
): Promise<void> {
  const stands = await startStands(openStores)
  after(async () => {
    endConnections()
    await stands.close()
    await close()
  })
  for (const [theme, scenarios] of Object.entries(themes)) {
    describe(`${theme} (${name})`, () => {
      for (const scenario of scenarios) {
        test(scenario.name, async () => {
          const outcome = await runScenario(scenario, stands.targets)
          assert.deepEqual(outcome, { verdict: 'pass' }, scenario.source)
        })
      }
    })
  }
  describe(`the servers (${name})`, () => {
    test('complained of nothing in their logs', () => {
      assert.deepEqual(stands.complaints, [])
    })
  })
}
