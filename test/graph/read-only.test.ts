/** A server whose store is being moved answers reads and refuses changes. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Reply } from '../../src/call.ts'
import type { Parts } from '../../src/graph/request/request.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { type Question, type Stand, startStand } from './stand.ts'

describe('while the store is read-only', () => {
  let stand: Stand
  let readOnly: Parts
  let ask: (question: Question) => Promise<Reply>
  before(async () => {
    stand = await startStand()
    readOnly = { ...stand.parts, isReadOnly: true }
    ask = question => stand.ask(question, readOnly)
    const body = await portraitJpeg({ width: 100, height: 100, seed: 1 })
    assert.equal((await stand.ask({ method: 'PUT', url: photo, body })).status, 200)
  })
  after(() => stand.stop())

  const photo = '/v1.0/me/photo/$value'

  test('photos, people and contacts are read as before', async () => {
    for (const url of [photo, '/v1.0/me', '/v1.0/me/contacts', '/v1.0/me/photos', '/v1.0/users']) {
      const [one, other] = [await stand.ask({ url }), await ask({ url })]
      assert.deepEqual([other.status, other.body], [200, one.body], url)
    }
    assert.equal((await ask({ method: 'HEAD', url: photo })).status, 200)
  })

  for (const [method, url] of [
    ['PUT', photo],
    ['PATCH', photo],
    ['DELETE', photo],
    ['POST', '/v1.0/me/contacts'],
    ['POST', '/v1.0/me/contactFolders'],
    ['PATCH', '/beta/admin/people/photoUpdateSettings'],
    ['DELETE', '/beta/admin/people/photoUpdateSettings'],
  ] as const) {
    test(`${method} ${url} is 503 with Retry-After, and the body is not read`, async () => {
      const before = await rowsOf(stand)
      const readBody = () => assert.fail('the body was read')
      const { status, headers, body } = await ask({ method, url, readBody })
      assert.deepEqual([status, headers['retry-after']], [503, '30'])
      assert.match(String(body), /being moved: it is read-only/)
      assert.deepEqual(await rowsOf(stand), before)
    })
  }

  test('a missing permission is reported before the move', async () => {
    const token = await stand.mint({ person: 'alice', scopes: ['User.Read'] })
    assert.equal((await ask({ method: 'PUT', url: photo, token })).status, 403)
    assert.equal((await ask({ method: 'PUT', url: photo, token: null })).status, 401)
  })

  test('in a batch the reads are answered and the writes refused', async () => {
    const requests = [
      { id: '1', method: 'GET', url: '/me/photo/$value' },
      { id: '2', method: 'DELETE', url: '/me/photo/$value' },
    ]
    const reply = await ask({ method: 'POST', url: '/v1.0/$batch', body: { requests } })
    const { responses } = JSON.parse(String(reply.body)) as {
      responses: readonly { id: string; status: number }[]
    }
    const statuses = Object.fromEntries(responses.map(({ id, status }) => [id, status]))
    assert.deepEqual(statuses, { 1: 200, 2: 503 })
  })

  test('a person who signs in for the first time is answered but not stored', async () => {
    const before = await rowsOf(stand)
    const parts: Parts = {
      ...readOnly,
      identify: async authorization => ({
        ...(await readOnly.identify(authorization)),
        objectId: 'newcomer',
        profile: { displayName: 'New Comer', vouchedName: 'new@visage.example' },
      }),
    }
    const me = await stand.ask({ url: '/v1.0/me' }, parts)
    assert.equal(me.status, 200)
    assert.match(String(me.body), /"displayName":"New Comer"/)
    assert.equal((await stand.ask({ url: photo }, parts)).status, 404)
    assert.deepEqual(await rowsOf(stand), before)
    assert.equal(
      (await stand.ask({ url: '/v1.0/me' }, { ...parts, isReadOnly: false })).status,
      200,
    )
    assert.notDeepEqual(await rowsOf(stand), before)
  })
})

async function rowsOf({ parts: { database } }: Stand): Promise<unknown> {
  const tables = [
    'users',
    'contacts',
    'contact_folders',
    'photos',
    'photo_update_settings',
  ] as const
  const rows: unknown[] = []
  for (const table of tables) rows.push(await database.selectFrom(table).selectAll().execute())
  return rows
}
