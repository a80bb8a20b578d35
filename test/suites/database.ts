/**
 * Tests for every database. A database's own test calls describeDatabase with a function that opens
 * an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { prepareFindByPhoto } from '../../src/directory/find-by-photo.ts'
import { prepareFindContact } from '../../src/directory/find-contact.ts'
import { toRow as toGroupRow } from '../../src/directory/groups.ts'
import { addContact } from '../../src/directory/mailbox/contacts.ts'
import {
  addFolder,
  findFolder,
  insertFolder,
  maxFolderDepth,
} from '../../src/directory/mailbox/folders.ts'
import { removeFolder } from '../../src/directory/mailbox/remove-folder.ts'
import { addSignedInUser, followNames } from '../../src/directory/sign-in/sign-in.ts'
import { prepareUserLookups, toRow as toUserRow } from '../../src/directory/users.ts'
import { Failure } from '../../src/failure.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { prepareRow } from '../../src/storage/prepared.ts'
import type { Database, GroupRow, PhotoRow, UserRow } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { lockRows } from '../../src/storage/transactions.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

export function describeDatabase(name: string, open: () => Promise<Database>): void {
  describe(`migrations in ${name}`, () => {
    test('an empty database gets its tables, and migrating again changes nothing', async () => {
      await using database = await open()
      await migrate(database)
      await database.insertInto('users').values(userNamed('alice')).execute()
      const tables = await tablesOf(database)
      await migrate(database)
      assert.deepEqual(await tablesOf(database), tables)
      assert.equal((await database.selectFrom('users').selectAll().execute()).length, 1)
    })

    test('six concurrent starts create the tables once', async () => {
      await using database = await open()
      await Promise.all(Array.from({ length: 6 }, () => migrate(database)))
      const { rows } = await sql<{ name: string }>`
        select name from kysely_migration`.execute(database)
      assert.deepEqual(Array.from(rows, row => row.name).sort(), [
        '0001',
        '0002',
        '0003',
        '0004',
        '0005',
        '0006',
        '0007',
        '0008',
        '0009',
        '0010',
        '0012',
        '0013',
        '0014',
        '0015',
      ])
    })

    test('a database of a newer Visage is refused with the reason, and not changed', async () => {
      await using database = await open()
      await migrate(database)
      const names = async () => {
        const { rows } = await sql<{ name: string }>`
          select name from kysely_migration order by name`.execute(database)
        return Array.from(rows, row => row.name)
      }
      const before = await names()
      await sql`insert into kysely_migration (name, timestamp)
        values ('9999', '2099-01-01T00:00:00.000Z')`.execute(database)
      await assert.rejects(
        migrate(database),
        error =>
          error instanceof Failure &&
          /newer Visage/.test(error.detail) &&
          /9999/.test(error.detail),
      )
      assert.deepEqual(await names(), [...before, '9999'])
    })
  })

  describe(`rows in ${name}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
    })
    after(() => database.destroy())
    beforeEach(async () => {
      for (const table of ['photos', 'groups', 'users', 'retired_packs'] as const) {
        await database.deleteFrom(table).execute()
      }
    })

    test('a sign-in name is unique in its tenant and free in another', async () => {
      await database.insertInto('users').values(userNamed('alice')).execute()
      const same = { ...userNamed('alice'), id: 'another' }
      await assert.rejects(database.insertInto('users').values(same).execute(), isConflict)
      await database
        .insertInto('users')
        .values({ ...same, tenant_id: 'other' })
        .execute()
    })

    test('an owner has one photo and a version belongs to one owner', async () => {
      await database.insertInto('photos').values(photoOf('alice', 'v1')).execute()
      const again = photoOf('alice', 'v2')
      await assert.rejects(database.insertInto('photos').values(again).execute(), isConflict)
      const stolen = photoOf('bob', 'v1')
      await assert.rejects(database.insertInto('photos').values(stolen).execute(), isConflict)
      // A user and a group may have the same id by accident; they have different photos.
      const group = { ...photoOf('alice', 'v3'), owner_kind: 'group' }
      await database.insertInto('photos').values(group).execute()
    })

    test('names are ordered by their bytes, independent of the locale of the server', async () => {
      const names = [
        'Zoë',
        'apple',
        'Äpfel',
        'Zebra',
        'ähre',
        '_x',
        'Ünal',
        'a-b',
        'ab',
        '王',
        'Émile',
      ]
      const rows = names.map(name => ({ ...userNamed(name), display_name: name }))
      await database.insertInto('users').values(rows).execute()
      const inOrder = await database
        .selectFrom('users')
        .select('display_name')
        .orderBy('display_name')
        .execute()
      const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      assert.deepEqual(
        inOrder.map(row => row.display_name),
        sorted,
      )
      const after = await database
        .selectFrom('users')
        .select('display_name')
        .where('display_name', '>', 'Zebra')
        .execute()
      assert.equal(after.length, names.length - sorted.indexOf('Zebra') - 1)
    })

    test('a photo proves its owner while they are there, active and not deleted', async () => {
      const isProved = async (owner: string) => {
        const photo = await database
          .selectFrom('photos')
          .select('owner_is_active')
          .where('owner_id', '=', owner)
          .executeTakeFirstOrThrow()
        return photo.owner_is_active === 1
      }
      const change = (columns: Readonly<Partial<UserRow>>) =>
        database.updateTable('users').set(columns).where('id', '=', 'alice').execute()
      await database.insertInto('photos').values(photoOf('early', 'v0')).execute()
      assert.equal(await isProved('early'), false)
      await database
        .insertInto('users')
        .values([userNamed('early'), userNamed('alice'), userNamed('bob')])
        .execute()
      await database
        .insertInto('photos')
        .values([photoOf('alice', 'v1'), photoOf('bob', 'v2')])
        .execute()
      assert.deepEqual([await isProved('early'), await isProved('alice')], [true, true])
      for (const [columns, proved] of [
        [{ is_active: 0 }, false],
        [{ is_active: 1 }, true],
        [{ deleted_at: 1 }, false],
        [{ deleted_at: 1, is_active: 0 }, false],
        [{ deleted_at: 1, is_active: 1 }, false],
        [{ deleted_at: null }, true],
        [{ display_name: 'another' }, true],
      ] as const) {
        await change(columns)
        assert.equal(await isProved('alice'), proved, JSON.stringify(columns))
      }
      await database.deleteFrom('users').where('id', '=', 'alice').execute()
      assert.deepEqual([await isProved('alice'), await isProved('bob')], [false, true])
      // The photo of somebody who became another person.
      await database.deleteFrom('photos').where('owner_id', '=', 'bob').execute()
      await database
        .updateTable('photos')
        .set({ owner_id: 'bob' })
        .where('version', '=', 'v1')
        .execute()
      assert.equal(await isProved('bob'), true)
    })

    test('a person is found by their photo as by their row, whoever asks', async () => {
      const present = { ...userNamed('alice'), names_at: 5 }
      const disabled = { ...userNamed('bob'), is_active: 0 }
      const gone = { ...userNamed('carol'), deleted_at: 1 }
      const bare = userNamed('dora')
      await database.insertInto('users').values([present, disabled, gone, bare]).execute()
      for (const owner of ['alice', 'bob', 'carol', 'erin']) {
        await database
          .insertInto('photos')
          .values(photoOf(owner, `v ${owner}`))
          .execute()
      }
      await database.insertInto('sign_ins').values(signInOf('alice', 'linked')).execute()
      const { findUser } = prepareUserLookups(database, [])
      const issuer = 'https://issuer.example'
      const unread = { names_at: null, user_principal_name_key: null }
      for (const linksByName of [false, true]) {
        const findByPhoto = prepareFindByPhoto(database, { linksByName })
        for (const callerId of [undefined, 'alice', 'linked', 'dora', 'bob', 'carol', 'nobody']) {
          const caller = callerId === undefined ? undefined : { issuer, callerId }
          for (const id of ['alice', 'bob', 'carol', 'dora', 'erin', 'frank']) {
            const found = await findByPhoto({ tenantId: 't', id }, caller)
            const expected = await findUser('t', id, 'id', caller)
            // Who asks for themselves may have newer names. A caller in no row may be linked by name.
            const needsNames = callerId === 'nobody' ? linksByName : found?.caller_id === id
            const isProved = id === 'alice' && !needsNames
            const names = expected && isProved ? unread : {}
            assert.deepEqual(
              found && { ...found },
              expected && { ...expected, ...names },
              `${id} by ${callerId}`,
            )
          }
        }
      }
    })

    test('an unknown kind of owner and a person who does not exist are refused', async () => {
      const device = { ...photoOf('alice', 'v1'), owner_kind: 'device' }
      await assert.rejects(database.insertInto('photos').values(device).execute())
      await database.insertInto('groups').values(groupNamed('staff')).execute()
      await assert.rejects(
        database.insertInto('group_people').values(personIn('staff', 'nobody')).execute(),
      )
    })

    test('deleting the row of a user deletes their memberships, roles, sign-ins, folders and contacts', async () => {
      await database.insertInto('users').values(userNamed('alice')).execute()
      await database.insertInto('groups').values(groupNamed('staff')).execute()
      await database.insertInto('group_people').values(personIn('staff', 'alice')).execute()
      await database.insertInto('role_members').values(roleOf('alice')).execute()
      await database.insertInto('sign_ins').values(signInOf('alice', 'subject')).execute()
      await database.insertInto('contact_folders').values(folderOf('alice', 'f')).execute()
      await database
        .insertInto('contacts')
        .values(contactOf('alice', 'c', 'f'))
        .execute()
      await database.deleteFrom('users').where('id', '=', 'alice').execute()
      for (const table of [
        'group_people',
        'role_members',
        'sign_ins',
        'contact_folders',
        'contacts',
      ] as const) {
        assert.equal((await database.selectFrom(table).selectAll().execute()).length, 0, table)
      }
    })

    test('a subject of an issuer is one person in its tenant', async () => {
      await database
        .insertInto('users')
        .values([userNamed('alice'), userNamed('bob')])
        .execute()
      await database.insertInto('sign_ins').values(signInOf('alice', 's')).execute()
      const rival = database.insertInto('sign_ins').values(signInOf('bob', 's'))
      await assert.rejects(rival.execute(), isConflict)
      const elsewhere = { ...signInOf('bob', 's'), issuer: 'https://other.example' }
      await database.insertInto('sign_ins').values(elsewhere).execute()
      const byNobody = { ...signInOf('alice', 's2'), linked_by: 'mail' }
      await assert.rejects(database.insertInto('sign_ins').values(byNobody).execute())
    })

    test('a contact lies in a folder of its own mailbox, or in none', async () => {
      await database
        .insertInto('users')
        .values([userNamed('alice'), userNamed('bob')])
        .execute()
      await database.insertInto('contact_folders').values(folderOf('alice', 'f')).execute()
      await database
        .insertInto('contacts')
        .values(contactOf('alice', 'c1', 'f'))
        .execute()
      await database
        .insertInto('contacts')
        .values(contactOf('bob', 'c2', null))
        .execute()
      await assert.rejects(
        database
          .insertInto('contacts')
          .values(contactOf('bob', 'c3', 'f'))
          .execute(),
      )
    })

    test('names in any script, and times after 2038, are returned as stored', async () => {
      for (const display of [
        'Zoë Müller',
        '王小明',
        'Ольга',
        'مريم',
        '👩🏽‍🚀 Ada',
        "O'Brien; --",
      ]) {
        const row = { ...userNamed('x'), display_name: display }
        await database.insertInto('users').values(row).execute()
        assert.deepEqual({ ...(await readUser(database, 'x')) }, row)
        await database.deleteFrom('users').execute()
      }
      const row = { ...photoOf('alice', 'v1'), updated_at: 4_102_444_800_123 }
      await database.insertInto('photos').values(row).execute()
      const read = await database.selectFrom('photos').selectAll().executeTakeFirstOrThrow()
      assert.deepEqual({ ...read }, { ...row, owner_is_active: 0 })
    })

    test('a person whose token names them at length, in any script, is added once and found', async () => {
      const directory = { database, ...prepareWholeUsers(database), now: () => 7 }
      const long = Array.from({ length: 3000 }, (_, at) => String.fromCharCode(0x4e00 + at * 5))
      const profile = { displayName: long.join(''), vouchedName: `${long.join('')}@a.example` }
      const person = { tenantId: 't', issuer: 'https://i.example', id: 'somebody', profile }
      const added = await addSignedInUser(directory, person)
      const again = await addSignedInUser(directory, person)
      assert.deepEqual({ ...again }, { ...added })
      assert.equal(added.display_name, long.slice(0, 640).join(''))
      assert.equal(added.user_principal_name, 'somebody@signed-in.invalid')
    })

    test('of many who sign in at once with one name, all are added and one gets the name', async () => {
      const directory = { database, ...prepareWholeUsers(database), now: () => 7 }
      const sign = (at: number) => ({
        tenantId: 't',
        issuer: 'https://i.example',
        id: `person ${at % 5}`,
        profile: { vouchedName: 'The@Name.example', displayName: `${at}`, issuedAt: 1 + at },
      })
      const people = Array.from({ length: 20 }, (_, at) => sign(at))
      const found = await Promise.all(people.map(one => addSignedInUser(directory, one)))
      await Promise.all(found.map((user, at) => followNames(directory, user, sign(at + 20))))
      const rows = await database
        .selectFrom('users')
        .select(['id', 'user_principal_name', 'names_at'])
        .where('id', 'like', 'person _')
        .execute()
      assert.equal(rows.length, 5)
      const holders = rows.filter(row => row.user_principal_name === 'The@Name.example')
      assert.equal(holders.length, 1)
      const [holder] = holders
      const named = await directory.findUser('t', 'the@name.example')
      assert.equal(named?.id, holder?.id)
    })

    test('a transaction that fails leaves nothing, and the next one works', async () => {
      const attempt = database.transaction().execute(async transaction => {
        await transaction.insertInto('users').values(userNamed('alice')).execute()
        await transaction.insertInto('users').values(userNamed('alice')).execute()
      })
      await assert.rejects(attempt, isConflict)
      assert.equal(await readUser(database, 'alice'), undefined)
      await database.transaction().execute(async transaction => {
        await transaction.insertInto('users').values(userNamed('alice')).execute()
      })
      assert.equal((await readUser(database, 'alice'))?.id, 'alice')
    })

    test('fifty concurrent transactions that lock, read and write a row lose no increment', async () => {
      await database.insertInto('photos').values(photoOf('alice', 'v')).execute()
      const increment = () =>
        database.transaction().execute(async transaction => {
          const { updated_at } = await lockRows(
            transaction.selectFrom('photos').select('updated_at'),
          ).executeTakeFirstOrThrow()
          await new Promise(resolve => setImmediate(resolve))
          await transaction
            .updateTable('photos')
            .set({ updated_at: updated_at + 1 })
            .execute()
        })
      await Promise.all(Array.from({ length: 50 }, increment))
      const read = await database.selectFrom('photos').selectAll().executeTakeFirstOrThrow()
      assert.equal(read.updated_at, 1_700_000_000_050)
    })

    test('a prepared query returns the row of the last write, every time', async () => {
      const readVersion = prepareVersion(database)
      assert.equal(await readVersion({ tenantId: 't', ownerId: 'alice' }), undefined)
      await database.insertInto('photos').values(photoOf('alice', 'v0')).execute()
      await database.insertInto('photos').values(photoOf('bob', 'b')).execute()
      for (let round = 1; round <= 20; round += 1) {
        const version = `v${round}`
        await database
          .updateTable('photos')
          .set({ version })
          .where('owner_id', '=', 'alice')
          .execute()
        assert.equal((await readVersion({ tenantId: 't', ownerId: 'alice' }))?.version, version)
        assert.equal((await readVersion({ tenantId: 't', ownerId: 'bob' }))?.version, 'b')
      }
      await database.deleteFrom('photos').execute()
      assert.equal(await readVersion({ tenantId: 't', ownerId: 'alice' }), undefined)
    })

    test('a prepared query never sees a transaction that is not committed', async () => {
      const readVersion = prepareVersion(database)
      const { started, finish, done } = holdTransaction(database)
      await started
      const read = readVersion({ tenantId: 't', ownerId: 'alice' })
      finish(new Error('changed my mind'))
      await assert.rejects(done, /changed my mind/)
      assert.equal(await read, undefined)
    })

    test('a value that is missing is a bug', async () => {
      const readVersion = prepareRow(database, ['tenantId'], (rows, at) =>
        rows.selectFrom('photos').select('version').where('tenant_id', '=', at.tenantId),
      )
      await assert.rejects(readVersion(JSON.parse('{}')), TypeError)
    })

    test('a name with NUL or a lone surrogate finds nothing, and causes no error', async () => {
      await database.insertInto('photos').values(photoOf('alice', 'a')).execute()
      const readVersion = prepareVersion(database)
      for (const ownerId of ['alice\0', '\0', 'ali\0ce', 'alice\ud800', '\udc00']) {
        assert.equal(await readVersion({ tenantId: 't', ownerId }), undefined)
      }
    })

    test('folders can be nested to the limit, and a contact in the deepest is found and removed', async () => {
      await database.insertInto('users').values(userNamed('alice')).execute()
      const mailbox = { tenantId: 't', userId: 'alice' }
      const ids = Array.from({ length: maxFolderDepth }, (_, index) => String(index))
      const folderAt = (index: number) => ({ id: ids[index] ?? 'one more', displayName: 'F' })
      const add = (index: number) =>
        addFolder(database, mailbox, { ...folderAt(index), parentFolderId: ids[index - 1] })
      for (const index of ids.keys()) await add(index)
      await assert.rejects(
        add(ids.length),
        error => error instanceof Failure && error.code === 'resource-invalid',
      )
      const contact = { id: 'contact', displayName: 'C', folderId: ids.at(-1) }
      await addContact(database, mailbox, contact)
      const find = prepareFindContact(database)
      const at = { tenantId: 't', idOrName: 'alice', by: 'id', id: 'contact' } as const
      for (const folders of [[], ids.slice(-1), ids.slice(-2), ids]) {
        const found = await find({ ...at, folders })
        assert.equal(found?.hasFolders, true, String(folders.length))
        assert.equal(found.contact?.id, 'contact', String(folders.length))
      }
      // More than fits into the address of a request.
      const folders = Array.from({ length: 1000 }, (_, index) => ids[index] ?? 'nothing')
      assert.equal((await find({ ...at, folders }))?.hasFolders, false)
      assert.equal(await removeFolder(patient(database), mailbox, '0', 1), true)
      assert.equal(await removeFolder(patient(database), mailbox, '0', 1), false)
      assert.equal((await find({ ...at, folders: [] }))?.contact, undefined)
    })

    test('a path of folders takes one statement more than a single folder', async () => {
      await database.insertInto('users').values(userNamed('alice')).execute()
      const mailbox = { tenantId: 't', userId: 'alice' }
      const ids = Array.from({ length: maxFolderDepth }, (_, index) => String(index))
      for (const [index, id] of ids.entries()) {
        await insertFolder(database, mailbox, {
          id,
          parentFolderId: ids[index - 1],
          displayName: 'F',
        })
      }
      const sent: string[] = []
      const watched = database.withPlugin({
        transformQuery: ({ node }) => {
          sent.push(JSON.stringify(node))
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const find = prepareFindContact(watched)
      const at = { tenantId: 't', idOrName: 'alice', by: 'id', id: 'nothing' } as const
      sent.length = 0
      await find({ ...at, folders: ids.slice(-2) })
      const ofTwo = sent.splice(0).map(text => text.length)
      await find({ ...at, folders: ids })
      const ofMany = sent.splice(0).map(text => text.length)
      assert.equal((await findFolder(watched, mailbox, ids))?.id, ids.at(-1))
      assert.equal(sent.length, 1)
      assert.equal(ofMany.length, ofTwo.length)
      assert.ok(ofMany.every((length, index) => length <= (ofTwo[index] ?? 0) + 20))
    })

    test('a folder is removed with more folders than one statement handles', async () => {
      await database.insertInto('users').values(userNamed('alice')).execute()
      const mailbox = { tenantId: 't', userId: 'alice' }
      const add = (id: string, parentFolderId?: string) =>
        insertFolder(database, mailbox, { id, parentFolderId, displayName: 'F' })
      await add('outer')
      for (let number = 0; number < 1200; number += 1) {
        await add(`${number}`, 'outer')
        await add(`in ${number}`, `${number}`)
      }
      const contact = { id: 'contact', displayName: 'C', folderId: 'in 1100' }
      await addContact(database, mailbox, contact)
      assert.equal(await removeFolder(patient(database), mailbox, 'outer', 1), true)
      for (const table of ['contact_folders', 'contacts'] as const) {
        assert.deepEqual(await database.selectFrom(table).select('id').limit(1).execute(), [])
      }
    })

    test('a value that looks like SQL is only a value', async () => {
      await database.insertInto('photos').values(photoOf('alice', 'a')).execute()
      const readVersion = prepareVersion(database)
      const hostile = "alice' or '1'='1"
      assert.equal(await readVersion({ tenantId: 't', ownerId: hostile }), undefined)
    })
  })
}

/** A transaction that has written a photo of Alice and waits for `finish`. */
function holdTransaction(database: Database) {
  const started = Promise.withResolvers<void>()
  const finished = Promise.withResolvers<void>()
  const done = database.transaction().execute(async transaction => {
    await transaction.insertInto('photos').values(photoOf('alice', 'draft')).execute()
    started.resolve()
    await finished.promise
  })
  return { started: started.promise, finish: finished.reject, done }
}

function prepareVersion(database: Database) {
  return prepareRow(database, ['tenantId', 'ownerId'], (rows, at) =>
    rows
      .selectFrom('photos')
      .select('version')
      .where('owner_id', '=', at.ownerId)
      .where('owner_kind', '=', 'user')
      .where('tenant_id', '=', at.tenantId),
  )
}

function patient(database: Database) {
  return { database, slices: createSlices(() => 0) }
}

async function tablesOf(database: Database): Promise<string[]> {
  const tables = await database.introspection.getTables()
  return tables.map(table => `${table.name}: ${table.columns.map(({ name }) => name).join(' ')}`)
}

function readUser(database: Database, id: string): Promise<UserRow | undefined> {
  return database.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** An error of a constraint is not a storage failure, so it is not a Failure. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && !(error instanceof Failure) && /unique/i.test(error.message)
}

function userNamed(name: string): UserRow {
  const names = { userPrincipalName: `${name}@example.org`, displayName: name }
  return { ...toUserRow('t', { id: name, ...names }), search_text: name }
}

function groupNamed(name: string): GroupRow {
  const group = toGroupRow('t', { id: name, displayName: name, visibility: 'Private' })
  return { ...group, search_text: name }
}

function personIn(group: string, user: string) {
  return { tenant_id: 't', group_id: group, user_id: user, relation: 'member' }
}

function roleOf(user: string) {
  return { tenant_id: 't', role_template_id: 'r', user_id: user }
}

function signInOf(user: string, subject: string) {
  const linked = { linked_by: 'name', linked_at: 1 }
  return { tenant_id: 't', issuer: 'https://issuer.example', subject, user_id: user, ...linked }
}

function folderOf(mailbox: string, id: string) {
  return { tenant_id: 't', mailbox_id: mailbox, id, parent_folder_id: null, display_name: id }
}

function contactOf(mailbox: string, id: string, folder: string | null) {
  return {
    tenant_id: 't',
    mailbox_id: mailbox,
    id,
    folder_id: folder,
    display_name: id,
    given_name: null,
    surname: null,
    company_name: null,
    job_title: null,
    email_addresses: '[]',
    search_text: id,
  }
}

function photoOf(owner: string, version: string): PhotoRow {
  return {
    tenant_id: 't',
    owner_kind: 'user',
    owner_id: owner,
    version,
    upload_hash: 'h',
    pack_hash: null,
    renditions: '[]',
    updated_at: 1_700_000_000_000,
  }
}
