/** Who has a photo, in the embedded database, and how its queries are carried out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countCoverage } from '../../src/directory/photo-coverage.ts'
import { listPhotoOwners } from '../../src/directory/photo-owners.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { describePhotoCoverage } from '../suites/photo-coverage.ts'
import { openEmpty, searchable } from './open.ts'
import { plansOf } from './plans.ts'

describePhotoCoverage('SQLite', () => openSqlite({ file: ':memory:' }))

test('the list is read in the order of an index, and each photo by its key', async t => {
  const database = await openEmpty(t)
  const after = { name: 'Anna', id: 'a' }
  const page = { where: always, photo: 'any', top: 10, after } as const
  for (const table of ['users', 'groups'] as const) {
    const plans = await plansOf(database, watched =>
      listPhotoOwners(searchable(watched), table, 'one', page),
    )
    const [plan = ''] = plans
    assert.match(plan, RegExp(`^SEARCH ${table} USING INDEX ${table}_list`), plan)
    assert.match(plan, /SEARCH photos USING PRIMARY KEY/, plan)
    assert.doesNotMatch(plan, /TEMP B-TREE/, plan)
  }
})

test('people are counted in the order of their key', async t => {
  const database = await openEmpty(t)
  const plans = await plansOf(database, watched =>
    countCoverage(searchable(watched), 'one', { top: 10, after: undefined }),
  )
  const [plan = ''] = plans
  assert.match(plan, /SEARCH users USING PRIMARY KEY \(tenant_id=\? AND id>\?\)/, plan)
  assert.match(plan, /SEARCH photos USING PRIMARY KEY/, plan)
})
