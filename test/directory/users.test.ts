/** Finding people, and adding those who sign in for the first time. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDirectory } from '../../src/directory/directory.ts'
import { addSignedInUser, addUsers, type NewUser } from '../../src/directory/users.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { openEmpty } from './open.ts'

const tenantId = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
const aliceId = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a01'
const bobId = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a02'
const alice: NewUser = {
  id: aliceId,
  userPrincipalName: 'Alice.Émile@Contoso.example',
  displayName: 'Alice',
  mail: 'post@contoso.example',
}

test('a person is found by id and by name, in any case, and not by mail', async t => {
  const { directory } = await openWith(t, [alice])
  for (const key of [
    aliceId,
    aliceId.toUpperCase(),
    'Alice.Émile@Contoso.example',
    'ALICE.ÉMILE@CONTOSO.EXAMPLE',
    'alice.e\u0301mile@contoso.example',
  ]) {
    assert.equal((await directory.findUser(tenantId, key))?.id, aliceId, key)
  }
  for (const key of ['post@contoso.example', 'alice.émile', 'alice.%@contoso.example', '', '@']) {
    assert.equal(await directory.findUser(tenantId, key), undefined, key)
  }
  assert.equal(await directory.findUser('another tenant', aliceId), undefined)
})

test('somebody who signs in for the first time is added as their token describes them', async t => {
  const { directory } = await openWith(t, [])
  const added = await addSignedInUser(directory, tenantId, aliceId, {
    userPrincipalName: 'alice@contoso.example',
    displayName: 'Alice Adams',
    mail: 'alice.adams@contoso.example',
  })
  assert.deepEqual(
    [added.id, added.user_principal_name, added.display_name, added.mail, added.version],
    [aliceId, 'alice@contoso.example', 'Alice Adams', 'alice.adams@contoso.example', null],
  )
  assert.deepEqual(await directory.findUser(tenantId, 'alice@contoso.example'), added)
})

test('a token without a name gives the id as the name', async t => {
  const { directory } = await openWith(t, [])
  for (const id of [aliceId, 'auth0|1234', 'someone@home.example']) {
    const { display_name, user_principal_name } = await addSignedInUser(directory, tenantId, id, {})
    assert.deepEqual([display_name, user_principal_name], [id, id])
  }
})

test('who is in the directory already stays as they are', async t => {
  const { directory } = await openWith(t, [alice])
  const profile = { userPrincipalName: 'other@contoso.example', displayName: 'Somebody Else' }
  const found = await addSignedInUser(directory, tenantId, aliceId.toUpperCase(), profile)
  assert.deepEqual([found.id, found.display_name], [aliceId, 'Alice'])
  assert.equal(await directory.findUser(tenantId, 'other@contoso.example'), undefined)
})

test("a name that is somebody else's is not taken from them", async t => {
  const { directory } = await openWith(t, [alice])
  const profile = { userPrincipalName: 'ALICE.ÉMILE@contoso.example', displayName: 'Mallory' }
  const newcomer = await addSignedInUser(directory, tenantId, bobId, profile)
  assert.deepEqual(
    [newcomer.id, newcomer.user_principal_name, newcomer.display_name],
    [bobId, `${bobId}@${tenantId}`, 'Mallory'],
  )
  const named = await directory.findUser(tenantId, 'alice.émile@contoso.example')
  assert.deepEqual([named?.id, named?.display_name], [aliceId, 'Alice'])
})

test("who signs in under an id that reads like somebody's name is not that person", async t => {
  const { directory } = await openWith(t, [alice])
  const id = 'alice.émile@contoso.example'
  assert.equal(await directory.findUser(tenantId, id, 'id'), undefined)
  const newcomer = await addSignedInUser(directory, tenantId, id, { userPrincipalName: id })
  assert.deepEqual([newcomer.id, newcomer.display_name], [id, id])
  assert.equal((await directory.findUser(tenantId, id))?.id, aliceId)
  assert.equal((await directory.findUser(tenantId, id, 'id'))?.id, id)
})

test('of twenty first requests at once one adds the person, and all find them', async t => {
  const { directory, count } = await openWith(t, [])
  const profile = { userPrincipalName: 'alice@contoso.example' }
  const found = await Promise.all(
    Array.from({ length: 20 }, () => addSignedInUser(directory, tenantId, aliceId, profile)),
  )
  assert.deepEqual(new Set(found.map(({ id }) => id)), new Set([aliceId]))
  assert.equal(await count(), 1)
})

test('many people are added in one go, and again without a change', async t => {
  const many = Array.from({ length: 2500 }, (_, index) => ({
    id: `id ${index}`,
    userPrincipalName: `person${index}@contoso.example`,
    displayName: `Person ${index}`,
  }))
  const { directory, count } = await openWith(t, many)
  await addUsers(directory.database, tenantId, many)
  assert.equal(await count(), 2500)
  assert.equal((await directory.findUser(tenantId, 'id 2499'))?.display_name, 'Person 2499')
})

async function openWith(t: TestContext, users: readonly NewUser[]) {
  const database = await openEmpty(t)
  await addUsers(database, tenantId, users)
  const count = async () => (await database.selectFrom('users').select('id').execute()).length
  return {
    directory: openDirectory(
      database,
      createSlices(() => 0),
    ),
    count,
  }
}
