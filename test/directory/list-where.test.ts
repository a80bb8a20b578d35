/** How the lists of SCIM are read in the embedded database. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listWhere, type Order } from '../../src/directory/list-where.ts'
import { addUsers } from '../../src/directory/users.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { openEmpty } from './open.ts'
import { plansOf } from './plans.ts'

const tenantId = 'one'
const slices = createSlices(() => 0)

test('the rows of a page are read by their ids in every order, and not by reading everybody', async t => {
  const database = await openEmpty(t)
  const people = Array.from({ length: 200 }, (_, at) => ({
    ...{ id: `${at}`, userPrincipalName: `${at}@a.example`, displayName: 'Anna' },
  }))
  await addUsers(database, tenantId, people)
  const page = { condition: { and: [] }, source: 'graph', skip: 0, top: 200 } as const
  const orders: readonly Order[] = ['id', 'displayName', 'userPrincipalName']
  for (const order of orders) {
    for (const direction of ['ascending', 'descending'] as const) {
      const plans = await plansOf(database, watched =>
        listWhere({ database: watched, slices }, 'users', tenantId, { ...page, order, direction }),
      )
      assert.match(plans.at(-1) ?? '', /^SEARCH users USING PRIMARY KEY \(tenant_id=\? AND id=\?\)/)
    }
  }
})
