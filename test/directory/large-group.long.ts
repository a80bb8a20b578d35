/** A group of as many members as it can have: changes read and write the rows that change, and erasing works in slices. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  addToGroup,
  createGroup,
  deleteGroup,
  removeFromGroup,
} from '../../src/directory/change-groups.ts'
import { maxMembers } from '../../src/directory/group-rows.ts'
import { eraseDue } from '../../src/directory/leaving/erase-deleted.ts'
import { listPeopleOfGroup } from '../../src/directory/people-of-group.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { addPeople, removePeople } from '../../src/directory/sources/put-members.ts'
import { addUsers } from '../../src/directory/users.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { mostRowsOfStatement } from '../support/rows-of-statement.ts'

const tenantId = 't'
const key = { tenantId, groupId: 'g' }
const idOf = (index: number) => `p${String(index).padStart(6, '0')}`
const membership = (index: number) => ({ ...key, userId: idOf(index), relation: 'member' }) as const

describe(`a group of ${maxMembers} members`, () => {
  let database: Database
  before(async () => {
    database = await openSqlite({ file: ':memory:' })
    await migrate(database)
    for (let start = 0; start < maxMembers + 1000; start += 1000) await addThousand(start)
  })
  after(() => database.destroy())

  async function addThousand(start: number): Promise<void> {
    const ids = Array.from({ length: 1000 }, (_, index) => idOf(start + index))
    const people = ids.map(id => ({ id, userPrincipalName: `${id}@x.org`, displayName: id }))
    await addUsers(database, tenantId, people)
    if (start === 0) await createGroup(database, tenantId, { id: 'g', displayName: 'G' }, graph)
    if (start === maxMembers) return
    const rows = ids.map(user_id => {
      return { tenant_id: tenantId, group_id: 'g', user_id, relation: 'member' }
    })
    await database.insertInto('group_people').values(rows).execute()
  }

  test('takes no other member, and one in place of another, in statements of one row', async () => {
    await assert.rejects(addToGroup(database, membership(maxMembers), 'graph'), /group-full/)
    const most = await mostRowsOfStatement(database, async watched => {
      assert.equal(await removeFromGroup(watched, membership(100_000), 'graph'), true)
      await addToGroup(watched, membership(maxMembers), 'graph')
    })
    assert.equal(most, 1)
  })

  test('is changed by 500 members in statements of 500 rows, and is left as it was', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => idOf(50_000 + index))
    const memberships = ids.map(userId => ({ userId, relation: 'member' as const }))
    const most = await mostRowsOfStatement(database, async watched => {
      assert.equal(await removePeople(watched, key, 'member', ids, 'graph'), 500)
      assert.ok((await addPeople(watched, key, memberships, 'graph')).every(Boolean))
    })
    assert.equal(most, 500)
    const size = await database.selectFrom('group_sizes').select('members').executeTakeFirst()
    assert.equal(size?.members, maxMembers)
  })

  test('is told in pages', async () => {
    const page = { where: always, top: 101, after: idOf(199_000) }
    const most = await mostRowsOfStatement(database, async watched => {
      const where = { database: watched, slices: createSlices(() => 0) }
      const people = await listPeopleOfGroup(where, key, 'member', page)
      assert.equal(people[0]?.id, idOf(199_001))
    })
    assert.equal(most, 101)
  })

  test('is deleted in one row, and erased in slices of 250', async () => {
    assert.equal(
      await mostRowsOfStatement(database, async watched => {
        await deleteGroup(watched, tenantId, 'g', graph)
      }),
      1,
    )
    const packs = openMemoryPacks(() => 1)
    const slices = createSlices(() => 0)
    const most = await mostRowsOfStatement(database, async watched => {
      await eraseDue({ database: watched, packs, slices, now: () => 9 }, 9, () => {})
    })
    assert.ok(most <= 250, String(most))
    assert.deepEqual(await database.selectFrom('group_people').selectAll().execute(), [])
    assert.deepEqual(await database.selectFrom('groups').selectAll().execute(), [])
  })
})

const graph = { source: 'graph', at: 1 } as const
