/**
 * Batches: invalid ones, and parts that are answered as single requests.
 * https://learn.microsoft.com/en-us/graph/json-batching
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../../src/failure.ts'
import { maxBatchBytes } from '../../src/graph/batch.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { errorOf, jsonOf, type Question, type Stand, startStand } from './stand.ts'

type Part = Readonly<Record<string, unknown>>
type Answered = Readonly<{
  id: string
  status: number
  headers: Readonly<Record<string, string>>
  body?: unknown
}>

const get = (id: string, url: string, more: Part = {}): Part => ({
  id,
  method: 'GET',
  url,
  ...more,
})
const numbered = (count: number, entry: (index: number) => readonly [string, unknown]) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => entry(index)))
const codeOf = ({ body }: Answered) => (body as { error: { code: string } }).error.code

describe('a batch', () => {
  let stand: Stand
  let picture: Buffer
  before(async () => {
    stand = await startStand()
    picture = await portraitJpeg({ width: 64, height: 64 })
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body: picture })
  })
  after(() => stand.stop())

  const post = (body: Question['body'], more: Partial<Question> = {}, parts?: Parts) =>
    stand.ask({ method: 'POST', url: '/v1.0/$batch', ...more, ...(body && { body }) }, parts)
  async function send(requests: readonly Part[], more: Partial<Question> = {}, parts?: Parts) {
    const reply = await post({ requests }, more, parts)
    assert.equal(reply.status, 200, String(reply.body))
    return (jsonOf(reply) as { responses: Answered[] }).responses
  }
  async function sendOne(part: Part): Promise<Answered> {
    const [answered] = await send([part])
    assert.ok(answered)
    return answered
  }

  test('accepts at most twenty requests', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => get(`${index}`, '/me'))
    const answered = await send(many(20))
    assert.deepEqual(
      answered.map(({ id, status }) => `${id}: ${status}`),
      many(20).map(({ id }) => `${id}: 200`),
    )
    const refused = errorOf(await post({ requests: many(21) }))
    assert.deepEqual([refused.status, refused.code], [400, 'BadRequest'])
    assert.match(refused.message, /21 requests; at most 20/)
  })

  const whole: Readonly<Record<string, Question['body']>> = {
    'is no JSON': '{"requests":',
    'is empty': '',
    'is no text': Buffer.from([0xff, 0xfe, 0x00]),
    'is a list': [],
    'is a word': '"requests"',
    'has no list': {},
    'has something else for a list': { requests: { id: '1' } },
    'has nothing in its list': { requests: [] },
    'has a part that is no object': { requests: [get('1', '/me'), 'GET /me'] },
    'has a part without an id': { requests: [{ method: 'GET', url: '/me' }] },
    'has a part whose id is a number': { requests: [{ id: 1, method: 'GET', url: '/me' }] },
    'has a part without a method': { requests: [{ id: '1', url: '/me' }] },
    'has a part without an url': { requests: [{ id: '1', method: 'GET' }] },
    'has a part whose headers are a list': { requests: [get('1', '/me', { headers: ['a'] })] },
    'has an id twice': { requests: [get('1', '/me'), get('1', '/me')] },
    'has ids that differ in case alone': { requests: [get('a', '/me'), get('A', '/me')] },
    'depends on what is not there': { requests: [get('1', '/me', { dependsOn: ['2'] })] },
    'depends on no list': { requests: [get('1', '/me'), get('2', '/me', { dependsOn: '1' })] },
    'depends on numbers': { requests: [get('1', '/me'), get('2', '/me', { dependsOn: [1] })] },
    'depends on itself': { requests: [get('1', '/me', { dependsOn: ['1'] })] },
    'depends on twenty others': {
      requests: [get('1', '/me', { dependsOn: Array.from({ length: 20 }, (_, id) => `${id}`) })],
    },
    'has an id of megabytes': { requests: [get('1'.repeat(1_000_000), '/me')] },
    'has a method of megabytes': { requests: [{ ...get('1', '/me'), method: 'x'.repeat(1e6) }] },
    'has 51 headers in a part': {
      requests: [get('1', '/me', { headers: numbered(51, index => [`x-${index}`, '']) })],
    },
    'has headers of more than 32 KB in a part': {
      requests: [get('1', '/me', { headers: { accept: '*/*', x: 'y'.repeat(32 * 1024) } })],
    },
    'has half a character for an id': '{"requests":[{"id":"\\ud800","method":"GET","url":"/me"}]}',
    'has half a character in a url': '{"requests":[{"id":"1","method":"GET","url":"/me/\\uDC00"}]}',
    'goes round in its dependence': {
      requests: [
        get('1', '/me', { dependsOn: ['3'] }),
        get('2', '/me', { dependsOn: ['1'] }),
        get('3', '/me', { dependsOn: ['2'] }),
        get('4', '/me'),
      ],
    },
  }
  for (const [what, body] of Object.entries(whole)) {
    test(`that ${what} is refused as a whole`, async () => {
      const { status, code } = errorOf(await post(body))
      assert.deepEqual([status, code], [400, 'BadRequest'])
    })
  }

  test('needs a token, and a POST', async () => {
    const unnamed = await post({ requests: [get('1', '/me')] }, { token: null })
    assert.equal(unnamed.status, 401)
    assert.equal(unnamed.headers['www-authenticate'], 'Bearer')
    assert.equal(errorOf(unnamed).code, 'InvalidAuthenticationToken')
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await post({ requests: [] }, { method })
      assert.deepEqual([status, headers.allow], [405, 'POST'])
    }
  })

  test('has an address in any spelling', async () => {
    for (const url of ['/v1.0/$batch/', '/BETA/%24Batch', '/v1.0/$BATCH?x=1']) {
      assert.equal((await post({ requests: [get('1', '/me')] }, { url })).status, 200, url)
    }
    for (const url of ['/$batch', '/v1.0/me/$batch', '/v1.0/batch', '/v1.0/$batch/1']) {
      assert.equal((await post({ requests: [get('1', '/me')] }, { url })).status, 400, url)
    }
  })

  test('that is too large is 413 before anything is done', async () => {
    const padding = 'A'.repeat(maxBatchBytes)
    const refused = errorOf(await post({ requests: [get('1', '/me', { body: padding })] }))
    assert.deepEqual([refused.status, refused.code], [413, 'RequestEntityTooLarge'])
  })

  test('can contain a photo of 4 MB, and refuses only the part with a larger one', async () => {
    const upload = (id: string, bytes: number): Part => ({
      id,
      method: 'PUT',
      url: '/me/photo/$value',
      body: Buffer.concat([picture, Buffer.alloc(bytes - picture.length)]).toString('base64'),
    })
    const full = 4 * 1024 * 1024
    assert.equal((await sendOne(upload('1', full))).status, 200)
    const [large, other] = await send([upload('1', full + 1), get('2', '/me')])
    assert.ok(large && other)
    assert.deepEqual(
      [large.status, codeOf(large), other.status],
      [413, 'RequestEntityTooLarge', 200],
    )
  })

  test('answers in the order and with the ids of its requests', async () => {
    const answered = await send([
      get('Last', '/me', { dependsOn: ['b'] }),
      get('x y', '/me/photo/$value'),
      get('b', '/me/photo', { dependsOn: ['X Y'] }),
    ])
    assert.deepEqual(
      answered.map(({ id, status }) => [id, status]),
      [
        ['Last', 200],
        ['x y', 200],
        ['b', 200],
      ],
    )
  })

  test('runs a request after those it depends on, with their effects visible', async () => {
    const larger = await portraitJpeg({ width: 96, height: 96 })
    const body = larger.toString('base64')
    const requests = [
      get('after', '/me/photo', { dependsOn: ['put'] }),
      { id: 'put', method: 'PUT', url: '/me/photo/$value', body, dependsOn: ['delete'] },
      { id: 'delete', method: 'DELETE', url: '/me/photo/$value' },
    ]
    const [seen] = await send(requests)
    assert.ok(seen)
    assert.equal((seen.body as { width: number }).width, 96)
  })

  test('skips requests that depend on a failed one, directly or not: 424', async () => {
    const body = picture.toString('base64')
    const answered = await send([
      get('1', '/users/nobody@visage.example'),
      { id: '2', method: 'PUT', url: '/me/photo/$value', body, dependsOn: ['1'] },
      get('3', '/me', { dependsOn: ['2'] }),
      get('4', '/me', { dependsOn: ['5', '1'] }),
      get('5', '/me'),
    ])
    assert.deepEqual(
      answered.map(({ status }) => status),
      [404, 424, 424, 424, 200],
    )
    for (const failed of answered.filter(({ status }) => status === 424)) {
      assert.equal(codeOf(failed), 'FailedDependency')
      assert.equal(failed.headers['Content-Type'], 'application/json')
    }
  })

  test('continues after a 304, which is not a failure', async () => {
    const { etag = '' } = (await stand.ask({ url: '/v1.0/me/photo' })).headers
    const headers = { 'If-None-Match': etag }
    const [first, second] = await send([
      get('1', '/me/photo/$value', { headers }),
      get('2', '/me', { dependsOn: ['1'] }),
    ])
    assert.deepEqual([first?.status, first?.body, second?.status], [304, undefined, 200])
    assert.equal(first?.headers.ETag, etag)
  })

  const spellings: Readonly<Record<string, (bytes: Buffer) => string>> = {
    base64: bytes => bytes.toString('base64'),
    'base64 without padding': bytes => bytes.toString('base64').replace(/=+$/, ''),
    base64url: bytes => bytes.toString('base64url'),
    'base64url with padding': bytes =>
      bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    'base64 in lines': bytes => bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
  }
  for (const [name, write] of Object.entries(spellings)) {
    test(`sets a photo from ${name}, whatever the part says of its type`, async () => {
      const seed = name.length
      for (const [index, type] of ['image/jpeg', 'application/octet-stream', undefined].entries()) {
        const bytes = await portraitJpeg({ width: 64, height: 64, seed: seed * 10 + index })
        const put = {
          id: '1',
          method: 'PUT',
          url: '/me/photo/$value',
          body: write(bytes),
          ...(type && { headers: { 'content-type': type } }),
        }
        const before = (await stand.ask({ url: '/v1.0/me/photo' })).headers.etag
        const { status, headers, body } = await sendOne(put)
        assert.deepEqual([status, headers['Content-Type'], body], [200, undefined, undefined])
        assert.notEqual((await stand.ask({ url: '/v1.0/me/photo' })).headers.etag, before)
      }
    })
  }

  test('refuses a body that is not a picture, with a message about pictures', async () => {
    for (const body of ['no picture at all!', 'AAAA', { a: 1 }, '']) {
      const answered = await sendOne({ id: '1', method: 'PUT', url: '/me/photo/$value', body })
      assert.ok([400, 415].includes(answered.status), JSON.stringify(answered))
    }
  })

  test('returns a picture as one line of base64, and JSON as JSON', async () => {
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body: picture })
    const [value, photo, size] = await send([
      get('1', '/me/photo/$value'),
      get('2', '/me/photo'),
      get('3', '/me/photos/48x48/$value'),
    ])
    const single = await stand.ask({ url: '/v1.0/me/photo/$value' })
    assert.ok(value && photo && size)
    for (const part of [value, size]) assert.match(String(part.body), /^[A-Za-z0-9+/]+={0,2}$/)
    assert.deepEqual(Buffer.from(String(value.body), 'base64'), Buffer.from(single.body ?? ''))
    assert.equal(value.headers['Content-Type'], 'image/jpeg')
    assert.equal(value.headers.ETag, single.headers.etag)
    assert.equal((photo.body as Part)['@odata.mediaEtag'], value.headers.ETag)
    assert.match(photo.headers['Content-Type'] ?? '', /^application\/json;/)
  })

  test('returns a HEAD and an empty answer without a body', async () => {
    const requests = ['/me/photo/$value', '/me/photo', '/me'].map((url, index) => ({
      id: String(index),
      method: 'head',
      url,
    }))
    for (const { status, headers, body } of await send(requests)) {
      assert.deepEqual([status, body], [200, undefined])
      assert.ok(headers['Content-Type'])
    }
    const deleted = await sendOne({ id: '1', method: 'DELETE', url: '/me/photo/$value' })
    assert.ok(!('body' in deleted) && typeof deleted.headers === 'object')
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body: picture })
  })

  test('reads the headers of a part in any case', async () => {
    const { etag = '' } = (await stand.ask({ url: '/v1.0/me/photo' })).headers
    for (const name of ['if-match', 'If-Match', 'IF-MATCH']) {
      const put = { id: '1', method: 'PUT', url: '/me/photo/$value' }
      const body = picture.toString('base64')
      assert.equal((await sendOne({ ...put, body, headers: { [name]: '"x"' } })).status, 412)
      assert.equal((await sendOne({ ...put, body, headers: { [name]: etag } })).status, 200)
    }
  })

  test('accepts urls with and without a leading slash and a version', async () => {
    const context = async (url: string, batch = '/v1.0/$batch') => {
      const [answered] = await send([get('1', url)], { url: batch })
      assert.ok(answered)
      const { '@odata.context': text } = answered.body as Part
      return String(text).slice(stand.origin.length).split('$')[0]
    }
    for (const url of ['/me/photo', 'me/photo', '/v1.0/me/photo', 'v1.0/me/photo', 'Me/Photo/']) {
      assert.equal(await context(url), '/v1.0/', url)
    }
    assert.equal(await context('users/alice%40visage.example/photo', '/beta/$batch'), '/beta/')
    assert.equal(await context('/beta/me/photo'), '/beta/')
    assert.equal(await context("/users('alice@visage.example')/photo?$select=id"), '/v1.0/')
  })

  test('refuses a batch in a batch, and addresses of other servers', async () => {
    const urls = [
      '/$batch',
      'https://elsewhere.example/v1.0/me',
      '//elsewhere.example/me',
      '/',
      '?',
    ]
    for (const url of urls) {
      const answered = await sendOne({ id: '1', method: 'POST', url, body: { requests: [] } })
      assert.deepEqual([answered.status, codeOf(answered)], [400, 'BadRequest'], url)
    }
  })

  test('gives each part its own permissions and its own failure', async () => {
    const token = await stand.mint({ person: 'alice', scopes: ['User.ReadWrite'] })
    const app = await stand.mint({ app: {}, roles: ['User.Read.All'] })
    const answered = await send(
      [
        get('1', '/me/photo'),
        get('2', '/groups'),
        get('3', '/users/bob@visage.example', { headers: { Authorization: `Bearer ${app}` } }),
        get('4', '/me', { headers: { authorization: 'Bearer rubbish' } }),
        { id: '5', method: 'POST', url: '/me/photo' },
        get('6', '/me/photos/648x648'),
        { id: '7', method: 'TRACE', url: '/me' },
      ],
      { token },
    )
    assert.deepEqual(
      answered.map(({ status }) => status),
      [200, 403, 200, 401, 405, 404, 405],
    )
    assert.equal(answered[4]?.headers.Allow, 'GET, HEAD, DELETE')
    assert.match(answered[3]?.headers['WWW-Authenticate'] ?? '', /^Bearer error=/)
    const ids = answered.map(({ headers }) => headers['request-id'])
    assert.equal(new Set(ids).size, ids.length)
  })

  test('never answers for an unknown person with the picture of the caller', async () => {
    for (const url of ['/users/nobody@visage.example/photo/$value', '/users//photo/$value']) {
      const answered = await sendOne(get('1', url))
      assert.ok(answered.status === 404 || answered.status === 400)
      assert.equal(typeof answered.body, 'object')
    }
  })

  test('runs four parts at a time', async () => {
    let running = 0
    let most = 0
    const findSelf: Parts['findSelf'] = async (...caller) => {
      running++
      most = Math.max(most, running)
      await delay(5)
      running--
      return await stand.parts.findSelf(...caller)
    }
    const requests = Array.from({ length: 12 }, (_, index) => get(`${index}`, '/me/photo'))
    await send(requests, {}, { ...stand.parts, findSelf })
    assert.equal(most, 4)
  })

  test('yields to other requests between its parts', async () => {
    let turns = 0
    const count = () => {
      turns++
      ticking = setImmediate(count)
    }
    let ticking = setImmediate(count)
    const begun = new Map<number, number>()
    const identify: Parts['identify'] = authorization => {
      begun.set(turns, (begun.get(turns) ?? 0) + 1)
      return stand.parts.identify(authorization)
    }
    const requests = Array.from({ length: 20 }, (_, index) => get(`${index}`, '/me'))
    await send(requests, {}, { ...stand.parts, identify })
    clearImmediate(ticking)
    assert.equal(
      [...begun.values()].reduce((sum, parts) => sum + parts),
      21,
    )
    assert.ok(Math.max(...begun.values()) <= 4, `${[...begun.values()]} between two turns`)
  })

  test('counts memory for its text, its values and their photos', async () => {
    const taken: number[] = []
    const body = picture.toString('base64')
    const photo = { id: '1', method: 'PUT', url: '/me/photo/$value', body }
    const takeMemory = (bytes: number) => void taken.push(bytes)
    const [answered] = await send([photo], { takeMemory })
    assert.equal(answered?.status, 200)
    assert.equal(taken.length, 2)
    assert.ok((taken[0] ?? 0) >= 2 * body.length)
    assert.ok((taken[1] ?? 0) >= picture.length)
  })

  test('is refused without memory for its text, and a part without memory for its photo', async () => {
    const refuse = () => {
      throw new Failure('overloaded')
    }
    const requests = [get('1', '/me')]
    assert.equal((await post({ requests }, { takeMemory: refuse })).status, 503)
    const parts = [
      { id: '1', method: 'PUT', url: '/me/photo/$value', body: 'AAAA' },
      get('2', '/me'),
    ]
    let asked = 0
    const onlyText = () => {
      if (asked++ > 0) throw new Failure('overloaded')
    }
    const [upload, other] = await send(parts, { takeMemory: onlyText })
    assert.deepEqual([upload?.status, other?.status], [503, 200])
  })

  test('answers 500 for a part with a bug, and answers the others', async () => {
    const findUser: Parts['findUser'] = (tenantId, name) => {
      if (name.startsWith('bob')) throw new TypeError('a bug')
      return stand.parts.findUser(tenantId, name)
    }
    const requests = [get('1', '/users/bob@visage.example/photo'), get('2', '/me/photo')]
    const [broken, whole] = await send(requests, {}, { ...stand.parts, findUser })
    assert.ok(broken)
    assert.deepEqual(
      [broken.status, codeOf(broken), whole?.status],
      [500, 'InternalServerError', 200],
    )
    assert.doesNotMatch(JSON.stringify(broken), /a bug/)
  })
})
