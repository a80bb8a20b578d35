/** How the lists of SCIM are read in the embedded database. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from '../../../src/directory/queries/condition.ts'
import { listWhere, type Order } from '../../../src/directory/queries/list-where.ts'
import { addUsers } from '../../../src/directory/users.ts'
import { createSlices } from '../../../src/storage/slices.ts'
import { openEmpty } from '../open.ts'
import { plansOf } from '../plans.ts'

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

test('many people whom an index finds are asked for the rest of a condition in slices', async t => {
  const database = await openEmpty(t)
  const people = Array.from({ length: 900 }, (_, at) => ({
    ...{ id: `${at}`, userPrincipalName: `${at}@a.example`, displayName: 'Anna', surname: `${at}` },
  }))
  await addUsers(database, tenantId, people)
  let turns = 0
  const next = async () => {
    turns += 1
  }
  const counted = { begin: () => ({ next }) }
  const page = { source: 'graph', order: 'id', direction: 'ascending', skip: 1, top: 2 } as const
  const list = async (parts: number) => {
    turns = 0
    const others = Array.from({ length: parts }, (_, at): Condition => {
      return { not: { property: 'surname', operator: 'eq', value: `${at}` } }
    })
    const name = { property: 'displayName', operator: 'eq', value: 'anna' } as const
    const condition = { and: [name, ...others] }
    const asked = { ...page, condition }
    const { total, rows } = await listWhere({ database, slices: counted }, 'users', tenantId, asked)
    return { total, ids: rows.map(({ id }) => id), turns }
  }
  const few = await list(1)
  const many = await list(89)
  assert.deepEqual([few.total, few.ids], [899, ['10', '100']])
  assert.deepEqual([many.total, many.ids], [811, ['101', '102']])
  assert.ok(many.turns > 10 * few.turns, `${few.turns} and ${many.turns}`)
})
