/**
 * Tests of quotas and of removing folders, for every database. A database's own test calls
 * describeMailboxes with a function that opens an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { prepareFindContact } from '../../src/directory/find-contact.ts'
import {
  addContact,
  changeContact,
  listContacts,
  maxBytesOfPage,
  removeContact,
} from '../../src/directory/mailbox/contacts.ts'
import {
  addFolder,
  findFolder,
  insertFolder,
  listFolders,
} from '../../src/directory/mailbox/folders.ts'
import { type Mailbox, quota } from '../../src/directory/mailbox/mailbox.ts'
import { finishRemovals, removeFolder } from '../../src/directory/mailbox/remove-folder.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { addUsers } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices, type Slices } from '../../src/storage/slices.ts'
import { longContact } from '../support/long-contact.ts'
import { mostRowsOfStatement } from '../support/rows-of-statement.ts'

const mailbox: Mailbox = { tenantId: 't', userId: 'alice' }

export function describeMailboxes(name: string, open: () => Promise<Database>): void {
  describe(`mailboxes in ${name}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
    })
    after(() => database.destroy())
    beforeEach(async () => {
      for (const table of ['photos', 'retired_packs', 'users', 'mailbox_sizes'] as const) {
        await database.deleteFrom(table).execute()
      }
      const person = { id: 'alice', userPrincipalName: 'alice@a.example', displayName: 'Alice' }
      await addUsers(database, 't', [person])
    })

    test('a folder of 10,000 contacts is removed in transactions of 250, each in its own turn of the event loop', async () => {
      await fillFolder(database, 10_000)
      const { slices, counts } = counted(() => 0)
      const most = await mostRowsOfStatement(database, async watched => {
        const where = { database: watched, slices }
        assert.equal(await removeFolder(where, mailbox, 'outer', 1), true)
      })
      assert.ok(most <= 250, String(most))
      assert.ok(counts.turns > 10_000 / 250)
      assert.deepEqual(await database.selectFrom('contacts').select('id').execute(), [])
      assert.deepEqual(await database.selectFrom('contact_folders').select('id').execute(), [])
      assert.deepEqual(await sizeOf(database), [0, 0])
    })

    for (const lastTurn of [1, 2, 3, 5]) {
      test(`a removal interrupted after ${lastTurn} slices leaves nothing that can be found, and is completed later`, async () => {
        await fillFolder(database, 600)
        const { slices } = counted(turn => {
          if (turn === lastTurn) throw new Error('the machine stops')
          return 0
        })
        await assert.rejects(removeFolder({ database, slices }, mailbox, 'outer', 1), /stops/)
        const where = { database, slices: createSlices(() => 0) }
        assert.deepEqual(await listFolders(where, mailbox, undefined, { top: 9, skip: 0 }), [])
        assert.equal(await findFolder(database, mailbox, ['outer']), undefined)
        const find = prepareFindContact(database)
        const at = { tenantId: 't', idOrName: 'alice', by: 'id', id: 'c599' } as const
        for (const folders of [[], ['outer'], ['outer', 'inner'], ['inner']]) {
          assert.equal((await find({ ...at, folders }))?.contact, undefined)
        }
        const contact = { id: 'new', displayName: 'New', folderId: 'outer' }
        await assert.rejects(
          addContact(database, mailbox, contact),
          isRefused('contact-folder-not-found'),
        )
        assert.equal(await removeFolder(where, mailbox, 'outer', 2), false)
        await finishRemovals(where, 3)
        for (const table of ['contacts', 'contact_folders', 'photos'] as const) {
          assert.deepEqual(await database.selectFrom(table).selectAll().execute(), [], table)
        }
        const retired = await database.selectFrom('retired_packs').select('version').execute()
        assert.equal(retired.length, 2)
      })
    }

    test('a mailbox with too many contacts, texts or folders accepts no more until something is removed', async () => {
      await addContact(database, mailbox, { id: 'first', displayName: 'First' })
      for (const full of [{ contacts: quota.contacts }, { text_bytes: quota.textBytes }]) {
        await database.updateTable('mailbox_sizes').set(full).execute()
        const next = { id: 'next', displayName: 'Next' }
        await assert.rejects(addContact(database, mailbox, next), isRefused('mailbox-full'))
        assert.equal((await database.selectFrom('contacts').select('id').execute()).length, 1)
        await removeContact(database, mailbox, 'first', 1)
        await addContact(database, mailbox, { id: 'first', displayName: 'Fifth' })
        await database.updateTable('mailbox_sizes').set({ contacts: 1, text_bytes: 50 }).execute()
      }
      await database.updateTable('mailbox_sizes').set({ text_bytes: quota.textBytes }).execute()
      const longer = { department: 'x'.repeat(640) }
      await assert.rejects(
        changeContact(database, mailbox, 'first', longer),
        isRefused('mailbox-full'),
      )
      await insertFolders(database, quota.folders)
      const folder = { id: 'next', displayName: 'Next' }
      await assert.rejects(addFolder(database, mailbox, folder), isRefused('mailbox-full'))
    })

    test('twenty who change different properties of a contact at once all succeed', async () => {
      await addContact(database, mailbox, { id: 'first', displayName: 'First' })
      const changes = Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? { department: 'D' } : { mobilePhone: '1' },
      )
      await Promise.all(changes.map(one => changeContact(database, mailbox, 'first', one)))
      const row = await database.selectFrom('contacts').selectAll().executeTakeFirstOrThrow()
      assert.deepEqual([row.department, row.mobile_phone], ['D', '1'])
      assert.equal(await changeContact(database, mailbox, 'other', {}), undefined)
    })

    for (const [what, where] of [
      ['a list', always],
      ['a search', { property: 'displayName', operator: 'sw', value: 'c' }],
    ] as const) {
      test(`a page of ${what} of long contacts ends early, reports it, and the next page continues`, async () => {
        const count = 25
        for (let index = 0; index < count; index += 1) {
          const id = `c${String(index).padStart(3, '0')}`
          await addContact(database, mailbox, { ...longContact(id), id })
        }
        const patient = { database, slices: createSlices(() => 0) }
        const found: string[] = []
        for (let hasMore = true; hasMore; ) {
          const page = { where, top: 999, skip: found.length }
          const { rows, hasMore: more } = await listContacts(patient, mailbox, undefined, page)
          assert.ok(Buffer.byteLength(JSON.stringify(rows)) <= 1.2 * maxBytesOfPage)
          assert.equal(more, found.length + rows.length < count)
          found.push(...rows.map(({ id }) => id))
          hasMore = more
        }
        assert.deepEqual(found, [...new Set(found)].toSorted())
        assert.equal(found.length, count)
      })
    }

    test('the size of a mailbox equals its contents, for every writer', async () => {
      await fillFolder(database, 3)
      const texts = async () => {
        const rows = await database.selectFrom('contacts').selectAll().execute()
        const all = rows.flatMap(row => [
          row.search_text,
          row.email_addresses,
          row.job_title ?? '',
          row.department ?? '',
          row.mobile_phone ?? '',
          row.business_phones ?? '',
        ])
        return all.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      }
      assert.deepEqual(await sizeOf(database), [3, await texts()])
      for (const change of [
        { search_text: '\ndisplayname=Ödön\n' },
        { email_addresses: '["ö"]' },
        { job_title: 'Köchin' },
        { department: 'Küche' },
        { mobile_phone: '+49' },
        { business_phones: '["ß"]' },
      ]) {
        await database.updateTable('contacts').set(change).where('id', '=', 'c1').execute()
        assert.deepEqual(await sizeOf(database), [3, await texts()])
      }
      await database.deleteFrom('contact_folders').where('id', '=', 'inner').execute()
      assert.deepEqual(await sizeOf(database), [0, 0])
    })
  })
}

/** Folders outer > inner, and contacts in inner; the first and the last have photos. */
async function fillFolder(database: Database, count: number): Promise<void> {
  await addFolder(database, mailbox, { id: 'outer', displayName: 'Outer' })
  await insertFolder(database, mailbox, { id: 'inner', displayName: 'In', parentFolderId: 'outer' })
  const rows = Array.from({ length: count }, (_, index) => ({
    tenant_id: 't',
    mailbox_id: 'alice',
    id: `c${index}`,
    folder_id: 'inner',
    display_name: 'C',
    email_addresses: '[]',
    search_text: '\ndisplayname=é\n',
  }))
  for (let start = 0; start < count; start += 1000) {
    await database
      .insertInto('contacts')
      .values(rows.slice(start, start + 1000))
      .execute()
  }
  const photos = ['c0', `c${count - 1}`].map(id => ({
    tenant_id: 't',
    owner_kind: 'contact',
    owner_id: id,
    version: id,
    upload_hash: '',
    renditions: '[]',
    updated_at: 1,
  }))
  await database.insertInto('photos').values(photos).execute()
}

async function insertFolders(database: Database, count: number): Promise<void> {
  for (let start = 0; start < count; start += 1000) {
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      tenant_id: 't',
      mailbox_id: 'alice',
      id: `f${start + index}`,
      display_name: 'F',
    }))
    await database.insertInto('contact_folders').values(rows).execute()
  }
}

async function sizeOf(database: Database): Promise<number[]> {
  const rows = await database.selectFrom('mailbox_sizes').selectAll().execute()
  return rows.flatMap(row => [row.contacts, row.text_bytes])
}

function isRefused(code: Failure['code']) {
  return (error: unknown) => error instanceof Failure && error.code === code
}

/** `before` gets the number of the slice that is about to begin. */
function counted(before: (turn: number) => number) {
  const counts = { turns: 0 }
  const inner = createSlices(() => 0)
  const slices: Slices = {
    begin(maxMs) {
      const slicing = inner.begin(maxMs)
      return {
        async next() {
          counts.turns += 1
          before(counts.turns)
          await slicing.next()
        },
      }
    },
  }
  return { slices, counts }
}
