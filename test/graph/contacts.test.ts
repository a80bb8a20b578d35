/** Contacts over Graph: what is kept, what is changed, and what is refused by name. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { portraitJpeg } from '../support/pictures.ts'
import { errorOf, type Json, jsonOf, type Stand, startStand } from './stand.ts'

const contacts = '/v1.0/me/contacts'

const ada = {
  businessPhones: ['+1 732 555 0102'],
  companyName: 'Northwind',
  department: 'Numbers',
  displayName: 'Ada L.',
  emailAddresses: [{ address: 'ada@contacts.example', name: 'Ada' }],
  givenName: 'Ada',
  jobTitle: 'Analyst',
  mobilePhone: '+44 20 7946 0000',
  surname: 'Lovelace',
}

describe('a contact', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  after(() => stand.stop())

  const post = (body: object, url = contacts) => stand.ask({ method: 'POST', url, body })
  const patch = (url: string, body: object) => stand.ask({ method: 'PATCH', url, body })
  const create = async (body: object) => `${contacts}/${jsonOf(await post(body)).id}`
  const read = async (url: string) => jsonOf(await stand.ask({ url }))
  const shown = (body: Json) =>
    Object.fromEntries(Object.keys(ada).map(name => [name, body[name]] as const))

  test('is kept with every property that was sent, and is told again', async () => {
    const created = await post(ada)
    assert.equal(created.status, 201)
    assert.deepEqual(shown(jsonOf(created)), ada)
    assert.deepEqual(shown(await read(`${contacts}/${jsonOf(created).id}`)), ada)
  })

  test('is changed where a property is named, keeps the rest and its photo', async () => {
    const url = await create(ada)
    const body = await portraitJpeg({ width: 60, height: 48 })
    await stand.ask({ method: 'PUT', url: `${url}/photo/$value`, body })
    const changed = await patch(url, {
      '@odata.type': '#microsoft.graph.contact',
      jobTitle: null,
      mobilePhone: '1',
      businessPhones: [],
    })
    assert.equal(changed.status, 200)
    const expected = { ...ada, jobTitle: null, mobilePhone: '1', businessPhones: [] }
    assert.deepEqual(shown(jsonOf(changed)), expected)
    assert.deepEqual(shown(await read(url)), expected)
    assert.equal((await stand.ask({ url: `${url}/photo/$value` })).status, 200)
  })

  test('is found by its new name only', async () => {
    const url = await create({ ...ada, displayName: 'Before Change' })
    await patch(url, { displayName: 'After Change' })
    const found = async (name: string) =>
      (await read(`${contacts}?$filter=startswith(displayName,'${name}')`)).value as unknown[]
    assert.equal((await found('Before')).length, 0)
    assert.equal((await found('After')).length, 1)
  })

  test('gets a display name from what is left when its own is removed', async () => {
    const url = await create(ada)
    const nameAfter = async (changes: object) =>
      jsonOf(await patch(url, { displayName: null, ...changes })).displayName
    assert.equal(await nameAfter({}), 'Ada Lovelace')
    assert.equal(await nameAfter({ givenName: null, surname: null }), 'Northwind')
    assert.equal(await nameAfter({ companyName: '' }), 'ada@contacts.example')
    const refused = errorOf(await patch(url, { displayName: null, emailAddresses: [] }))
    assert.equal(refused.status, 400)
    assert.match(refused.message, /needs a name, a company or an email address/)
    assert.equal((await read(url)).displayName, 'ada@contacts.example')
  })

  const refused: readonly (readonly [what: string, body: object, words: RegExp])[] = [
    ['an unknown property', { nonsense: 1 }, /'nonsense' is no property of a contact/],
    ['a property of Graph that is not kept', { birthday: '1815-12-10' }, /'birthday'/],
    ['another folder', { parentFolderId: 'elsewhere' }, /parentFolderId/],
    ['phones that are no list', { businessPhones: '1' }, /businessPhones is not a list/],
    [
      'a phone that is no text',
      { businessPhones: [1] },
      /an entry of businessPhones is not a text/,
    ],
    ['an empty phone', { businessPhones: [''] }, /an entry of businessPhones is empty/],
    ['too many phones', { businessPhones: Array(31).fill('1') }, /at most 30/],
    ['a number for a text', { department: 7 }, /department is not a text/],
    ['a text of 641 characters', { mobilePhone: '1'.repeat(641) }, /mobilePhone is longer/],
  ]
  for (const [what, body, words] of refused) {
    test(`with ${what} is refused by name, new and changed`, async () => {
      const url = await create(ada)
      for (const reply of [await post({ ...ada, ...body }), await patch(url, body)]) {
        const { status, message } = errorOf(reply)
        assert.equal(status, 400)
        assert.match(message, words)
      }
      assert.deepEqual(shown(await read(url)), ada)
    })
  }

  test('may repeat the folder of its address', async () => {
    const folder = jsonOf(
      await post({ displayName: 'Box', parentFolderId: null }, '/v1.0/me/contactFolders'),
    )
    const url = `/v1.0/me/contactFolders/${folder.id}/contacts`
    const created = await post({ ...ada, parentFolderId: folder.id }, url)
    assert.equal(jsonOf(created).parentFolderId, folder.id)
    const place = `${url}/${jsonOf(created).id}`
    assert.equal((await patch(place, { parentFolderId: folder.id, jobTitle: 'x' })).status, 200)
    const elsewhere = await post(
      { displayName: 'x', parentFolderId: 'y' },
      '/v1.0/me/contactFolders',
    )
    assert.match(errorOf(elsewhere).message, /parentFolderId/)
    const unknown = await post({ displayName: 'x', colour: 'red' }, '/v1.0/me/contactFolders')
    assert.match(errorOf(unknown).message, /'colour' is no property of a contactFolder/)
  })

  test('of another mailbox, or one that was deleted, is not changed', async () => {
    const url = await create(ada)
    const bob = await stand.mint({ person: 'bob', scopes: ['Contacts.ReadWrite'] })
    const reply = await stand.ask({ method: 'PATCH', url, body: { surname: 'x' }, token: bob })
    assert.equal(reply.status, 404)
    const reader = await stand.mint({ person: 'alice', scopes: ['Contacts.Read'] })
    const read = await stand.ask({ method: 'PATCH', url, body: { surname: 'x' }, token: reader })
    assert.equal(read.status, 403)
    await stand.ask({ method: 'DELETE', url })
    assert.equal((await patch(url, { surname: 'x' })).status, 404)
  })
})
