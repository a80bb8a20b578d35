/**
 * Tests of the groups of a person, for every database. A database's own test calls
 * describeGroupsOfPerson with a function that opens an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { addGroups } from '../../src/directory/groups.ts'
import {
  type GroupRelation,
  listGroupIdsOf,
  listGroupsOf,
  listJoinedTeams,
  type Person,
} from '../../src/directory/groups-of-person.ts'
import { addUsers } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { anyOf, type Term } from '../support/conditions.ts'

const anna: Person = { tenantId: 'one', userId: 'anna' }

export function describeGroupsOfPerson(name: string, open: () => Promise<Database>): void {
  describe(`groups of a person in ${name}`, () => {
    let database: Database
    before(async () => {
      database = await open()
      await migrate(database)
      for (const tenantId of ['one', 'two']) {
        await addUsers(
          database,
          tenantId,
          ['anna', 'ben', 'carl'].map(id => ({ id, userPrincipalName: id, displayName: id })),
        )
      }
      await addGroups(database, 'one', [
        { id: 'g1', displayName: 'Émile', members: ['anna'], owners: ['ben'] },
        {
          id: 'g2',
          displayName: 'Design',
          members: ['anna', 'ben'],
          owners: ['anna'],
          isTeam: true,
        },
        { id: 'g3', displayName: 'Design', members: ['anna'], isTeam: true },
        { id: 'g4', displayName: 'Archive', owners: ['anna'], isTeam: true },
        { id: 'g5', displayName: 'Closed', members: ['ben'], owners: ['ben'] },
      ])
      await addGroups(database, 'two', [{ id: 'g1', displayName: 'Other', members: ['anna'] }])
      // More than one slice.
      await addGroups(
        database,
        'two',
        Array.from({ length: 1_100 }, (_, index) => ({
          id: `x${index}`,
          displayName: `Group ${String(index).padStart(4, '0')}${index % 400 === 7 ? ' rare' : ''}`,
          members: ['carl'],
        })),
      )
    })
    after(() => database.destroy())

    const list = async (
      person: Person,
      relation: GroupRelation,
      page: Readonly<{ top?: number; anyOf?: Term[]; after?: { name: string; id: string } }> = {},
    ) => {
      const where = { database, slices: createSlices(() => 0) }
      const rows = await listGroupsOf(where, person, relation, {
        top: page.top ?? 100,
        where: anyOf(page.anyOf ?? []),
        after: page.after,
      })
      return rows.map(({ id }) => id)
    }

    test('are listed by name, as member or as owner', async () => {
      assert.deepEqual(await list(anna, 'member'), ['g2', 'g3', 'g1'])
      assert.deepEqual(await list(anna, 'owner'), ['g4', 'g2'])
      assert.deepEqual(await list({ tenantId: 'two', userId: 'anna' }, 'member'), ['g1'])
      assert.deepEqual(await list({ tenantId: 'one', userId: 'carl' }, 'member'), [])
      assert.deepEqual(await list({ tenantId: 'one', userId: 'nobody' }, 'owner'), [])
    })

    test('continue after a group, even when another has the same name', async () => {
      assert.deepEqual(await list(anna, 'member', { top: 1 }), ['g2'])
      assert.deepEqual(await list(anna, 'member', { after: { name: 'Design', id: 'g2' } }), [
        'g3',
        'g1',
      ])
      assert.deepEqual(await list(anna, 'member', { after: { name: 'Émile', id: 'g1' } }), [])
    })

    test('are searched only among their own', async () => {
      const named = (text: string): Term => ({
        property: 'displayName',
        how: 'hasWordsStartingWith',
        text,
      })
      assert.deepEqual(await list(anna, 'member', { anyOf: [named('ÉMI'), named('clo')] }), ['g1'])
      assert.deepEqual(await list(anna, 'member', { anyOf: [named('other')] }), [])
      const carl = { tenantId: 'two', userId: 'carl' }
      assert.deepEqual(await list(carl, 'member', { anyOf: [named('rare')] }), [
        'x7',
        'x407',
        'x807',
      ])
      assert.deepEqual(await list(carl, 'member', { anyOf: [named('rare')], top: 2 }), [
        'x7',
        'x407',
      ])
      const later = { anyOf: [named('rare')], after: { name: 'Group 0407 rare', id: 'x407' } }
      assert.deepEqual(await list(carl, 'member', later), ['x807'])
      assert.equal((await list(carl, 'member', { anyOf: [named('group')], top: 999 })).length, 999)
    })

    test('are listed by id for callers who may not see names', async () => {
      const ids = (top: number, after?: string) =>
        listGroupIdsOf(database, anna, 'member', { top, after })
      assert.deepEqual(await ids(100), ['g1', 'g2', 'g3'])
      assert.deepEqual(await ids(1, 'g1'), ['g2'])
      assert.deepEqual(await ids(100, 'g3'), [])
    })

    test('that are teams are listed once, for owners and members', async () => {
      const teams = await listJoinedTeams(database, anna)
      assert.deepEqual(
        teams.map(({ id }) => id),
        ['g4', 'g2', 'g3'],
      )
    })
  })
}
