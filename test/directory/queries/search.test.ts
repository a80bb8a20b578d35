/**
 * Searches by name on real rows: case in every script, words, and texts that look like patterns.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listGroups } from '../../../src/directory/groups.ts'
import { always } from '../../../src/directory/queries/condition.ts'
import { addUsers, listUsers } from '../../../src/directory/users.ts'
import { anyOf, type Term } from '../../support/conditions.ts'
import { openEmpty, searchable } from '../open.ts'

const tenantId = 'tenant'
const names = [
  'Alice Öberg',
  'Émile Zola',
  'Ўлія Коваль',
  'ΣΊΣΥΦΟΣ',
  '陈思远',
  "Niamh O'Brien",
  'Ingrid-Marie Ødegård',
  'Percy 100% Cotton',
  'Under_Score',
  'Underscore',
  'Back\\Slash',
  'Two\nLines',
  'Équipe (photo)',
]

type Row = readonly [how: Term['how'], text: string, found: readonly string[]]

const rows: readonly Row[] = [
  ['equals', 'Alice Öberg', ['Alice Öberg']],
  ['equals', 'ALICE ÖBERG', ['Alice Öberg']],
  ['equals', 'Alice', []],
  ['equals', 'alice öber_', []],
  ['equals', 'alice%', []],
  ['equals', '', []],
  ['startsWith', 'ali', ['Alice Öberg']],
  ['startsWith', 'lice', []],
  ['startsWith', 'ÉMI', ['Émile Zola']],
  ['startsWith', 'E\u0301mi', ['Émile Zola']],
  ['startsWith', 'ўЛІ', ['Ўлія Коваль']],
  ['startsWith', 'σίσυφ', ['ΣΊΣΥΦΟΣ']],
  ['startsWith', '陈', ['陈思远']],
  ['startsWith', 'under', ['Under_Score', 'Underscore']],
  ['startsWith', 'under_', ['Under_Score']],
  ['startsWith', '%', []],
  ['startsWith', '_', []],
  ['startsWith', 'percy 100%', ['Percy 100% Cotton']],
  ['startsWith', 'percy 1%', []],
  ['startsWith', 'back\\s', ['Back\\Slash']],
  ['startsWith', 'back\\', ['Back\\Slash']],
  ['startsWith', '\\', []],
  ['startsWith', 'two lines', ['Two\nLines']],
  ['startsWith', 'lines', []],
  ['hasWordsStartingWith', 'öb', ['Alice Öberg']],
  ['hasWordsStartingWith', 'öb ali', ['Alice Öberg']],
  ['hasWordsStartingWith', 'öb bob', []],
  ['hasWordsStartingWith', 'berg', []],
  ['hasWordsStartingWith', "O'B", ["Niamh O'Brien"]],
  ['hasWordsStartingWith', 'brien', ["Niamh O'Brien"]],
  ['hasWordsStartingWith', 'marie øde', ['Ingrid-Marie Ødegård']],
  ['hasWordsStartingWith', 'ingrid-marie', ['Ingrid-Marie Ødegård']],
  ['hasWordsStartingWith', '(photo', ['Équipe (photo)']],
  ['hasWordsStartingWith', 'lines', ['Two\nLines']],
  ['hasWordsStartingWith', '100%', ['Percy 100% Cotton']],
  ['hasWordsStartingWith', '%', []],
  ['hasWordsStartingWith', '_', []],
  ['hasWordsStartingWith', 'under_s', ['Under_Score']],
  ['hasWordsStartingWith', '-', []],
  ['hasWordsStartingWith', '...', []],
]

test('names are found in the way people type them', async t => {
  const find = await openNames(t)
  for (const [how, text, found] of rows) {
    await t.test(`displayName ${how} ${JSON.stringify(text)}`, async () => {
      assert.deepEqual(await find([{ property: 'displayName', how, text }]), [...found].sort())
    })
  }
})

test('one of several terms is enough, and no terms match everything', async t => {
  const find = await openNames(t)
  const either: Term[] = [
    { property: 'displayName', how: 'startsWith', text: 'alice' },
    { property: 'displayName', how: 'startsWith', text: 'percy' },
  ]
  assert.deepEqual(await find(either), ['Alice Öberg', 'Percy 100% Cotton'])
  assert.equal((await find([])).length, names.length)
})

test('only the property is searched', async t => {
  const find = await openNames(t)
  const by = (property: string) => find([{ property, how: 'startsWith', text: 'person0@' }])
  assert.deepEqual(await by('mail'), ['Alice Öberg'])
  for (const property of ['displayName', 'surname', 'jobTitle']) {
    assert.deepEqual(await by(property), [], property)
  }
})

test('a search text cannot match across properties', async t => {
  const find = await openNames(t)
  const text = 'Alice Öberg\nmail=person0'
  for (const how of ['startsWith', 'equals', 'hasWordsStartingWith'] as const) {
    assert.deepEqual(await find([{ property: 'displayName', how, text }]), [])
  }
})

test('only the own tenant is searched', async t => {
  const database = await openEmpty(t)
  const user = { id: '1', userPrincipalName: 'a@a.example', displayName: 'Alice' }
  await addUsers(database, 'another', [user])
  const page = { where: always, top: 10, after: undefined }
  assert.deepEqual(await listUsers(searchable(database), tenantId, page), [])
  assert.deepEqual(await listGroups(searchable(database), tenantId, page), [])
})

test('pages neither skip nor repeat rows, even with equal names', async t => {
  const database = await openEmpty(t)
  const users = Array.from({ length: 25 }, (_, index) => ({
    id: String(index).padStart(2, '0'),
    userPrincipalName: `person${index}@a.example`,
    displayName: `Name ${index % 3}`,
  }))
  await addUsers(database, tenantId, users)
  const seen: string[] = []
  let after: { name: string; id: string } | undefined
  for (let page = 0; page < 9; page++) {
    const rows = await listUsers(searchable(database), tenantId, { where: always, top: 3, after })
    seen.push(...rows.map(({ id }) => id))
    const last = rows.at(-1)
    after = last && { name: last.display_name, id: last.id }
  }
  assert.equal(seen.length, 25)
  assert.deepEqual(
    [...seen].sort(),
    users.map(({ id }) => id),
  )
})

/** A directory of the names above, and a search by display name. */
async function openNames(t: Parameters<typeof openEmpty>[0]) {
  const database = await openEmpty(t)
  const users = names.map((displayName, index) => ({
    id: String(index),
    userPrincipalName: `person${index}@visage.example`,
    displayName,
    mail: `person${index}@mail.example`,
  }))
  await addUsers(database, tenantId, users)
  return async (terms: readonly Term[]): Promise<string[]> => {
    const found = await listUsers(searchable(database), tenantId, {
      where: anyOf(terms),
      top: 100,
      after: undefined,
    })
    return found.map(row => row.display_name).sort()
  }
}
