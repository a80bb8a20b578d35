/** The panel's commands as calls: conditions, the order of a removal, and the permissions of each call. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createGraph } from '../../../web/src/graph/graph.ts'
import { Problem } from '../../../web/src/graph/problem.ts'
import { serverOf } from '../../../web/src/photo/server-of-owner.ts'

const photo = { etag: '"1"', width: 648, height: 648 }
const jpeg = new Blob(['jpeg'], { type: 'image/jpeg' })
const bob = { path: '/users/bob', permissions: ['Read'], changing: ['Change'] }
const never = new AbortController().signal

type Answer = (method: string, path: string) => Response

function serve(answer: Answer, rights: 'asked' | 'unasked' = 'asked') {
  const sent: string[] = []
  const graph = createGraph({
    base: 'https://photos.example',
    fetch: async (address, { method = 'GET', headers }) => {
      const path = new URL(address).pathname.replace('/v1.0', '')
      const given = new Headers(headers)
      const condition = given.get('if-match') ?? given.get('if-none-match')
      const token = given.get('authorization')?.replace('Bearer', 'as')
      sent.push([method, path, condition, token].filter(Boolean).join(' '))
      return answer(method, path)
    },
    tokenFor: async permissions => permissions.join(),
  })
  return { server: serverOf(graph, bob, rights), sent }
}

const done: Answer = () => new Response('bytes')
const batch =
  (status: number, body: object = {}): Answer =>
  () =>
    Response.json({ responses: [{ id: '0', status, body }] })

describe('the commands of a panel', () => {
  test('replace only the photo that was seen', async () => {
    const { server, sent } = serve(done)
    await server.put(jpeg, photo)
    assert.deepEqual(sent, ['PUT /users/bob/photo/$value "1" as Change'])
  })

  test('set a photo only where there is none', async () => {
    const { server, sent } = serve(done)
    await server.put(jpeg, 'none')
    assert.deepEqual(sent, ['PUT /users/bob/photo/$value * as Change'])
  })

  test('fetch the picture before they remove it, for the undo', async () => {
    const { server, sent } = serve(done)
    assert.equal(await (await server.remove(photo))?.text(), 'bytes')
    assert.deepEqual(sent, [
      'GET /users/bob/photo/$value as Read',
      'DELETE /users/bob/photo/$value "1" as Change',
    ])
  })

  test('remove nothing whose picture cannot be fetched', async () => {
    const { server, sent } = serve(() => new Response(null, { status: 500 }))
    await assert.rejects(server.remove(photo), Problem)
    assert.deepEqual(sent, ['GET /users/bob/photo/$value as Read'])
  })

  test('ask for the photo and for the right to change it', async () => {
    const refused = batch(403, { error: { code: 'ErrorAccessDenied' } })
    const { server, sent } = serve(method => {
      const isRight = sent.at(-1)?.endsWith('as Change')
      return isRight ? refused(method, '') : batch(404)(method, '')
    })
    const { photo, refusal } = await server.open(never)
    assert.equal(photo, 'none')
    assert.equal(refusal?.kind, 'forbidden')
    assert.deepEqual(sent.toSorted(), ['POST /$batch as Change', 'POST /$batch as Read'])
  })

  test('leave the right alone while nobody has asked for it', async () => {
    const { server, sent } = serve(batch(404), 'unasked')
    assert.deepEqual(await server.open(never), { photo: 'none', refusal: undefined })
    assert.deepEqual(sent, ['POST /$batch as Read'])
  })
})
