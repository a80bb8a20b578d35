/** Contacts and folders: paths, and removal with photos. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { prepareFindContact } from '../../../src/directory/find-contact.ts'
import { addContact, listContacts, removeContact } from '../../../src/directory/mailbox/contacts.ts'
import { addFolder, findFolder, listFolders } from '../../../src/directory/mailbox/folders.ts'
import type { Mailbox } from '../../../src/directory/mailbox/mailbox.ts'
import { removeFolder } from '../../../src/directory/mailbox/remove-folder.ts'
import { always } from '../../../src/directory/queries/condition.ts'
import { addUsers } from '../../../src/directory/users.ts'
import { Failure } from '../../../src/failure.ts'
import type { Database } from '../../../src/storage/schema.ts'
import { openEmpty, searchable } from '../open.ts'

const alice: Mailbox = { tenantId: 'tenant', userId: 'alice' }
const bob: Mailbox = { tenantId: 'tenant', userId: 'bob' }
const page = { where: always, top: 100, skip: 0 }

test('a folder is found by its path, outermost first', async t => {
  const database = await openFolders(t)
  const idAt = async (...path: string[]) => (await findFolder(database, alice, path))?.id
  assert.equal(await idAt('outer'), 'outer')
  assert.equal(await idAt('outer', 'middle'), 'middle')
  assert.equal(await idAt('outer', 'middle', 'inner'), 'inner')
  // An id alone identifies a folder in a mailbox.
  assert.equal(await idAt('inner'), 'inner')
  assert.equal(await idAt('middle', 'inner'), 'inner')
})

test('a path with the wrong parent, or through another mailbox, finds nothing', async t => {
  const database = await openFolders(t)
  for (const path of [
    ['other', 'middle'],
    ['outer', 'inner'],
    ['inner', 'middle'],
    ['outer', 'outer'],
    ['outer', 'nothing'],
    ['nothing', 'middle'],
    ['nothing'],
  ]) {
    assert.equal(await findFolder(database, alice, path), undefined, path.join('/'))
  }
  assert.equal(await findFolder(database, bob, ['outer']), undefined)
  const elsewhere = { ...alice, tenantId: 'another' }
  assert.equal(await findFolder(database, elsewhere, ['outer']), undefined)
})

test('folders and contacts are listed in their parent folder', async t => {
  const database = await openFolders(t)
  const folders = async (parent?: string) =>
    (await listFolders(searchable(database), alice, parent, page)).map(({ id }) => id)
  assert.deepEqual(await folders(), ['other', 'outer'])
  assert.deepEqual(await folders('outer'), ['middle'])
  const contacts = async (folder?: string) =>
    (await listContacts(searchable(database), alice, folder, page)).rows.map(({ id }) => id)
  assert.deepEqual(await contacts(), ['at root'])
  assert.deepEqual(await contacts('inner'), ['in inner'])
  const nothing = { rows: [], hasMore: false }
  assert.deepEqual(await listContacts(searchable(database), bob, undefined, page), nothing)
})

test('a contact is found in its own folder, and in its mailbox without one', async t => {
  const database = await openFolders(t)
  const find = (id: string, ...folders: string[]) => findContact(database, alice, id, folders)
  for (const path of [[], ['inner'], ['middle', 'inner'], ['outer', 'middle', 'inner']]) {
    const found = await find('in inner', ...path)
    assert.equal(found?.contact?.id, 'in inner', path.join('/'))
    assert.equal(found.contact.version, 'in inner')
    assert.deepEqual(found.user, { tenant_id: 'tenant', id: 'alice' })
    assert.equal(found.hasFolders, true)
  }
  for (const path of [['outer'], ['outer', 'middle']]) {
    const found = await find('in inner', ...path)
    assert.deepEqual([found?.hasFolders, found?.contact], [true, undefined], path.join('/'))
  }
  const elsewhere = await findContact(database, bob, 'in inner')
  assert.deepEqual(elsewhere?.user, { tenant_id: 'tenant', id: 'bob' })
  assert.deepEqual([elsewhere.hasFolders, elsewhere.contact], [true, undefined])
})

test('in the path of a contact, each folder must be a child of the one before, in this mailbox', async t => {
  const database = await openFolders(t)
  for (const path of [
    ['nothing'],
    ['nothing', 'inner'],
    ['outer', 'inner'],
    ['inner', 'inner'],
    ['other', 'middle', 'inner'],
    ['outer', 'nothing', 'inner'],
  ]) {
    const found = await findContact(database, alice, 'in inner', path)
    assert.equal(found?.hasFolders, false, path.join('/'))
  }
  assert.equal((await findContact(database, bob, 'in inner', ['inner']))?.hasFolders, false)
})

test('in the path of a contact, the person is found by name or id, in their own tenant', async t => {
  const database = await openFolders(t)
  const find = prepareFindContact(database)
  const contact = { tenantId: alice.tenantId, folders: ['inner'], id: 'in inner' }
  const idOf = async (idOrName: string, by: 'id' | 'idOrName', tenantId = alice.tenantId) =>
    (await find({ ...contact, idOrName, by, tenantId }))?.contact?.id
  assert.equal(await idOf('ALICE@a.example', 'idOrName'), 'in inner')
  assert.equal(await idOf('alice', 'idOrName'), 'in inner')
  assert.equal(await idOf('alice', 'id'), 'in inner')
  assert.equal(await idOf('alice@a.example', 'id'), undefined)
  assert.equal(await find({ ...contact, idOrName: 'nobody', by: 'idOrName' }), undefined)
  assert.equal(await idOf('alice', 'id', 'another'), undefined)
})

test('nothing is added to a folder that does not exist or is in another mailbox', async t => {
  const database = await openFolders(t)
  const isMissing = (error: unknown) =>
    error instanceof Failure && error.code === 'contact-folder-not-found'
  const contact = { id: 'new', displayName: 'New' }
  await assert.rejects(addContact(database, alice, { ...contact, folderId: 'no' }), isMissing)
  await assert.rejects(addContact(database, bob, { ...contact, folderId: 'outer' }), isMissing)
  await assert.rejects(addFolder(database, bob, { ...contact, parentFolderId: 'outer' }), isMissing)
  assert.equal((await findContact(database, alice, 'new'))?.contact, undefined)
})

test('removing a contact removes the pointer to its photo and retires the pack', async t => {
  const database = await openFolders(t)
  assert.equal(await removeContact(database, alice, 'in inner', 5000), true)
  assert.equal((await findContact(database, alice, 'in inner'))?.contact, undefined)
  assert.deepEqual(await photosOf(database), ['at root', 'in middle', 'in other'])
  assert.deepEqual(await retired(database), [['in inner', 5000]])
  assert.equal(await removeContact(database, alice, 'in inner', 6000), false)
  assert.equal(await removeContact(database, bob, 'at root', 6000), false)
  assert.deepEqual(await retired(database), [['in inner', 5000]])
})

test('removing a folder removes its contents at any depth, and nothing else', async t => {
  const database = await openFolders(t)
  assert.equal(await removeFolder(searchable(database), bob, 'outer', 7000), false)
  assert.equal(await removeFolder(searchable(database), alice, 'outer', 7000), true)
  for (const id of ['outer', 'middle', 'inner']) {
    assert.equal(await findFolder(database, alice, [id]), undefined, id)
  }
  assert.equal((await findFolder(database, alice, ['other']))?.id, 'other')
  assert.deepEqual(await photosOf(database), ['at root', 'in other'])
  assert.deepEqual(await retired(database), [
    ['in inner', 7000],
    ['in middle', 7000],
  ])
  assert.equal(await removeFolder(searchable(database), alice, 'outer', 8000), false)
})

function findContact(
  database: Database,
  { tenantId, userId }: Mailbox,
  id: string,
  folders: readonly string[] = [],
) {
  const find = prepareFindContact(database)
  return find({ tenantId, idOrName: userId, by: 'id', folders, id })
}

/**
 * Folders outer > middle > inner, and other; a contact with a photo in each except outer, and one
 * at the root.
 */
async function openFolders(t: TestContext): Promise<Database> {
  const database = await openEmpty(t)
  for (const { tenantId, userId } of [alice, bob]) {
    const user = { id: userId, userPrincipalName: `${userId}@a.example`, displayName: userId }
    await addUsers(database, tenantId, [user])
  }
  for (const [id, parentFolderId] of [
    ['outer', undefined],
    ['middle', 'outer'],
    ['inner', 'middle'],
    ['other', undefined],
  ] as const) {
    await addFolder(database, alice, { id, parentFolderId, displayName: id })
  }
  for (const folderId of ['middle', 'inner', 'other', undefined]) {
    const id = folderId === undefined ? 'at root' : `in ${folderId}`
    await addContact(database, alice, { id, folderId, displayName: id })
    await database
      .insertInto('photos')
      .values({
        tenant_id: alice.tenantId,
        owner_kind: 'contact',
        owner_id: id,
        version: id,
        upload_hash: '',
        renditions: '[]',
        updated_at: 1,
      })
      .execute()
  }
  return database
}

async function photosOf(database: Database): Promise<string[]> {
  const rows = await database.selectFrom('photos').select('owner_id').execute()
  return rows.map(row => row.owner_id).sort()
}

async function retired(database: Database): Promise<[string, number][]> {
  const query = database.selectFrom('retired_packs').selectAll().orderBy('version')
  return (await query.execute()).map(({ version, retired_at }) => [version, retired_at])
}
