/** Calls of the page to the public API, with a fake network: what is sent, what is repeated, what is said. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readBatch, readIfThere } from '../../web/src/graph/batch.ts'
import { createGraph, type Graph, maxAttempts } from '../../web/src/graph/graph.ts'
import {
  type Owner,
  pictureSizeFor,
  readPhoto,
  readPicture,
  removePhoto,
  replacePhoto,
} from '../../web/src/graph/photos.ts'
import { Problem } from '../../web/src/graph/problem.ts'

type Sent = Readonly<{ address: string; init: RequestInit }>

/** Answers in turn; the last one again and again. */
function fakeGraph(...answers: readonly (() => Response | Promise<Response>)[]) {
  const sent: Sent[] = []
  const waited: number[] = []
  const asked: (readonly string[])[] = []
  const graph: Graph = createGraph({
    base: 'https://photos.example/visage',
    fetch: async (address, init) => {
      sent.push({ address, init })
      const answer = answers[Math.min(sent.length, answers.length) - 1]
      assert.ok(answer)
      return await answer()
    },
    tokenFor: async permissions => {
      asked.push(permissions)
      return 'TOKEN'
    },
    waitWhileBusy: async seconds => {
      waited.push(seconds)
    },
  })
  return { graph, sent, waited, asked }
}

const ok =
  (body: unknown = {}) =>
  () =>
    Response.json(body)
const refusal =
  (status: number, headers: Record<string, string> = {}, body: unknown = {}) =>
  () =>
    Response.json(body, { status, headers })
const busy = refusal(429, { 'retry-after': '3' })

const me: Owner = { path: '/me', permissions: ['User.ReadWrite'] }
const contact: Owner = { path: '/me/contacts/AAMk', permissions: ['Contacts.ReadWrite'] }
const team: Owner = { path: '/teams/42', permissions: [] }
const jpeg = new Blob(['jpeg'], { type: 'image/jpeg' })

const problemOf = async (work: Promise<unknown>): Promise<Problem> =>
  await work.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => {
      assert.ok(error instanceof Problem, String(error))
      return error
    },
  )

describe('a call', () => {
  test('goes to the base address with the version and the token, and names its permissions', async () => {
    const { graph, sent, asked } = fakeGraph(ok())
    await graph.send('GET', '/me', { version: 'beta', permissions: ['User.Read'] })
    assert.equal(sent[0]?.address, 'https://photos.example/visage/beta/me')
    assert.equal(new Headers(sent[0]?.init.headers).get('authorization'), 'Bearer TOKEN')
    assert.deepEqual(asked, [['User.Read']])
  })

  test('returns 304 as an answer', async () => {
    const { graph } = fakeGraph(() => new Response(null, { status: 304 }))
    assert.equal((await graph.send('GET', '/me')).status, 304)
  })

  const kinds = [
    [400, 'refused'],
    [401, 'signed-out'],
    [403, 'forbidden'],
    [404, 'missing'],
    [412, 'changed'],
    [413, 'refused'],
    [415, 'refused'],
    [429, 'busy'],
    [500, 'failed'],
    [502, 'failed'],
    [503, 'busy'],
    [507, 'failed'],
  ] as const
  for (const [status, kind] of kinds) {
    test(`that is answered with ${status} throws a problem of kind ${kind}`, async () => {
      const { graph } = fakeGraph(refusal(status))
      const problem = await problemOf(graph.send('PUT', '/me/photo/$value'))
      assert.deepEqual([problem.kind, problem.status], [kind, status])
    })
  }

  test('that is refused has the code, the words and the request id of the server', async () => {
    const error = { code: 'C', message: 'M', innerError: { 'request-id': 'inner' } }
    const { graph } = fakeGraph(refusal(400, { 'request-id': 'header' }, { error }))
    const { code, words, requestId } = await problemOf(graph.send('GET', '/me'))
    assert.deepEqual({ code, words, requestId }, { code: 'C', words: 'M', requestId: 'inner' })
  })

  test('that a proxy refuses has the request id of the header, if any', async () => {
    const html = () =>
      new Response('<html>no</html>', { status: 502, headers: { 'request-id': 'r1' } })
    const problem = await problemOf(fakeGraph(html).graph.send('GET', '/me'))
    assert.deepEqual([problem.requestId, problem.words], ['r1', ''])
  })

  test('survives any body of a refusal', async () => {
    for (const body of [null, 1, [], { error: 'x' }, { error: { message: {}, innerError: 4 } }]) {
      const problem = await problemOf(fakeGraph(refusal(400, {}, body)).graph.send('GET', '/me'))
      assert.deepEqual([problem.words, problem.requestId], ['', undefined])
    }
  })

  test('without a network throws a problem of kind offline', async () => {
    const { graph } = fakeGraph(() => Promise.reject(new TypeError('Failed to fetch')))
    assert.equal((await problemOf(graph.send('GET', '/me'))).kind, 'offline')
  })

  test('that was aborted throws the reason, not a problem', async () => {
    const reason = new DOMException('gone', 'AbortError')
    const { graph } = fakeGraph(() => Promise.reject(reason))
    const sending = graph.send('GET', '/me', { signal: AbortSignal.abort(reason) })
    await assert.rejects(sending, error => error === reason)
  })
})

describe('a busy server', () => {
  test('is asked again after Retry-After', async () => {
    const { graph, waited } = fakeGraph(busy, refusal(503), ok())
    assert.equal((await graph.send('GET', '/me')).status, 200)
    assert.deepEqual(waited, [3, 2])
  })

  test('is not asked for ever', async () => {
    const { graph, sent } = fakeGraph(busy)
    const problem = await problemOf(graph.send('GET', '/me'))
    assert.deepEqual([problem.kind, problem.retryAfterSeconds], ['busy', 3])
    assert.equal(sent.length, maxAttempts)
  })

  test('that wants more than a minute is told at once', async () => {
    const { graph, waited } = fakeGraph(refusal(429, { 'retry-after': '3600' }))
    assert.equal((await problemOf(graph.send('GET', '/me'))).retryAfterSeconds, 3600)
    assert.deepEqual(waited, [])
  })

  test('does not get a change twice', async () => {
    const { graph, sent } = fakeGraph(busy)
    await problemOf(replacePhoto(graph, me, jpeg, undefined))
    await problemOf(removePhoto(graph, me, '"1"'))
    assert.deepEqual(
      sent.map(({ init }) => init.method),
      ['PUT', 'DELETE'],
    )
  })

  test('within a batch is asked again, too', async () => {
    const part = { id: '0', status: 429, headers: { 'Retry-After': '4' }, body: {} }
    const photo = { '@odata.mediaEtag': '"1"', width: 96, height: 96 }
    const { graph, waited } = fakeGraph(
      ok({ responses: [part] }),
      ok({ responses: [{ id: '0', status: 200, body: photo }] }),
    )
    assert.deepEqual(await readPhoto(graph, me), { etag: '"1"', width: 96, height: 96 })
    assert.deepEqual(waited, [4])
  })
})

describe('a batch', () => {
  test('answers in the order of the items, whatever the order of the server', async () => {
    const { graph, sent } = fakeGraph(
      ok({
        responses: [
          { id: '1', status: 404, body: { error: { code: 'ImageNotFound' } } },
          { id: '0', status: 200, headers: { ETag: '"7"' }, body: 'aGk=' },
        ],
      }),
    )
    const [first, second] = await readBatch(graph, [{ path: '/a' }, { path: '/b' }])
    assert.deepEqual([first?.body, first?.headers.etag], ['aGk=', '"7"'])
    assert.equal(second?.problem?.kind, 'missing')
    assert.deepEqual(JSON.parse(String(sent[0]?.init.body)), {
      requests: [
        { id: '0', method: 'GET', url: '/a' },
        { id: '1', method: 'GET', url: '/b' },
      ],
    })
  })

  test('of nothing is not sent', async () => {
    const { graph, sent } = fakeGraph(ok())
    assert.deepEqual(await readBatch(graph, []), [])
    assert.equal(sent.length, 0)
  })

  test('with a part that the server forgot says that this part failed', async () => {
    const { graph } = fakeGraph(ok({ responses: [] }))
    const problem = await problemOf(readIfThere(graph, { path: '/me/photo' }))
    assert.equal(problem.kind, 'failed')
  })
})

describe('a photo', () => {
  const headersOf = (sent: Sent | undefined) => new Headers(sent?.init.headers)

  test('that nobody has set is undefined', async () => {
    const { graph } = fakeGraph(ok({ responses: [{ id: '0', status: 404, body: {} }] }))
    assert.equal(await readPhoto(graph, me), undefined)
  })

  test('that may not be seen throws why', async () => {
    const part = { id: '0', status: 403, body: { error: { code: 'ErrorAccessDenied' } } }
    const { graph } = fakeGraph(ok({ responses: [part] }))
    assert.equal((await problemOf(readPhoto(graph, me))).kind, 'forbidden')
  })

  test('is replaced only if it is the one that was seen', async () => {
    const { graph, sent } = fakeGraph(ok())
    await replacePhoto(graph, me, jpeg, '"1"')
    assert.equal(headersOf(sent[0]).get('if-match'), '"1"')
    assert.equal(headersOf(sent[0]).get('if-none-match'), null)
    assert.equal(headersOf(sent[0]).get('content-type'), 'image/jpeg')
    assert.equal(sent[0]?.init.body, jpeg)
  })

  test('is set only if there is still none', async () => {
    const { graph, sent } = fakeGraph(ok())
    await replacePhoto(graph, me, jpeg, undefined)
    assert.equal(headersOf(sent[0]).get('if-none-match'), '*')
    assert.equal(headersOf(sent[0]).get('if-match'), null)
  })

  test('of a contact is removed with an empty PUT', async () => {
    const { graph, sent } = fakeGraph(ok())
    await removePhoto(graph, contact, '"1"')
    assert.equal(sent[0]?.init.method, 'PUT')
    assert.ok(sent[0]?.init.body instanceof Blob && sent[0].init.body.size === 0)
    assert.equal(headersOf(sent[0]).get('if-match'), '"1"')
  })

  test('of anyone else is removed with DELETE', async () => {
    const { graph, sent } = fakeGraph(ok())
    await removePhoto(graph, me, '"1"')
    assert.equal(sent[0]?.address, 'https://photos.example/visage/v1.0/me/photo/$value')
    assert.equal(sent[0]?.init.method, 'DELETE')
  })

  test('is read in a size where there are sizes', async () => {
    const { graph, sent } = fakeGraph(() => new Response(jpeg))
    for (const owner of [me, contact, team]) await readPicture(graph, owner, 96)
    assert.deepEqual(
      sent.map(({ address }) => address.split('/v1.0').at(1)),
      ['/me/photos/96x96/$value', '/me/contacts/AAMk/photo/$value', '/teams/42/photo/$value'],
    )
  })

  test('that has just gone is undefined', async () => {
    const { graph } = fakeGraph(refusal(404))
    assert.equal(await readPicture(graph, me), undefined)
  })

  const sizes = [
    { side: 648, css: 48, ratio: 1, size: 48 },
    { side: 648, css: 48, ratio: 2, size: 96 },
    { side: 648, css: 100, ratio: 1.5, size: 240 },
    { side: 1296, css: 320, ratio: 3, size: undefined },
    { side: 100, css: 120, ratio: 1, size: undefined },
    { side: 100, css: 60, ratio: 1, size: 64 },
  ]
  for (const { side, css, ratio, size } of sizes) {
    const shown = size === undefined ? 'whole' : `at ${size}`
    test(`of ${side} pixels is shown ${shown} in ${css} pixels on a screen of ratio ${ratio}`, () => {
      assert.equal(pictureSizeFor({ width: side, height: side }, css, ratio), size)
    })
  }
})
