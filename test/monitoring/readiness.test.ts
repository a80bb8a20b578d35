/** Readiness of a process: how often its parts are checked, and the effect of a check that hangs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { watchReadiness } from '../../src/monitoring/readiness.ts'

describe('readiness', () => {
  test('is ready if every part is available, and names an unavailable part', async () => {
    const parts = { database: async () => {}, packs: async () => {} }
    assert.deepEqual(await watchReadiness(parts).look(), {
      status: 'ready',
      parts: { database: 'ok', packs: 'ok' },
    })
    const packs = () => Promise.reject(new Error('the password is 1234'))
    assert.deepEqual(await watchReadiness({ ...parts, packs }).look(), {
      status: 'unavailable',
      parts: { database: 'ok', packs: 'unavailable' },
    })
  })

  test('is decided by conditions as by parts, and by remarks not at all', async () => {
    const part = async () => {}
    const look = (workers: 'ok' | 'unavailable', issuer: 'ok' | 'unavailable' | undefined) =>
      watchReadiness(
        { part },
        { conditions: { workers: () => workers }, remarks: { issuer: () => issuer } },
      ).look()
    assert.deepEqual(await look('ok', 'unavailable'), {
      status: 'ready',
      parts: { part: 'ok', workers: 'ok', issuer: 'unavailable' },
    })
    assert.deepEqual(await look('unavailable', undefined), {
      status: 'unavailable',
      parts: { part: 'ok', workers: 'unavailable' },
    })
  })

  test('checks once for simultaneous probes, and again after a second', async () => {
    let asked = 0
    let elapsedMs = 0
    const part = async () => {
      asked += 1
    }
    const { look } = watchReadiness({ part }, { elapsed: () => elapsedMs })
    await Promise.all(Array.from({ length: 100 }, look))
    assert.equal(asked, 1)
    elapsedMs = 999
    await look()
    assert.equal(asked, 1)
    elapsedMs = 1000
    await Promise.all([look(), look()])
    assert.equal(asked, 2)
  })

  test('waits no longer than its timeout, and does not check a hanging part again', async () => {
    let asked = 0
    let elapsedMs = 0
    const hang = Promise.withResolvers<void>()
    const part = () => {
      asked += 1
      return asked === 1 ? hang.promise : Promise.resolve()
    }
    const { look } = watchReadiness({ part }, { timeoutMs: 20, elapsed: () => elapsedMs })
    for (elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 2000) {
      assert.equal((await look()).status, 'unavailable')
    }
    assert.equal(asked, 1)
    hang.resolve()
    await new Promise(resolve => setImmediate(resolve))
    assert.equal((await look()).status, 'ready')
    assert.equal(asked, 2)
  })

  test('reports a change once, with its cause', async () => {
    const told: string[][] = []
    const cause = new Error('gone')
    let elapsedMs = 0
    let isAway = false
    const part = async () => {
      if (isAway) throw cause
    }
    const changed = (causes: ReadonlyMap<string, unknown>) =>
      void told.push([...causes].map(([name, why]) => `${name}: ${String(why)}`))
    const { look } = watchReadiness({ part }, { changed, elapsed: () => elapsedMs })
    for (const next of [false, false, true, true, false, false]) {
      isAway = next
      elapsedMs += 1000
      await look()
    }
    assert.deepEqual(told, [['part: Error: gone'], []])
  })

  test('is ending as soon as the end has begun, without a check', async () => {
    const watch = watchReadiness({ part: () => assert.fail('was asked') })
    watch.end()
    assert.equal((await watch.look()).status, 'ending')
  })
})
