/** Photos of senders: what fills, replaces and keeps a photo, and what is refused, on SQLite with the real pipeline. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { maxUploadBytes } from '../../src/call.ts'
import { changePhotoUpdateSettings } from '../../src/directory/photo-update-settings.ts'
import type { PhotoNotTaken } from '../../src/events.ts'
import { Failure } from '../../src/failure.ts'
import type { Fetched } from '../../src/outbound/guarded-get.ts'
import { replacePhoto } from '../../src/photos/replace.ts'
import { createQueue } from '../../src/renditions/queue.ts'
import { type PhotoOutcome, type PhotoParts, takePhoto } from '../../src/scim/photos.ts'
import { alice, openStore, tenantId } from '../photos/stand.ts'
import {
  cutOff,
  dataUrl,
  jpegOfExactly,
  notPhotos,
  portraitJpeg,
  portraitPng,
} from '../support/pictures.ts'

const source = 'scim:entra'
const address = 'https://photos.example/alice.jpg?token=secret'
const lasting = new AbortController().signal

type Changes = Partial<PhotoParts> & Partial<NonNullable<PhotoParts['photos']>>

async function openStand(t: TestContext, changes: Changes = {}) {
  const store = await openStore(t)
  const fetched: string[] = []
  const outcomes: PhotoOutcome[] = []
  const logged: PhotoNotTaken[] = []
  const troubles: unknown[] = []
  const taken: number[] = []
  const queue = createQueue({ concurrency: 1, maxWaiting: 10 })
  const parts: PhotoParts = {
    ...store.parts,
    events: {
      photoNotTaken: event => logged.push(event),
      troubled: (_, error) => troubles.push(error),
    },
    photos: {
      fetch: async url => {
        fetched.push(url)
        return { why: 'address-not-listed', detail: 'photos.example' } as Fetched
      },
      inTurn: (work, signal) => queue.run(work, signal),
      deadline: () => lasting,
      took: outcome => outcomes.push(outcome),
      ...changes,
    },
    ...changes,
  }
  const call = { takeMemory: (bytes: number) => void taken.push(bytes), gone: () => lasting }
  const take = (value: string | Buffer, asked = call) =>
    takePhoto(parts, { tenantId, userId: 'alice', source, value: String(value) }, asked)
  return { ...store, take, call, fetched, outcomes, logged, troubles, taken }
}

const sourceIs = (parts: Pick<PhotoParts, 'database'>, where: 'cloud' | 'onPremises') =>
  changePhotoUpdateSettings(parts.database, tenantId, { source: where })

const fetches = (bytes: Uint8Array) => ({ fetch: async (): Promise<Fetched> => ({ bytes }) })

test('a data URL fills an empty photo, and the change is told', async t => {
  const stand = await openStand(t)
  const picture = await portraitJpeg()
  assert.deepEqual(await stand.take(dataUrl(picture)), { change: 'replaced', owner: alice })
  const photo = await stand.photoOf(alice)
  assert.deepEqual(await stand.stored(), [photo?.version])
  assert.deepEqual([stand.outcomes, stand.logged, stand.fetched], [['set'], [], []])
  assert.deepEqual(stand.taken, [picture.length])
})

test('so does an address of a listed host', async t => {
  const stand = await openStand(t, fetches(await portraitPng()))
  assert.deepEqual(await stand.take(address), { change: 'replaced', owner: alice })
  assert.deepEqual([stand.outcomes, stand.taken], [['set'], [maxUploadBytes]])
})

test('a photo that is there stays, and nothing is fetched for it', async t => {
  for (const where of [undefined, 'cloud'] as const) {
    const stand = await openStand(t)
    if (where) await sourceIs(stand.parts, where)
    await stand.take(dataUrl(await portraitJpeg({ seed: 1 })))
    const before = await stand.photoOf(alice)
    assert.equal(await stand.take(dataUrl(await portraitJpeg({ seed: 2 }))), undefined)
    assert.equal(await stand.take(address), undefined)
    assert.deepEqual(await stand.photoOf(alice), before)
    assert.deepEqual([stand.outcomes, stand.fetched], [['set', 'kept', 'kept'], []])
  }
})

test('it is replaced where photos come from the organisation itself; the same bytes change nothing', async t => {
  const stand = await openStand(t)
  await sourceIs(stand.parts, 'onPremises')
  const [first, second] = [await portraitJpeg({ seed: 1 }), await portraitJpeg({ seed: 2 })]
  for (const picture of [first, second]) assert.ok(await stand.take(dataUrl(picture)))
  const before = await stand.photoOf(alice)
  assert.equal(await stand.take(dataUrl(second)), undefined)
  assert.deepEqual(await stand.photoOf(alice), before)
  assert.deepEqual(stand.outcomes, ['set', 'set', 'unchanged'])
})

test('a photo that somebody sets meanwhile stays', async t => {
  const theirs = await portraitJpeg({ seed: 1 })
  const ours = await portraitJpeg({ seed: 2 })
  const stand = await openStand(t, {
    fetch: async () => {
      await replacePhoto(stand.parts, alice, undefined, theirs, undefined)
      return { bytes: ours }
    },
  })
  assert.equal(await stand.take(address), undefined)
  const photo = await stand.photoOf(alice)
  assert.deepEqual([stand.outcomes, await stand.stored()], [['kept'], [photo?.version]])
})

const refusals: Readonly<Record<string, (picture: Buffer) => string | Buffer>> = {
  'a text that is not base64': () => 'data:image/png;base64,%%%%',
  'base64 with a part that is none': picture => `${dataUrl(picture)}*AAA`,
  'an empty picture': () => 'data:image/png;base64,',
  'a picture that was cut off': picture => dataUrl(cutOff(picture, 0.5)),
  'a page': () => dataUrl(Buffer.from('<html>')),
}

for (const [what, make] of Object.entries(refusals)) {
  test(`${what} is refused, and nothing is left`, async t => {
    const stand = await openStand(t)
    assert.equal(await stand.take(make(await portraitJpeg())), undefined)
    assert.deepEqual([stand.outcomes, await stand.stored()], [['refused'], []])
    const [{ why = '', ...event } = {}, ...more] = stand.logged
    assert.deepEqual(event, { tenantId, userId: 'alice', source, outcome: 'refused' })
    assert.ok(why.length > 0 && why.length < 100, why)
    assert.deepEqual([more, stand.troubles], [[], []])
  })
}

test('a picture of 4 MB is taken, and one of a byte more is refused before it is decoded', async t => {
  const stand = await openStand(t)
  assert.equal(await stand.take(dataUrl(await jpegOfExactly(maxUploadBytes + 1))), undefined)
  assert.deepEqual([stand.outcomes, stand.taken], [['refused'], []])
  assert.ok(await stand.take(dataUrl(await jpegOfExactly(maxUploadBytes))))
})

test('what an upload refuses is refused', async t => {
  const stand = await openStand(t)
  for (const [what, bytes] of Object.entries(notPhotos)) {
    assert.equal(await stand.take(dataUrl(bytes)), undefined, what)
    assert.equal(stand.outcomes.pop(), 'refused', what)
  }
})

for (const [why, outcome] of [
  ['address-not-listed', 'ignored'],
  ['address-not-public', 'refused'],
  ['answer-refused', 'refused'],
  ['unreachable', 'failed'],
  ['late', 'failed'],
] as const) {
  test(`a photo that is not fetched (${why}) is ${outcome}, and the log has no address`, async t => {
    const stand = await openStand(t, { fetch: async () => ({ why, detail: 'photos.example' }) })
    for (const value of [address, 'http://photos.example', 'alice.jpg', '', 'data:text/plain,x']) {
      assert.equal(await stand.take(value), undefined)
      assert.equal(stand.outcomes.pop(), outcome)
    }
    assert.equal(stand.logged[0]?.why, `${why}: photos.example`)
    assert.doesNotMatch(JSON.stringify(stand.logged), /secret|alice\.jpg/)
  })
}

for (const [what, changes, why] of [
  ['the packs are away', { render: fails(new Failure('storage-unavailable')) }, /^storage-unavail/],
  ['a bug is met', { render: fails(new Error('a bug')) }, /^bug$/],
  ['fetching breaks', { fetch: fails(new TypeError('a bug')) }, /^bug$/],
] as const) {
  test(`when ${what}, the photo fails and the person does not`, async t => {
    const stand = await openStand(t, changes)
    const value = 'fetch' in changes ? address : dataUrl(await portraitJpeg())
    assert.equal(await stand.take(value), undefined)
    assert.deepEqual([stand.outcomes, await stand.stored()], [['failed'], []])
    assert.match(stand.logged[0]?.why ?? '', why)
    assert.equal(stand.troubles.length, why.source.includes('bug') ? 1 : 0)
  })
}

function fails(error: Error) {
  return async () => {
    throw error
  }
}

test('a photo for which no memory is left fails before it is decoded or fetched', async t => {
  const stand = await openStand(t)
  const takeMemory = () => {
    throw new Failure('overloaded')
  }
  for (const value of [dataUrl(await portraitJpeg()), address]) {
    assert.equal(await stand.take(value, { ...stand.call, takeMemory }), undefined)
  }
  assert.deepEqual([stand.outcomes, stand.fetched], [['failed', 'failed'], []])
})

test('a person who is deleted meanwhile gets none, and no pack is left', async t => {
  const picture = await portraitJpeg()
  const stand = await openStand(t, {
    fetch: async () => {
      await stand.parts.database.deleteFrom('users').execute()
      return { bytes: picture }
    },
  })
  assert.equal(await stand.take(address), undefined)
  assert.deepEqual([stand.outcomes, await stand.stored()], [['failed'], []])
})

test('a photo waits for its turn no longer than its deadline, and than its sender', async t => {
  const first = Promise.withResolvers<Fetched>()
  const times = [new AbortController(), new AbortController(), new AbortController()]
  const deadlines = times.map(({ signal }) => signal)
  const stand = await openStand(t, {
    fetch: () => first.promise,
    deadline: () => deadlines.shift() ?? lasting,
  })
  const sender = new AbortController()
  const fetching = stand.take(address)
  const late = stand.take(address)
  const left = stand.take(address, { ...stand.call, gone: () => sender.signal })
  times[1]?.abort()
  assert.equal(await late, undefined)
  sender.abort()
  assert.equal(await left, undefined)
  assert.deepEqual(stand.outcomes, ['failed', 'failed'])
  first.resolve({ bytes: await portraitJpeg() })
  assert.ok(await fetching)
})

test('where photos are off, nothing is looked at', async t => {
  const store = await openStore(t)
  const events = { photoNotTaken: () => assert.fail(), troubled: () => assert.fail() }
  const parts = { ...store.parts, events, photos: undefined }
  const sent = { tenantId, userId: 'alice', source, value: String(dataUrl(await portraitJpeg())) }
  assert.equal(await takePhoto(parts, sent, { takeMemory: () => assert.fail() }), undefined)
  assert.equal(await store.photoOf(alice), undefined)
})
