/** Transactions that lock several people, in PostgreSQL: they lock in one order, so none ends another as a deadlock. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { putGroup } from '../../src/directory/change-groups.ts'
import { lockUser } from '../../src/directory/change-users.ts'
import { emptyDirectory } from '../../src/directory/directory.ts'
import { setManager } from '../../src/directory/people-of-group.ts'
import { addPeople, removePeople } from '../../src/directory/sources/put-members.ts'
import { putUsers } from '../../src/directory/sources/put-users.ts'
import { Failure } from '../../src/failure.ts'
import { migrate } from '../../src/storage/migrations.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import type { Database } from '../../src/storage/schema.ts'
import { inTransaction } from '../../src/storage/transactions.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

const tenantId = 'one'
const origin = { source: 'import:staff', at: 2 } as const
const people = Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, '0')}`)

const wanted = (id: string, name = id) => ({
  id,
  externalId: id,
  fields: { userPrincipalName: `${name}@x.org`, displayName: name },
  managerId: undefined,
})

describe('people who are locked by several transactions', () => {
  let server: PostgresServer
  let database: Database
  let waiting: () => Promise<number>
  before(async () => {
    server = await startPostgres()
    database = await openPostgres({ url: await server.createDatabase(), connections: 12 })
    await migrate(database)
    waiting = async () => {
      const [row] = await server.run(
        'select count(*)::int as count from pg_locks where not granted',
      )
      return Number(row?.count)
    }
  })
  beforeEach(async () => {
    await emptyDirectory(database)
    await putUsers(
      database,
      tenantId,
      people.map(id => wanted(id)),
      origin,
    )
  })
  after(async () => {
    await database.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('the holder of a wanted name is not locked after others', async () => {
    const { putting } = await inTransaction(database, async transaction => {
      await lockUser(transaction, tenantId, 'p00')
      // p01 wants the name of p00. Locked in that order, it would wait for p00 while it holds p01.
      const putting = putUsers(database, tenantId, [wanted('p01', 'p00')], origin)
      while ((await waiting()) === 0) await delay(1)
      await lockUser(transaction, tenantId, 'p01')
      return { putting }
    })
    const [outcome] = await putting
    assert.ok(outcome instanceof Failure && outcome.code === 'value-taken')
  })

  test('a person who is changed while they are waited for is written from the new row', async () => {
    const { putting } = await inTransaction(database, async transaction => {
      await lockUser(transaction, tenantId, 'p00')
      const putting = putUsers(database, tenantId, [wanted('p00', 'new')], origin)
      while ((await waiting()) === 0) await delay(1)
      await transaction
        .updateTable('users')
        .set({ manager_id: 'p05' })
        .where('id', '=', 'p00')
        .execute()
      return { putting }
    })
    assert.deepEqual(await putting, ['changed'])
    const row = await database
      .selectFrom('users')
      .select(['user_principal_name', 'manager_id'])
      .where('id', '=', 'p00')
      .executeTakeFirst()
    assert.deepEqual(row, { user_principal_name: 'new@x.org', manager_id: 'p05' })
  })

  test('lists, managers and members that are written at once all succeed', async () => {
    await putGroup(database, tenantId, { id: 'g', displayName: 'g' }, origin)
    const key = { tenantId, groupId: 'g' }
    const memberships = people.map(userId => ({ userId, relation: 'member' as const }))
    const writers = people.flatMap((id, index) => {
      const other = people[(index * 5 + 1) % people.length] ?? ''
      const list = people.toReversed().map(one => wanted(one, `${one}.${index}`))
      return [
        putUsers(database, tenantId, list, origin),
        setManager(database, tenantId, id, other === id ? undefined : other, origin),
        index % 2 === 0
          ? addPeople(database, key, memberships.toReversed(), origin.source)
          : removePeople(database, key, 'member', people, origin.source),
      ]
    })
    await Promise.all(writers)
  })
})
