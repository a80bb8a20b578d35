/** Finds people, and adds many at once. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDirectory } from '../../src/directory/directory.ts'
import { addUsers, type NewUser } from '../../src/directory/users.ts'
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

test('a name without @ finds the person too', async t => {
  const { directory } = await openWith(t, [{ ...alice, userPrincipalName: 'Anna' }])
  for (const key of ['Anna', 'anna', 'ANNA']) {
    assert.equal((await directory.findUser(tenantId, key))?.id, aliceId, key)
    assert.equal(await directory.findUser(tenantId, key, 'id'), undefined, key)
  }
})

test('an id takes precedence over an equal name', async t => {
  const named = (id: string, userPrincipalName: string) => ({ ...alice, id, userPrincipalName })
  const people = [named('anna', 'ann@a.example'), named('mallory', 'Anna'), named('eve', bobId)]
  const { directory } = await openWith(t, people)
  assert.equal((await directory.findUser(tenantId, 'anna'))?.id, 'anna')
  assert.equal((await directory.findUser(tenantId, 'Anna'))?.id, 'mallory')
  assert.equal(await directory.findUser(tenantId, bobId), undefined)
})

test('many people are added at once, and adding them again changes nothing', async t => {
  const many = Array.from({ length: 2500 }, (_, index) => ({
    id: `id ${index}`,
    userPrincipalName: `person${index}@contoso.example`,
    displayName: `Person ${index}`,
  }))
  const { directory, count } = await openWith(t, many)
  await addUsers(directory.database, tenantId, many)
  assert.equal(await count(), 2500)
  assert.equal((await directory.entries.findUser(tenantId, 'id 2499'))?.display_name, 'Person 2499')
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
