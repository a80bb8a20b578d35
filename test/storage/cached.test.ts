/** Tests of the cache: what is requested from the store, what is kept, what is evicted. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { cachePacks } from '../../src/storage/cached.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { bytesOf, cachedIn, describePacks, isUnavailable, keyOf } from '../suites/packs.ts'

describePacks('kept in memory', async () => ({
  packs: cachePacks(openMemoryPacks(Date.now), 100_000),
  close: async () => {},
}))

describe('cached packs', () => {
  test('are read from the store once per range', async () => {
    const { packs, asked } = counted()
    const key = keyOf('once')
    await packs.write(key, bytesOf(key, 1000))
    for (let round = 0; round < 5; round += 1) {
      assert.deepEqual(await packs.read(key, 0, 100), bytesOf(key, 1000).slice(0, 100))
      assert.deepEqual(await packs.read(key, 100, 50), bytesOf(key, 1000).slice(100, 150))
    }
    assert.deepEqual(asked, [`${key} 0 100`, `${key} 100 50`])
  })

  test('are read from the store once by many concurrent readers', async () => {
    const { packs, asked } = counted()
    const key = keyOf('together')
    await packs.write(key, bytesOf(key, 100))
    const read = await Promise.all(Array.from({ length: 20 }, () => packs.read(key, 0, 100)))
    assert.equal(asked.length, 1)
    read[0]?.fill(0)
    assert.deepEqual(read[1], bytesOf(key, 100))
  })

  test('are evicted when the cache is full, least recently used first', async () => {
    const { packs, asked } = counted(16_000)
    const keys = Array.from({ length: 17 }, (_, index) => keyOf(`full ${index}`))
    for (const key of keys) await packs.write(key, bytesOf(key, 1000))
    const [first = '', second = '', ...others] = keys
    for (const key of [first, second]) await packs.read(key, 0, 1000)
    await packs.read(first, 0, 1000)
    for (const key of others) await packs.read(key, 0, 1000)
    asked.length = 0
    await packs.read(first, 0, 1000)
    assert.deepEqual(asked, [])
    await packs.read(second, 0, 1000)
    assert.deepEqual(asked, [`${second} 0 1000`])
  })

  test('are not cached when they are large', async () => {
    const { packs, asked } = counted(16_000)
    const key = keyOf('large')
    await packs.write(key, bytesOf(key, 2000))
    await packs.read(key, 0, 1001)
    await packs.read(key, 0, 1001)
    assert.equal(asked.length, 2)
  })

  test('leave the cache when they are removed, even during a read', async () => {
    const { packs } = counted()
    const key = keyOf('gone')
    await packs.write(key, bytesOf(key, 10))
    await packs.read(key, 0, 10)
    await packs.remove(key)
    assert.equal(await packs.read(key, 0, 10), undefined)
    await packs.write(key, bytesOf(key, 10))
    const reading = packs.read(key, 0, 10)
    await packs.remove(key)
    assert.deepEqual(await reading, bytesOf(key, 10))
    assert.equal(await packs.read(key, 0, 10), undefined)
  })

  test('leave the cache when they are purged or forgotten', async () => {
    const { packs, asked } = counted()
    const [key, other] = [keyOf('a'), keyOf('b')]
    for (const name of [key, other]) {
      await packs.write(name, bytesOf(name, 10))
      await packs.read(name, 0, 10)
    }
    assert.deepEqual(await cachedIn(packs), [key, other])
    await packs.forget(other)
    await packs.purge(key)
    assert.deepEqual(await cachedIn(packs), [])
    assert.equal(await packs.read(key, 0, 10), undefined)
    assert.deepEqual(await packs.read(other, 0, 10), bytesOf(other, 10))
    assert.equal(asked.length, 4)
  })

  test('are read again after a failure and after absence', async () => {
    const { packs, asked, faults } = counted()
    const key = keyOf('later')
    assert.equal(await packs.read(key, 0, 10), undefined)
    await packs.write(key, bytesOf(key, 10))
    faults.push(new Failure('storage-unavailable'))
    await assert.rejects(packs.read(key, 0, 10), isUnavailable)
    assert.deepEqual(await packs.read(key, 0, 10), bytesOf(key, 10))
    assert.equal(asked.length, 3)
  })

  test('hits, misses and bytes are counted', async () => {
    const { packs } = counted()
    const key = keyOf('counted')
    await packs.write(key, bytesOf(key, 100))
    assert.deepEqual(packs.counts(), { hits: 0, misses: 0, bytes: 0 })
    for (let round = 0; round < 3; round += 1) await packs.read(key, 0, 60)
    await packs.read(keyOf('nobody'), 0, 60)
    assert.deepEqual(packs.counts(), { hits: 2, misses: 2, bytes: 60 })
    await packs.remove(key)
    assert.deepEqual(packs.counts(), { hits: 2, misses: 2, bytes: 0 })
  })

  test('a check reaches the store', async () => {
    const medium = { ...openMemoryPacks(Date.now), check: () => Promise.reject(new Error('away')) }
    await assert.rejects(cachePacks(medium, 1000).check(), /away/)
  })
})

/** A store that records its calls, and fails as often as requested. */
function counted(maxBytes = 1_000_000) {
  const store = openMemoryPacks(Date.now)
  const asked: string[] = []
  const faults: Failure[] = []
  const counting: Packs = {
    ...store,
    async read(key, offset, length) {
      asked.push(`${key} ${offset} ${length}`)
      const fault = faults.pop()
      if (fault) throw fault
      const bytes = await store.read(key, offset, length)
      // Delays the result, so that other work can run meanwhile.
      await new Promise(resolve => setImmediate(resolve))
      return bytes
    },
  }
  return { packs: cachePacks(counting, maxBytes), asked, faults }
}
