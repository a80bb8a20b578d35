/**
 * The guarantees for the OAuth library between two requests.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemory } from '../../../src/dev/issuer/memory.ts'

describe('the memory of sign-ins', () => {
  it('removes an entry when it expires', async () => {
    let now = 0
    const codes = createMemory(() => now)('AuthorizationCode')
    await codes.upsert('a', { uid: 'u', userCode: 'c' }, 10)
    now = 9_999
    assert.ok(await codes.find('a'))
    assert.ok(await codes.findByUid('u'))
    assert.ok(await codes.findByUserCode('c'))
    now = 10_000
    assert.equal(await codes.findByUid('u'), undefined)
    assert.equal(await codes.findByUserCode('c'), undefined)
    assert.equal(await codes.find('a'), undefined)
  })

  it('withdraws the tokens of a grant, but not the sign-in that is under way with it', async () => {
    const open = createMemory(Date.now)
    const tokens = open('RefreshToken')
    const signIns = open('Interaction')
    await tokens.upsert('one', { grantId: 'g' }, 60)
    await tokens.upsert('two', { grantId: 'other' }, 60)
    await signIns.upsert('one', { grantId: 'g' }, 60)
    await tokens.revokeByGrantId('g')
    assert.equal(await tokens.find('one'), undefined)
    assert.ok(await tokens.find('two'))
    assert.ok(await signIns.find('one'))
  })

  it('records when a code was used', async () => {
    const codes = createMemory(() => 5_000)('AuthorizationCode')
    await codes.upsert('a', {}, 10)
    await codes.consume('a')
    const found = await codes.find('a')
    assert.equal(found?.consumed, 5)
  })

  it('removes the oldest entries at its limit', async () => {
    const signIns = createMemory(Date.now)('Interaction')
    for (let n = 0; n <= 20_000; n++) await signIns.upsert(String(n), {}, 60)
    assert.equal(await signIns.find('0'), undefined)
    assert.ok(await signIns.find('20000'))
  })
})
