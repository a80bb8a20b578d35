/** The groups of a person in the embedded database; no other group is read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listGroupsOf, listJoinedTeams } from '../../src/directory/groups-of-person.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describeGroupsOfPerson } from '../suites/groups-of-person.ts'
import { openEmpty, searchable } from './open.ts'
import { plansOf } from './plans.ts'

describeGroupsOfPerson('SQLite', () => openSqlite({ file: ':memory:' }))

test('the groups of a person are read by key, without scanning all groups', async t => {
  const database = await openEmpty(t)
  const person = { tenantId: 't', userId: 'u' }
  const page = { top: 100, where: always, after: { name: 'A', id: 'a' } }
  const plans = await plansOf(database, async watched => {
    await listGroupsOf(searchable(watched), person, 'member', page)
    await listGroupsOf(searchable(watched), person, 'owner', { ...page, after: undefined })
    await listJoinedTeams(watched, person)
  })
  assert.equal(plans.length, 3)
  for (const plan of plans) {
    assert.match(plan, /SEARCH group_people USING COVERING INDEX group_people_of_user/)
    assert.match(plan, /SEARCH groups USING PRIMARY KEY \(tenant_id=\? AND id=\?\)/)
    assert.doesNotMatch(plan, /groups_list/)
  }
})
