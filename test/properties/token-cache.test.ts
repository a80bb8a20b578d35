/** Any puts and gets of any callers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTokenCache } from '../../src/tokens/token-cache.ts'

const limits = { maxBytes: 1_000, maxBytesPerOwner: 200 }

const tokens = fc.integer({ min: 0, max: 30 }).map(tokenOf)
const owners = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
const uses = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('get' as const), token: tokens }),
    fc.record({
      does: fc.constant('set' as const),
      token: tokens,
      owner: owners,
      bytes: fc.integer({ min: 1, max: 120 }),
      value: fc.integer(),
    }),
  ),
  { maxLength: 200 },
)

/** Some differ only at the beginning, and so have the same key in the cache. */
function tokenOf(number: number): string {
  return `${number % 3}.payload.${String(number >> 1).padStart(20, 's')}`
}

test('a cache of tokens returns the last value or nothing, and never exceeds its limit', () => {
  fc.assert(
    fc.property(uses, uses => {
      const cache = createTokenCache<number>(limits)
      const last = new Map<string, number>()
      for (const use of uses) {
        if (use.does === 'set') {
          cache.set(use.token, use)
          last.set(use.token, use.value)
          const fits = use.bytes <= limits.maxBytesPerOwner / 2
          assert.equal(cache.get(use.token), fits ? use.value : undefined)
        } else {
          const found = cache.get(use.token)
          if (found !== undefined) assert.equal(found, last.get(use.token))
        }
        assert.ok(cache.bytes() >= 0 && cache.bytes() <= limits.maxBytes, `${cache.bytes()} bytes`)
      }
    }),
    { numRuns: 500 },
  )
})

test('an owner with any number of tokens evicts only their own', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), sizes, (bytes, theirs) => {
      const cache = createTokenCache<string>(limits)
      cache.set('mine.of.signature', { owner: 'a', bytes, value: 'mine' })
      for (const [index, size] of theirs.entries()) {
        cache.set(`theirs.${index}.${String(index).padStart(20, 'x')}`, {
          owner: 'b',
          bytes: size,
          value: 'theirs',
        })
      }
      assert.equal(cache.get('mine.of.signature'), 'mine')
      assert.ok(cache.bytes() <= bytes + limits.maxBytesPerOwner)
    }),
    { numRuns: 500 },
  )
})

test('a token that is used is still there after as many others as half of the cache holds', () => {
  const cache = createTokenCache<string>(limits)
  const put = (token: string, owner: string) =>
    cache.set(token, { owner, bytes: 100, value: owner })
  put('used.a.signature', 'a')
  for (let index = 0; index < 50; index++) {
    put(`x.x.${String(index).padStart(12, 'x')}`, `other ${index}`)
    assert.equal(cache.get('used.a.signature'), 'a')
  }
  assert.equal(cache.get(`x.x.${'0'.padStart(12, 'x')}`), undefined)
})
