/**
 * Tests of people and groups managed by sources, for every database. A database's own test calls
 * describePeople with a function that opens an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  addToGroup,
  changeGroup,
  createGroup,
  deleteGroup,
  makeTeam,
  putGroup,
  removeFromGroup,
  restoreGroup,
} from '../../src/directory/change-groups.ts'
import { changeUser, deleteUser, putUser, restoreUser } from '../../src/directory/change-users.ts'
import {
  findDeletedGroup,
  findDeletedUser,
  listDeletedGroups,
  listDeletedUsers,
} from '../../src/directory/deleted.ts'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { maxMembers } from '../../src/directory/group-rows.ts'
import { findGroups, groupEntryColumns, prepareFindGroup } from '../../src/directory/groups.ts'
import {
  listGroupIdsOf,
  listGroupsOf,
  listJoinedTeams,
} from '../../src/directory/groups-of-person.ts'
import type { Origin, Source } from '../../src/directory/origin.ts'
import {
  findManager,
  listDirectReports,
  listPeopleOfGroup,
  setManager,
} from '../../src/directory/people-of-group.ts'
import { always } from '../../src/directory/queries/condition.ts'
import { addSignedInUser } from '../../src/directory/sign-in/sign-in.ts'
import { findPeople, listUsers, type NewUser } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { prepareWholeUsers } from '../support/whole-users.ts'

const tenantId = 'one'
const from = (source: Source, at = 1): Origin => ({ source, at })
const graph = from('graph', 2)
const anna = { id: 'anna', userPrincipalName: 'anna@example.org', displayName: 'Anna Adler' }
const ben = { id: 'ben', userPrincipalName: 'ben@example.org', displayName: 'Ben Berg' }
const whole = { top: 100, after: undefined }
const all = { where: always, ...whole }

export function describePeople(name: string, open: () => Promise<Database>): void {
  describe(`people and groups in ${name}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
    })
    beforeEach(() => emptyDirectory(database))
    after(() => database.destroy())

    const issuer = 'https://issuer.example'
    const put = (user: NewUser, origin = graph) => putUser(database, tenantId, user, origin)
    const find = (idOrName: string) => prepareWholeUsers(database).findUser(tenantId, idOrName)
    const searchable = () => ({ database, slices: createSlices(() => 0) })
    const namesIn = async () => (await listUsers(searchable(), tenantId, all)).map(({ id }) => id)
    const search = async (text: string) => {
      const where = { property: 'displayName', operator: 'hasWords', value: text } as const
      return (await listUsers(searchable(), tenantId, { ...all, where })).map(({ id }) => id)
    }
    const signIn = (id: string, vouchedName: string) =>
      addSignedInUser(
        { database, ...prepareWholeUsers(database), now: () => 7 },
        { tenantId, issuer, id, profile: { vouchedName, isVouchedFor: true, issuedAt: 5 } },
      )
    const refused = (code: string) => (error: unknown) =>
      error instanceof Error && 'code' in error && error.code === code

    test('a person has all values from the source', async () => {
      const details = { department: 'Design', employeeId: '007', mailNickname: 'anna' }
      const { did } = await put({ ...anna, ...details, isActive: false })
      assert.equal(did, 'created')
      const row = await find('ANNA@example.org')
      assert.deepEqual(
        [row?.department, row?.employee_id, row?.mail_nickname, row?.is_active, row?.source],
        ['Design', '007', 'anna', 0, 'graph'],
      )
      assert.deepEqual([row?.changed_at, row?.deleted_at, row?.names_at], [2, null, null])
    })

    test('the time since which a person is inactive is kept until they are active or deleted', async () => {
      const inactiveAt = async () => {
        const rows = await database.selectFrom('users').select('inactive_at').execute()
        return rows.map(row => row.inactive_at)
      }
      const change = (isActive: boolean, at: number) =>
        changeUser(database, tenantId, 'anna', { isActive }, from('graph', at))
      await put({ ...anna, isActive: false }, from('graph', 3))
      await put({ ...anna, isActive: false }, from('graph', 4))
      await change(false, 5)
      assert.deepEqual(await inactiveAt(), [3])
      await change(true, 6)
      assert.deepEqual(await inactiveAt(), [null])
      await change(false, 7)
      assert.deepEqual(await inactiveAt(), [7])
      await deleteUser(database, tenantId, 'anna', from('graph', 8))
      assert.deepEqual(await inactiveAt(), [null])
      await restoreUser(database, tenantId, 'anna', from('graph', 9))
      assert.deepEqual(await inactiveAt(), [9])
    })

    test('putting the same person again changes them, and only the new name finds them', async () => {
      await put(anna)
      const { did } = await put({ ...anna, userPrincipalName: 'a.adler@example.org' })
      assert.equal(did, 'changed')
      assert.equal((await find('a.adler@example.org'))?.id, 'anna')
      assert.equal(await find('anna@example.org'), undefined)
    })

    test('a change keeps properties that it does not name, and removes empty ones', async () => {
      await put({ ...anna, department: 'Design', jobTitle: 'Lead' })
      const row = await changeUser(database, tenantId, 'anna', { department: undefined }, graph)
      assert.deepEqual([row?.department, row?.job_title], [null, 'Lead'])
      assert.equal(await changeUser(database, tenantId, 'nobody', {}, graph), undefined)
    })

    test('a name that is taken is refused in any case, and nothing is written', async () => {
      await put(anna)
      const name = 'ANNA@example.org'
      await assert.rejects(put({ ...ben, userPrincipalName: name }), refused('value-taken'))
      assert.deepEqual(await namesIn(), ['anna'])
      await put(ben)
      await assert.rejects(
        changeUser(database, tenantId, 'ben', { userPrincipalName: name }, graph),
        refused('value-taken'),
      )
      assert.equal((await find('ben@example.org'))?.id, 'ben')
    })

    test("a name that equals another person's id is refused", async () => {
      await put(anna)
      await assert.rejects(put({ ...ben, userPrincipalName: 'anna' }), refused('value-taken'))
    })

    test('another source neither changes nor deletes a person', async () => {
      await put(anna, from('import:staff'))
      await assert.rejects(put(anna, from('scim:entra')), refused('managed-elsewhere'))
      await assert.rejects(
        changeUser(database, tenantId, 'anna', { displayName: 'X' }, graph),
        refused('managed-elsewhere'),
      )
      await assert.rejects(
        deleteUser(database, tenantId, 'anna', graph),
        refused('managed-elsewhere'),
      )
      assert.equal((await find('anna'))?.display_name, 'Anna Adler')
      await deleteUser(database, tenantId, 'anna', from('import:staff'))
      const restore = restoreUser(database, tenantId, 'anna', graph)
      await assert.rejects(restore, refused('managed-elsewhere'))
    })

    test('an operator finds people by id or name, and groups by id, in every tenant, each once', async () => {
      const named = (id: string) => ({ ...anna, id, userPrincipalName: 'Both@example.org' })
      await putUser(database, 'two', named('x'), graph)
      await putUser(database, 'one', named('both@example.org'), graph)
      await putUser(database, 'three', { ...anna, id: 'other' }, graph)
      const found = async (name: string) =>
        (await findPeople(database, name)).map(({ tenant_id, id }) => `${tenant_id} ${id}`)
      assert.deepEqual(await found('both@example.org'), ['one both@example.org', 'two x'])
      assert.deepEqual(await found('other'), ['three other'])
      assert.deepEqual(await found('nobody'), [])
      for (const tenant of ['two', 'one']) {
        await putGroup(database, tenant, { id: 'g', displayName: tenant }, graph)
      }
      const groups = await findGroups(database, 'g')
      assert.deepEqual(
        groups.map(row => row.tenant_id),
        ['one', 'two'],
      )
      assert.deepEqual(await findGroups(database, 'h'), [])
    })

    test('another source does not restore a group', async () => {
      await putGroup(database, tenantId, { id: 'g', displayName: 'g' }, from('cli'))
      await deleteGroup(database, tenantId, 'g', from('cli'))
      const restore = restoreGroup(database, tenantId, 'g', graph)
      await assert.rejects(restore, refused('managed-elsewhere'))
    })

    test('a person who came by signing in is adopted by the first source that names their id', async () => {
      await signIn('anna', 'anna@example.org')
      const { did, row } = await put(anna, from('import:staff'))
      assert.deepEqual([did, row.source, row.names_at], ['adopted', 'import:staff', null])
      await assert.rejects(put(anna), refused('managed-elsewhere'))
    })

    test('a deleted person is not found, and their name is free', async () => {
      await put({ ...anna, displayName: 'Anna Adler' })
      assert.equal(await deleteUser(database, tenantId, 'anna', from('graph', 9)), true)
      assert.equal(await deleteUser(database, tenantId, 'anna', graph), false)
      assert.equal(await find('anna'), undefined)
      assert.equal(await find('anna@example.org'), undefined)
      assert.deepEqual(await namesIn(), [])
      assert.deepEqual(await search('anna'), [])
      assert.equal((await findDeletedUser(database, tenantId, 'anna'))?.deleted_at, 9)
      assert.equal((await listDeletedUsers(database, tenantId, whole)).length, 1)
      await put({ ...ben, userPrincipalName: 'anna@example.org' })
      assert.equal((await find('anna@example.org'))?.id, 'ben')
    })

    test('signing in does not restore a deleted person', async () => {
      await put(anna)
      await deleteUser(database, tenantId, 'anna', graph)
      await assert.rejects(signIn('anna', 'anna@example.org'), refused('account-deleted'))
      assert.equal(await find('anna'), undefined)
    })

    test('a restored person is found as before, unless the name is taken', async () => {
      await put({ ...anna, department: 'Design' })
      await deleteUser(database, tenantId, 'anna', graph)
      await put({ ...ben, userPrincipalName: 'anna@example.org' })
      await assert.rejects(
        restoreUser(database, tenantId, 'anna', from('graph', 10)),
        refused('value-taken'),
      )
      await changeUser(database, tenantId, 'ben', { userPrincipalName: 'ben@example.org' }, graph)
      assert.equal(
        (await restoreUser(database, tenantId, 'anna', from('graph', 10)))?.department,
        'Design',
      )
      assert.equal((await find('anna@example.org'))?.id, 'anna')
      assert.deepEqual(await search('adler'), ['anna'])
      assert.equal(await restoreUser(database, tenantId, 'anna', from('graph', 10)), undefined)
    })

    test('a deleted person is restored by the next put of their source', async () => {
      await put(anna)
      await deleteUser(database, tenantId, 'anna', graph)
      assert.equal((await put(anna)).did, 'restored')
      assert.equal((await find('anna@example.org'))?.id, 'anna')
    })

    test('a manager is shown until they are deleted, and their reports with them', async () => {
      await put(anna)
      await put(ben)
      await setManager(database, tenantId, 'ben', 'anna', graph)
      const managerOf = async () => (await findManager(database, { tenantId, userId: 'ben' }))?.id
      const reportsOf = (userId: string) =>
        listDirectReports(searchable(), { tenantId, userId }, all)
      assert.equal(await managerOf(), 'anna')
      assert.deepEqual(
        (await reportsOf('anna')).map(({ id }) => id),
        ['ben'],
      )
      await deleteUser(database, tenantId, 'anna', graph)
      assert.equal(await managerOf(), undefined)
      await restoreUser(database, tenantId, 'anna', from('graph', 1))
      assert.equal(await managerOf(), 'anna')
      await put({ ...ben, displayName: 'Ben' })
      assert.equal(await managerOf(), 'anna')
      await setManager(database, tenantId, 'ben', undefined, graph)
      assert.deepEqual(await reportsOf('anna'), [])
      await assert.rejects(
        setManager(database, tenantId, 'ben', 'nobody', graph),
        refused('user-not-found'),
      )
      await assert.rejects(
        setManager(database, tenantId, 'ben', 'ben', graph),
        refused('resource-invalid'),
      )
    })

    test('two people who become each other’s manager at once do not deadlock', async () => {
      await put(anna)
      await put(ben)
      const rounds = Array.from({ length: 10 }, () => [
        setManager(database, tenantId, 'ben', 'anna', graph),
        setManager(database, tenantId, 'anna', 'ben', graph),
      ])
      await Promise.all(rounds.flat())
    })

    const membership = (userId: string, relation: 'owner' | 'member' = 'member') =>
      ({ tenantId, groupId: 'g', userId, relation }) as const
    const inGroup = async (relation: 'owner' | 'member') => {
      const key = { tenantId, groupId: 'g' }
      return (await listPeopleOfGroup(searchable(), key, relation, all)).map(({ id }) => id)
    }

    test('a group is added, changed, deleted from lists, and restored with its people', async () => {
      await put(anna)
      await putGroup(database, tenantId, { id: 'g', displayName: 'Design', isTeam: true }, graph)
      await addToGroup(database, membership('anna'), 'graph')
      await addToGroup(database, membership('anna', 'owner'), 'graph')
      await changeGroup(database, tenantId, 'g', { displayName: 'Art' }, graph)
      const findGroup = prepareFindGroup(database, groupEntryColumns)
      assert.equal((await findGroup(tenantId, 'g'))?.display_name, 'Art')
      const person = { tenantId, userId: 'anna' }
      const groupsOf = async () => [
        (await listGroupsOf(searchable(), person, 'member', all)).length,
        (await listGroupIdsOf(database, person, 'owner', whole)).length,
        (await listJoinedTeams(database, person)).length,
      ]
      assert.deepEqual(await groupsOf(), [1, 1, 1])
      assert.equal(await deleteGroup(database, tenantId, 'g', graph), true)
      assert.equal(await findGroup(tenantId, 'g'), undefined)
      assert.deepEqual(await groupsOf(), [0, 0, 0])
      await assert.rejects(
        addToGroup(database, membership('anna'), 'graph'),
        refused('group-not-found'),
      )
      assert.equal(
        (await restoreGroup(database, tenantId, 'g', from('graph', 3)))?.display_name,
        'Art',
      )
      assert.deepEqual(await groupsOf(), [1, 1, 1])
    })

    test('a group is created with all its people or not at all', async () => {
      await put(anna)
      await put(ben)
      const group = { id: 'g', displayName: 'Design', owners: ['anna'], members: ['ben', 'anna'] }
      await assert.rejects(
        createGroup(database, tenantId, { ...group, members: ['ben', 'nobody'] }, graph),
        refused('user-not-found'),
      )
      assert.equal(await prepareFindGroup(database, groupEntryColumns)(tenantId, 'g'), undefined)
      const row = await createGroup(database, tenantId, group, graph)
      assert.deepEqual([row.source, row.changed_at], ['graph', 2])
      assert.deepEqual(await inGroup('owner'), ['anna'])
      assert.deepEqual(await inGroup('member'), ['anna', 'ben'])
    })

    test('a change with new members is applied completely or not at all', async () => {
      await put(anna)
      await put(ben)
      const group = { id: 'g', displayName: 'Design', members: ['anna'] }
      await createGroup(database, tenantId, group, graph)
      const change = (members: string[]) =>
        changeGroup(database, tenantId, 'g', { displayName: 'Art' }, graph, members)
      await assert.rejects(change(['ben', 'anna']), refused('reference-exists'))
      await assert.rejects(change(['ben', 'nobody']), refused('user-not-found'))
      assert.deepEqual(await inGroup('member'), ['anna'])
      assert.equal(
        (await prepareFindGroup(database, groupEntryColumns)(tenantId, 'g'))?.display_name,
        'Design',
      )
      await change(['ben'])
      assert.deepEqual(await inGroup('member'), ['anna', 'ben'])
    })

    test('adding the same people to two groups in different orders does not deadlock', async () => {
      await put(anna)
      await put(ben)
      for (const id of ['g', 'h'])
        await putGroup(database, tenantId, { id, displayName: id }, graph)
      const add = (id: string, members: string[]) =>
        changeGroup(database, tenantId, id, {}, graph, members)
      await Promise.all([add('g', ['anna', 'ben']), add('h', ['ben', 'anna'])])
      assert.deepEqual(await inGroup('member'), ['anna', 'ben'])
    })

    test('a group with an owner becomes a team, once, and only by its source', async () => {
      await put(anna)
      await createGroup(database, tenantId, { id: 'g', displayName: 'Design' }, graph)
      const make = (origin = graph) => makeTeam(database, tenantId, 'g', origin)
      await assert.rejects(make(), refused('resource-invalid'))
      await addToGroup(database, membership('anna', 'owner'), 'graph')
      await assert.rejects(make(from('cli')), refused('managed-elsewhere'))
      assert.equal((await make()).is_team, 1)
      await assert.rejects(make(), refused('team-exists'))
      const person = { tenantId, userId: 'anna' }
      assert.equal((await listJoinedTeams(database, person)).length, 1)
    })

    test('deleted groups are listed only among the deleted, by id', async () => {
      for (const id of ['g', 'h', 'i']) {
        await createGroup(database, tenantId, { id, displayName: id }, graph)
      }
      await deleteGroup(database, tenantId, 'g', from('graph', 9))
      await deleteGroup(database, tenantId, 'i', from('graph', 8))
      const listed = async (page: { top: number; after: string | undefined }) =>
        (await listDeletedGroups(database, tenantId, page)).map(({ id }) => id)
      assert.deepEqual(await listed(whole), ['g', 'i'])
      assert.deepEqual(await listed({ top: 1, after: 'g' }), ['i'])
      assert.equal((await findDeletedGroup(database, tenantId, 'g'))?.deleted_at, 9)
      assert.equal(await findDeletedGroup(database, tenantId, 'h'), undefined)
      assert.equal(await findDeletedGroup(database, 'another', 'g'), undefined)
    })

    test('members are added and removed once, and only by the group’s source', async () => {
      await put(anna)
      await put(ben)
      await putGroup(database, tenantId, { id: 'g', displayName: 'Design' }, graph)
      await addToGroup(database, membership('anna'), 'graph')
      await assert.rejects(
        addToGroup(database, membership('anna'), 'graph'),
        refused('reference-exists'),
      )
      await assert.rejects(
        addToGroup(database, membership('nobody'), 'graph'),
        refused('user-not-found'),
      )
      await assert.rejects(
        addToGroup(database, membership('ben'), 'cli'),
        refused('managed-elsewhere'),
      )
      assert.equal(await removeFromGroup(database, membership('ben'), 'graph'), false)
      assert.equal(await removeFromGroup(database, membership('anna'), 'graph'), true)
      assert.deepEqual(await inGroup('member'), [])
    })

    const sizes = async () => {
      const rows = await database.selectFrom('group_sizes').selectAll().execute()
      return Object.fromEntries(rows.map(row => [row.group_id, row.members]))
    }

    test('the size of a group equals its members, for every writer', async () => {
      for (const person of [anna, ben]) await put(person)
      for (const id of ['g', 'h']) {
        await createGroup(database, tenantId, { id, displayName: id, owners: ['anna'] }, graph)
      }
      assert.deepEqual(await sizes(), {})
      const rows = ['g', 'h'].flatMap(group_id =>
        ['anna', 'ben'].map(user_id => ({
          tenant_id: tenantId,
          group_id,
          user_id,
          relation: 'member',
        })),
      )
      await database.insertInto('group_people').values(rows).execute()
      assert.deepEqual(await sizes(), { g: 2, h: 2 })
      await database.deleteFrom('group_people').where('relation', '=', 'owner').execute()
      assert.deepEqual(await sizes(), { g: 2, h: 2 })
      await database.deleteFrom('users').where('id', '=', 'ben').execute()
      assert.deepEqual(await sizes(), { g: 1, h: 1 })
      await database.deleteFrom('groups').where('id', '=', 'g').execute()
      assert.deepEqual(await sizes(), { h: 1 })
    })

    test('a full group accepts no members until one is removed, but accepts owners', async () => {
      for (const person of [anna, ben]) await put(person)
      await createGroup(database, tenantId, { id: 'g', displayName: 'g', members: ['anna'] }, graph)
      await database.updateTable('group_sizes').set({ members: maxMembers }).execute()
      const patch = () => changeGroup(database, tenantId, 'g', {}, graph, ['ben'])
      await assert.rejects(addToGroup(database, membership('ben'), 'graph'), refused('group-full'))
      await assert.rejects(patch(), refused('group-full'))
      assert.deepEqual(await inGroup('member'), ['anna'])
      await addToGroup(database, membership('ben', 'owner'), 'graph')
      await removeFromGroup(database, membership('anna'), 'graph')
      await patch()
      assert.deepEqual(await inGroup('member'), ['ben'])
    })

    test('of 16 concurrent additions to a group with one free place, one succeeds', async () => {
      const people = Array.from({ length: 17 }, (_, index) => `p${String(index).padStart(2, '0')}`)
      for (const id of people) await put({ id, userPrincipalName: id, displayName: id })
      const [first = '', ...others] = people
      await createGroup(database, tenantId, { id: 'g', displayName: 'g', members: [first] }, graph)
      const oneLeft = { members: maxMembers - 1 }
      await database.updateTable('group_sizes').set(oneLeft).execute()
      const add = (id: string) => addToGroup(database, membership(id), 'graph')
      const done = await Promise.allSettled(others.map(add))
      assert.equal(done.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal((await inGroup('member')).length, 2)
      assert.deepEqual(await sizes(), { g: maxMembers })
    })

    test('16 who are removed from the same groups at once all go', async () => {
      const people = Array.from({ length: 16 }, (_, index) => `p${String(index).padStart(2, '0')}`)
      for (const id of people) await put({ id, userPrincipalName: id, displayName: id })
      for (const id of ['g', 'h', 'i']) {
        await createGroup(database, tenantId, { id, displayName: id, members: people }, graph)
      }
      const remove = (id: string) => database.deleteFrom('users').where('id', '=', id).execute()
      await Promise.all(people.map(remove))
      assert.deepEqual(await sizes(), { g: 0, h: 0, i: 0 })
    })

    test('the only owner is not removed', async () => {
      await put(anna)
      await put(ben)
      await putGroup(database, tenantId, { id: 'g', displayName: 'Design' }, graph)
      await addToGroup(database, membership('anna', 'owner'), 'graph')
      await addToGroup(database, membership('ben', 'owner'), 'graph')
      assert.equal(await removeFromGroup(database, membership('ben', 'owner'), 'graph'), true)
      await assert.rejects(
        removeFromGroup(database, membership('anna', 'owner'), 'graph'),
        refused('last-owner'),
      )
      assert.deepEqual(await inGroup('owner'), ['anna'])
    })

    test('a deleted member is not listed until they are restored', async () => {
      await put(anna)
      await putGroup(database, tenantId, { id: 'g', displayName: 'Design' }, graph)
      await addToGroup(database, membership('anna'), 'graph')
      await deleteUser(database, tenantId, 'anna', graph)
      assert.deepEqual(await inGroup('member'), [])
      await restoreUser(database, tenantId, 'anna', from('graph', 1))
      assert.deepEqual(await inGroup('member'), ['anna'])
    })

    test('16 writers on one group leave the union of their changes', async () => {
      const people = Array.from({ length: 64 }, (_, index) => `p${String(index).padStart(2, '0')}`)
      for (const id of people) await put({ id, userPrincipalName: id, displayName: id })
      await putGroup(database, tenantId, { id: 'g', displayName: 'Design' }, graph)
      const leaving = people.slice(0, 16)
      for (const id of leaving) await addToGroup(database, membership(id), 'graph')
      const writer = async (index: number) => {
        await removeFromGroup(database, membership(leaving[index] ?? ''), 'graph')
        for (const id of people.slice(16 + index * 3, 19 + index * 3)) {
          await addToGroup(database, membership(id), 'graph')
        }
      }
      await Promise.all(Array.from({ length: 16 }, (_, index) => writer(index)))
      assert.deepEqual(await inGroup('member'), people.slice(16))
      assert.deepEqual(await sizes(), { g: people.length - 16 })
    })
  })
}
