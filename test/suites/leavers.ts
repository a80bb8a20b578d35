/**
 * People who leave: the brake on removals, and erasing, on any database. A database's own test calls describeLeavers
 * with a way to open an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createGroup, deleteGroup, putGroup } from '../../src/directory/change-groups.ts'
import { changeUser, deleteUser, putUser, restoreUser } from '../../src/directory/change-users.ts'
import { findDeletedUser, listDeletedUsers } from '../../src/directory/deleted.ts'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { type Erased, eraseDue, markErasing } from '../../src/directory/leaving/erase-deleted.ts'
import { deleteInactive } from '../../src/directory/leaving/inactive.ts'
import {
  confirmRemovals,
  dayMs,
  judgeRemovals,
  listWaiting,
} from '../../src/directory/leaving/removals.ts'
import { insertContact } from '../../src/directory/mailbox/contacts.ts'
import { insertFolder } from '../../src/directory/mailbox/folders.ts'
import type { Source } from '../../src/directory/origin.ts'
import { findManager, setManager } from '../../src/directory/people-of-group.ts'
import { readSourceStates, recordSuccess } from '../../src/directory/sources/state.ts'
import { addUsers } from '../../src/directory/users.ts'
import type { OwnerKey } from '../../src/photos/photo.ts'
import { movePointer } from '../../src/photos/pointer.ts'
import { openMemoryPacks } from '../../src/storage/memory.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { newPackKey, type PackStore } from '../../src/storage/packs.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { mostRowsOfStatement } from '../support/rows-of-statement.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

const tenantId = 'one'
const source: Source = 'import:staff'
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const day = (number: number) => number * dayMs

export function describeLeavers(name: string, open: () => Promise<Database>): void {
  describe(`people who leave, in ${name}`, () => {
    let database: Database
    let packs: PackStore
    before(async () => {
      database = await open()
      await migrate(database)
    })
    beforeEach(async () => {
      await database.deleteFrom('photos').execute()
      await database.deleteFrom('retired_packs').execute()
      await emptyDirectory(database)
      packs = openMemoryPacks(() => 1)
    })
    after(() => database.destroy())

    const addPeople = async (count: number, origin: Source = source, prefix = 'p') => {
      const ids = Array.from(
        { length: count },
        (_, at) => `${prefix}${String(at).padStart(4, '0')}`,
      )
      const people = ids.map(id => ({ id, userPrincipalName: `${id}@a.example`, displayName: id }))
      await addUsers(database, tenantId, people)
      await database.updateTable('users').set({ source: origin }).where('id', 'in', ids).execute()
      return ids
    }
    const remove = async (ids: readonly string[], at: number, by: Source = source) => {
      for (const id of ids) await deleteUser(database, tenantId, id, { source: by, at })
    }
    const waiting = async () => (await listWaiting(database)).map(one => [one.source, one.removed])
    const erase = async (until: number, store: PackStore = packs) => {
      const erased: Erased[] = []
      const slices = createSlices(() => 0)
      const parts = { database, packs: store, slices, now: () => until }
      await eraseDue(parts, until, one => erased.push(one))
      return erased.map(({ id }) => id).sort()
    }
    const ids = async (table: 'users' | 'groups' | 'contacts' | 'contact_folders') => {
      const rows = await database.selectFrom(table).select('id').orderBy('id').execute()
      return rows.map(row => row.id)
    }
    /** A pack of a few bytes, which nobody renders. */
    const setPhoto = async (owner: OwnerKey, previous?: string) => {
      const version = newPackKey()
      await packs.write(version, new Uint8Array([1, 2, 3]))
      const row = { version, upload_hash: 'h', pack_hash: 'p', renditions: '[]', updated_at: 1 }
      await movePointer(database, owner, row, previous)
      return version
    }
    const packKeys = async () => {
      const keys: string[] = []
      for await (const { key } of packs.list()) keys.push(key)
      return keys.sort()
    }
    const user = (id: string) => ({ tenantId, kind: 'user', id }) as const

    describe('the brake', () => {
      for (const [people, removed, isWaiting, what] of [
        [100, 20, false, '20 of 100: not more than 20 people'],
        [105, 21, false, '21 of 105: not more than 20 %'],
        [104, 21, true, '21 of 104: more than both'],
        [30, 30, true, 'everybody'],
        [20, 20, false, 'everybody of a source of 20'],
      ] as const) {
        test(`${isWaiting ? 'holds up' : 'lets pass'} ${what}`, async () => {
          const all = await addPeople(people)
          await remove(all.slice(0, removed), day(10))
          await judgeRemovals(database, day(10) + minuteMs)
          assert.deepEqual(await waiting(), isWaiting ? [[source, removed]] : [])
          assert.equal((await erase(day(50))).length, isWaiting ? 0 : removed)
        })
      }

      test('counts any 24 hours, and not calendar days', async () => {
        const all = await addPeople(100)
        await remove(all.slice(0, 15), day(10) - hourMs)
        await judgeRemovals(database, day(10))
        assert.deepEqual(await waiting(), [])
        await remove(all.slice(15, 30), day(10) + hourMs)
        await judgeRemovals(database, day(10) + 2 * hourMs)
        assert.deepEqual(await waiting(), [[source, 30]])
      })

      test('lets the same number pass when it is spread over days', async () => {
        const all = await addPeople(100)
        for (const at of [1, 2, 3, 4]) {
          await remove(all.slice(at * 15, at * 15 + 15), day(at * 2))
          await judgeRemovals(database, day(at * 2) + minuteMs)
        }
        assert.deepEqual(await waiting(), [])
        assert.equal((await erase(day(50))).length, 60)
      })

      test('finds a day that nobody looked at when it ended', async () => {
        const all = await addPeople(100)
        await remove(all.slice(0, 40), day(10))
        await judgeRemovals(database, day(400))
        assert.deepEqual(await waiting(), [[source, 40]])
      })

      test('stays, whoever is added afterwards', async () => {
        await remove(await addPeople(100), day(10))
        await judgeRemovals(database, day(10) + 1)
        await addPeople(2000, source, 'q')
        await judgeRemovals(database, day(11))
        assert.deepEqual(await waiting(), [[source, 100]])
      })

      test('holds up what one source does, and nothing of others', async () => {
        const theirs = await addPeople(30)
        const others = await addPeople(30, 'graph', 'g')
        await remove(theirs, day(10))
        await remove(others.slice(0, 5), day(10), 'graph')
        await judgeRemovals(database, day(10) + 1)
        assert.deepEqual(await waiting(), [[source, 30]])
        assert.deepEqual(await erase(day(50)), others.slice(0, 5))
      })

      test('holds up groups of that source too, and lets earlier removals pass', async () => {
        const all = await addPeople(100)
        const group = { id: 'team', displayName: 'Team' }
        await putGroup(database, tenantId, group, { source, at: 1 })
        await remove(all.slice(0, 5), day(5))
        await remove(all.slice(5, 50), day(10))
        await deleteGroup(database, tenantId, 'team', { source, at: day(10) + hourMs })
        await judgeRemovals(database, day(10) + 2 * hourMs)
        assert.deepEqual(await erase(day(60)), all.slice(0, 5))
        assert.deepEqual(await ids('groups'), ['team'])
      })

      test('is released by a confirmation, and holds up the next time', async () => {
        const all = await addPeople(100)
        await remove(all.slice(0, 40), day(10))
        await judgeRemovals(database, day(10) + 1)
        await confirmRemovals(database, { tenantId, source }, day(10) + 2)
        await judgeRemovals(database, day(10) + 3)
        assert.deepEqual(await waiting(), [])
        await remove(all.slice(40, 80), day(10) + hourMs)
        await judgeRemovals(database, day(10) + 2 * hourMs)
        assert.deepEqual(await waiting(), [[source, 40]])
        assert.deepEqual(await erase(day(60)), all.slice(0, 40))
      })

      test('holds nobody up who is restored', async () => {
        const all = await addPeople(100)
        await remove(all.slice(0, 40), day(10))
        await judgeRemovals(database, day(10) + 1)
        for (const id of all.slice(0, 40))
          await restoreUser(database, tenantId, id, { source, at: day(11) })
        assert.deepEqual(await waiting(), [[source, 0]])
      })
    })

    test('the last success of a source is the oldest of its tenants', async () => {
      await recordSuccess(database, { tenantId, source }, 5)
      await recordSuccess(database, { tenantId, source }, 7)
      await recordSuccess(database, { tenantId: 'two', source }, 6)
      const state = { source, lastSuccessAt: 6, waiting: 0 }
      assert.deepEqual(await readSourceStates(database), [state])
    })

    describe('a person who was deleted long ago', () => {
      const origin = { source, at: day(1) } as const

      test('is erased with every byte, contacts, memberships and all', async () => {
        await addPeople(3)
        const first = await setPhoto(user('p0000'))
        await setPhoto(user('p0000'), first)
        const stays = await setPhoto(user('p0001'))
        const members = { members: ['p0000', 'p0001'], owners: ['p0000'] }
        const group = { id: 'team', displayName: 'Team', ...members }
        await createGroup(database, tenantId, group, { source, at: 1 })
        const mailbox = { tenantId, userId: 'p0000' }
        await insertFolder(database, mailbox, { id: 'a', displayName: 'A' })
        await insertFolder(database, mailbox, { id: 'b', displayName: 'B', parentFolderId: 'a' })
        for (let at = 0; at < 300; at += 1) {
          const folderId = at % 2 === 0 ? 'b' : undefined
          await insertContact(database, mailbox, { id: `c${at}`, displayName: 'C', folderId })
        }
        await setPhoto({ tenantId, kind: 'contact', id: 'c0' })
        await setPhoto({ tenantId, kind: 'contact', id: 'c299' })
        await deleteUser(database, tenantId, 'p0000', origin)
        assert.deepEqual(await erase(day(1)), [])
        assert.deepEqual(await erase(day(1) + 1), ['p0000'])
        assert.deepEqual(await ids('users'), ['p0001', 'p0002'])
        assert.deepEqual([await ids('contacts'), await ids('contact_folders')], [[], []])
        assert.deepEqual(await packKeys(), [stays])
        const retired = await database.selectFrom('retired_packs').selectAll().execute()
        assert.deepEqual(retired, [])
        const memberships = await database.selectFrom('group_people').select('user_id').execute()
        assert.deepEqual(
          memberships.map(row => row.user_id),
          ['p0001'],
        )
        assert.deepEqual(await erase(day(2)), [])
      })

      test('is nobody’s manager any more, in slices and for any number of reports', async () => {
        const [manager = '', other = '', ...reports] = await addPeople(602)
        const under = (id: string) => database.updateTable('users').set({ manager_id: id })
        await under(manager).where('id', 'in', reports).execute()
        await under(other).where('id', '=', manager).execute()
        await deleteUser(database, tenantId, manager, origin)
        const leading = async () =>
          (
            await database
              .selectFrom('users')
              .select('id')
              .where('manager_id', 'is not', null)
              .execute()
          ).length
        assert.equal(await leading(), 601)
        const most = await mostRowsOfStatement(database, async watched => {
          const slices = createSlices(() => 0)
          await eraseDue({ database: watched, packs, slices, now: () => day(2) }, day(2), () => {})
        })
        assert.deepEqual([await leading(), (await ids('users')).length], [0, 601])
        assert.ok(most <= 250, String(most))
      })

      test('stays a manager when the source brings them again meanwhile', async () => {
        const [manager = '', report = ''] = await addPeople(2)
        await setManager(database, tenantId, report, manager, { source, at: 1 })
        await deleteUser(database, tenantId, manager, origin)
        await restoreUser(database, tenantId, manager, { source, at: day(2) })
        assert.deepEqual(await erase(day(9)), [])
        const found = await findManager(database, { tenantId, userId: report })
        assert.equal(found?.id, manager)
      })

      test('is erased after any number of crashes', async () => {
        await addPeople(2)
        await setPhoto(user('p0000'))
        await insertContact(database, { tenantId, userId: 'p0000' }, { id: 'c', displayName: 'C' })
        await setPhoto({ tenantId, kind: 'contact', id: 'c' })
        await deleteUser(database, tenantId, 'p0000', origin)
        for (const crash of [1, 2]) {
          let purges = 0
          const store: PackStore = {
            ...packs,
            async purge(key) {
              purges += 1
              if (purges >= crash) throw new Error('crash')
              await packs.purge(key)
            },
          }
          await assert.rejects(erase(day(2), store), /crash/)
          assert.equal(await findDeletedUser(database, tenantId, 'p0000'), undefined)
          assert.equal(
            await restoreUser(database, tenantId, 'p0000', { source, at: day(2) }),
            undefined,
          )
        }
        assert.deepEqual(await erase(day(2)), ['p0000'])
        assert.deepEqual([await packKeys(), await ids('users')], [[], ['p0001']])
      })

      test('is erased at the next run once they were deleted for good, while others wait', async () => {
        const all = await addPeople(30)
        await remove(all, day(10))
        await judgeRemovals(database, day(10) + 1)
        assert.equal(await markErasing(database, user('p0003')), true)
        assert.equal(await markErasing(database, user('nobody')), false)
        const page = { top: 100, after: undefined }
        const listed = await listDeletedUsers(database, tenantId, page)
        assert.equal(listed.length, 29)
        assert.deepEqual(await erase(Number.NEGATIVE_INFINITY), ['p0003'])
      })

      test('is a new person without a photo when the source brings them again meanwhile', async () => {
        await addPeople(1)
        await setPhoto(user('p0000'))
        await deleteUser(database, tenantId, 'p0000', origin)
        await markErasing(database, user('p0000'))
        const again = { id: 'p0000', userPrincipalName: 'new@a.example', displayName: 'New' }
        const { did } = await putUser(database, tenantId, again, { source, at: day(2) })
        assert.equal(did, 'created')
        assert.deepEqual(await erase(day(9)), [])
        const found = await prepareWholeUsers(database).findUser(tenantId, 'new@a.example')
        assert.deepEqual([found?.id, found?.version], ['p0000', null])
      })
    })

    test('a group that was deleted long ago is erased with its photo and its people', async () => {
      const members = await addPeople(300)
      const group = { id: 'team', displayName: 'Team', members }
      await createGroup(database, tenantId, group, { source, at: 1 })
      await setPhoto({ tenantId, kind: 'group', id: 'team' })
      await deleteGroup(database, tenantId, 'team', { source, at: day(1) })
      assert.deepEqual(await erase(day(2)), ['team'])
      assert.deepEqual([await ids('groups'), await packKeys()], [[], []])
      assert.equal((await ids('users')).length, 300)
    })

    test('who was inactive for long counts as deleted, and can be restored for as long', async () => {
      await addPeople(3)
      const disable = (id: string, at: number) =>
        changeUser(database, tenantId, id, { isActive: false }, { source, at })
      await disable('p0000', day(1))
      await disable('p0001', day(5))
      const deleted: string[] = []
      const look = (before: number) =>
        deleteInactive(database, before, day(9), ({ id }) => deleted.push(id))
      await look(Number.NEGATIVE_INFINITY)
      assert.deepEqual(deleted, [])
      await look(day(5))
      await look(day(5))
      assert.deepEqual(deleted, ['p0000'])
      await restoreUser(database, tenantId, 'p0000', { source, at: day(9) })
      await look(day(9))
      assert.deepEqual(deleted, ['p0000', 'p0001'])
    })
  })
}
