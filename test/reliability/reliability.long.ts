/**
 * Every fault in few rounds, as `npm run reliability -- --quick` makes them. RELIABILITY=apart means that this command
 * runs beside the tests, so that no fault is made twice.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { hasHeld } from './fault.ts'
import { faults } from './faults.ts'
import { closeShared } from './nodes.ts'

after(closeShared)

const isMadeApart = process.env.RELIABILITY === 'apart'

for (const { name, title, deployment, rounds, whyNot, run } of faults) {
  const skip = isMadeApart ? 'made apart, by npm run reliability' : (whyNot?.() ?? false)
  test(`${title} (${deployment}): nothing lost, torn or answered wrongly`, { skip }, async t => {
    const outcome = await run(rounds.quick, () => {})
    const { acknowledged, refused, recoveryMs } = outcome
    t.diagnostic(`${name}: ${acknowledged} uploads acknowledged, ${refused} answered 503`)
    t.diagnostic(`recovery: ${recoveryMs.map(ms => `${Math.round(ms)} ms`).join(', ')}`)
    for (const note of outcome.notes ?? []) t.diagnostic(note)
    assert.ok(hasHeld(outcome), JSON.stringify(outcome, undefined, 2))
  })
}
