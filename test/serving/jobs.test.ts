/** Background jobs: never twice at once, and a stop that waits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { repeat, startJobs } from '../../src/serving/jobs.ts'

test('a job runs again and again, and one run at a time', async ({ mock }) => {
  mock.timers.enable({ apis: ['setInterval'] })
  const runs: PromiseWithResolvers<void>[] = []
  const run = () => {
    const under = Promise.withResolvers<void>()
    runs.push(under)
    return under.promise
  }
  const stop = startJobs([repeat(1000, run, () => assert.fail())])
  assert.equal(runs.length, 0)
  mock.timers.tick(3000)
  assert.equal(runs.length, 1)
  runs[0]?.resolve()
  await nextTurn()
  mock.timers.tick(1000)
  assert.equal(runs.length, 2)
  runs[1]?.resolve()
  await stop()
  mock.timers.tick(5000)
  assert.equal(runs.length, 2)
})

test('a stop aborts the run under way, waits for it, and is no trouble', async ({ mock }) => {
  mock.timers.enable({ apis: ['setInterval'] })
  const cleared = Promise.withResolvers<void>()
  const run = async (signal: AbortSignal) => {
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    await cleared.promise
    signal.throwIfAborted()
  }
  const stop = startJobs([repeat(1000, run, () => assert.fail())])
  mock.timers.tick(1000)
  let isStopped = false
  const stopped = stop().then(() => {
    isStopped = true
  })
  await nextTurn()
  assert.equal(isStopped, false)
  cleared.resolve()
  await stopped
})

test('a run that fails is reported, and the next one begins', async ({ mock }) => {
  mock.timers.enable({ apis: ['setInterval'] })
  const told: unknown[] = []
  const broken = new Error('the disk is full')
  const run = () => Promise.reject(broken)
  const stop = startJobs([repeat(1000, run, error => told.push(error))])
  for (let count = 0; count < 2; count++) {
    mock.timers.tick(1000)
    await nextTurn()
  }
  await stop()
  assert.deepEqual(told, [broken, broken])
})
