/** The question whether a photo may be changed, put to a real server: the answer is right and nothing is changed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startVisage, type Visage } from '../../src/visage.ts'
import { createGraph, type Graph } from '../../web/src/graph/graph.ts'
import { askMayChange } from '../../web/src/graph/may-change.ts'
import { type Owner, readPhoto } from '../../web/src/graph/photos.ts'
import { en } from '../../web/src/words/en.ts'
import { explainProblem } from '../../web/src/words/explain-problem.ts'

type Order = Parameters<Visage['token']>[0]
const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const ownerOf = (path: string): Owner => ({ path, permissions: [] })
const me = ownerOf('/me')

describe('the question whether a photo may be changed', () => {
  let visage: Visage
  before(async () => {
    visage = await startVisage()
  })
  after(async () => await visage.close())

  const graphFor = async (order: Order): Promise<Graph> => {
    const token = await visage.token(order)
    return createGraph({ base: visage.url, fetch, tokenFor: async () => token })
  }
  const restrict = async (settings: object): Promise<void> => {
    const graph = await graphFor({ app: true, roles: ['PeopleSettings.ReadWrite.All'] })
    await graph.send('PATCH', '/admin/people/photoUpdateSettings', {
      version: 'beta',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    })
  }
  const ask = async (owner: Owner, order: Order): Promise<string | undefined> => {
    const problem = await askMayChange(await graphFor(order), owner)
    return problem && explainProblem(en, problem)
  }

  const own: Order = { user: 'alice', scopes: ['User.ReadWrite'] }

  test('has no objection to one’s own photo, whether there is one or not', async () => {
    assert.equal(await ask(me, own), undefined)
    assert.equal(await ask(me, { ...own, user: 'zofia' }), undefined)
  })

  test('names the permission that is missing', async () => {
    assert.match(
      (await ask(me, { user: 'alice', scopes: ['User.Read'] })) ?? '',
      /^You may look, not change\. Needed: .*User\.ReadWrite/,
    )
  })

  test('names the role that is missing', async () => {
    const scopes = ['ProfilePhoto.ReadWrite.All']
    assert.match(
      (await ask(ownerOf('/users/bob@visage.example'), { user: 'alice', scopes })) ?? '',
      /One of these roles is needed: .*User Administrator/,
    )
  })

  test('says which roles the organization lets change photos', async () => {
    await restrict({ allowedRoles: [userAdministrator] })
    const said = await ask(me, own)
    await restrict({ allowedRoles: [] })
    assert.equal(said, en.problems.onlyRoles({ roles: 'User Administrator' }))
  })

  test('says that photos come from the organization’s own directory', async () => {
    await restrict({ source: 'onPremises' })
    const said = await ask(me, own)
    await restrict({ source: 'cloud' })
    assert.equal(said, en.problems.onPremises)
  })

  test('changes nothing', async () => {
    const graph = await graphFor({
      user: 'alice',
      scopes: ['User.ReadWrite', 'Contacts.ReadWrite'],
    })
    const contacts = await graph.send('GET', '/me/contacts?$select=id&$top=50')
    const { value } = (await contacts.json()) as { value: readonly { id: string }[] }
    const owners = [me, ...value.map(({ id }) => ownerOf(`/me/contacts/${id}`))]
    const read = async () => await Promise.all(owners.map(owner => readPhoto(graph, owner)))
    const before = await read()
    assert.ok(before.filter(photo => photo !== undefined).length > 1)
    for (const owner of owners) assert.equal(await askMayChange(graph, owner), undefined)
    assert.deepEqual(await read(), before)
  })

  test('leaves everything else to the change itself', async () => {
    const gone = createGraph({
      base: visage.url,
      fetch: () => Promise.reject(new TypeError('no network')),
      tokenFor: async () => 'TOKEN',
    })
    assert.equal(await askMayChange(gone, me), undefined)
    assert.equal(await ask(ownerOf('/users/nobody@visage.example'), own), undefined)
  })
})
