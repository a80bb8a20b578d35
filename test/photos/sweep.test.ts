/** The sweep removes unreachable packs after the grace time, and nothing else. */
import assert from 'node:assert/strict'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { graceByScans } from '../../src/photos/grace.ts'
import { readRendition } from '../../src/photos/photo.ts'
import { removePhoto } from '../../src/photos/remove.ts'
import { replacePhoto } from '../../src/photos/replace.ts'
import { sweepPacks, sweepWithGrace } from '../../src/photos/sweep.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import type { Packs } from '../../src/storage/packs.ts'
import { keyOf, listOf } from '../suites/packs.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { alice, openStore, type Store, team, tenantId } from './stand.ts'

const graceMs = 3_600_000
const nothing = { retired: 0, orphans: 0, leftovers: 0 }

test('a replaced photo can be read for the grace time, and is then removed', async t => {
  const store = await openStore(t)
  await put(store, 1)
  const old = await store.photoOf(alice)
  assert.ok(old)
  store.advance(10 * graceMs)
  await put(store, 2)
  const current = await store.photoOf(alice)
  assert.ok(current)
  const read = async (photo: typeof old) =>
    (await readRendition(store.parts.packs, photo, photo.renditions[0])).length

  // The old pack was written long ago, but its retirement counts.
  assert.deepEqual(await sweepPacks(store.parts, graceMs), nothing)
  store.advance(graceMs - 1000)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), nothing)
  assert.ok((await read(old)) > 0)

  store.advance(2000)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), { ...nothing, retired: 1 })
  assert.ok((await read(current)) > 0)
  assert.deepEqual(await store.stored(), [current.version])
  assert.deepEqual(await store.retired(), [])
  assert.deepEqual(await sweepPacks(store.parts, graceMs), nothing)
})

test('the pack of a removed photo is removed after the grace time', async t => {
  const store = await openStore(t)
  await put(store, 1)
  await removePhoto(store.parts.database, alice, undefined, store.parts.now())
  assert.deepEqual(await sweepPacks(store.parts, graceMs), nothing)
  store.advance(graceMs + 1000)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), { ...nothing, retired: 1 })
  assert.deepEqual(await store.stored(), [])
})

test('a pack that never got its pointer is removed after the grace time, not before', async t => {
  const store = await openStore(t)
  await store.parts.packs.write(keyOf('orphan'), Buffer.from('bytes'))
  // An upload under way looks like this.
  assert.deepEqual(await sweepPacks(store.parts, graceMs), nothing)
  store.advance(graceMs + 1000)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), { ...nothing, orphans: 1 })
  assert.deepEqual(await store.stored(), [])
})

test('an unfinished file is removed after the grace time, not before', async t => {
  const store = await openStore(t)
  const young = join(store.incoming, `${keyOf('young')}.part`)
  const old = join(store.incoming, `${keyOf('old')}.part`)
  for (const file of [young, old]) await writeFile(file, 'half a pack')
  const longAgo = (Date.now() - graceMs - 1000) / 1000
  await utimes(old, longAgo, longAgo)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), { ...nothing, leftovers: 1 })
  assert.deepEqual(await store.unfinished(), [`${keyOf('young')}.part`])
})

test('packs with a pointer are never removed, at any age and number', async t => {
  const store = await openStore(t)
  const packs = openMemoryPacks(store.parts.now)
  const parts = { ...store.parts, packs }
  const keys = (name: string) => Array.from({ length: 1200 }, (_, at) => keyOf(`${name} ${at}`))
  const [named, retiredJustNow, retiredLongAgo, orphans] = [
    keys('named'),
    keys('retired just now'),
    keys('retired long ago'),
    keys('orphan'),
  ]
  for (const key of [...named, ...retiredJustNow, ...retiredLongAgo, ...orphans]) {
    await packs.write(key, Buffer.from(key))
  }
  const retire = async (versions: readonly string[]) => {
    const retired_at = parts.now()
    const rows = versions.map(version => ({ version, retired_at }))
    await parts.database.insertInto('retired_packs').values(rows).execute()
  }
  await parts.database
    .insertInto('photos')
    .values(named.map((version, at) => pointer(String(at), version)))
    .execute()
  await retire(retiredLongAgo)
  store.advance(2 * graceMs)
  await retire(retiredJustNow)

  assert.deepEqual(await sweepPacks(parts, graceMs), { retired: 1200, orphans: 1200, leftovers: 0 })
  const left = (await listOf(packs)).map(({ key }) => key)
  assert.deepEqual(left.sort(), [...named, ...retiredJustNow].sort())
  assert.deepEqual(await store.retired(), [...retiredJustNow].sort())
})

test('a sweep that was cut short is finished by the next', async t => {
  const store = await openStore(t)
  await put(store, 1)
  const old = await store.photoOf(alice)
  await put(store, 2)
  // Bytes are removed first: this is the state after a crash between the two.
  await store.parts.packs.remove(old?.version ?? '')
  store.advance(graceMs + 1000)
  assert.deepEqual(await sweepPacks(store.parts, graceMs), { ...nothing, retired: 1 })
  assert.deepEqual(await store.retired(), [])
})

test('sweeps without a pause lose no photo to writers at work', async t => {
  const store = await openStore(t)
  let isWriting = true
  const sweeping = (async () => {
    while (isWriting) await sweepPacks(store.parts, 60_000)
  })()
  for (let seed = 1; seed <= 12; seed++) {
    await Promise.all([put(store, seed), put(store, seed + 100, team)])
    for (const owner of [alice, team]) {
      const photo = await store.photoOf(owner)
      assert.ok(photo)
      await readRendition(store.parts.packs, photo, photo.renditions[0])
    }
  }
  isWriting = false
  await sweeping
  assert.equal((await store.stored()).length, 24)
  store.advance(120_000)
  assert.deepEqual(await sweepPacks(store.parts, 60_000), { ...nothing, retired: 22 })
})

async function put(store: Store, seed: number, owner = alice): Promise<void> {
  const picture = await portraitJpeg({ width: 96, height: 96, seed })
  await replacePhoto(store.parts, owner, await store.photoOf(owner), picture, undefined)
}

function pointer(owner_id: string, version: string) {
  const row = { upload_hash: version, renditions: '[]', updated_at: 0 }
  return { tenant_id: tenantId, owner_kind: 'user', owner_id, version, ...row }
}

test('a clock that jumps ahead while a photo is set loses nothing', async t => {
  const store = await openStore(t)
  let elapsedMs = 0
  const clocks = { now: store.parts.now, elapsed: () => elapsedMs }
  const grace = graceByScans(clocks, graceMs)
  // The clock is set a day ahead, and the sweep runs, between the pack and its pointer.
  const packs: Packs = {
    ...store.parts.packs,
    async write(key, bytes) {
      await store.parts.packs.write(key, bytes)
      await sweepWithGrace(store.parts, grace)
      store.advance(24 * graceMs)
      elapsedMs += 1000
      assert.deepEqual(await sweepWithGrace(store.parts, grace), nothing)
    },
  }
  for (let seed = 1; seed <= 3; seed++) {
    const picture = await portraitJpeg({ width: 96, height: 96, seed })
    const parts = { ...store.parts, packs }
    await replacePhoto(parts, alice, await store.photoOf(alice), picture, undefined)
    const photo = await store.photoOf(alice)
    assert.ok(photo)
    await readRendition(packs, photo, photo.renditions[0])
  }
  // A photo replaced just before a jump keeps its grace time, and is removed after it.
  assert.equal((await store.retired()).length, 2)
  const removed: number[] = []
  for (let hour = 0; hour < 3; hour++) {
    store.advance(graceMs + 1000)
    elapsedMs += graceMs + 1000
    removed.push((await sweepWithGrace(store.parts, grace)).retired)
  }
  assert.deepEqual(removed, [0, 2, 0])
  assert.equal((await store.stored()).length, 1)
})

test('a clock set back by a day keeps nothing for longer than the grace time after that', async t => {
  const store = await openStore(t)
  let elapsedMs = 0
  const grace = graceByScans({ now: store.parts.now, elapsed: () => elapsedMs }, graceMs)
  store.advance(-24 * graceMs)
  await put(store, 1)
  await put(store, 2)
  await store.parts.packs.write(keyOf('orphan'), Buffer.from('bytes'))
  assert.deepEqual(await sweepWithGrace(store.parts, grace), nothing)
  store.advance(graceMs + 1000)
  elapsedMs += graceMs + 1000
  assert.deepEqual(await sweepWithGrace(store.parts, grace), {
    ...nothing,
    retired: 1,
    orphans: 1,
  })
})

test('the time before which packs are removed is in whole milliseconds, as in every database', () => {
  let [wallMs, elapsedMs] = [10_000_000, 0.25]
  const { before } = graceByScans({ now: () => wallMs, elapsed: () => elapsedMs }, graceMs)
  for (const step of [1, 1000, graceMs]) {
    wallMs += step
    // A moment behind, as a clock can be after a correction.
    elapsedMs += step - 0.125
    assert.ok(Number.isInteger(before()))
  }
})

test('orphans beyond the limit of memory are removed later', async t => {
  const store = await openStore(t)
  let elapsedMs = 0
  const grace = graceByScans({ now: store.parts.now, elapsed: () => elapsedMs }, graceMs, 2)
  await writeNamed(store, ['a', 'b', 'c'])
  for (const name of ['one', 'two', 'three']) {
    await store.parts.packs.write(keyOf(name), Buffer.from(name))
  }
  assert.deepEqual(await sweepWithGrace(store.parts, grace), nothing)
  elapsedMs += graceMs
  assert.deepEqual(await sweepWithGrace(store.parts, grace), { ...nothing, orphans: 2 })
  elapsedMs += graceMs
  assert.deepEqual(await sweepWithGrace(store.parts, grace), { ...nothing, orphans: 1 })
})

test('a server with the photos of another database removes none of them, and reports it', async t => {
  const store = await openStore(t)
  const ours = ['a', 'b', 'c', 'd', 'e'].map(name => keyOf(name))
  await writeNamed(store, ['a', 'b', 'c', 'd', 'e'])
  const other = await openStore(t)
  const parts = { ...other.parts, packs: store.parts.packs }
  let elapsedMs = 0
  const grace = graceByScans({ now: parts.now, elapsed: () => elapsedMs }, graceMs)
  await sweepWithGrace(parts, grace)
  for (let round = 0; round < 3; round++) {
    // A photo may be set there before the mistake is noticed.
    if (round === 1) await put({ ...other, parts }, 1)
    elapsedMs += graceMs
    await assert.rejects(sweepWithGrace(parts, grace), /the one that belongs to these photos/)
  }
  assert.deepEqual(
    (await store.stored()).filter(key => ours.includes(key)),
    ours.toSorted(),
  )
})

async function writeNamed(store: Store, names: readonly string[]): Promise<void> {
  for (const name of names) await store.parts.packs.write(keyOf(name), Buffer.from(name))
  await store.parts.database
    .insertInto('photos')
    .values(names.map(name => pointer(name, keyOf(name))))
    .execute()
}

test('an aborted sweep stops at the current pack, and the next one removes the rest', async t => {
  const store = await openStore(t)
  let elapsedMs = 0
  const grace = graceByScans({ now: store.parts.now, elapsed: () => elapsedMs }, graceMs)
  await writeNamed(store, ['a', 'b', 'c'])
  for (const name of ['one', 'two', 'three']) {
    await store.parts.packs.write(keyOf(name), Buffer.from(name))
  }
  await sweepWithGrace(store.parts, grace)
  elapsedMs += graceMs
  const ending = new AbortController()
  let looks = 0
  async function* list() {
    for await (const entry of store.parts.packs.list()) {
      looks += 1
      if (looks === 2) ending.abort()
      yield entry
    }
  }
  const parts = { ...store.parts, packs: { ...store.parts.packs, list } }
  await assert.rejects(sweepWithGrace(parts, grace, ending.signal), { name: 'AbortError' })
  assert.equal(looks, 2)
  assert.deepEqual(await sweepWithGrace(store.parts, grace), { ...nothing, orphans: 3 })
})
