/** The largest group that a JSON file may hold as one item. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { maxMembers } from '../../src/directory/group-rows.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { createImportStand } from '../suites/import-stand.ts'

describe('a JSON file with a large group', () => {
  const { bring, withPlan } = createImportStand(() => openSqlite({ file: ':memory:' }))

  test('has as many members as a group may have, by id, each with its path', async () => {
    await bring('upn\na@x.org')
    const ids = Array.from(
      { length: maxMembers },
      (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    )
    const group = { externalId: 'g', displayName: 'Everybody', members: ids }
    await withPlan(JSON.stringify({ groups: [group] }), {}, plan => {
      assert.equal(plan.problemCount(), maxMembers)
      const [first] = [...plan.problems(1)]
      assert.deepEqual(first, {
        at: 'groups[0].members[0]',
        words: `"${ids[0]}" is not in the directory`,
      })
    })
  })
})
