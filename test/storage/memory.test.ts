import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { describePacks, keyOf, listOf } from '../suites/packs.ts'

describePacks('in memory', async () => ({
  packs: openMemoryPacks(Date.now),
  close: async () => {},
}))

test('the age of a pack in memory comes from the clock', async () => {
  const packs = openMemoryPacks(() => 1234)
  await packs.write(keyOf('a'), new Uint8Array(7))
  assert.deepEqual(await listOf(packs), [{ key: keyOf('a'), bytes: 7, writtenAtMs: 1234 }])
})
