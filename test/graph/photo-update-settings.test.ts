/** photoUpdateSettings over HTTP: permissions, and the immediate effect on photos. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as demo from '../../src/dev/demo/tenant.ts'
import { type Stand, startStand } from '../clients/stand.ts'
import { portraitJpeg } from '../support/pictures.ts'

const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10'
const helpdeskAdministrator = '729827e3-9c14-49f7-bb1b-9608f156bbb8'
const address = '/beta/admin/people/photoUpdateSettings'

let stand: Stand
let picture: Uint8Array<ArrayBuffer>
/** Of an application that may change the settings. */
let keeper: string

before(async () => {
  stand = await startStand('http')
  picture = Uint8Array.from(await portraitJpeg())
  keeper = await stand.mint({ app: {}, roles: ['PeopleSettings.ReadWrite.All'] })
})
after(() => stand.stop())
afterEach(() => ask('DELETE', address, keeper))

type Answer = Readonly<{ status: number; body: string; headers: Headers }>

async function ask(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  const isPicture = body instanceof Uint8Array
  const response = await fetch(stand.origin + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': isPicture ? 'image/jpeg' : 'application/json' }),
    },
    ...(body !== undefined && { body: isPicture ? picture : JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.text(), headers: response.headers }
}

async function settle(settings: unknown): Promise<void> {
  const { status, body } = await ask('PATCH', address, keeper, settings)
  assert.equal(status, 200, body)
}

const person = (name: string, ...scopes: string[]) => stand.mint({ person: name, scopes })
const setPhoto = (place: string, token: string) =>
  ask('PUT', `/v1.0${place}/photo/$value`, token, picture)

describe('the settings', () => {
  test('are empty by default, and again after a DELETE at either address', async () => {
    const context = `${stand.origin}/beta/$metadata#admin/people/photoUpdateSettings/$entity`
    const empty = { '@odata.context': context, source: null, allowedRoles: [] }
    assert.deepEqual(JSON.parse((await ask('GET', address, keeper)).body), empty)
    for (const place of [address, `${address}/$ref`]) {
      await settle({ source: 'cloud', allowedRoles: [userAdministrator] })
      const gone = await ask('DELETE', place, keeper)
      assert.deepEqual([gone.status, gone.body, gone.headers.get('content-type')], [204, '', null])
      assert.deepEqual(JSON.parse((await ask('GET', address, keeper)).body), empty)
    }
  })

  test('keep properties that a change omits, and are returned after it', async () => {
    await settle({ source: 'cloud' })
    const changed = await ask('PATCH', address, keeper, { allowedRoles: [userAdministrator] })
    const { source, allowedRoles } = JSON.parse(changed.body)
    assert.deepEqual([source, allowedRoles], ['cloud', [userAdministrator]])
    await settle({ source: null })
    const read = JSON.parse((await ask('GET', address, keeper)).body)
    assert.deepEqual([read.source, read.allowedRoles], [null, [userAdministrator]])
    await settle({})
    assert.deepEqual(JSON.parse((await ask('GET', address, keeper)).body), read)
  })

  test('are accepted in the spellings of the documentation', async () => {
    await settle({
      '@odata.type': '#microsoft.graph.photoUpdateSettings',
      source: 'onpremises',
      allowedRoles: [` ${userAdministrator.toUpperCase()}`, userAdministrator],
    })
    const read = JSON.parse((await ask('GET', address, keeper)).body)
    assert.deepEqual([read.source, read.allowedRoles], ['onPremises', [userAdministrator]])
    for (const nothing of [null, []]) {
      await settle({ allowedRoles: [userAdministrator] })
      await settle({ allowedRoles: nothing })
      assert.deepEqual(JSON.parse((await ask('GET', address, keeper)).body).allowedRoles, [])
    }
  })

  test('support $select, and no other option', async () => {
    const selected = await ask('GET', `${address}?$select=allowedRoles`, keeper)
    assert.deepEqual(Object.keys(JSON.parse(selected.body)), ['@odata.context', 'allowedRoles'])
    assert.equal((await ask('GET', `${address}?$top=1`, keeper)).status, 400)
  })

  const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
    ['a role by its name', { allowedRoles: ['User Administrator'] }, /built-in directory role/],
    [
      'a custom role',
      { allowedRoles: ['0a0a0a0a-dead-4bee-8fed-0a0a0a0a0a0a'] },
      /custom roles are not supported/,
    ],
    ['an object in place of a list', { allowedRoles: {} }, /not a list/],
    ['a list that is none', { allowedRoles: userAdministrator }, /not a list/],
    ['a role that is no text', { allowedRoles: [17] }, /an entry of allowedRoles/],
    ['another source', { source: 'unknownFutureValue' }, /'cloud', 'onPremises' or null/],
    ['a source that is no text', { source: { cloud: true } }, /'cloud', 'onPremises' or null/],
    ['a misspelt property', { allowedRole: [userAdministrator] }, /'allowedRole' is no property/],
    ['no object', [], /not a JSON object/],
  ]
  for (const [name, body, words] of mistakes) {
    test(`refuse ${name} and stay as they were`, async () => {
      await settle({ source: 'cloud' })
      const refused = await ask('PATCH', address, keeper, body)
      assert.equal(refused.status, 400)
      assert.match(refused.body, words)
      const read = JSON.parse((await ask('GET', address, keeper)).body)
      assert.deepEqual([read.source, read.allowedRoles], ['cloud', []])
    })
  }

  test('two changes of different things at once are both kept', async () => {
    for (let round = 0; round < 5; round += 1) {
      await ask('DELETE', address, keeper)
      await Promise.all([
        settle({ source: 'cloud' }),
        settle({ allowedRoles: [userAdministrator] }),
      ])
      const read = JSON.parse((await ask('GET', address, keeper)).body)
      assert.deepEqual([read.source, read.allowedRoles], ['cloud', [userAdministrator]])
    }
  })

  test('are not in v1.0, where the segment is unknown', async () => {
    const refused = await ask('GET', address.replace('/beta', '/v1.0'), keeper)
    assert.equal(refused.status, 400)
    assert.match(refused.body, /Resource not found for the segment 'photoUpdateSettings'/)
    assert.equal((await ask('DELETE', `/v1.0${address.slice(5)}/$ref`, keeper)).status, 400)
  })

  test('support GET, PATCH and DELETE only', async () => {
    const refused = await ask('POST', address, keeper, {})
    assert.equal(refused.status, 405)
    assert.equal(refused.headers.get('allow'), 'GET, HEAD, PATCH, DELETE')
    assert.equal((await ask('GET', `${address}/$ref`, keeper)).headers.get('allow'), 'DELETE')
    assert.equal((await ask('GET', '/beta/admin/people', keeper)).status, 400)
  })
})

describe('of the settings', () => {
  test('a person reads them with the permission, and changes them only with a role too', async () => {
    const reader = await person('alice', 'PeopleSettings.Read.All')
    assert.equal((await ask('GET', address, reader)).status, 200)
    const refusedReader = await ask('PATCH', address, reader, { source: 'cloud' })
    assert.equal(refusedReader.status, 403)
    assert.match(refusedReader.body, /PeopleSettings\.ReadWrite\.All/)

    const writer = await person('alice', 'PeopleSettings.ReadWrite.All')
    for (const method of ['PATCH', 'DELETE']) {
      const refused = await ask(method, address, writer, method === 'PATCH' ? {} : undefined)
      assert.equal(refused.status, 403)
      assert.match(refused.body, /Global Administrator, People Administrator/)
    }
    const administrator = await stand.mint({
      person: 'alice',
      scopes: ['PeopleSettings.ReadWrite.All'],
      adminRoles: ['People Administrator'],
    })
    assert.equal((await ask('PATCH', address, administrator, { source: 'cloud' })).status, 200)
  })

  test('a User Administrator, an account without permission and a personal one are refused', async () => {
    const tokens = [
      await person('umut', 'PeopleSettings.ReadWrite.All'),
      await person('grace', 'User.ReadWrite.All'),
      await stand.mint({ personal: true, scopes: ['PeopleSettings.ReadWrite.All'] }),
    ]
    for (const token of tokens) {
      assert.equal((await ask('PATCH', address, token, { source: 'cloud' })).status, 403)
    }
  })

  test('a Global Administrator known to the directory changes them', async () => {
    const grace = await person('grace', 'PeopleSettings.ReadWrite.All')
    assert.equal((await ask('PATCH', address, grace, { source: 'cloud' })).status, 200)
  })
})

describe('where only a role may change photos', () => {
  test('people are refused from the next request on, until the setting is removed', async () => {
    const alice = await person('alice', 'User.ReadWrite')
    assert.equal((await setPhoto('/me', alice)).status, 200)
    await settle({ allowedRoles: [userAdministrator, helpdeskAdministrator] })
    for (const refused of [
      await setPhoto('/me', alice),
      await ask('PATCH', '/beta/users/alice@visage.example/photo/$value', alice, picture),
      await ask('DELETE', '/v1.0/me/photo/$value', alice),
      await ask('DELETE', '/v1.0/me/photo', alice),
    ]) {
      assert.equal(refused.status, 403)
      const { code, message } = JSON.parse(refused.body).error
      assert.equal(code, 'ErrorAccessDenied')
      assert.match(message, /photoUpdateSettings.*allowedRoles/)
      assert.match(message, /User Administrator, Helpdesk Administrator/)
    }
    assert.equal((await ask('GET', '/v1.0/me/photo', alice)).status, 200)
    await ask('DELETE', address, keeper)
    assert.equal((await setPhoto('/me', alice)).status, 200)
  })

  test('roles from the token and from the directory count, for one’s own photo and others', async () => {
    await settle({ allowedRoles: [userAdministrator] })
    const [umut] = demo.people.filter(({ displayName }) => displayName.startsWith('Umut'))
    assert.ok(umut)
    const { id, userPrincipalName, displayName } = umut
    const withoutRoles = { id, tenantId: demo.tenantId, userPrincipalName, displayName }
    const token = await stand.mint({ person: withoutRoles, scopes: ['User.ReadWrite.All'] })
    assert.equal(decodeJwt(token).wids, undefined)
    assert.equal((await setPhoto('/me', token)).status, 200)
    assert.equal((await setPhoto('/users/bob@visage.example', token)).status, 200)
    const alice = await stand.mint({
      person: 'alice',
      scopes: ['User.ReadWrite'],
      adminRoles: ['User Administrator'],
    })
    assert.equal((await setPhoto('/me', alice)).status, 200)
  })

  test('a Global Administrator whose role is not named is refused', async () => {
    await settle({ allowedRoles: [userAdministrator] })
    const grace = await person('grace', 'User.ReadWrite.All')
    assert.equal((await setPhoto('/users/bob@visage.example', grace)).status, 403)
    await settle({ allowedRoles: [userAdministrator, globalAdministrator] })
    assert.equal((await setPhoto('/users/bob@visage.example', grace)).status, 200)
  })

  test('an allowed role alone gives no access to photos of others', async () => {
    await settle({ allowedRoles: [helpdeskAdministrator] })
    const helper = await stand.mint({
      person: 'alice',
      scopes: ['User.ReadWrite.All'],
      adminRoles: [helpdeskAdministrator],
    })
    assert.equal((await setPhoto('/me', helper)).status, 200)
    const refused = await setPhoto('/users/bob@visage.example', helper)
    assert.match(refused.body, /also needs one of these roles: Global Administrator/)
  })

  test('an application is not restricted', async () => {
    await settle({ allowedRoles: [userAdministrator] })
    const app = await stand.mint({ app: {}, roles: ['ProfilePhoto.ReadWrite.All'] })
    assert.equal((await setPhoto('/users/bob@visage.example', app)).status, 200)
    assert.equal((await ask('DELETE', '/v1.0/users/bob@visage.example/photo', app)).status, 200)
  })

  test('photos of contacts and groups are set as before', async () => {
    await settle({ source: 'onPremises', allowedRoles: [userAdministrator] })
    const alice = await person('alice', 'Contacts.ReadWrite', 'Group.ReadWrite.All')
    const contacts = JSON.parse((await ask('GET', '/v1.0/me/contacts', alice)).body)
    assert.equal((await setPhoto(`/me/contacts/${contacts.value[0].id}`, alice)).status, 200)
    const app = await stand.mint({ app: {}, roles: ['Group.ReadWrite.All'] })
    const groups = JSON.parse((await ask('GET', '/v1.0/groups', app)).body)
    assert.equal((await setPhoto(`/groups/${groups.value[0].id}`, app)).status, 200)
  })

  test('in a batch each part is refused for itself', async () => {
    await settle({ allowedRoles: [userAdministrator] })
    const alice = await person('alice', 'User.ReadWrite', 'User.Read')
    const body = Buffer.from(picture).toString('base64')
    const headers = { 'Content-Type': 'image/jpeg' }
    const answer = await ask('POST', '/v1.0/$batch', alice, {
      requests: [
        { id: '1', method: 'PUT', url: '/me/photo/$value', headers, body },
        { id: '2', method: 'GET', url: '/me/photo' },
      ],
    })
    const { responses } = JSON.parse(answer.body) as { responses: { status: number }[] }
    assert.deepEqual(
      responses.map(({ status }) => status),
      [403, 200],
    )
  })
})

describe('where photos come from on-premises', () => {
  test('neither administrators nor applications can change one', async () => {
    await settle({ source: 'onPremises' })
    const tokens = [
      await person('bob', 'User.ReadWrite.All'),
      await person('umut', 'User.ReadWrite.All'),
      await person('grace', 'User.ReadWrite.All'),
      await stand.mint({ app: {}, roles: ['User.ReadWrite.All'] }),
    ]
    for (const token of tokens) {
      for (const method of ['PUT', 'DELETE']) {
        const path = '/v1.0/users/bob@visage.example/photo/$value'
        const refused = await ask(method, path, token, method === 'PUT' ? picture : undefined)
        assert.equal(refused.status, 403)
        assert.match(refused.body, /source is 'onPremises'/)
      }
    }
  })

  test('a missing permission is reported before the settings', async () => {
    await settle({ source: 'onPremises' })
    const alice = await person('alice', 'User.Read')
    assert.match((await setPhoto('/me', alice)).body, /One of these permissions would be enough/)
  })

  test('the settings of a tenant do not affect another', async () => {
    await settle({ source: 'onPremises' })
    const stranger = await stand.mint({ personal: true, scopes: ['User.ReadWrite'] })
    assert.equal((await setPhoto('/me', stranger)).status, 200)
  })
})
