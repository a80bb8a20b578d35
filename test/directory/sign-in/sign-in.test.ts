/** Adds people who sign in, with the names they are shown and found by. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { nameFromId } from '../../../src/directory/names.ts'
import {
  addSignedInUser,
  describeSignedInUser,
  followNames,
  mayBeAdded,
  type SignedInProfile,
} from '../../../src/directory/sign-in/sign-in.ts'
import {
  addUsers,
  hasOlderNames,
  type NewUser,
  type UserWithPhoto,
} from '../../../src/directory/users.ts'
import type { UserRow } from '../../../src/storage/schema.ts'
import { prepareWholeUsers } from '../../support/whole-users.ts'
import { openEmpty } from '../open.ts'

const tenantId = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
const issuer = 'https://issuer.example'
const aliceId = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a01'
const bobId = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a02'
const alice: NewUser = {
  id: aliceId,
  userPrincipalName: 'Alice.Émile@Contoso.example',
  displayName: 'Alice',
}

test('a person who signs in for the first time is added with the claims of the token', async t => {
  const { add, find } = await open(t)
  const added = await add(aliceId, {
    userName: 'alice@contoso.example',
    displayName: 'Alice Adams',
    givenName: 'Alice',
    surname: 'Adams',
    mail: 'alice.adams@contoso.example',
    issuedAt: 5,
  })
  const { id, display_name, given_name, surname, mail, version, names_at } = added
  assert.deepEqual(
    [id, display_name, given_name, surname, mail, version, names_at],
    [aliceId, 'Alice Adams', 'Alice', 'Adams', 'alice.adams@contoso.example', null, 5],
  )
  assert.deepEqual(await find(aliceId), added)
})

test("a token's name is shown, but does not find the person", async t => {
  const { add, find } = await open(t)
  const mallory = await add('mallory', { userName: 'director@contoso.example' })
  assert.equal(mallory.display_name, 'director@contoso.example')
  assert.equal(mallory.user_principal_name, 'mallory@signed-in.invalid')
  assert.equal(await find('director@contoso.example'), undefined)
  assert.equal((await find('mallory@signed-in.invalid'))?.id, 'mallory')
})

test('a name that the issuer vouches for finds the person, with and without @', async t => {
  const { add, find } = await open(t)
  for (const [id, vouchedName] of [
    [aliceId, 'Alice@Contoso.example'],
    ['a1', 'anna'],
  ] as const) {
    const added = await add(id, { vouchedName })
    assert.equal(added.user_principal_name, vouchedName)
    assert.equal((await find(vouchedName.toUpperCase()))?.id, id)
  }
})

test('a name that is not allowed is replaced by one generated from the id', async t => {
  const { add } = await open(t)
  await add('bob-id', {})
  for (const [at, vouchedName] of [
    bobId,
    bobId.toUpperCase(),
    'bob-id',
    'Bob-ID',
    'someone@signed-in.invalid',
    'SOMEONE@Signed-In.Invalid',
    '',
    ' ',
    'n'.repeat(641),
  ].entries()) {
    const { user_principal_name } = await add(`person ${at}`, { vouchedName })
    assert.equal(user_principal_name, `person~20${at}@signed-in.invalid`, vouchedName)
  }
})

test('different ids have different generated names', () => {
  const ids = [
    'a',
    'A',
    '~61',
    'a~',
    'é',
    'e\u0301',
    'É',
    'auth0|1',
    'AUTH0|1',
    'x@y',
    'x~40y',
    'ſ',
  ]
  const long = ['é'.repeat(255), 'É'.repeat(255), `${'é'.repeat(254)}e`]
  const made = [...ids, ...long].map(nameFromId)
  assert.equal(new Set(made.map(name => name.normalize('NFC').toLowerCase())).size, made.length)
  for (const name of made) assert.ok(name.length <= 640, name)
  assert.equal(nameFromId(aliceId.toUpperCase()), nameFromId(aliceId))
})

test('an id that equals a generated name is refused', () => {
  assert.ok(!mayBeAdded('mallory@signed-in.invalid'))
  assert.ok(!mayBeAdded('mallory@SIGNED-IN.invalid'))
  assert.ok(mayBeAdded('signed-in.invalid'))
})

test('people from another source are not changed by signing in', async t => {
  const { add, find, follow } = await open(t, [alice])
  const profile = { vouchedName: 'other@contoso.example', displayName: 'Else', issuedAt: 9 }
  const found = await add(aliceId.toUpperCase(), profile)
  assert.deepEqual([found.id, found.display_name], [aliceId, 'Alice'])
  assert.deepEqual(await follow(found, profile), found)
  assert.equal(await find('other@contoso.example'), undefined)
})

test('a person from another source keeps their name', async t => {
  const { add, find } = await open(t, [alice])
  const profile = { vouchedName: 'ALICE.ÉMILE@contoso.example', issuedAt: 9 }
  assert.equal((await add(bobId, profile)).user_principal_name, nameFromId(bobId))
  assert.equal((await find('alice.émile@contoso.example'))?.id, aliceId)
})

test('a vouched name moves to the person of the newer token, and not back', async t => {
  const { add, find, follow } = await open(t)
  const ann = await add('ann', { vouchedName: 'desk@a.example', issuedAt: 10 })
  const older = await add('old', { vouchedName: 'desk@a.example', issuedAt: 9 })
  assert.equal(older.user_principal_name, nameFromId('old'))
  const bob = await add('bob', { vouchedName: 'DESK@a.example', issuedAt: 11 })
  assert.equal(bob.user_principal_name, 'DESK@a.example')
  assert.equal((await find('desk@a.example'))?.id, 'bob')
  assert.equal((await find('ann'))?.user_principal_name, nameFromId('ann'))
  await follow(ann, { vouchedName: 'desk@a.example', issuedAt: 10 })
  assert.equal((await find('desk@a.example'))?.id, 'bob')
})

test('a token without a name keeps the name while the issuer vouches for names', async t => {
  const { add, find, follow } = await open(t)
  const named = { displayName: 'Ann', userName: 'ann', vouchedName: 'ann', isVouchedFor: true }
  const ann = await add('id-of-ann', { ...named, issuedAt: 10 })
  const later = await follow(ann, { isVouchedFor: true, issuedAt: 20 })
  assert.deepEqual([later.user_principal_name, later.display_name], ['ann', 'Ann'])
  await add('id-of-other', { ...named, issuedAt: 15 })
  assert.equal((await find('ann'))?.id, 'id-of-ann')
  const unvouched = await follow(later, { issuedAt: 30 })
  assert.equal(unvouched.user_principal_name, nameFromId('id-of-ann'))
})

test('of two people with one name the newest token decides, even without changes', async t => {
  const { add, find, follow } = await open(t)
  const named = { vouchedName: 'chief', isVouchedFor: true }
  const first = await add('first', { ...named, issuedAt: 10 })
  await follow(first, { ...named, issuedAt: 30 })
  await add('second', { ...named, issuedAt: 20 })
  assert.equal((await find('chief'))?.id, 'first')
})

test('a display name stays when a newer token has only a user name', async t => {
  const { add, follow } = await open(t)
  const wanda = await add('wanda', { userName: 'wanda', displayName: 'Wanda', issuedAt: 10 })
  assert.equal((await follow(wanda, { userName: 'w', issuedAt: 20 })).display_name, 'Wanda')
})

test('a person whose id equals the name of another person takes the name from them', async t => {
  const { add, find } = await open(t)
  await add('mallory', { vouchedName: 'Anna@a.example', displayName: 'Mallory' })
  const anna = await add('anna@a.example', {})
  assert.equal((await find('anna@a.example'))?.id, anna.id)
  const mallory = await find('mallory')
  assert.deepEqual(
    [mallory?.user_principal_name, mallory?.display_name],
    [nameFromId('mallory'), 'Mallory'],
  )
})

test('names come from the newest token, and missing claims change nothing', async t => {
  const { add, find, follow } = await open(t)
  const first = { displayName: 'Ann Old', surname: 'Old', mail: 'old@a.example', issuedAt: 10 }
  const ann = await add('ann', first)
  const newer = { displayName: 'Ann New', givenName: 'Ann', mail: 'new@a.example', issuedAt: 20 }
  const renamed = await follow(ann, newer)
  assert.deepEqual(
    [renamed.display_name, renamed.given_name, renamed.surname, renamed.mail, renamed.names_at],
    ['Ann New', 'Ann', 'Old', 'new@a.example', 20],
  )
  assert.match(renamed.search_text, /ann new/)
  assert.deepEqual(await follow(renamed, first), renamed)
  assert.deepEqual(await follow(renamed, { ...newer, displayName: 'X', issuedAt: 20 }), renamed)
  assert.deepEqual(await follow(ann, first), ann)
  assert.deepEqual(await find('ann'), renamed)
})

test('a newer token with the same names writes nothing', async t => {
  const { add, follow } = await open(t)
  const ann = await add('ann', { displayName: 'Ann', issuedAt: 10 })
  assert.equal(await follow(ann, { displayName: 'Ann', issuedAt: 20 }), ann)
})

test('a name that is taken is tried once per token', async t => {
  const { add, follow } = await open(t, [alice])
  const profile = { vouchedName: alice.userPrincipalName, issuedAt: 20 }
  const bob = await add(bobId, { issuedAt: 10 })
  const tried = await follow(bob, profile)
  assert.deepEqual([tried.user_principal_name, tried.names_at], [nameFromId(bobId), 20])
  assert.equal(await follow(tried, profile), tried)
})

test('a name that an older version took from a token is removed by the next token', async t => {
  const { database, find, follow } = await open(t, [alice])
  await database.updateTable('users').set({ names_at: 0 }).execute()
  const before = await find(alice.userPrincipalName)
  assert.ok(before)
  const after = await follow(before, { userName: 'alice@b.example', displayName: 'A', issuedAt: 9 })
  assert.equal(after.user_principal_name, nameFromId(aliceId))
  assert.equal(await find(alice.userPrincipalName), undefined)
})

test('in a read-only store, a person is returned as they would be added', async t => {
  const { find } = await open(t)
  const profile = { displayName: 'New Comer' }
  const described = describeSignedInUser({ tenantId, issuer, id: 'newcomer', profile })
  assert.deepEqual([described.id, described.display_name], ['newcomer', 'New Comer'])
  assert.equal(await find('newcomer'), undefined)
})

test('of twenty concurrent first requests one adds the person, and all find them', async t => {
  const { add, database } = await open(t)
  const profile = { vouchedName: 'alice@contoso.example' }
  const found = await Promise.all(Array.from({ length: 20 }, () => add(aliceId, profile)))
  assert.deepEqual(new Set(found.map(({ id }) => id)), new Set([aliceId]))
  assert.equal((await database.selectFrom('users').select('id').execute()).length, 1)
})

async function open(t: TestContext, users: readonly NewUser[] = []) {
  const database = await openEmpty(t)
  await addUsers(database, tenantId, users)
  const directory = { database, ...prepareWholeUsers(database), now: () => 7 }
  return {
    database,
    find: (idOrName: string) => directory.findUser(tenantId, idOrName),
    add: (id: string, profile: SignedInProfile) =>
      addSignedInUser(directory, { tenantId, issuer, id, profile }),
    follow: async (user: UserWithPhoto<keyof UserRow>, profile: SignedInProfile) =>
      hasOlderNames(user, profile.issuedAt)
        ? await followNames(directory, user, { tenantId, issuer, id: user.id, profile })
        : user,
  }
}
