/**
 * @pnp/graph against `visage dev --https`, with another base URL. It has no PUT: a photo is set by PATCH, and all bodies,
 * bytes too, are sent as application/json.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  DefaultHeaders,
  DefaultInit,
  Endpoint,
  type GraphFI,
  graphDelete,
  graphfi,
} from '@pnp/graph'
import '@pnp/graph/batching.js'
import type { IContactFolders, IContacts } from '@pnp/graph/contacts/index.js'
import '@pnp/graph/contacts/index.js'
import type { IGroup, IGroups } from '@pnp/graph/groups/index.js'
import '@pnp/graph/groups/index.js'
import { type IPhoto, Photo } from '@pnp/graph/photos/index.js'
import type { IPhotos } from '@pnp/graph/photos/types.js'
import type { ITeam, ITeams } from '@pnp/graph/teams/index.js'
import '@pnp/graph/teams/index.js'
import type { IUser, IUsers } from '@pnp/graph/users/index.js'
import '@pnp/graph/users/index.js'
import {
  BearerToken,
  BrowserFetchWithRetry,
  BufferParse,
  DefaultParse,
  HttpRequestError,
} from '@pnp/queryable'
import { contacts, groups, people } from '../../src/dev/demo/tenant.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { portraitJpeg, portraitPng } from '../support/pictures.ts'
import { assertShows, ownBytes, type Stand, startStand } from './stand.ts'

const square = { width: 500, height: 500 }

/**
 * The methods that the imports above add to the client. Its own declarations name modules without their extension,
 * which TypeScript does not find by Node's rules.
 */
type WithPhotos = Readonly<{ photo: IPhoto; photos: IPhotos }>
type User = IUser & WithPhotos & Readonly<{ contacts: IContacts; contactFolders: IContactFolders }>
type ById<All, One> = Omit<All, 'getById'> & {
  (): Promise<{ id?: string }[]>
  getById(id: string): One
}
type Graph = Readonly<{
  me: User
  users: ById<IUsers, User>
  groups: ById<IGroups, IGroup & WithPhotos>
  teams: ById<ITeams, ITeam & WithPhotos>
  batched(): [Graph, () => Promise<void>]
}>

describe('@pnp/graph', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())

  const connect = async (order?: TokenOrder): Promise<GraphFI> =>
    graphfi().using(
      DefaultInit(`${stand.origin}/v1.0`),
      DefaultHeaders(),
      BrowserFetchWithRetry(),
      DefaultParse(),
      BearerToken(await stand.mint(order)),
    )
  const graphFor = async (order?: TokenOrder) => (await connect(order)) as GraphFI & Graph
  const onBeta = async () => (await connect()).using(Endpoint('beta')) as GraphFI & Graph

  it('reads the signed-in user', async () => {
    const { me } = await graphFor()
    const user = await me.select('displayName', 'id')()
    assert.equal(user.displayName, 'Alice Öberg')
    assert.equal(user.jobTitle, undefined)
  })

  it('sets a photo by PATCH, a PNG too, and reads it as a Blob and as a buffer', async () => {
    const { photo } = (await graphFor()).me
    for (const picture of [
      await portraitJpeg({ ...square, seed: 71 }),
      await portraitPng({ ...square, seed: 72 }),
    ]) {
      await photo.setContent(blobOf(picture))
      const blob = await photo.getBlob()
      assert.equal(blob.type, 'image/jpeg')
      await assertShows(await blob.bytes(), picture)
      await assertShows(new Uint8Array(await photo.getBuffer()), picture)
    }
  })

  it('reads metadata, the list and a size', async () => {
    const { me } = await graphFor()
    await me.photo.setContent(blobOf(await portraitJpeg({ ...square, seed: 73 })))
    const photo: Metadata = await me.photo()
    assert.deepEqual([photo.id, photo.width, photo.height], ['default', 500, 500])
    assert.equal(photo['@odata.mediaContentType'], 'image/jpeg')
    assert.match(photo['@odata.mediaEtag'] ?? '', /^"[0-9a-f]{32}"$/)

    const sizes: Metadata[] = await me.photos()
    assert.deepEqual(
      sizes.map(({ id }) => id),
      [48, 64, 96, 120, 240, 360, 432].map(side => `${side}x${side}`),
    )
    const page: Metadata[] = await me.photos.select('id').top(2)()
    assert.deepEqual(
      page.map(({ id, width }) => [id, width]),
      [
        ['48x48', undefined],
        ['64x64', undefined],
      ],
    )

    const small = me.photos.getBySize('48x48')
    assert.equal((await small()).width, 48)
    const bytes = Buffer.from(await small.getBuffer())
    assert.equal(bytes.toString('hex', 0, 2), 'ffd8')
  })

  for (const path of ['photo', 'photo/$value'] as const) {
    it(`deletes by /${path}, and then finds no photo`, async () => {
      const { me } = await graphFor()
      await me.photo.setContent(blobOf(await portraitJpeg({ ...square, seed: 74 })))
      await graphDelete(path === 'photo' ? me.photo : Photo(me.photo, '$value'))
      for (const read of [
        () => me.photo(),
        () => me.photo.getBlob(),
        () => me.photos(),
        () => me.photos.getBySize('48x48')(),
        () => me.photos.getBySize('48x48').getBuffer(),
      ]) {
        assert.deepEqual(await failureOf(read()), [404, 'ImageNotFound'])
      }
    })
  }

  it('sets the photo of another person by id and by name, as administrator or application', async () => {
    const zofia = people.find(({ givenName }) => givenName === 'Zofia')
    const picture = await portraitJpeg({ ...square, seed: 75 })
    const order = { person: 'umut', scopes: ['ProfilePhoto.ReadWrite.All'] }
    const byName = (await graphFor(order)).users.getById('zofia@visage.example').photo
    await byName.setContent(blobOf(picture))
    await assertShows(new Uint8Array(await byName.getBuffer()), picture)
    const other = await portraitJpeg({ ...square, seed: 76 })
    const byId = (await graphFor({ app: {} })).users.getById(zofia?.id ?? '').photo
    await byId.setContent(blobOf(other))
    await assertShows(new Uint8Array(await byName.getBuffer()), other)
  })

  it('sets the photo of a group, and reads it as that of its team, which takes no PATCH', async () => {
    const id = groups.find(({ isTeam }) => isTeam)?.id ?? ''
    const graph = await graphFor({ app: {} })
    const group = graph.groups.getById(id)
    const picture = await portraitJpeg({ ...square, seed: 77 })
    await group.photo.setContent(blobOf(picture))
    assert.equal((await group.photos()).length, 7)
    const team = graph.teams.getById(id)
    await assertShows(new Uint8Array(await team.photo.getBuffer()), picture)
    assert.equal((await graph.groups()).length, groups.length)
    const refused = team.photo.setContent(blobOf(picture))
    assert.deepEqual(await failureOf(refused), [405, 'Request_BadRequest'])
  })

  it('makes a contact, sets its photo in its own shape, and deletes it', async () => {
    const graph = await graphFor({ person: 'alice', scopes: ['Contacts.ReadWrite'] })
    const address = { address: 'pavelb@fabrikam.example', name: 'Pavel Bansky' }
    const made = await graph.me.contacts.add('Pavel', 'Bansky', [address], ['+1 732 555 0102'])
    const contact = graph.me.contacts.getById(made.id ?? '')
    assert.equal((await contact()).givenName, 'Pavel')
    const photo = Photo(contact)
    assert.deepEqual(await failureOf(photo()), [404, 'ImageNotFound'])
    const picture = await portraitJpeg({ width: 300, height: 400, seed: 78 })
    await photo.setContent(blobOf(picture))
    const { width, height } = await photo()
    assert.deepEqual([width, height], [300, 400])
    await assertShows(new Uint8Array(await photo.getBuffer()), picture)
    await contact.delete()
    assert.deepEqual(await failureOf(contact()), [404, 'ErrorItemNotFound'])
  })

  it('sets the photo of a contact by its folder', async () => {
    const { mailboxId, folderId, id } = contacts.find(({ folderId }) => folderId !== null) ?? {}
    const graph = await graphFor({ person: mailboxId, scopes: ['Contacts.ReadWrite'] })
    const folder = graph.me.contactFolders.getById(folderId ?? '')
    assert.ok((await folder.contacts()).some(contact => contact.id === id))
    const photo = Photo(folder.contacts.getById(id ?? ''))
    const picture = await portraitJpeg({ width: 300, height: 400, seed: 79 })
    await photo.setContent(blobOf(picture))
    const found = Photo(graph.me.contacts.getById(id ?? ''))
    await assertShows(new Uint8Array(await found.getBuffer()), picture)
  })

  for (const version of ['v1.0', 'beta'] as const) {
    it(`sends several requests in one batch on ${version}`, async () => {
      const graph = await (version === 'beta' ? onBeta() : graphFor())
      const picture = await portraitJpeg({ ...square, seed: 80 })
      await graph.me.photo.setContent(blobOf(picture))
      const [batched, execute] = graph.batched()
      const user = batched.me()
      const photo: Promise<Metadata> = batched.me.photo()
      const bytes = Photo(batched.me.photo, '$value').using(BufferParse())()
      const missing = failureOf(batched.users.getById('nobody@visage.example').photo())
      await execute()
      assert.equal((await user).userPrincipalName, 'alice@visage.example')
      const { '@odata.mediaEtag': etag, width } = await photo
      assert.deepEqual([width, etag?.length], [500, 34])
      // In a batch, the client returns the picture as base64 text.
      const text = Buffer.from((await bytes) as unknown as ArrayBuffer).toString()
      await assertShows(Buffer.from(text, 'base64'), picture)
      assert.deepEqual(await missing, [404, 'Request_ResourceNotFound'])
    })
  }

  it('gets a missing photo as 404 within a batch that succeeds', async () => {
    const [batched, execute] = (await graphFor({ app: {} })).batched()
    const reception = failureOf(batched.users.getById('reception@visage.example').photo())
    const nobody = failureOf(batched.users.getById('nobody@visage.example').photo())
    const users = batched.users.top(2)()
    await execute()
    assert.deepEqual(await reception, [404, 'ImageNotFound'])
    assert.deepEqual(await nobody, [404, 'Request_ResourceNotFound'])
    assert.equal((await users).length, 2)
  })

  it('works on beta too', async () => {
    const { photo } = (await onBeta()).me
    const picture = await portraitJpeg({ ...square, seed: 81 })
    await photo.setContent(blobOf(picture))
    await assertShows(new Uint8Array(await photo.getBuffer()), picture)
  })

  it('gets a refusal with its status, its code and the permissions that are enough', async () => {
    const { photo } = (await graphFor()).users.getById('bob@visage.example')
    const refused = photo.setContent(blobOf(await portraitJpeg(square)))
    assert.deepEqual(await failureOf(refused), [403, 'Authorization_RequestDenied'])
    await assert.rejects(photo.setContent(blobOf(Buffer.from('x'))), /ProfilePhoto\.ReadWrite\.All/)
  })

  it('gets the reason why a body is refused', async () => {
    const { photo } = (await graphFor()).me
    const text = photo.setContent(blobOf(Buffer.from('not a picture')))
    assert.deepEqual(await failureOf(text), [415, 'UnsupportedMediaType'])
    const empty = photo.setContent(blobOf(Buffer.of()))
    assert.deepEqual(await failureOf(empty), [400, 'BadRequest'])
  })

  it('is refused for a guest’s name without encoding, because # ends the address, and changes no photo', async () => {
    const guest = people.find(({ userType }) => userType === 'Guest')
    const { users } = await graphFor({ app: {} })
    const name = guest?.userPrincipalName ?? ''
    const { photo } = users.getById(encodeURIComponent(name))
    const picture = await portraitJpeg({ ...square, seed: 82 })
    await photo.setContent(blobOf(picture))
    const other = blobOf(await portraitJpeg({ ...square, seed: 83 }))
    const [status] = await failureOf(users.getById(name).photo.setContent(other))
    // The address ends at the #, so this is a PATCH of a user who does not exist.
    assert.equal(status, 404)
    await assertShows(new Uint8Array(await photo.getBuffer()), picture)
  })
})

type Metadata = Readonly<{
  id?: string
  width?: number | null
  height?: number | null
  '@odata.mediaEtag'?: string
  '@odata.mediaContentType'?: string
}>

function blobOf(bytes: Uint8Array): Blob {
  return new Blob([ownBytes(bytes)])
}

async function failureOf(answer: Promise<unknown>): Promise<unknown[]> {
  const error = await answer.then(
    () => assert.fail('nothing was refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HttpRequestError, String(error))
  const { error: told } = (await error.response.json()) as { error: { code: string } }
  return [error.status, told.code]
}
