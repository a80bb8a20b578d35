/**
 * ETag, If-Match, If-None-Match and what caches may keep, as RFC 9110 and 9111 have them.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { isUnchanged, writeCondition } from '../../src/graph/resources/headers.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { errorOf, jsonOf, type Stand, startStand } from './stand.ts'

const tag = '"4f3a"'

test('a read is unchanged only when its tag is in the list, weak or strong', () => {
  const same = [
    tag,
    ' "4f3a" ',
    `W/${tag}`,
    '*',
    ' * ',
    `"a", ${tag}`,
    `"a",W/${tag},"b"`,
    `,${tag}`,
  ]
  const other = ['"4f3b"', '4f3a', `"4f3a`, '', 'W/"4f3b"', '"4F3A"', `"a, 4f3a"`, 'w/"4f3a"']
  for (const value of same) assert.ok(isUnchanged({ 'if-none-match': value }, tag), value)
  for (const value of other) assert.ok(!isUnchanged({ 'if-none-match': value }, tag), value)
  assert.ok(!isUnchanged({}, tag))
})

test('conditions on writes are parsed', () => {
  assert.equal(writeCondition({}), undefined)
  assert.equal(writeCondition({ 'if-match': ' * ' }), 'any')
  assert.equal(writeCondition({ 'if-none-match': '*' }), 'none')
  const oneOf = (...versions: string[]) => ({ oneOf: versions })
  assert.deepEqual(writeCondition({ 'if-match': tag }), oneOf('4f3a'))
  assert.deepEqual(writeCondition({ 'if-match': '"a" , "b",, "c d"' }), oneOf('a', 'b', 'c d'))
  // "A strong comparison function": a weak tag is nobody's.
  assert.deepEqual(writeCondition({ 'if-match': 'W/"a", "b"' }), oneOf('b'))
  assert.deepEqual(writeCondition({ 'if-match': 'W/"a"' }), oneOf())
  assert.deepEqual(writeCondition({ 'if-none-match': 'W/"a", "b"' }), { noneOf: ['a', 'b'] })
  assert.deepEqual(writeCondition({ 'if-match': tag, 'if-none-match': '*' }), oneOf('4f3a'))
})

test('an invalid condition on a write is refused, not ignored', () => {
  for (const value of ['4f3a', '"4f3a', '', ' ', ',', "'4f3a'", '"a" b', 'W/4f3a', '"a", *']) {
    for (const header of ['if-match', 'if-none-match']) {
      assert.throws(
        () => writeCondition({ [header]: value }),
        (error: unknown) => error instanceof Failure && error.code === 'condition-malformed',
        `${header}: ${value}`,
      )
    }
  }
})

describe('the photo of a user', () => {
  let stand: Stand
  let pictures: Buffer[]
  const value = '/v1.0/me/photo/$value'
  const put = (body: Buffer, headers = {}, method = 'PUT') =>
    stand.ask({ method, url: value, body, headers })
  const etagNow = async () => (await stand.ask({ url: value })).headers.etag ?? ''

  before(async () => {
    stand = await startStand()
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    pictures = await Promise.all(seeds.map(seed => portraitJpeg({ width: 48, height: 48, seed })))
  })
  after(() => stand.stop())
  const picture = (index: number) => pictures[index] ?? Buffer.alloc(0)
  beforeEach(async () => {
    await stand.ask({ method: 'DELETE', url: value })
    await put(picture(0))
  })

  test('has one tag, strong, on its bytes and on its metadata', async () => {
    const etag = await etagNow()
    assert.match(etag, /^"[^"]+"$/)
    const metadata = await stand.ask({ url: '/v1.0/me/photo' })
    assert.equal(metadata.headers.etag, etag)
    assert.equal(jsonOf(metadata)['@odata.mediaEtag'], etag)
    await put(picture(1))
    assert.notEqual(await etagNow(), etag)
  })

  test('is 304 without a body for its current tag, by GET and HEAD, bytes and metadata', async () => {
    const etag = await etagNow()
    for (const path of ['photo/$value', 'photo', 'photos/48x48/$value', 'photos/48x48']) {
      for (const method of ['GET', 'HEAD']) {
        for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
          const url = `/v1.0/me/${path}`
          const reply = await stand.ask({ method, url, headers: { 'if-none-match': tags } })
          assert.deepEqual([reply.status, reply.body], [304, undefined], `${method} ${url} ${tags}`)
          assert.equal(reply.headers.etag, etag)
          assert.equal(reply.headers['cache-control'], 'private, no-cache')
          assert.equal(reply.headers['content-type'], undefined)
        }
        const changed = { method, url: `/v1.0/me/${path}`, headers: { 'if-none-match': '"x"' } }
        assert.equal((await stand.ask(changed)).status, 200)
      }
    }
  })

  test('is returned again for an old tag, immediately after a change', async () => {
    const etag = await etagNow()
    await put(picture(1))
    const reply = await stand.ask({ url: value, headers: { 'if-none-match': etag } })
    assert.equal(reply.status, 200)
  })

  test('may be cached privately, with revalidation', async () => {
    for (const url of [value, '/v1.0/me/photo']) {
      const { headers } = await stand.ask({ url })
      assert.equal(headers['cache-control'], 'private, no-cache')
    }
    const errors = await stand.ask({ url: '/v1.0/me/photos/648x648' })
    assert.deepEqual([errors.status, errors.headers['cache-control']], [404, 'private'])
  })

  test('is set under If-None-Match: * only when there is none', async () => {
    const onlyNew = { 'if-none-match': '*' }
    const etag = await etagNow()
    const refused = errorOf(await put(picture(1), onlyNew))
    assert.deepEqual([refused.status, refused.code], [412, 'PreconditionFailed'])
    assert.match(refused.message, /: there is a photo already\.$/)
    assert.equal(await etagNow(), etag)
    await stand.ask({ method: 'DELETE', url: value })
    assert.equal((await put(picture(1), onlyNew)).status, 200)
  })

  test('is not set over a version in If-None-Match', async () => {
    const etag = await etagNow()
    assert.equal((await put(picture(1), { 'if-none-match': `"x", W/${etag}` })).status, 412)
    assert.equal((await put(picture(1), { 'if-none-match': '"x"' })).status, 200)
  })

  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    test(`is changed by ${method} only from the version in If-Match`, async () => {
      const etag = await etagNow()
      for (const meant of ['"x"', `W/${etag}`, '"x", "y"']) {
        const refused = errorOf(await put(picture(1), { 'if-match': meant }, method))
        assert.deepEqual([refused.status, refused.code], [412, 'PreconditionFailed'], meant)
      }
      assert.equal(await etagNow(), etag)
      assert.equal((await put(picture(1), { 'if-match': `"x", ${etag}` }, method)).status, 200)
    })

    test(`is not changed by ${method} under a condition that cannot be read`, async () => {
      const etag = await etagNow()
      const refused = errorOf(await put(picture(1), { 'if-match': etag.slice(1, -1) }, method))
      assert.deepEqual([refused.status, refused.code], [400, 'BadRequest'])
      assert.match(refused.message, /If-Match/)
      assert.equal(await etagNow(), etag)
    })

    test(`that was deleted matches no If-Match of ${method}`, async () => {
      const etag = await etagNow()
      await stand.ask({ method: 'DELETE', url: value })
      for (const meant of [etag, '*']) {
        assert.equal((await put(picture(1), { 'if-match': meant }, method)).status, 412)
      }
    })
  }

  test('is refused before its body is read when the condition fails', async () => {
    const readBody = async () => {
      throw new TypeError('nobody wants this body')
    }
    const headers = { 'if-match': '"x"' }
    const reply = await stand.ask({ method: 'PUT', url: value, headers, readBody })
    assert.equal(reply.status, 412)
  })

  for (const method of ['PUT', 'PATCH']) {
    test(`has one winner of twenty who ${method} from the same version at once`, async () => {
      const etag = await etagNow()
      const contenders = await Promise.all(
        pictures.slice(1).map(body => put(body, { 'if-match': etag }, method)),
      )
      const statuses = contenders.map(({ status }) => status).sort()
      assert.deepEqual(statuses, [200, ...Array<number>(18).fill(412)])
    })
  }

  test('has one winner of twenty who are the first to set it', async () => {
    await stand.ask({ method: 'DELETE', url: value })
    const contenders = await Promise.all(pictures.map(body => put(body, { 'if-none-match': '*' })))
    const statuses = contenders.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, ...Array<number>(19).fill(412)])
  })

  test('is deleted once by twenty who delete the same version at once', async () => {
    const headers = { 'if-match': await etagNow() }
    const contenders = await Promise.all(
      pictures.map(() => stand.ask({ method: 'DELETE', url: value, headers })),
    )
    const statuses = contenders.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, ...Array<number>(19).fill(412)])
  })

  test('that is missing is 404 without reading a pack store, and nothing is logged', async () => {
    await stand.ask({ method: 'DELETE', url: value })
    const packs = {
      ...stand.parts.packs,
      read: async () => {
        throw new TypeError('no bytes are to be read')
      },
    }
    for (const path of ['photo', 'photo/$value', 'photos', 'photos/48x48', 'photos/48x48/$value']) {
      const url = `/v1.0/me/${path}`
      const reply = await stand.ask({ url }, { ...stand.parts, packs })
      const { status, code, message } = errorOf(reply)
      assert.deepEqual([status, code], [404, 'ImageNotFound'], url)
      assert.match(message, /ImageNotFoundException/)
      assert.equal((await stand.ask({ url, headers: { 'if-none-match': '*' } })).status, 404)
    }
    assert.deepEqual(stand.logged, [])
  })
})
