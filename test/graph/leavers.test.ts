/** Requests with tokens of people who are disabled or deleted here, and what telling them apart costs. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { changeUser, deleteUser, restoreUser } from '../../src/directory/change-users.ts'
import { addRoleMembers } from '../../src/directory/relations.ts'
import { portraitJpeg } from '../support/pictures.ts'
import { anna, ben, group, idOf, type Leavers, startLeavers, tenantId } from './leavers-stand.ts'

const graph = { source: 'graph', at: 1 } as const
const nobody = idOf('e')

/** Everything that an address can lead to, there or not. */
function addresses({ contactId }: Leavers): readonly string[] {
  return [
    '/me',
    '/me/photo',
    '/me/photo/$value',
    '/me/photos',
    '/me/contacts',
    '/me/memberOf',
    '/me/joinedTeams',
    `/me/joinedTeams/${group}/photo`,
    `/me/contacts/${contactId}/photo`,
    '/me/contacts/nothing/photo',
    '/me/contactFolders/nothing',
    `/users/${anna}`,
    `/users/${ben}`,
    '/users/ben@contoso.example/photo',
    '/users/ben@contoso.example/photos/48x48/$value',
    `/users/${nobody}`,
    '/users',
    `/groups/${group}`,
    `/groups/${group}/photo/$value`,
    `/groups/${nobody}/photo`,
    `/groups/${group}/members`,
    '/groups',
    `/teams/${group}/photo`,
    `/teams/${nobody}`,
    '/directory/deletedItems/microsoft.graph.user',
    `/directory/deletedItems/${nobody}`,
  ]
}

const changes = [
  { method: 'PUT', path: '/me/photo/$value' },
  { method: 'PUT', path: `/users/${ben}/photo/$value` },
  { method: 'PUT', path: `/groups/${group}/photo/$value` },
  { method: 'DELETE', path: '/me/photo' },
  { method: 'DELETE', path: `/users/${ben}` },
  { method: 'POST', path: '/groups' },
] as const

type Code = 'account-disabled' | 'account-deleted'
const words = { 'account-disabled': /is disabled/, 'account-deleted': /was deleted/ }

async function expectRefused(leavers: Leavers, code: Code, token: string): Promise<void> {
  const body = new Uint8Array(await portraitJpeg({ width: 50, height: 50, seed: 1 }))
  const asked = [
    ...addresses(leavers).map(path => ({ method: 'GET', path })),
    ...changes.map(change => ({ ...change, body })),
  ]
  for (const { path, ...asking } of asked) {
    const { status, json, code: said } = await leavers.ask(`/v1.0${path}`, token, asking)
    assert.deepEqual([path, status, said], [path, 403, 'Authorization_IdentityDisabled'])
    assert.match(JSON.stringify(json), words[code])
  }
  const requests = addresses(leavers)
    .slice(0, 20)
    .map((url, index) => ({ id: String(index), method: 'GET', url }))
  const batch = { method: 'POST', body: { requests } }
  const { status, json } = await leavers.ask('/v1.0/$batch', token, batch)
  assert.equal(status, 200)
  const { responses } = json as { responses: readonly { status: number }[] }
  assert.deepEqual(new Set(responses.map(part => part.status)), new Set([403]))
}

describe('a token of somebody who', () => {
  let leavers: Leavers
  before(async () => {
    leavers = await startLeavers()
  })
  after(() => leavers[Symbol.asyncDispose]())

  test('is disabled gets 403 for everything, and is served again once they are enabled', async () => {
    const token = leavers.person(anna, { wids: ['62e90394-69f5-4237-9190-012177145e10'] })
    await changeUser(leavers.database, tenantId, anna, { isActive: false }, graph)
    await expectRefused(leavers, 'account-disabled', token)
    await changeUser(leavers.database, tenantId, anna, { isActive: true }, graph)
    assert.equal((await leavers.ask('/v1.0/me', token)).status, 200)
  })

  test('is deleted gets 403 for everything, and is served again once they are restored', async () => {
    const token = leavers.person(anna)
    await deleteUser(leavers.database, tenantId, anna, graph)
    await expectRefused(leavers, 'account-deleted', token)
    await restoreUser(leavers.database, tenantId, anna, graph)
    assert.equal((await leavers.ask('/v1.0/me', token)).status, 200)
  })

  test('is disabled and then deleted is told that they are deleted', async () => {
    const token = leavers.person(anna)
    await changeUser(leavers.database, tenantId, anna, { isActive: false }, graph)
    await deleteUser(leavers.database, tenantId, anna, graph)
    assert.match(JSON.stringify((await leavers.ask('/v1.0/me', token)).json), /was deleted/)
    await restoreUser(leavers.database, tenantId, anna, graph)
    await changeUser(leavers.database, tenantId, anna, { isActive: true }, graph)
  })

  test('has the same id in another tenant, or is nobody here yet, is served', async () => {
    await deleteUser(leavers.database, tenantId, anna, graph)
    const newcomer = leavers.person(idOf('9'))
    assert.equal((await leavers.ask(`/v1.0/users/${ben}`, newcomer)).status, 200)
    assert.equal((await leavers.ask('/v1.0/me', newcomer)).status, 200)
    await restoreUser(leavers.database, tenantId, anna, graph)
  })

  test('a token of an application is not theirs, whatever its id', async () => {
    await changeUser(leavers.database, tenantId, anna, { isActive: false }, graph)
    const application = leavers.application('User.Read.All')
    assert.equal((await leavers.ask(`/v1.0/users/${anna}`, application)).status, 200)
    await changeUser(leavers.database, tenantId, anna, { isActive: true }, graph)
  })
})

describe('somebody who is deleted does not come back by signing in', () => {
  for (const [texts, what] of [
    [{ readOnly: 'true' }, 'where nothing may be changed'],
    [{ signIn: 'known' }, 'where nobody is added'],
  ] as const) {
    test(what, async () => {
      await using leavers = await startLeavers(texts)
      await deleteUser(leavers.database, tenantId, anna, graph)
      const { status, json } = await leavers.ask('/v1.0/me', leavers.person(anna))
      assert.equal(status, 403)
      assert.match(JSON.stringify(json), /was deleted/)
    })
  }
})

test('the photo of a disabled person is shown to an administrator whom only the directory knows', async () => {
  await using leavers = await startLeavers()
  const { database } = leavers
  const path = `/v1.0/users/${ben}/photo/$value`
  const body = new Uint8Array(await portraitJpeg({ width: 50, height: 50, seed: 1 }))
  const application = leavers.application('ProfilePhoto.ReadWrite.All')
  assert.equal((await leavers.ask(path, application, { method: 'PUT', body })).status, 200)
  await changeUser(database, tenantId, ben, { isActive: false }, graph)
  const token = leavers.person(anna)
  assert.equal((await leavers.ask(path, token)).status, 404)
  const roleTemplateId = '024906de-61e5-49c8-8572-40335f1e0e10'
  await addRoleMembers(database, tenantId, [{ roleTemplateId, userId: anna }])
  assert.equal((await leavers.ask(path, token)).status, 200)
})

test('the state of the caller costs no statement where a photo is read', async () => {
  await using leavers = await startLeavers()
  const { contactId, takeStatements } = leavers
  const token = leavers.person(anna, { iat: 1 })
  const body = new Uint8Array(await portraitJpeg({ width: 50, height: 50, seed: 1 }))
  const owners = [
    '/me',
    `/users/${ben}`,
    '/users/ben@contoso.example',
    `/groups/${group}`,
    `/teams/${group}`,
    `/me/contacts/${contactId}`,
  ]
  for (const owner of owners) {
    const path = `/v1.0${owner}/photo/$value`
    const admin = leavers.person(anna, { wids: ['62e90394-69f5-4237-9190-012177145e10'] })
    const set = await leavers.ask(path, admin, { method: 'PUT', body })
    assert.ok(set.status < 300, `${owner} ${JSON.stringify(set.json)}`)
    takeStatements()
    const { status } = await leavers.ask(path, token)
    assert.deepEqual([owner, status, takeStatements().length], [owner, 200, 1])
  }
})
