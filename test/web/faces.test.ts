/** Faces of lists: in batches, few at a time, only what is wanted, with etags, within a number of bytes. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contactFace, faceSize, sizedFace } from '../../web/src/graph/face-sizes.ts'
import { createFaces } from '../../web/src/graph/faces.ts'
import { keepFaces } from '../../web/src/graph/kept-faces.ts'
import { Problem } from '../../web/src/graph/problem.ts'

type Item = Readonly<{ url: string; headers?: Readonly<Record<string, string>> }>
type Told = Readonly<{ status: number; headers?: Record<string, string>; body?: unknown }>
type Batch = Readonly<{
  items: readonly Item[]
  signal: AbortSignal | undefined
  /** Answers each item. */
  answer: (tell: (item: Item) => Told) => Promise<void>
  refuse: (problem: unknown) => Promise<void>
}>

const picture = { status: 200, headers: { ETag: '"1"' }, body: btoa('a face') }
const none = { status: 404, body: { error: { code: 'ImageNotFound', message: '' } } }

/** A server whose answers the test gives, and a clock that it sets. */
function start() {
  const batches: Batch[] = []
  const planned: { callback: () => void; atMs: number }[] = []
  let nowMs = 0
  const graph = {
    send: async (
      _method: string,
      _path: string,
      options: { body?: unknown; signal?: AbortSignal } = {},
    ) => {
      const { promise, resolve, reject } = Promise.withResolvers<Response>()
      const { requests } = JSON.parse(String(options.body)) as {
        requests: (Item & { id: string })[]
      }
      const { signal } = options
      signal?.addEventListener('abort', () => reject(signal.reason))
      batches.push({
        items: requests,
        signal,
        answer: async tell => {
          const responses = requests.map(item => ({ id: item.id, ...tell(item) }))
          resolve(Response.json({ responses }))
          await settled()
        },
        refuse: async problem => {
          reject(problem)
          await settled()
        },
      })
      return await promise
    },
  }
  const faces = createFaces({
    graph,
    permissions: ['User.ReadBasic.All'],
    elapsed: () => nowMs,
    later: (callback, ms) => planned.push({ callback, atMs: nowMs + ms }),
  })
  async function pass(ms: number): Promise<void> {
    nowMs += ms
    for (const { callback } of planned
      .splice(0)
      .filter(plan => plan.atMs <= nowMs || !planned.push(plan))) {
      callback()
    }
    await settled()
  }
  const see = (address = alice) => {
    const controller = new AbortController()
    const shown = faces.show(address, controller.signal)
    shown.catch(() => undefined)
    return { shown, leave: () => controller.abort() }
  }
  return { faces, batches, pass, see }
}

/** Long enough for every promise that nothing outside holds up. */
async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}

const person = (number: number) => sizedFace(`/users/${number}`, 96)
const alice = sizedFace('/users/alice', 96)
const urlsOf = (batch: Batch | undefined) => batch?.items.map(({ url }) => url)

describe('faces of a list', () => {
  test('are asked for together, twenty in a batch and two batches at a time', async () => {
    const { batches, pass, see } = start()
    const seen = Array.from({ length: 50 }, (_, number) => see(person(number)))
    assert.equal(batches.length, 0)
    await pass(120)
    assert.deepEqual(
      batches.map(({ items }) => items.length),
      [20, 20],
    )
    await batches[0]?.answer(() => picture)
    await pass(0)
    assert.deepEqual(
      batches.map(({ items }) => items.length),
      [20, 20, 10],
    )
    assert.equal(await (await seen[0]?.shown)?.text(), 'a face')
  })

  test('are asked for when they have stayed on the screen for a moment, each', async () => {
    const { batches, pass, see } = start()
    const first = see(person(1))
    await pass(80)
    const passing = see(person(2))
    await pass(40)
    assert.deepEqual(batches.map(urlsOf), [['/users/1/photos/96x96/$value']])
    passing.leave()
    const third = see(person(3))
    await pass(120)
    assert.deepEqual(batches.slice(1).map(urlsOf), [['/users/3/photos/96x96/$value']])
    for (const { shown } of [first, passing, third]) shown.catch(() => undefined)
  })

  test('of one person are asked for once, for all who show them', async () => {
    const { batches, pass, see } = start()
    const both = [see(), see()]
    await pass(120)
    assert.deepEqual(batches.map(urlsOf), [['/users/alice/photos/96x96/$value']])
    await batches[0]?.answer(() => picture)
    const [one, other] = await Promise.all(both.map(({ shown }) => shown))
    assert.equal(one?.type, 'image/jpeg')
    assert.equal(one, other)
  })

  test('that have left the screen are not asked for', async () => {
    const { batches, pass, see } = start()
    const [passing, staying] = [see(person(1)), see(person(2))]
    passing.leave()
    await pass(120)
    assert.deepEqual(batches.map(urlsOf), [['/users/2/photos/96x96/$value']])
    await assert.rejects(passing.shown, { name: 'AbortError' })
    staying.leave()
    assert.equal(batches[0]?.signal?.aborted, true)
  })

  test('that are smaller than the size are shown whole; nobody without a photo is asked twice', async () => {
    const { batches, pass, see } = start()
    const [small, without] = [see(person(1)), see(person(2))]
    await pass(120)
    await batches[0]?.answer(() => none)
    await pass(0)
    assert.deepEqual(urlsOf(batches[1]), ['/users/1/photo/$value', '/users/2/photo/$value'])
    await batches[1]?.answer(({ url }) => (url.includes('/1/') ? picture : none))
    assert.equal((await small.shown)?.size, 6)
    assert.equal(await without.shown, undefined)
    assert.equal(await see(person(2)).shown, undefined)
    await pass(120)
    assert.equal(batches.length, 2)
  })

  test('of contacts have one size', async () => {
    const { batches, pass, see } = start()
    const { shown } = see(contactFace('/me/contacts/1'))
    await pass(120)
    await batches[0]?.answer(() => none)
    assert.equal(await shown, undefined)
    assert.deepEqual(batches.map(urlsOf), [['/me/contacts/1/photo/$value']])
  })

  test('are asked for again after a minute, with their etag, and stay when they are unchanged', async () => {
    const { faces, batches, pass, see } = start()
    const first = see()
    await pass(120)
    await batches[0]?.answer(() => picture)
    const face = await first.shown
    await pass(59_000)
    assert.equal(await see().shown, face)
    await pass(2000)
    assert.equal(batches.length, 1)
    const second = see()
    assert.equal(faces.known(alice), face)
    await pass(120)
    assert.deepEqual(batches[1]?.items[0]?.headers, { 'If-None-Match': '"1"' })
    await batches[1]?.answer(() => ({ status: 304 }))
    assert.equal(await second.shown, face)
  })

  test('of one owner are asked for again when their photo was changed', async () => {
    const { faces, batches, pass, see } = start()
    const { shown } = see()
    await pass(120)
    await batches[0]?.answer(() => picture)
    await shown
    faces.forget('/users/alice')
    assert.equal(faces.known(alice), undefined)
    see()
    await pass(120)
    assert.deepEqual(batches[1]?.items[0]?.headers, undefined)
  })

  test('that the server is too busy for are asked for after the time it named', async () => {
    const { batches, pass, see } = start()
    const { shown } = see()
    await pass(120)
    await batches[0]?.answer(() => ({ status: 429, headers: { 'Retry-After': '5' }, body: {} }))
    await pass(0)
    await pass(4000)
    assert.equal(batches.length, 1)
    await pass(1000)
    await batches[1]?.answer(() => picture)
    assert.equal((await shown)?.size, 6)
  })

  test('of a server that stays busy end as a problem', async () => {
    const { batches, pass, see } = start()
    const { shown } = see()
    await pass(120)
    for (let attempt = 0; attempt < 3; attempt++) {
      await batches[attempt]?.refuse(new Problem({ kind: 'busy', retryAfterSeconds: 1 }))
      await pass(0)
      await pass(1000)
    }
    await assert.rejects(shown, { kind: 'busy' })
    assert.equal(batches.length, 3)
  })

  test('that nobody may see are initials, and an offline server is told', async () => {
    const { batches, pass, see } = start()
    const hidden = see(person(1))
    await pass(120)
    await batches[0]?.answer(() => ({ status: 403, body: {} }))
    assert.equal(await hidden.shown, undefined)
    const offline = see(person(2))
    await pass(120)
    await batches[1]?.refuse(new Problem({ kind: 'offline' }))
    await assert.rejects(offline.shown, { kind: 'offline' })
  })

  test('are not waited for when the list is closed', async () => {
    const { faces, batches, pass, see } = start()
    const { shown } = see()
    await pass(120)
    faces.close()
    assert.equal(batches[0]?.signal?.aborted, true)
    await assert.rejects(shown)
  })
})

test('kept faces are bounded in bytes and in number; the oldest go first', () => {
  const kept = keepFaces({ bytes: 10, entries: 3 })
  const put = (path: string, bytes: number) =>
    kept.put(path, {
      picture: bytes ? new Blob(['x'.repeat(bytes)]) : undefined,
      etag: undefined,
      checkedMs: 0,
    })
  put('a', 4)
  put('b', 4)
  put('a', 4)
  put('c', 4)
  assert.deepEqual(
    ['a', 'b', 'c'].map(path => kept.get(path) !== undefined),
    [true, false, true],
  )
  for (const path of ['d', 'e', 'f']) put(path, 0)
  assert.deepEqual(
    ['a', 'c', 'f'].map(path => kept.get(path) !== undefined),
    [false, false, true],
  )
  put('huge', 11)
  assert.equal(kept.get('huge'), undefined)
})

test('a face is asked for with a pixel for each of the screen', () => {
  assert.deepEqual(
    [faceSize(48, 1), faceSize(48, 2), faceSize(48, 2.1), faceSize(72, 3), faceSize(400, 3)],
    [48, 96, 120, 240, 648],
  )
})
