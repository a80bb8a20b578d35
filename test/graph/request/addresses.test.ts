/** Spellings of addresses: an SDK's placeholder for /me, and a base URL that ends in a slash. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseAddress } from '../../../src/graph/request/address.ts'
import { portraitJpeg } from '../../support/pictures.ts'
import { errorOf, jsonOf, type Stand, startStand } from '../stand.ts'

const placeholders = [
  '/v1.0/users/TokenToReplace/photos',
  '/v1.0/users/me-token-to-replace/photos',
  '/v1.0/Users/ME-TOKEN-TO-REPLACE/photos',
  "/v1.0/users('TokenToReplace')/photos",
  "/v1.0/users(id='me-token-to-replace')/photos",
]

test("an SDK's placeholder for /me is /me", () => {
  const me = parseAddress('/v1.0/me/photos')
  for (const url of placeholders) assert.deepEqual(parseAddress(url), me, url)
  for (const url of ['/v1.0/users/TokenToReplace2', '/v1.0/groups/TokenToReplace/photos']) {
    assert.equal(parseAddress(url).path, url)
  }
})

describe('an address', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
    const body = await portraitJpeg({ width: 120, height: 120 })
    await stand.ask({ method: 'PUT', url: '/v1.0/me/photo/$value', body })
  })
  after(() => stand.stop())

  test('with a placeholder for /me has a next page at /me', async () => {
    for (const url of placeholders) {
      const page = jsonOf(await stand.ask({ url: `${url}?$top=1` }))
      const expected = `${stand.origin}/v1.0/me/photos?$top=1&$skip=1`
      assert.equal(page['@odata.nextLink'], expected, url)
    }
  })

  test('with two slashes is refused, naming the base URL', async () => {
    for (const url of ['//v1.0/me/photo', '/v1.0//me/photo', '/v1.0/me//photo', '//']) {
      const { status, message } = errorOf(await stand.ask({ url }))
      assert.equal(status, 400)
      assert.match(message, /two slashes follow each other.*base URL/, url)
    }
  })

  test('with two slashes or a host in a part of a batch is refused in words', async () => {
    const urls = ['//me/photo', 'v1.0//me', `${stand.origin}/v1.0/me`, `/${stand.origin}/v1.0/me`]
    const body = { requests: urls.map((url, id) => ({ id: `${id}`, method: 'GET', url })) }
    const reply = await stand.ask({ method: 'POST', url: '/v1.0/$batch', body })
    const { responses } = jsonOf(reply) as {
      responses: { status: number; body: { error: { message: string } } }[]
    }
    for (const [index, words] of [/two slashes/, /two slashes/, /absolute/, /absolute/].entries()) {
      assert.equal(responses[index]?.status, 400)
      assert.match(responses[index]?.body.error.message ?? '', words)
    }
  })
})
