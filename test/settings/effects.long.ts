/**
 * Every setting from its text to its effect, half of them by their variables and half by their flags;
 * how a flag is read does not depend on which it is.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { moveSettings } from '../../src/settings/moving.ts'
import { settings } from '../../src/settings/table.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startTestIssuer, type TestIssuer } from '../support/test-issuer.ts'
import { inFolder } from '../support/visage.ts'
import { type Effect, effects } from './effects.ts'
import { type MoveEffect, moveEffects, moveGivenFor } from './move-effects.ts'
import { givenFor, type Way } from './stand.ts'

let issuer: TestIssuer
let postgres: PostgresServer
before(async () => {
  issuer = await startTestIssuer()
  postgres = await startPostgres()
})
after(async () => {
  await issuer[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

test('every setting of the tables has a test of its effect', () => {
  assert.deepEqual(Object.keys(effects).sort(), Object.keys(settings).sort())
  assert.deepEqual(Object.keys(moveEffects).sort(), Object.keys(moveSettings).sort())
})

const wayOf = (index: number): Way => (index % 2 === 0 ? 'environment' : 'flag')

describe('the setting', { concurrency: 2 }, () => {
  const all = Object.entries(effects) as [keyof typeof effects, Effect][]
  for (const [index, [name, effect]] of all.entries()) {
    const way = wayOf(index)
    test(`${settings[name].env} (${way}) has its effect`, () =>
      inFolder(cwd => effect(givenFor(name, way, cwd, issuer), postgres)))
  }
})

describe('the setting of a move', { concurrency: 2 }, () => {
  const all = Object.entries(moveEffects) as [keyof typeof moveEffects, MoveEffect][]
  for (const [index, [name, effect]] of all.entries()) {
    const way = wayOf(index)
    test(`${moveSettings[name].env} (${way}) has its effect`, () =>
      inFolder(async cwd => {
        const filling = givenFor('data', 'environment', cwd, issuer)
        await effect(moveGivenFor(name, way, filling), postgres)
      }))
  }
})
