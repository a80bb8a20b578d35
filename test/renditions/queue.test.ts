/** The bounded queue, with jobs that end when the test says so. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { Failure } from '../../src/failure.ts'
import { createQueue, defaultConcurrency } from '../../src/renditions/queue.ts'

function jobs() {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string) => () => {
    started.push(name)
    return new Promise<string>(resolve => ends.set(name, () => resolve(name)))
  }
  const end = async (name: string) => {
    ends.get(name)?.()
    await turnOfTheLoop()
  }
  return { started, start, end }
}

test('at most so many jobs run at once, the others follow in the order they came', async () => {
  const queue = createQueue({ concurrency: 2, maxWaiting: 2 })
  const { started, start, end } = jobs()
  const results = ['a', 'b', 'c', 'd'].map(name => queue.run(start(name)))
  await turnOfTheLoop()
  assert.deepEqual(started, ['a', 'b'])
  assert.deepEqual(queue.counts(), { running: 2, waiting: 2, finished: 0, refused: 0 })
  await end('b')
  assert.deepEqual(started, ['a', 'b', 'c'])
  await end('a')
  await end('c')
  await end('d')
  assert.deepEqual(await Promise.all(results), ['a', 'b', 'c', 'd'])
  assert.deepEqual(queue.counts(), { running: 0, waiting: 0, finished: 4, refused: 0 })
})

test('a job beyond those that may wait is refused at once, with the time to come back', async () => {
  let nowMs = 0
  const queue = createQueue({ concurrency: 1, maxWaiting: 1, nowMs: () => nowMs })
  const { started, start, end } = jobs()
  const slow = queue.run(start('slow'))
  const next = queue.run(start('next'))
  await assert.rejects(queue.run(start('late')), error => {
    assert.ok(error instanceof Failure)
    assert.equal(error.code, 'overloaded')
    assert.deepEqual(error.facts, { retryAfterSeconds: 1 })
    return true
  })
  assert.equal(queue.counts().refused, 1)
  nowMs = 80_000
  await end('slow')
  await turnOfTheLoop()
  const last = queue.run(start('last'))
  await assert.rejects(queue.run(start('later')), error => {
    // The usual time moved an eighth of the way from 0.1 s to 80 s, and two jobs are ahead.
    return error instanceof Failure && error.facts.retryAfterSeconds === 21
  })
  await end('next')
  await end('last')
  await Promise.all([slow, next, last])
  assert.deepEqual(started, ['slow', 'next', 'last'])
})

test('a job that fails gives its place to the next', async () => {
  const queue = createQueue({ concurrency: 1, maxWaiting: 2 })
  const broken = queue.run(() => Promise.reject(new Failure('image-broken')))
  const thrown = queue.run(() => {
    throw new TypeError('a bug')
  })
  const good = queue.run(() => Promise.resolve('good'))
  await assert.rejects(broken, { code: 'image-broken' })
  await assert.rejects(thrown, TypeError)
  assert.equal(await good, 'good')
  assert.deepEqual(queue.counts(), { running: 0, waiting: 0, finished: 3, refused: 0 })
})

test('a queue in which nobody may wait still runs as many as it may', async () => {
  const queue = createQueue({ concurrency: 1, maxWaiting: 0 })
  assert.equal(await queue.run(() => Promise.resolve(1)), 1)
  assert.equal(await queue.run(() => Promise.resolve(2)), 2)
})

test('one thread of the pool is left for files, and one processor is enough', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 64].map(processors => defaultConcurrency(processors)),
    [1, 2, 3, 3, 3],
  )
})
