/** How long work on many rows blocks the event loop, with the embedded database. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertFolder } from '../../src/directory/mailbox/folders.ts'
import type { Mailbox } from '../../src/directory/mailbox/mailbox.ts'
import { removeFolder } from '../../src/directory/mailbox/remove-folder.ts'
import type { Condition } from '../../src/directory/queries/condition.ts'
import { searchText } from '../../src/directory/queries/search.ts'
import { addUsers, countUsers, listUsers } from '../../src/directory/users.ts'
import type { Database } from '../../src/storage/schema.ts'
import { anyOf, type Term } from '../support/conditions.ts'
import { honestWork, longestHold } from '../support/longest-hold.ts'
import { openEmpty, searchable } from './open.ts'

const mailbox: Mailbox = { tenantId: 't', userId: 'alice' }

describe('blocks the event loop no longer than a fixed amount of work', () => {
  const starts = (property: string, text: string): Term => ({ property, how: 'startsWith', text })
  const words = (property: string, text: string): Term => ({
    property,
    how: 'hasWordsStartingWith',
    text,
  })
  const broad: Readonly<Record<string, readonly Term[]>> = {
    'that everybody meets': [words('displayName', 'p')],
    'that nobody meets, though all have its word': [words('givenName', 'smith')],
    'of twenty words that all have': [words('mail', 'a '.repeat(20))],
    'of twenty clauses that nobody meets': Array.from({ length: 20 }, () =>
      starts('givenName', 'smith'),
    ),
  }
  for (const [what, terms] of Object.entries(broad)) {
    test(`a search ${what}`, async t => {
      const where = searchable(await openEmpty(t))
      await addPeople(where.database, 3_000)
      const page = { where: anyOf(terms), top: 1000, after: undefined }
      await expectShort(() => listUsers(where, 't', page))
    })
  }

  const unindexed: Readonly<Record<string, Condition>> = {
    'an end that no address has': { property: 'mail', operator: 'ew', value: '@nobody' },
    'twenty properties that nobody has': {
      or: Array.from({ length: 20 }, (_, index) => ({
        property: 'department',
        operator: 'co' as const,
        value: `none${index}`,
      })),
    },
    'the opposite of what all have': {
      not: { property: 'givenName', operator: 'sw', value: 'person' },
    },
  }
  for (const [what, where] of Object.entries(unindexed)) {
    test(`a list and a count of people by ${what}`, async t => {
      const searched = searchable(await openEmpty(t))
      await addPeople(searched.database, 6_000)
      await expectShort(async () => {
        assert.deepEqual(await listUsers(searched, 't', { where, top: 1000, after: undefined }), [])
        assert.equal(await countUsers(searched, 't', where), 0)
      })
    })
  }

  test('the removal of a folder of 10,000 contacts with photos', async t => {
    const where = searchable(await openEmpty(t))
    await addPeople(where.database, 1)
    const folders = ['one', 'two', 'three', 'four', 'five']
    for (const folder of folders) await fillFolder(where.database, folder, 10_000)
    await expectShort(() => removeFolder(where, mailbox, folders.pop() ?? '', 1))
    assert.deepEqual(folders, [])
  })
})

async function expectShort(work: () => Promise<unknown>): Promise<void> {
  const hold = await longestHold(work)
  const honest = await honestWork()
  assert.ok(hold < 2 * honest, `${hold} ms beside ${honest} ms`)
}

async function addPeople(database: Database, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) => ({
    id: index === 0 ? mailbox.userId : `id${index}`,
    userPrincipalName: `person${index}@a.example`,
    displayName: `Person Smith ${index}`,
    givenName: 'Person',
    mail: `person${index}.${'a.'.repeat(20)}@a.example`,
  }))
  await addUsers(database, 't', people)
}

async function fillFolder(database: Database, folder: string, count: number): Promise<void> {
  await insertFolder(database, mailbox, { id: folder, displayName: folder })
  const at = { tenant_id: mailbox.tenantId }
  const ids = Array.from({ length: count }, (_, index) => `${folder}${index}`)
  for (let start = 0; start < count; start += 1000) {
    const portion = ids.slice(start, start + 1000)
    const contacts = portion.map(id => ({
      ...at,
      mailbox_id: mailbox.userId,
      id,
      folder_id: folder,
      display_name: id,
      email_addresses: '[]',
      search_text: searchText([['displayName', id]]),
    }))
    await database.insertInto('contacts').values(contacts).execute()
    const photos = portion.map(id => ({
      ...at,
      owner_kind: 'contact',
      owner_id: id,
      version: id,
      upload_hash: '',
      renditions: '[]',
      updated_at: 1,
    }))
    await database.insertInto('photos').values(photos).execute()
  }
}
