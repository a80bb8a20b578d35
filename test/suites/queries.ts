/**
 * Tests of conditions on lists, for every database: the rows that SQL finds are those that a
 * comparison of plain objects finds. A database's own test calls describeQueries with a function
 * that opens an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { deleteUser, putUser, restoreUser } from '../../src/directory/change-users.ts'
import { addGroups, countGroups, listGroups } from '../../src/directory/groups.ts'
import { addContact, countContacts, listContacts } from '../../src/directory/mailbox/contacts.ts'
import type { Condition } from '../../src/directory/queries/condition.ts'
import { byName, type Order } from '../../src/directory/queries/in-order.ts'
import { addUsers, countUsers, listUsers } from '../../src/directory/users.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'
import { type Plain, plainlyMeets } from '../support/plain-conditions.ts'

const texts = [
  'Anna',
  'ANNA',
  'anna maria',
  'Émile',
  'e\u0301',
  'Ўлія',
  'ΣΊΣΥΦΟΣ',
  '陈 思',
  "O'Brien",
  'a%b',
  'a_b',
  'a\\b',
  '100%',
  'x@a.example',
  'X@A.example',
  '-',
  ' ',
  'Sales & Marketing',
  'Zoë-Marie',
  '\u212aelvin',
  'İpek',
  '\0',
  'kelvin',
]
const tenantId = 'many'
const mailbox = { tenantId, userId: 'p0' }
const orders: readonly Order[] = [
  byName,
  { column: 'display_name', direction: 'desc' },
  { column: 'user_principal_name_key', direction: 'asc' },
  { column: 'user_principal_name_key', direction: 'desc' },
]

const textProperties = {
  users: [
    'displayName',
    'givenName',
    'surname',
    'mail',
    'jobTitle',
    'department',
    'employeeId',
    'mailNickname',
  ],
  groups: ['displayName', 'description', 'mail', 'mailNickname', 'visibility'],
  contacts: ['displayName', 'givenName', 'surname', 'companyName', 'jobTitle'],
} as const
const flags = { users: ['isActive'], groups: ['isTeam', 'isUnified'], contacts: [] } as const

type Kind = keyof typeof textProperties

/** Any condition of a kind, some levels deep. */
function conditions(kind: Kind): fc.Arbitrary<Condition> {
  const property = fc.constantFrom(...textProperties[kind])
  const value = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary', maxLength: 4 }))
  const compared = fc.record({
    property,
    operator: fc.constantFrom('eq', 'sw', 'ew', 'co', 'hasWords'),
    value,
  })
  const present = fc.record({ property, operator: fc.constant('pr' as const) })
  const flagged = fc
    .tuple(fc.constantFrom(...flags[kind], 'id'), fc.boolean(), fc.nat(39))
    .map(
      ([name, yes, at]): Condition =>
        name === 'id'
          ? { property: 'id', operator: 'eq', value: `p${at}` }
          : { property: name, operator: 'eq', value: yes },
    )
  return fc.letrec<{ any: Condition }>(tie => ({
    any: fc.oneof(
      { maxDepth: 3 },
      compared as fc.Arbitrary<Condition>,
      present,
      flagged,
      fc.array(tie('any'), { maxLength: 3 }).map(and => ({ and })),
      fc.array(tie('any'), { maxLength: 3 }).map(or => ({ or })),
      tie('any').map(not => ({ not })),
    ),
  })).any
}

export function describeQueries(name: string, open: () => Promise<Database>, runs = 60): void {
  describe(`queries of lists in ${name}`, () => {
    let database: Database
    const where = () => ({ database, slices: createSlices(() => 0) })
    const text = (index: number) => {
      const chosen = texts[index % (texts.length + 2)]
      return chosen?.includes('\0') ? undefined : chosen
    }
    const people = Array.from({ length: 40 }, (_, index) => ({
      id: `p${index}`,
      userPrincipalName: `Person${(index * 7) % 40}@a.example`,
      displayName: text(index * 3) ?? 'Nobody',
      givenName: text(index),
      surname: text(index * 5 + 1),
      mail: text(index * 7 + 2),
      jobTitle: text(index * 2 + 3),
      department: text(index * 11),
      employeeId: text(index * 13 + 4),
      mailNickname: text(index * 17),
      isActive: index % 3 !== 0,
    }))
    const groups = Array.from({ length: 40 }, (_, index) => ({
      id: `p${index}`,
      displayName: text(index * 3) ?? 'Nobody',
      description: text(index * 5),
      mail: text(index * 2),
      mailNickname: index % 2 === 0 ? text(index * 7) : undefined,
      visibility: index % 2 === 0 ? ('Public' as const) : ('Private' as const),
      isUnified: index % 5 !== 0,
      isTeam: index % 4 === 0,
    }))
    const contacts = Array.from({ length: 20 }, (_, index) => ({
      id: `p${index}`,
      displayName: text(index * 3) ?? 'Nobody',
      givenName: text(index),
      surname: text(index * 5 + 1),
      companyName: text(index * 7),
      jobTitle: text(index * 2),
    }))
    before(async () => {
      database = await open()
      await migrate(database)
      await addUsers(database, tenantId, people)
      await addGroups(database, tenantId, groups)
      for (const contact of contacts) await addContact(database, mailbox, contact)
    })
    after(() => database.destroy())

    const expected = (kind: Kind, all: readonly Plain[], condition: Condition) =>
      all
        .filter(row => plainlyMeets(kind, condition, row))
        .map(({ id }) => String(id))
        .toSorted()
    const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).toSorted()

    test('people are those that a comparison of plain objects finds, and as many', async () => {
      await fc.assert(
        fc.asyncProperty(conditions('users'), async condition => {
          const wanted = expected('users', people, condition)
          const page = { where: condition, top: 100, after: undefined }
          assert.deepEqual(idsOf(await listUsers(where(), tenantId, page)), wanted)
          assert.equal(await countUsers(where(), tenantId, condition), wanted.length)
        }),
        { numRuns: runs },
      )
    })

    test('groups are those that a comparison of plain objects finds, and as many', async () => {
      await fc.assert(
        fc.asyncProperty(conditions('groups'), async condition => {
          const wanted = expected('groups', groups, condition)
          const page = { where: condition, top: 100, after: undefined }
          assert.deepEqual(idsOf(await listGroups(where(), tenantId, page)), wanted)
          assert.equal(await countGroups(where(), tenantId, condition), wanted.length)
        }),
        { numRuns: runs },
      )
    })

    test('contacts are those that a comparison of plain objects finds, and as many', async () => {
      await fc.assert(
        fc.asyncProperty(conditions('contacts'), async condition => {
          const wanted = expected('contacts', contacts, condition)
          const page = { where: condition, top: 100, skip: 0 }
          const { rows } = await listContacts(where(), mailbox, undefined, page)
          assert.deepEqual(idsOf(rows), wanted)
          assert.equal(await countContacts(where(), mailbox, undefined, condition), wanted.length)
        }),
        { numRuns: runs },
      )
    })

    test('pages in every order have each row once, in that order', async () => {
      const half: Condition = { property: 'isActive', operator: 'eq', value: true }
      for (const condition of [{ and: [] }, half]) {
        for (const order of orders) {
          const found: { name: string; id: string }[] = []
          for (let position: { name: string; id: string } | undefined; ; ) {
            const page = { where: condition, order, top: 7, after: position }
            const rows = await listUsers(where(), tenantId, page)
            const keys = rows.map(row => ({
              name:
                order.column === 'display_name' ? row.display_name : row.user_principal_name_key,
              id: row.id,
            }))
            found.push(...keys)
            position = keys.at(-1)
            if (rows.length < 7) break
          }
          const bytes = ({ name, id }: { name: string; id: string }) =>
            Buffer.from(`${name}\0${id}`)
          const sorted = found.toSorted((one, other) => Buffer.compare(bytes(one), bytes(other)))
          assert.deepEqual(found, order.direction === 'asc' ? sorted : sorted.toReversed())
          assert.deepEqual(idsOf(found), expected('users', people, condition))
        }
      }
    })

    test('the kept size of a list follows every change', async () => {
      const size = () => countUsers(where(), 'few', { and: [] })
      const origin = { source: 'graph', at: 1 } as const
      assert.equal(await size(), 0)
      await addUsers(database, 'few', people.slice(0, 30))
      assert.equal(await size(), 30)
      await deleteUser(database, 'few', 'p1', origin)
      assert.equal(await size(), 29)
      await restoreUser(database, 'few', 'p1', origin)
      await putUser(
        database,
        'few',
        { id: 'new', userPrincipalName: 'n@a.example', displayName: 'N' },
        origin,
      )
      assert.equal(await size(), 31)
      for (let count = 0; count < 300; count += 1) {
        await database
          .deleteFrom('users')
          .where('tenant_id', '=', 'few')
          .where('id', '=', 'p2')
          .execute()
        await addUsers(database, 'few', people.slice(2, 3))
      }
      assert.equal(await size(), 31)
      await database.deleteFrom('users').where('tenant_id', '=', 'few').execute()
      assert.equal(await size(), 0)
      assert.equal(await countUsers(where(), tenantId, { and: [] }), people.length)
      assert.equal(await countGroups(where(), tenantId, { and: [] }), groups.length)
    })
  })
}
