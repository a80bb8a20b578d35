/** Packs in memory: replaced and removed ones are deleted when they cannot be read any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRendition } from '../../src/photos/photo.ts'
import { removePhoto } from '../../src/photos/remove.ts'
import { type ReplaceParts, replacePhoto } from '../../src/photos/replace.ts'
import { openUnreadSweep } from '../../src/serving/unread.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { alice, openStore, type Store } from '../photos/stand.ts'
import { listOf } from '../suites/packs.ts'

const fail = (error: unknown) => assert.fail(String(error))

test('of a photo that was replaced many times only the last pack is left, and no row of the others', async t => {
  const { store, parts, stored } = await openInMemory(t)
  const unread = openUnreadSweep(parts, fail)
  for (let round = 0; round < 30; round++) {
    await put(store, parts, `picture ${round}`)
    unread.sweep()
  }
  await settled(async () => (await stored()).length === 1)
  assert.deepEqual(await stored(), [(await store.photoOf(alice))?.version])
  await settled(async () => (await store.retired()).length === 0)
  await removePhoto(parts.database, alice, undefined, parts.now())
  unread.sweep()
  await settled(async () => (await stored()).length === 0)
  await unread.end()
})

test('a pack stays for readers that began before it was replaced, and not for later ones', async t => {
  const { store, parts, stored } = await openInMemory(t)
  const unread = openUnreadSweep(parts, fail)
  await put(store, parts, 'first')
  const goOn = Promise.withResolvers<void>()
  const later = Promise.withResolvers<void>()
  const found = Promise.withResolvers<void>()
  const reading = unread.whileReading(async () => {
    const photo = await store.photoOf(alice)
    assert.ok(photo)
    found.resolve()
    await goOn.promise
    return await readRendition(parts.packs, photo, photo.renditions[0])
  })
  await found.promise
  await put(store, parts, 'second')
  unread.sweep()
  // Long enough for a sweep that would not wait.
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  const readingLater = unread.whileReading(() => later.promise)
  assert.equal((await stored()).length, 2)
  goOn.resolve()
  assert.equal(Buffer.from(await reading).toString(), 'first')
  await settled(async () => (await stored()).length === 1)
  later.resolve()
  await readingLater
  await unread.end()
})

test('a reader that fails delays nothing, and a sweep that fails is reported and repeated', async t => {
  const { store, parts, stored } = await openInMemory(t)
  const told: unknown[] = []
  let isAway = true
  const packs: Packs = {
    ...parts.packs,
    async remove(key) {
      if (isAway) throw new Error('away')
      await parts.packs.remove(key)
    },
  }
  const unread = openUnreadSweep({ ...parts, packs }, error => told.push(error))
  await put(store, parts, 'first')
  const reading = unread.whileReading(async () => {
    throw new Error('broken')
  })
  await assert.rejects(reading, /broken/)
  await put(store, parts, 'second')
  unread.sweep()
  await settled(async () => told.length === 1)
  assert.equal((await stored()).length, 2)
  isAway = false
  unread.sweep()
  await settled(async () => (await stored()).length === 1)
  await unread.end()
})

async function openInMemory(t: Parameters<typeof openStore>[0]) {
  const store = await openStore(t)
  const packs = openMemoryPacks(Date.now)
  const render: ReplaceParts['render'] = async bytes => ({
    bytes,
    renditions: [{ width: 1, height: 1, offset: 0, length: bytes.length }],
  })
  const parts = { ...store.parts, packs, render }
  return { store, parts, stored: async () => (await listOf(packs)).map(({ key }) => key) }
}

async function put(store: Store, parts: ReplaceParts, text: string): Promise<void> {
  await replacePhoto(parts, alice, await store.photoOf(alice), Buffer.from(text), undefined)
}

/** Resolves when the condition holds. */
async function settled(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate)
}
