/** A large group is read and written as the client takes it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addUsers } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { standFor, tenant } from '../suites/scim-stand.ts'

test('the members of a large group are read as the client takes them', async t => {
  const database = await openSqlite({ file: ':memory:' })
  t.after(() => database.destroy())
  await migrate(database)
  const ids = Array.from({ length: 5000 }, () => crypto.randomUUID()).sort()
  const people = ids.map(id => ({ id, userPrincipalName: `${id}@a.example`, displayName: id }))
  await addUsers(database, tenant, people)
  const stand = standFor(database)
  const reply = await stand.rawAs('entra')
  const members = ids.map(value => ({ value }))
  const made = await reply('POST', '/Groups', { displayName: 'Sales', members })
  const { pathname } = new URL(made.headers.location ?? '')
  const before = stand.statements()
  const { pieces } = await reply('GET', pathname.replace('/scim/v2', ''))
  const atFirst = stand.statements() - before
  const texts: string[] = []
  for await (const text of pieces ?? []) texts.push(text)
  assert.ok(stand.statements() - before > atFirst, 'all was read before the first piece')
  assert.ok(texts.every(text => text.length < 600_000))
  const shown = JSON.parse(texts.join('')) as { members: { value: string }[] }
  assert.deepEqual(
    shown.members.map(({ value }) => value),
    ids,
  )
})
