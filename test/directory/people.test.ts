/** People and groups managed by sources, in the embedded database, and the rows that are read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToGroup } from '../../src/directory/change-groups.ts'
import { listDeletedGroups, listDeletedUsers } from '../../src/directory/deleted.ts'
import { addGroups, findGroups } from '../../src/directory/groups.ts'
import {
  findManager,
  findManagers,
  listDirectReports,
  listPeopleOfGroup,
} from '../../src/directory/people-of-group.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { addUsers, findPeople } from '../../src/directory/users.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describePeople } from '../suites/people.ts'
import { openEmpty, searchable } from './open.ts'
import { plansOf } from './plans.ts'

describePeople('SQLite', () => openSqlite({ file: ':memory:' }))

const page = { top: 100, after: 'a' }
const person = { tenantId: 't', userId: 'u' }

/** A plan is of what is asked: a full scan reads the whole table, in a tenant of any size. */
const queries: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  'deleted people': database => listDeletedUsers(database, 't', page),
  'deleted groups': database => listDeletedGroups(database, 't', page),
  'people by id or name in any tenant': database => findPeople(database, 'anna@example.org'),
  'groups by id in any tenant': database => findGroups(database, 'g'),
  'direct reports': database =>
    listDirectReports(searchable(database), person, { ...page, where: always }),
  'the manager of a person': database => findManager(database, person),
  managers: database => findManagers(database, 't', [{ manager_id: 'u' }], 1),
  'members of a group': database =>
    listPeopleOfGroup(searchable(database), { tenantId: 't', groupId: 'g' }, 'member', {
      ...page,
      where: always,
    }),
}

for (const [what, query] of Object.entries(queries)) {
  test(`${what} are read without passing over others, and in order`, async t => {
    const database = await openEmpty(t)
    for (const plan of await plansOf(database, query)) {
      assert.doesNotMatch(plan, /SCAN (users|groups|group_people)/, plan)
      // In any tenant few rows are found, and sorted afterwards.
      if (!what.endsWith('tenant')) assert.doesNotMatch(plan, /USE TEMP B-TREE/, plan)
      if (what.startsWith('deleted')) assert.match(plan, /INDEX (users|groups)_deleted_list/)
    }
  })
}

test('a person is added to a group by searches alone', async t => {
  const database = await openEmpty(t)
  await addUsers(database, 't', [{ id: 'u', userPrincipalName: 'u', displayName: 'u' }])
  await addGroups(database, 't', [{ id: 'g', displayName: 'g' }])
  const membership = { tenantId: 't', groupId: 'g', userId: 'u', relation: 'member' } as const
  const plans = await plansOf(database, watched => addToGroup(watched, membership, 'graph'))
  assert.ok(plans.length > 3)
  for (const plan of plans) assert.doesNotMatch(plan, /SCAN/, plan)
})
