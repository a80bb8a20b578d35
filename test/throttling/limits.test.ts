/** Texts of limits, and the limits that they become. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphLimits, parseLimits } from '../../src/throttling/limits.ts'

const megabyte = 1024 * 1024

test('graph means the figures of the Outlook service', () => {
  assert.deepEqual(parseLimits('graph'), graphLimits)
  assert.deepEqual(parseLimits('requests=10000/600s,concurrent=4,upload=150MB/300s'), graphLimits)
})

test('a missing limit means no limit, and the order is free', () => {
  assert.deepEqual(parseLimits('concurrent=1'), { concurrent: 1 })
  assert.deepEqual(parseLimits('upload=4MB/60s, requests=3/1s'), {
    upload: { amount: 4 * megabyte, windowMs: 60_000 },
    requests: { amount: 3, windowMs: 1000 },
  })
})

for (const text of [
  '',
  'off',
  'Graph',
  'graph,concurrent=4',
  'requests',
  'requests=10000',
  'requests=0/600s',
  'requests=10/0s',
  'requests=10/90000s',
  'requests=10/600',
  'requests=10MB/600s',
  'requests=1e3/600s',
  'requests=-1/600s',
  'requests=1/1s,requests=2/1s',
  'concurrent=0',
  'concurrent=four',
  'concurrent=4,concurrent=4',
  'upload=150/300s',
  'upload=3MB/300s',
  'upload=150MB',
  'uploads=150MB/300s',
  'concurrent=4,',
  'constructor=4',
]) {
  test(`'${text}' is no limit`, () => assert.equal(parseLimits(text), undefined))
}
