/** A body lost by its sender does not remove a photo; only a deliberately empty PUT does. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { portraitJpeg } from '../support/pictures.ts'
import { errorOf, jsonOf, type Stand, startStand } from './stand.ts'

let stand: Stand
let photo = ''
before(async () => {
  stand = await startStand()
  const body = { displayName: 'A contact' }
  const contact = await stand.ask({ method: 'POST', url: '/v1.0/me/contacts', body })
  photo = `/v1.0/me/contacts/${jsonOf(contact).id}/photo/$value`
  const picture = await portraitJpeg({ width: 64, height: 64 })
  assert.equal((await stand.ask({ method: 'PUT', url: photo, body: picture })).status, 200)
})
after(() => stand.stop())

const put = (headers: Readonly<Record<string, string>>) =>
  stand.ask({ method: 'PUT', url: photo, headers })
const isThere = async () => (await stand.ask({ url: photo })).status === 200

const lost: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'in chunks': { 'transfer-encoding': 'chunked' },
  packed: { 'content-length': '0', 'content-encoding': 'gzip' },
  'sent again': { 'content-length': '0', 'retry-attempt': '1' },
  'without a length': {},
}
for (const [how, headers] of Object.entries(lost)) {
  test(`an empty body ${how} is 400, and the contact's photo stays`, async () => {
    assert.equal(errorOf(await put(headers)).status, 400)
    assert.ok(await isThere())
  })
}

test('an empty body in a batch is 400, whatever the part says of its length', async () => {
  const url = photo.slice('/v1.0'.length)
  const requests = [{ id: '1', method: 'PUT', url, headers: { 'Content-Length': '0' } }]
  const reply = await stand.ask({ method: 'POST', url: '/v1.0/$batch', body: { requests } })
  const { responses } = jsonOf(reply) as { responses: { status: number }[] }
  assert.equal(responses[0]?.status, 400)
  assert.ok(await isThere())
})

test('a deliberately empty body removes the photo', async () => {
  assert.equal((await put({ 'content-length': '0' })).status, 200)
  assert.equal(await isThere(), false)
})
