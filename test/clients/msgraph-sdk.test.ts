/**
 * @microsoft/msgraph-sdk, the SDK that is generated from Graph's description, against
 * `visage dev --https`: another base URL and its host on the list of those that may see the token.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ClientSecretCredential } from '@azure/identity'
import { AzureIdentityAuthenticationProvider } from '@microsoft/kiota-authentication-azure'
import {
  createGraphServiceClient,
  GraphRequestAdapter,
  type GraphServiceClient,
} from '@microsoft/msgraph-sdk'
// Without this import the client has neither `me` nor `users`.
import '@microsoft/msgraph-sdk-users'
import { contacts, groups, people, tenantId } from '../../src/dev/demo/tenant.ts'
import type { TokenOrder } from '../../src/dev/issuer/mint.ts'
import { portraitJpeg, portraitPng } from '../support/pictures.ts'
import { assertShows, ownBytes, type Stand, startStand } from './stand.ts'

const square = { width: 500, height: 500 }

describe('@microsoft/msgraph-sdk', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())

  type Credential = ConstructorParameters<typeof AzureIdentityAuthenticationProvider>[0]

  const clientWith = (credential: Credential, hosts = ['localhost']): GraphServiceClient => {
    const provider = new AzureIdentityAuthenticationProvider(
      credential,
      // It then requests a token for this host.
      [],
      undefined,
      // Names alone, without a port.
      new Set(hosts),
    )
    const adapter = new GraphRequestAdapter(provider)
    adapter.baseUrl = `${stand.origin}/v1.0`
    return createGraphServiceClient(adapter)
  }
  const credentialFor = (order?: TokenOrder): Credential => ({
    getToken: async () => ({
      token: await stand.mint(order),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  })
  const clientFor = (order?: TokenOrder) => clientWith(credentialFor(order))
  const application = () => clientFor({ app: {} })

  it('reads the signed-in user', async () => {
    const user = await clientFor().me.get({ queryParameters: { select: ['displayName', 'id'] } })
    assert.equal(user?.displayName, 'Alice Öberg')
    assert.equal(user?.jobTitle, undefined)
  })

  it('uploads bytes, which it calls application/octet-stream, and reads them back', async () => {
    const { photo } = clientFor().me
    for (const picture of [
      await portraitJpeg({ ...square, seed: 41 }),
      await portraitPng({ ...square, seed: 42 }),
    ]) {
      await photo.content.put(ownBytes(picture).buffer)
      await assertShows(await bytesOf(photo.content), picture)
    }
  })

  it('uploads as image/jpeg when it is configured to', async () => {
    const { photo } = clientFor().me
    const picture = await portraitJpeg({ ...square, seed: 43 })
    await photo.content.put(ownBytes(picture).buffer, {
      headers: { 'content-type': ['image/jpeg'] },
    })
    await assertShows(await bytesOf(photo.content), picture)
  })

  it('reads metadata, the list in pages and with chosen properties, and a size', async () => {
    const { photo, photos } = clientFor().me
    await photo.content.put(ownBytes(await portraitJpeg({ ...square, seed: 44 })).buffer)

    const metadata = await photo.get()
    assert.deepEqual([metadata?.id, metadata?.width, metadata?.height], ['default', 500, 500])
    assert.equal(metadata?.additionalData?.['@odata.mediaContentType'], 'image/jpeg')

    const all = await photos.get()
    assert.equal(all?.value?.length, 7)
    const first = await photos.get({ queryParameters: { top: 2, select: ['id', 'width'] } })
    assert.deepEqual(
      first?.value?.map(({ id, width, height }) => [id, width, height]),
      [
        ['48x48', 48, undefined],
        ['64x64', 64, undefined],
      ],
    )
    assert.ok(first?.odataNextLink?.startsWith(`${stand.origin}/v1.0/me/photos?`))

    const size = photos.byProfilePhotoId('240x240')
    assert.equal((await size.get())?.width, 240)
    assert.equal((await bytesOf(size.content)).subarray(0, 2).toString('hex'), 'ffd8')
  })

  for (const path of ['photo', 'photo/$value'] as const) {
    it(`deletes by /${path}, and then finds no photo`, async () => {
      const { photo } = clientFor().me
      await photo.content.put(ownBytes(await portraitJpeg({ ...square, seed: 45 })).buffer)
      await (path === 'photo' ? photo.delete() : photo.content.delete())
      assert.deepEqual(await failureOf(photo.get()), [404, 'ImageNotFound'])
      assert.deepEqual(await failureOf(photo.content.get()), [404, 'ImageNotFound'])
    })
  }

  it('gets a refusal as an ODataError with its code and the permissions that are enough', async () => {
    const { photo } = clientFor().users.byUserId('bob@visage.example')
    const error = await errorOf(
      photo.content.put(ownBytes(await portraitJpeg({ ...square, seed: 46 })).buffer),
    )
    assert.equal(error.responseStatusCode, 403)
    assert.equal(error.errorEscaped?.code, 'Authorization_RequestDenied')
    assert.match(error.errorEscaped?.message ?? '', /ProfilePhoto\.ReadWrite\.All/)
    assert.ok(error.errorEscaped?.innerError?.requestId)
  })

  it('gets the reason why a body is refused, and that a photo has no properties to change', async () => {
    const { photo } = clientFor().me
    const text = ownBytes(Buffer.from('not a picture')).buffer
    assert.deepEqual(await failureOf(photo.content.put(text)), [415, 'UnsupportedMediaType'])
    assert.deepEqual(await failureOf(photo.patch({ width: 10, height: 10 })), [
      405,
      'Request_BadRequest',
    ])
  })

  it('sends no token to a host that is not on its list', async () => {
    const stranger = clientWith(credentialFor(), ['graph.microsoft.com'])
    assert.deepEqual(await failureOf(stranger.me.photo.get()), [401, 'InvalidAuthenticationToken'])
  })

  it('acts as an application with a secret, by @azure/identity and the issuer of visage dev', async () => {
    const credential = new ClientSecretCredential(
      tenantId,
      'aaaaaaaa-0000-4000-8000-000000000001',
      'a secret of an existing program',
      { authorityHost: stand.origin, disableInstanceDiscovery: true },
    )
    const { photo } = clientWith(credential).users.byUserId('zofia@visage.example')
    const picture = await portraitJpeg({ ...square, seed: 47 })
    await photo.content.put(ownBytes(picture).buffer)
    await assertShows(await bytesOf(photo.content), picture)
  })

  it('sets the photo of a guest whose name contains #', async () => {
    const guest = people.find(({ userType }) => userType === 'Guest')
    const { photo } = application().users.byUserId(guest?.userPrincipalName ?? '')
    const picture = await portraitJpeg({ ...square, seed: 48 })
    await photo.content.put(ownBytes(picture).buffer)
    await assertShows(await bytesOf(photo.content), picture)
  })

  it('sets the photo of a contact by its folder, and of one in a folder within it', async () => {
    const inFolders = contacts.filter(({ folderId }) => folderId !== null)
    for (const [index, { mailboxId, folderId, id }] of inFolders.entries()) {
      const client = clientFor({ person: mailboxId, scopes: ['Contacts.ReadWrite'] })
      const { photo } = client.me.contactFolders
        .byContactFolderId(folderId ?? '')
        .contacts.byContactId(id)
      const picture = await portraitJpeg({ width: 300, height: 400, seed: 50 + index })
      await photo.content.put(ownBytes(picture).buffer)
      await assertShows(await bytesOf(client.me.contacts.byContactId(id).photo.content), picture)
      assert.equal((await photo.get())?.height, 400)
    }
  })

  it('lists the groups that a person is in and those that they own, page by page', async () => {
    const { me } = clientFor({ person: 'alice', scopes: ['User.Read', 'GroupMember.Read.All'] })
    const own = groups.filter(({ ownerIds }) => ownerIds.includes(people[0]?.id ?? ''))
    const owned = await me.ownedObjects.graphGroup.get()
    assert.deepEqual(
      owned?.value?.map(({ displayName }) => displayName),
      own.map(({ displayName }) => displayName),
    )
    const page = await me.memberOf.get({ queryParameters: { top: 1, select: ['id'] } })
    assert.equal(page?.value?.length, 1)
    assert.equal(page?.value?.[0]?.odataType, '#microsoft.graph.group')
    const next = await me.memberOf.graphGroup.withUrl(page?.odataNextLink ?? '').get()
    assert.equal(next?.value?.length, 1)
    assert.notEqual(next?.value?.[0]?.id, page?.value?.[0]?.id)
  })

  it('sets the photo of a team that its owner is in', async () => {
    const team = groups.find(({ isTeam }) => isTeam)
    const owner = clientFor({
      person: team?.ownerIds[0],
      scopes: ['TeamSettings.ReadWrite.All', 'Team.ReadBasic.All'],
    })
    const { photo } = owner.me.joinedTeams.byTeamId(team?.id ?? '')
    const picture = await portraitJpeg({ ...square, seed: 60 })
    await photo.content.put(ownBytes(picture).buffer)
    await assertShows(await bytesOf(photo.content), picture)
  })
})

type Content = Readonly<{ get: () => Promise<ArrayBuffer | undefined> }>

async function bytesOf(content: Content): Promise<Buffer> {
  const bytes = await content.get()
  assert.ok(bytes)
  return Buffer.from(bytes)
}

/** The part of the SDK's ODataError that a program looks at. */
type ODataError = Readonly<{
  responseStatusCode?: number
  errorEscaped?: Readonly<{
    code?: string
    message?: string
    innerError?: Readonly<{ requestId?: string }>
  }>
}>

async function errorOf(answer: Promise<unknown>): Promise<ODataError> {
  return await answer.then(
    () => assert.fail('nothing was refused'),
    (reason: ODataError) => reason,
  )
}

async function failureOf(answer: Promise<unknown>): Promise<unknown[]> {
  const { responseStatusCode, errorEscaped } = await errorOf(answer)
  return [responseStatusCode, errorEscaped?.code]
}
