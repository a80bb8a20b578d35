/** Counting and refusing, with a clock that the test sets. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { ThrottleLimits } from '../../src/throttling/limits.ts'
import { createThrottle } from '../../src/throttling/throttle.ts'

function set(limits: ThrottleLimits, capacity?: number) {
  const clock = { ms: 1_000_000_000 }
  return { clock, throttle: createThrottle(limits, () => clock.ms, capacity) }
}

/** The code of the refusal and its seconds; undefined when there is none. */
function refusalOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    assert.ok(error instanceof Failure)
    return `${error.code} ${error.facts.retryAfterSeconds}`
  }
}

describe('requests in a window', () => {
  const limits = { requests: { amount: 3, windowMs: 60_000 } }

  test('are let in up to the limit, and again once the first of them is long enough ago', () => {
    const { clock, throttle } = set(limits)
    for (const _ of [1, 2, 3]) throttle.admit('a')[Symbol.dispose]()
    clock.ms += 30_000
    // One second for the slice that has the three.
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'requests-throttled 31',
    )
    clock.ms += 30_999
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'requests-throttled 1',
    )
    clock.ms += 1
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      undefined,
    )
  })

  test('count while they are refused, and so increase the time to wait', () => {
    const { clock, throttle } = set(limits)
    for (const _ of [1, 2, 3]) throttle.admit('a')
    for (let round = 0; round < 40; round += 1) {
      clock.ms += 10_000
      assert.match(refusalOf(() => throttle.admit('a')) ?? '', /requests-throttled/)
    }
    const [, seconds] = (refusalOf(() => throttle.admit('a')) ?? '').split(' ')
    clock.ms += Number(seconds) * 1000
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      undefined,
    )
  })

  test('of one key are nothing to another', () => {
    const { throttle } = set(limits)
    for (const _ of [1, 2, 3]) throttle.admit('a')
    assert.equal(
      refusalOf(() => throttle.admit('b')),
      undefined,
    )
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'requests-throttled 61',
    )
  })
})

describe('requests at the same time', () => {
  test('are let in up to the limit, and again when one is done', () => {
    const { throttle } = set({ concurrent: 2 })
    const first = throttle.admit('a')
    throttle.admit('a')
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'concurrency-throttled 1',
    )
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      undefined,
    )
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'concurrency-throttled 1',
    )
  })

  test('that are refused count as requests and not as under way', () => {
    const { throttle } = set({ concurrent: 1, requests: { amount: 3, windowMs: 60_000 } })
    const first = throttle.admit('a')
    for (const _ of [1, 2]) {
      assert.equal(
        refusalOf(() => throttle.admit('a')),
        'concurrency-throttled 1',
      )
    }
    first[Symbol.dispose]()
    assert.equal(
      refusalOf(() => throttle.admit('a')),
      'requests-throttled 61',
    )
  })
})

describe('uploads in a window', () => {
  const limits = { upload: { amount: 100, windowMs: 60_000 } }

  test('are accepted up to the limit in bytes; refused ones are not counted', () => {
    const { clock, throttle } = set(limits)
    const admission = throttle.admit('a')
    admission.addUpload(60)
    assert.equal(
      refusalOf(() => admission.addUpload(41)),
      'upload-throttled 61',
    )
    assert.equal(
      refusalOf(() => admission.expectUpload(41)),
      'upload-throttled 61',
    )
    assert.equal(
      refusalOf(() => admission.addUpload(40)),
      undefined,
    )
    assert.equal(
      refusalOf(() => throttle.admit('a').addUpload(1)),
      'upload-throttled 61',
    )
    clock.ms += 61_000
    assert.equal(
      refusalOf(() => throttle.admit('a').addUpload(100)),
      undefined,
    )
  })

  test('that are only expected are not counted', () => {
    const { throttle } = set(limits)
    const admission = throttle.admit('a')
    for (const _ of [1, 2, 3]) admission.expectUpload(100)
    assert.equal(
      refusalOf(() => admission.addUpload(100)),
      undefined,
    )
  })
})

describe('the memory for keys', () => {
  test('is bounded: the least recently used key is removed first', () => {
    const { throttle } = set({ requests: { amount: 1, windowMs: 60_000 } }, 3)
    for (const key of ['a', 'b', 'c']) throttle.admit(key)[Symbol.dispose]()
    refusalOf(() => throttle.admit('a'))
    throttle.admit('d')[Symbol.dispose]()
    assert.equal(throttle.size(), 3)
    assert.match(refusalOf(() => throttle.admit('a')) ?? '', /requests-throttled/)
    assert.equal(
      refusalOf(() => throttle.admit('b')),
      undefined,
    )
  })

  test('includes every key with a request under way', () => {
    const { throttle } = set({ concurrent: 1 }, 2)
    for (const key of ['a', 'b', 'c']) throttle.admit(key)
    for (const key of ['a', 'b', 'c']) {
      assert.equal(
        refusalOf(() => throttle.admit(key)),
        'concurrency-throttled 1',
      )
    }
  })
})

test('without limits no request is refused', () => {
  const { throttle } = set({})
  for (let round = 0; round < 1000; round += 1) throttle.admit('a').addUpload(1e9)
  assert.equal(throttle.size(), 1)
})
