/** @microsoft/microsoft-graph-client against `visage dev --https`, with another base URL only. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { Client, GraphError, type GraphRequest } from '@microsoft/microsoft-graph-client'
import { contacts, groups, people, roleMembers } from '../../src/dev/demo/tenant.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { portraitJpeg, portraitPng } from '../support/pictures.ts'
import { assertShows, ownBytes, type Stand, startStand } from './stand.ts'

const square = { width: 500, height: 500 }

describe('@microsoft/microsoft-graph-client', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())

  const clientFor = (order?: TokenOrder, { origin, mint }: Stand = stand): Client =>
    Client.initWithMiddleware({
      baseUrl: origin,
      customHosts: new Set(['localhost']),
      authProvider: { getAccessToken: () => mint(order) },
      // Node's fetch requires it to send a stream, to any server.
      fetchOptions: { duplex: 'half' },
    })
  const me = (path: string): GraphRequest => clientFor().api(`/me${path}`)

  it('sends its token over https to a custom host', async () => {
    const user = await me('').select('userPrincipalName').get()
    assert.equal(user.userPrincipalName, 'alice@visage.example')
  })

  it('sends no token over http, and the error explains it', async () => {
    const plain = await startStand('http')
    try {
      const refused = clientFor(undefined, plain).api('/me/photo').get()
      assert.deepEqual(await failureOf(refused), [401, 'InvalidAuthenticationToken'])
    } finally {
      await plain.stop()
    }
  })

  it('uploads bytes without naming their type, which it calls application/json', async () => {
    const picture = await portraitJpeg({ ...square, seed: 11 })
    await me('/photo/$value').put(ownBytes(picture))
    await assertShows(await bytesOf(me('/photo/$value')), picture)
  })

  it('uploads a stream, which it calls application/octet-stream', async () => {
    const picture = await portraitJpeg({ ...square, seed: 12 })
    await me('/photo/$value').putStream(Readable.from([picture]))
    await assertShows(await bytesOf(me('/photo/$value')), picture)
  })

  it('uploads bytes as image/jpeg, as the documentation has it', async () => {
    const picture = await portraitJpeg({ ...square, seed: 13 })
    await me('/photo/$value').header('Content-Type', 'image/jpeg').put(ownBytes(picture))
    await assertShows(await bytesOf(me('/photo/$value')), picture)
  })

  it('uploads by PATCH as well, a PNG too', async () => {
    const picture = await portraitPng({ ...square, seed: 14 })
    await me('/photo/$value').header('Content-Type', 'image/png').patch(ownBytes(picture))
    await assertShows(await bytesOf(me('/photo/$value')), picture)
  })

  it('reads metadata, every size and the bytes of a size', async () => {
    await me('/photo/$value').put(ownBytes(await portraitJpeg({ ...square, seed: 15 })))
    const photo = await me('/photo').get()
    assert.equal(photo['@odata.mediaContentType'], 'image/jpeg')
    assert.match(photo['@odata.mediaEtag'], /^"[0-9a-f]{32}"$/)
    assert.deepEqual([photo.id, photo.width, photo.height], ['default', 500, 500])

    const { value } = await me('/photos').get()
    const sizes = [48, 64, 96, 120, 240, 360, 432, 500]
    const names = value.map((size: { id: string }) => size.id)
    assert.deepEqual(
      names,
      sizes.slice(0, -1).map(side => `${side}x${side}`),
    )

    const size = await me('/photos/48x48').select('id,width').get()
    assert.deepEqual([size.id, size.width, size.height], ['48x48', 48, undefined])
    const blob: Blob = await me('/photos/48x48/$value').get()
    assert.ok(blob instanceof Blob)
    assert.equal(blob.type, 'image/jpeg')
  })

  it('deletes, and then finds no photo', async () => {
    await me('/photo/$value').put(ownBytes(await portraitJpeg({ ...square, seed: 16 })))
    await me('/photo/$value').delete()
    for (const path of [
      '/photo',
      '/photo/$value',
      '/photos',
      '/photos/48x48',
      '/photos/48x48/$value',
    ]) {
      assert.deepEqual(await failureOf(me(path).get()), [404, 'ImageNotFound'], path)
    }
    assert.deepEqual(await failureOf(me('/photo/$value').delete()), [404, 'ImageNotFound'])
  })

  it('gets a refusal with its code and the permissions that are enough', async () => {
    const bob = clientFor({ scopes: ['User.ReadWrite'] }).api(
      '/users/bob@visage.example/photo/$value',
    )
    const error = await errorOf(bob.put(ownBytes(await portraitJpeg(square))))
    assert.equal(error.statusCode, 403)
    assert.equal(error.code, 'Authorization_RequestDenied')
    assert.match(error.message, /ProfilePhoto\.ReadWrite\.All/)
    assert.ok(error.requestId)
  })

  it('gets the reason why a body is refused', async () => {
    const upload = me('/photo/$value').header('Content-Type', 'image/jpeg')
    assert.deepEqual(await failureOf(upload.put('not a picture')), [415, 'UnsupportedMediaType'])
  })

  it('sets the photo of another user as an administrator and as an application', async () => {
    const zofia = '/users/zofia@visage.example/photo/$value'
    const umut = people.find(({ id }) => id === roleMembers[0]?.userId)
    const orders: TokenOrder[] = [
      { person: umut?.id, scopes: ['ProfilePhoto.ReadWrite.All'] },
      { app: {}, roles: ['ProfilePhoto.ReadWrite.All'] },
    ]
    for (const [index, order] of orders.entries()) {
      const picture = await portraitJpeg({ ...square, seed: 20 + index })
      await clientFor(order).api(zofia).put(ownBytes(picture))
      await assertShows(await bytesOf(clientFor(order).api(zofia)), picture)
    }
  })

  it('sets the photo of a guest whose name contains #', async () => {
    const guest = people.find(({ userType }) => userType === 'Guest')
    const name = encodeURIComponent(guest?.userPrincipalName ?? '')
    const photo = clientFor({ app: {} }).api(`/users/${name}/photo/$value`)
    const picture = await portraitJpeg({ ...square, seed: 25 })
    await photo.put(ownBytes(picture))
    await assertShows(await bytesOf(photo), picture)
  })

  it('sets the photo of a group, and reads it as that of its team', async () => {
    const team = groups.find(({ isTeam }) => isTeam)
    const client = clientFor({ app: {} })
    const picture = await portraitJpeg({ ...square, seed: 30 })
    await client.api(`/groups/${team?.id}/photo/$value`).put(ownBytes(picture))
    await assertShows(await bytesOf(client.api(`/teams/${team?.id}/photo/$value`)), picture)
    assert.equal((await client.api(`/groups/${team?.id}/photos`).get()).value.length, 7)
  })

  it('sets the photo of a team as its owner, answered without content', async () => {
    const team = groups.find(({ isTeam }) => isTeam)
    const owner = clientFor({ person: team?.ownerIds[0], scopes: ['TeamSettings.ReadWrite.All'] })
    const picture = await portraitJpeg({ ...square, seed: 31 })
    const photo = `/teams/${team?.id}/photo/$value`
    assert.equal(await owner.api(photo).put(ownBytes(picture)), undefined)
    await assertShows(await bytesOf(clientFor({ app: {} }).api(photo)), picture)
  })

  it('sets the photo of a contact, in its own shape, also by its folder', async () => {
    const contact = contacts.find(({ folderId }) => folderId !== null)
    const client = clientFor({ person: contact?.mailboxId, scopes: ['Contacts.ReadWrite'] })
    const picture = await portraitJpeg({ width: 300, height: 400, seed: 32 })
    const folder = `/me/contactFolders/${contact?.folderId}/contacts/${contact?.id}/photo`
    await client.api(`${folder}/$value`).put(ownBytes(picture))
    const photo = await client.api(`/me/contacts/${contact?.id}/photo`).get()
    assert.deepEqual([photo.width, photo.height], [300, 400])
    await assertShows(
      await bytesOf(client.api(`/me/contacts/${contact?.id}/photo/$value`)),
      picture,
    )
  })

  it('works on beta too', async () => {
    const picture = await portraitJpeg({ ...square, seed: 33 })
    await me('/photo/$value').version('beta').put(ownBytes(picture))
    await assertShows(await bytesOf(me('/photo/$value').version('beta')), picture)
  })
})

async function bytesOf(request: GraphRequest): Promise<Uint8Array> {
  const blob: unknown = await request.get()
  assert.ok(blob instanceof Blob)
  return await blob.bytes()
}

async function errorOf(answer: Promise<unknown>): Promise<GraphError> {
  const error = await answer.then(
    () => assert.fail('nothing was refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof GraphError)
  return error
}

async function failureOf(answer: Promise<unknown>): Promise<unknown[]> {
  const { statusCode, code } = await errorOf(answer)
  return [statusCode, code]
}
