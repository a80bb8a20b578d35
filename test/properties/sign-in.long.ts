/**
 * Random orders of sign-ins with few, similar names and ids: every person can sign in, a key finds at most one person,
 * and no person is found by the key of another.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openDirectory } from '../../src/directory/directory.ts'
import { nameFromId } from '../../src/directory/names.ts'
import { userNameKey } from '../../src/directory/queries/name-key.ts'
import { addUsers } from '../../src/directory/users.ts'
import { parseAddress } from '../../src/graph/request/address.ts'
import { find } from '../../src/graph/request/target.ts'
import { match } from '../../src/graph/routes.ts'
import { createSlices } from '../../src/storage/slices.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { openEmpty } from '../directory/open.ts'

const guid = '5f1c2f0e-8a3e-4a55-9d0b-6d2f6c1b7a01'
const ids = ['anna', 'Anna', 'bob@x', guid, 'b', 'b@default', 'é', 'e\u0301']
const names = [...ids, 'ANNA', guid.toUpperCase(), 'desk@x', 'Desk@X', 'b@signed-in.invalid']
const keeper = { id: 'keeper', userPrincipalName: 'desk@x', displayName: 'Keeper' }

type SignIn = Readonly<{ id: string; name: string; issuedAt: number; isVouched: boolean }>

const signIn: fc.Arbitrary<SignIn> = fc.record({
  id: fc.constantFrom(...ids),
  name: fc.constantFrom(...names),
  issuedAt: fc.integer({ min: 1, max: 4 }),
  isVouched: fc.boolean(),
})
const order = fc.record({
  signIns: fc.array(signIn, { minLength: 2, maxLength: 6 }),
  hasKeeper: fc.boolean(),
})

/** Together 10,000 orders, in parts that end within the time of one test on a slow machine. */
for (const part of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`random orders of sign-ins shut nobody out and mix nobody up, part ${part}`, tryOrders)
}

async function tryOrders(t: TestContext): Promise<void> {
  const directory = openDirectory(
    await openEmpty(t),
    createSlices(() => 0),
  )
  const parts = { ...directory, events: { linked: () => assert.fail() }, now: () => 7 }
  let orders = 0
  await fc.assert(
    fc.asyncProperty(order, async ({ signIns, hasKeeper }) => {
      // A tenant for each order, so that orders do not share people.
      orders += 1
      const tenantId = `t${orders}`
      if (hasKeeper) await addUsers(directory.database, tenantId, [keeper])
      for (const one of signIns) {
        const target = await find(me, callerOf(tenantId, one), parts)
        assert.ok(target.kind === 'userEntry' && target.user.id === one.id)
      }
      await expectEverybodyApart(tenantId, signIns, hasKeeper)
    }),
    { numRuns: 1250 },
  )

  async function expectEverybodyApart(
    tenantId: string,
    signIns: readonly SignIn[],
    hasKeeper: boolean,
  ): Promise<void> {
    const people = await directory.database
      .selectFrom('users')
      .select(['id', 'user_principal_name'])
      .where('tenant_id', '=', tenantId)
      .execute()
    const expected = new Set(signIns.map(({ id }) => id))
    if (hasKeeper) expected.add(keeper.id)
    assert.deepEqual(new Set(people.map(({ id }) => id)), expected)
    const keys = people.map(row => userNameKey(row.user_principal_name))
    assert.equal(new Set(keys).size, keys.length)
    for (const { id, user_principal_name: name } of people) {
      assert.equal((await directory.findUser(tenantId, id))?.id, id)
      assert.equal((await directory.findUser(tenantId, name))?.id, id)
      const own = signIns.filter(one => one.id === id && one.isVouched).map(one => one.name)
      assert.ok([...own, nameFromId(id), id === 'keeper' ? 'desk@x' : ''].includes(name), name)
    }
  }
}

const me = match(parseAddress('/v1.0/me'), 'GET')

function callerOf(tenantId: string, { id, name, issuedAt, isVouched }: SignIn): Caller {
  return {
    kind: 'delegated',
    tenantId,
    issuer: 'https://issuer.example',
    objectId: id,
    appId: '',
    permissions: new Set(),
    roleTemplateIds: new Set(),
    isB2c: false,
    profile: { userName: name, issuedAt, ...(isVouched && { vouchedName: name }) },
  }
}
