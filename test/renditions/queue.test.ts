/** The bounded queue, with jobs that the test ends. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { Failure } from '../../src/failure.ts'
import { createQueue, postponed } from '../../src/renditions/queue.ts'

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

test('jobs beyond the limit run later, in order of arrival', async () => {
  const queue = createQueue({ concurrency: 2, maxWaiting: 2 })
  const { started, start, end } = jobs()
  const results = ['a', 'b', 'c', 'd'].map(name => queue.run(start(name)))
  await turnOfTheLoop()
  assert.deepEqual(started, ['a', 'b'])
  assert.deepEqual(queue.counts(), {
    ...{ running: 2, waiting: 2, finished: 0, refused: 0 },
    memoryBytes: 0,
  })
  await end('b')
  assert.deepEqual(started, ['a', 'b', 'c'])
  await end('a')
  await end('c')
  await end('d')
  assert.deepEqual(await Promise.all(results), ['a', 'b', 'c', 'd'])
  assert.deepEqual(queue.counts(), {
    ...{ running: 0, waiting: 0, finished: 4, refused: 0 },
    memoryBytes: 0,
  })
})

test('a job is refused at once if too many wait, with the time to retry', async () => {
  let elapsedMs = 0
  const queue = createQueue({ concurrency: 1, maxWaiting: 1, elapsed: () => elapsedMs })
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
  elapsedMs = 80_000
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
  assert.deepEqual(queue.counts(), {
    ...{ running: 0, waiting: 0, finished: 3, refused: 0 },
    memoryBytes: 0,
  })
})

test('a queue without waiting still runs jobs up to its limit', async () => {
  const queue = createQueue({ concurrency: 1, maxWaiting: 0 })
  assert.equal(await queue.run(() => Promise.resolve(1)), 1)
  assert.equal(await queue.run(() => Promise.resolve(2)), 2)
})

describe('memory', () => {
  const megabyte = 2 ** 20

  /** A job that reports the memory it needs, and that the test ends. */
  function open(memoryBytes: number, concurrency = 3) {
    const queue = createQueue({ concurrency, maxWaiting: 10, memoryBytes })
    const { started, start, end } = jobs()
    const run = (name: string, bytes: number, gone?: AbortSignal) =>
      queue.run(async allow => (allow(bytes) ? await start(name)() : postponed), gone)
    return { queue, run, started, end }
  }

  test('is never more than the budget, and jobs that need none overtake jobs that wait for some', async () => {
    const { queue, run, started, end } = open(100 * megabyte)
    const big = ['big', 'bigger', 'third'].map(name => run(name, 70 * megabyte))
    const small = run('small', 0)
    await turnOfTheLoop()
    assert.deepEqual(started, ['big', 'small'])
    assert.equal(queue.counts().memoryBytes, 70 * megabyte)
    assert.deepEqual([queue.counts().running, queue.counts().waiting], [2, 2])
    await end('small')
    await end('big')
    await turnOfTheLoop()
    assert.deepEqual(started, ['big', 'small', 'bigger'])
    assert.equal(queue.counts().memoryBytes, 70 * megabyte)
    await end('bigger')
    await turnOfTheLoop()
    await end('third')
    assert.deepEqual(await Promise.all([...big, small]), ['big', 'bigger', 'third', 'small'])
    assert.deepEqual(queue.counts(), {
      running: 0,
      waiting: 0,
      finished: 4,
      refused: 0,
      memoryBytes: 0,
    })
  })

  test('is given in order of arrival: a small need does not overtake a large one', async () => {
    const { run, started, end } = open(100 * megabyte)
    const all = [run('half', 50 * megabyte), run('most', 90 * megabyte), run('bit', megabyte)]
    await turnOfTheLoop()
    assert.deepEqual(started, ['half'])
    await end('half')
    await turnOfTheLoop()
    assert.deepEqual(started, ['half', 'most', 'bit'])
    for (const name of ['most', 'bit']) await end(name)
    await Promise.all(all)
  })

  test('a job that needs more than the budget runs when no other job has memory', async () => {
    const { run, end } = open(megabyte)
    const huge = run('huge', 5 * megabyte)
    await turnOfTheLoop()
    await end('huge')
    assert.equal(await huge, 'huge')
  })

  test('is given back by a job that fails', async () => {
    const { queue, run, end } = open(100 * megabyte)
    const failing = queue.run(async allow => {
      allow(80 * megabyte)
      throw new Failure('image-broken')
    })
    await assert.rejects(failing, { code: 'image-broken' })
    const next = run('next', 80 * megabyte)
    await turnOfTheLoop()
    await end('next')
    assert.equal(await next, 'next')
  })
})

test('a job whose client has gone is dropped only while it waits', async () => {
  const queue = createQueue({ concurrency: 1, maxWaiting: 5 })
  const { started, start, end } = jobs()
  const [runs, waits] = [new AbortController(), new AbortController()]
  const running = queue.run(start('running'), runs.signal)
  const waiting = queue.run(start('waiting'), waits.signal)
  const last = queue.run(start('last'))
  await turnOfTheLoop()
  runs.abort()
  waits.abort()
  await assert.rejects(waiting, { code: 'client-gone' })
  await assert.rejects(queue.run(start('never'), waits.signal), { code: 'client-gone' })
  assert.deepEqual([queue.counts().running, queue.counts().waiting], [1, 1])
  await end('running')
  await end('last')
  assert.deepEqual(await Promise.all([running, last]), ['running', 'last'])
  assert.deepEqual(started, ['running', 'last'])
})

test('at the end, waiting and new jobs are refused, and running jobs continue', async () => {
  const queue = createQueue({ concurrency: 1, maxWaiting: 5 })
  const { start, end } = jobs()
  const running = queue.run(start('running'))
  const waiting = queue.run(start('waiting'))
  await turnOfTheLoop()
  queue.end()
  await assert.rejects(waiting, { code: 'overloaded' })
  await assert.rejects(queue.run(start('late')), { code: 'overloaded' })
  await end('running')
  assert.equal(await running, 'running')
})
