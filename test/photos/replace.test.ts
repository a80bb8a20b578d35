/** Replacing and removing a photo: what is written, what is not, and which of many writers wins. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { test } from 'node:test'
import { sql } from 'kysely'
import { removeContact } from '../../src/directory/mailbox/contacts.ts'
import { Failure, type FailureCode } from '../../src/failure.ts'
import {
  type OwnerKey,
  readRendition,
  toPhoto,
  type WriteCondition,
} from '../../src/photos/photo.ts'
import { removePhoto } from '../../src/photos/remove.ts'
import { type ReplaceParts, replacePhoto } from '../../src/photos/replace.ts'
import { cutOff, dHash, distance, portraitJpeg } from '../support/pictures.ts'
import { alice, contact, openStore, type Store, team, tenantId } from './stand.ts'

test('a first photo is stored, pointed at, and read back in every size', async t => {
  const store = await openStore(t)
  const picture = await portrait(1)
  assert.equal(await put(store, alice, picture), 'replaced')
  const photo = await store.photoOf(alice)
  assert.ok(photo)
  assert.deepEqual(await store.stored(), [photo.version])
  assert.deepEqual(await store.retired(), [])
  for (const rendition of photo.renditions) {
    const bytes = await readRendition(store.parts.packs, photo, rendition)
    assert.ok(distance(await dHash(bytes), await dHash(picture)) <= 4, `${rendition.width}`)
  }
})

test('a replaced photo is retired, and its bytes stay at first', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const before = await store.photoOf(alice)
  await put(store, alice, await portrait(2))
  const after = await store.photoOf(alice)
  assert.ok(before && after && before.version !== after.version)
  assert.deepEqual(await store.retired(), [before.version])
  assert.deepEqual(await store.stored(), [before.version, after.version].sort())
})

test('a row has the hash of its pack, and a retired pack its owner', async t => {
  const store = await openStore(t)
  const { database, packs } = store.parts
  const owners = [alice, team, contact]
  for (const [index, owner] of owners.entries()) {
    await put(store, owner, await portrait(index))
    const row = await database
      .selectFrom('photos')
      .selectAll()
      .where('owner_id', '=', owner.id)
      .executeTakeFirstOrThrow()
    const length = Math.max(
      ...(toPhoto(row)?.renditions.map(({ offset, length }) => offset + length) ?? []),
    )
    const pack = (await packs.read(row.version, 0, length)) ?? new Uint8Array()
    assert.equal(row.pack_hash, createHash('sha256').update(pack).digest('hex'))
  }
  await put(store, alice, await portrait(9))
  await removePhoto(database, team, undefined, store.parts.now())
  await removeContact(database, { tenantId, userId: alice.id }, contact.id, Date.now())
  const waiting = await database
    .selectFrom('retired_packs')
    .select(['tenant_id', 'owner_kind', 'owner_id'])
    .orderBy('owner_kind')
    .execute()
  assert.deepEqual(
    waiting.map(row => ({ ...row })),
    [contact, team, alice].map(({ kind, id }) => ({
      tenant_id: tenantId,
      owner_kind: kind,
      owner_id: id,
    })),
  )
})

test('the same bytes again are neither rendered nor written', async t => {
  const store = await openStore(t)
  const picture = await portrait(1)
  await put(store, alice, picture)
  const photo = await store.photoOf(alice)
  const render = t.mock.fn(store.parts.render)
  assert.equal(
    await put({ ...store, parts: { ...store.parts, render } }, alice, picture),
    'unchanged',
  )
  assert.equal(render.mock.callCount(), 0)
  assert.deepEqual(await store.photoOf(alice), photo)
  assert.deepEqual(await store.stored(), [photo?.version])
})

test('the same bytes from twenty writers at once become one photo', async t => {
  const store = await openStore(t)
  const picture = await portrait(1)
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      replacePhoto(store.parts, alice, undefined, picture, undefined),
    ),
  )
  assert.equal(outcomes.filter(outcome => outcome === 'replaced').length, 1)
  assert.deepEqual(await store.stored(), [(await store.photoOf(alice))?.version])
  assert.deepEqual(await store.retired(), [])
})

test('the same bytes for another owner, or after a removal, are a photo of their own', async t => {
  const store = await openStore(t)
  const picture = await portrait(1)
  assert.equal(await put(store, alice, picture), 'replaced')
  assert.equal(await put(store, team, picture), 'replaced')
  await removePhoto(store.parts.database, alice, undefined, store.parts.now())
  assert.equal(await put(store, alice, picture), 'replaced')
  assert.equal((await store.stored()).length, 3)
})

test('of twenty writers who saw the same version exactly one wins', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const seen = await store.photoOf(alice)
  assert.ok(seen)
  const won = await race(store, { oneOf: [seen.version] })
  assert.equal(won, 1)
  const photo = await store.photoOf(alice)
  assert.deepEqual(await store.stored(), [seen.version, photo?.version].sort())
  assert.deepEqual(await store.retired(), [seen.version])
})

test('of twenty writers who saw no photo exactly one wins', async t => {
  const store = await openStore(t)
  assert.equal(await race(store, 'none'), 1)
  assert.deepEqual(await store.stored(), [(await store.photoOf(alice))?.version])
})

test('of twenty writers without a condition all win, and one photo is left', async t => {
  const store = await openStore(t)
  assert.equal(await race(store, undefined), 20)
  const photo = await store.photoOf(alice)
  assert.ok(photo)
  assert.equal((await store.retired()).length, 19)
  assert.deepEqual(await store.stored(), [...(await store.retired()), photo.version].sort())
})

test('a condition that does not hold is refused and leaves no pack', async t => {
  const store = await openStore(t)
  const { parts } = store
  const picture = await portrait(1)
  const refuses = async (condition: WriteCondition) => {
    const photo = await store.photoOf(alice)
    await rejects(replacePhoto(parts, alice, photo, picture, condition), 'photo-changed')
  }
  await refuses('any')
  await refuses({ oneOf: ['0'.repeat(32)] })
  await put(store, alice, await portrait(2))
  const version = (await store.photoOf(alice))?.version ?? ''
  await refuses('none')
  await refuses({ oneOf: ['0'.repeat(32)] })
  await refuses({ noneOf: [version] })
  assert.deepEqual(await store.stored(), [version])
})

for (const owner of [alice, team, contact]) {
  test(`a photo of a ${owner.kind} that vanished meanwhile is not kept`, async t => {
    const store = await openStore(t)
    const table = `${owner.kind}s` as const
    const render: ReplaceParts['render'] = async (bytes, framing) => {
      await store.parts.database.deleteFrom(table).where('id', '=', owner.id).execute()
      return await store.parts.render(bytes, framing)
    }
    const parts = { ...store.parts, render }
    const picture = await portrait(1)
    await rejects(
      replacePhoto(parts, owner, undefined, picture, undefined),
      `${owner.kind}-not-found`,
    )
    assert.equal(await store.photoOf(owner), undefined)
    assert.deepEqual(await store.stored(), [])
  })
}

test('a picture that cannot be rendered does not change the photo, and leaves nothing in the store', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const photo = await store.photoOf(alice)
  await rejects(put(store, alice, cutOff(await portrait(2), 0.5)), 'image-broken')
  await rejects(put(store, alice, Buffer.from('text')), 'image-format-unsupported')
  assert.deepEqual(await store.photoOf(alice), photo)
  assert.deepEqual(await store.stored(), [photo?.version])
  assert.deepEqual(await store.unfinished(), [])
})

test('a store that refuses writes does not change the photo', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const photo = await store.photoOf(alice)
  await rename(store.incoming, `${store.incoming}-away`)
  await rejects(put(store, alice, await portrait(2)), 'storage-unavailable')
  await rename(`${store.incoming}-away`, store.incoming)
  assert.deepEqual(await store.photoOf(alice), photo)
  assert.deepEqual(await store.stored(), [photo?.version])
})

test('an error of the last step does not change the photo, and leaves an orphan for the sweep', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const photo = await store.photoOf(alice)
  const picture = await portrait(2)
  await sql`alter table retired_packs rename to away`.execute(store.parts.database)
  await assert.rejects(replacePhoto(store.parts, alice, photo, picture, undefined))
  await sql`alter table away rename to retired_packs`.execute(store.parts.database)
  assert.deepEqual(await store.photoOf(alice), photo)
  assert.equal((await store.stored()).length, 2)
  assert.equal(await put(store, alice, picture), 'replaced')
})

test('a removed photo is gone at once, and its bytes stay at first', async t => {
  const store = await openStore(t)
  const remove = (condition?: WriteCondition) =>
    removePhoto(store.parts.database, alice, condition, 1234)
  await rejects(remove(), 'photo-not-found')
  await rejects(remove('any'), 'photo-changed')
  await put(store, alice, await portrait(1))
  const photo = await store.photoOf(alice)
  await rejects(remove({ oneOf: ['0'.repeat(32)] }), 'photo-changed')
  await remove({ oneOf: [photo?.version ?? ''] })
  assert.equal(await store.photoOf(alice), undefined)
  assert.deepEqual(await store.retired(), [photo?.version])
  assert.deepEqual(await store.stored(), [photo?.version])
  await rejects(remove(), 'photo-not-found')
})

test('of twenty removals at once one removes, and the others find nothing', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const removals = Array.from({ length: 20 }, () =>
    removePhoto(store.parts.database, alice, undefined, 1234),
  )
  const outcomes = await Promise.allSettled(removals)
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await store.retired()).length, 1)
})

test("people and groups are squared, a contact's photo keeps its shape", async t => {
  const store = await openStore(t)
  const picture = await portraitJpeg({ width: 300, height: 400 })
  for (const owner of [alice, team, contact]) await put(store, owner, picture)
  const sizeOf = async (owner: OwnerKey) => (await store.photoOf(owner))?.renditions[0]
  assert.equal((await sizeOf(alice))?.height, 300)
  assert.equal((await sizeOf(team))?.height, 300)
  assert.equal((await sizeOf(contact))?.height, 400)
})

test('a lost pack is reported as unavailable, not as absent', async t => {
  const store = await openStore(t)
  await put(store, alice, await portrait(1))
  const photo = await store.photoOf(alice)
  assert.ok(photo)
  await store.parts.packs.remove(photo.version)
  const [first] = photo.renditions
  await rejects(readRendition(store.parts.packs, photo, first), 'storage-unavailable')
})

function portrait(seed: number): Promise<Buffer> {
  return portraitJpeg({ width: 128, height: 128, seed })
}

async function put(
  { parts, photoOf }: Pick<Store, 'parts' | 'photoOf'>,
  owner: OwnerKey,
  picture: Uint8Array,
): Promise<string> {
  return await replacePhoto(parts, owner, await photoOf(owner), picture, undefined)
}

/** Twenty different pictures at once, by writers who have all seen the current photo. Returns how many won. */
async function race(store: Store, condition: WriteCondition): Promise<number> {
  const seen = await store.photoOf(alice)
  const pictures = await Promise.all(
    Array.from({ length: 20 }, (_, index) => portrait(100 + index)),
  )
  const outcomes = await Promise.allSettled(
    pictures.map(picture => replacePhoto(store.parts, alice, seen, picture, condition)),
  )
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'photo-changed')
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

async function rejects(work: Promise<unknown>, code: FailureCode): Promise<void> {
  await assert.rejects(work, error => {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, code)
    return true
  })
}
