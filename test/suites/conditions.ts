/**
 * Conditions on people and groups, on any database: the rows that a database finds are those that meet the condition in
 * memory. A database's own test calls describeConditions with a way to open an empty one, without tables.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { CompiledQuery } from 'kysely'
import { addGroups, type NewGroup } from '../../src/directory/groups.ts'
import type { Source } from '../../src/directory/origin.ts'
import {
  type Condition,
  meets,
  type Operand,
  withoutCase,
} from '../../src/directory/queries/condition.ts'
import { selectCandidates } from '../../src/directory/queries/condition-sql.ts'
import { type Asked, listWhere } from '../../src/directory/queries/list-where.ts'
import { userNameKey } from '../../src/directory/queries/name-key.ts'
import { addUsers, type NewUser } from '../../src/directory/users.ts'
import { normalizeId } from '../../src/guid.ts'
import { migrate } from '../../src/storage/migrations.ts'
import type { Database, UserRow } from '../../src/storage/schema.ts'
import { createSlices } from '../../src/storage/slices.ts'

const tenantId = 'one'
const source: Source = 'scim:entra'

/** Texts that a database could treat in its own way. */
const texts = [
  ...['Anna', 'anna', 'ANNA B.', 'Émile', 'émile', 'ÉMILE', 'İpek', 'ısı', 'Straße', 'STRASSE'],
  ...['50%', '5_%', 'a\\b', 'a"b', "o'neill", '*', '?', '[a]', '  two  spaces ', '(x)'],
  ...['k', 'K', '𐐀', '𐐨', '\uffff', '😀', '😀😀', 'é', 'e\u0301', 'line\nfeed', 'Zoë', 'zoë'],
]
const text = fc.constantFrom(...texts)

function personNumber(number: number): NewUser {
  const of = (every: number, step: number) =>
    number % every === 0 ? undefined : texts[(number * step) % texts.length]
  return {
    id:
      number % 2 === 0
        ? `person-${number}`
        : `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    userPrincipalName: `${texts[number % texts.length]}${number}@a.example`,
    displayName: texts[(number * 7) % texts.length] ?? '',
    givenName: of(3, 5),
    surname: of(4, 11),
    mail: of(5, 13),
    jobTitle: of(2, 3),
    department: of(6, 17),
    employeeId: of(7, 1),
    mailNickname: of(3, 19),
    userType: number % 9 === 0 ? 'Guest' : 'Member',
    isActive: number % 4 !== 0,
  }
}

/** How a property is compared, and its value in a row: the same table once more, to check the one of src. */
const properties: Readonly<
  Record<string, readonly [fold: (text: string) => string, read: (row: UserRow) => Operand | null]>
> = {
  id: [normalizeId, row => row.id],
  externalId: [text => text, row => (row.source === source ? row.external_id : null)],
  userPrincipalName: [userNameKey, row => row.user_principal_name],
  displayName: [withoutCase, row => row.display_name],
  givenName: [withoutCase, row => row.given_name],
  surname: [withoutCase, row => row.surname],
  mail: [withoutCase, row => row.mail],
  jobTitle: [withoutCase, row => row.job_title],
  department: [withoutCase, row => row.department],
  employeeId: [withoutCase, row => row.employee_id],
  mailNickname: [withoutCase, row => row.mail_nickname],
  userType: [withoutCase, row => row.user_type],
  managerId: [normalizeId, row => row.manager_id],
  isActive: [text => text, row => row.is_active === 1],
  changedAt: [text => text, row => Number(row.changed_at)],
}

function rowMeets(row: UserRow, condition: Condition): boolean {
  if ('and' in condition) return condition.and.every(one => rowMeets(row, one))
  if ('or' in condition) return condition.or.some(one => rowMeets(row, one))
  if ('not' in condition) return !rowMeets(row, condition.not)
  const [fold, read] = properties[condition.property] ?? assert.fail(condition.property)
  const folded = (value: Operand) => (typeof value === 'string' ? fold(value) : value)
  const value = read(row)
  const wanted =
    condition.operator === 'pr' ? condition : { ...condition, value: folded(condition.value) }
  return meets(wanted, () => (value === null ? undefined : folded(value)))
}

const texted = Object.keys(properties).filter(name => name !== 'isActive' && name !== 'changedAt')
const operator = fc.constantFrom('eq', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le')
const leaf = fc.oneof(
  fc.record({
    property: fc.constantFrom(...texted),
    operator,
    value: fc.oneof(
      text,
      text.map(one => one.slice(0, 2).toWellFormed()).filter(Boolean),
      fc.constantFrom('person-4', 'ext-6', '00000000-0000-4000-8000-00000000000B'),
    ),
  }),
  fc.record({
    property: fc.constantFrom(...Object.keys(properties)),
    operator: fc.constant('pr' as const),
  }),
  fc.record({
    property: fc.constant('isActive'),
    operator: fc.constant('eq' as const),
    value: fc.boolean(),
  }),
  fc.record({
    property: fc.constant('changedAt'),
    operator: fc.constantFrom('eq', 'gt', 'ge', 'lt', 'le'),
    value: fc.integer({ min: 0, max: 40 }),
  }),
)
const { condition } = fc.letrec<{ condition: Condition }>(tie => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ and: fc.array(tie('condition'), { maxLength: 4 }) }),
    fc.record({ or: fc.array(tie('condition'), { maxLength: 4 }) }),
    fc.record({ not: tie('condition') }),
  ),
}))

export function describeConditions(
  name: string,
  open: () => Promise<Database>,
  numRuns: number,
  indexUse: (column: string) => RegExp,
): void {
  describe(`conditions in ${name}`, () => {
    let database: Database
    let rows: readonly UserRow[]
    const list = (asked: Partial<Asked>) =>
      listWhere({ database, slices: createSlices(() => 0) }, 'users', tenantId, {
        ...{
          condition: { and: [] },
          source,
          order: 'id',
          direction: 'ascending',
          skip: 0,
          top: 200,
        },
        ...asked,
      })
    const idsWhere = async (condition: Condition) =>
      (await list({ condition })).rows.map(({ id }) => id)

    before(async () => {
      database = await open()
      await migrate(database)
      await addPeople(database)
      rows = await database
        .selectFrom('users')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .execute()
    })
    after(() => database.destroy())

    test('the rows that are found are those that meet the condition', async () => {
      await fc.assert(
        fc.asyncProperty(condition, async wanted => {
          const { total, rows: found } = await list({ condition: wanted })
          const expected = rows.filter(row => rowMeets(row, wanted)).map(({ id }) => id)
          assert.deepEqual([total, found.map(({ id }) => id)], [expected.length, expected])
        }),
        { numRuns },
      )
    })

    test('an id of another source is no externalId', async () => {
      const other = { property: 'externalId', operator: 'eq', value: 'ext-3' } as const
      assert.deepEqual(await idsWhere(other), [])
      assert.deepEqual(await idsWhere({ ...other, value: 'ext-6' }), ['person-6'])
    })

    test('deleted people and those of other tenants are not found', async () => {
      assert.deepEqual(await idsWhere({ property: 'id', operator: 'eq', value: 'person-0' }), [])
      assert.equal((await list({})).total, rows.length)
    })

    const pages: readonly Partial<Asked>[] = [
      {},
      { order: 'displayName' },
      { order: 'userPrincipalName' },
      { direction: 'descending' },
      { order: 'displayName', direction: 'descending' },
    ]
    for (const page of pages) {
      test(`pages neither skip nor repeat a row: ${JSON.stringify(page)}`, async () => {
        const wanted: Condition = { property: 'isActive', operator: 'eq', value: true }
        for (const condition of [{ and: [] }, wanted]) {
          const whole = await list({ ...page, condition })
          const ids: string[] = []
          for (let skip = 0; skip < whole.total; skip += 7) {
            const { total, rows: part } = await list({ ...page, condition, skip, top: 7 })
            assert.equal(total, whole.total)
            ids.push(...part.map(({ id }) => id))
          }
          assert.deepEqual(
            ids,
            whole.rows.map(({ id }) => id),
          )
          assert.deepEqual(await list({ ...page, condition, top: 0 }), {
            total: whole.total,
            rows: [],
          })
        }
      })
    }

    test('names are in the order of their bytes', async () => {
      const { rows: found } = await list({ order: 'displayName' })
      const names = found.map(row => Buffer.from(row.display_name))
      assert.deepEqual(names, names.toSorted(Buffer.compare))
    })

    test('more rows than one slice are counted, and found on every page', async () => {
      const people = Array.from({ length: 5203 }, (_, at) => ({
        id: `many-${String(at).padStart(5, '0')}`,
        userPrincipalName: `many-${at}@a.example`,
        displayName: at % 2 === 0 ? 'Even' : 'Odd',
      }))
      await addUsers(database, 'many', people)
      const listMany = (condition: Condition, skip: number) =>
        listWhere({ database, slices: createSlices(() => 0) }, 'users', 'many', {
          ...{ condition, source, order: 'id', direction: 'ascending', skip, top: 3 },
        })
      const odd: Condition = { property: 'displayName', operator: 'eq', value: 'ODD' }
      const cases: readonly (readonly [Condition, number, readonly number[]])[] = [
        [{ and: [] }, 1999, [1999, 2000, 2001]],
        [{ and: [] }, 5201, [5201, 5202]],
        [{ and: [] }, 6000, []],
        [odd, 249, [499, 501, 503]],
        [odd, 2600, [5201]],
      ]
      for (const [condition, skip, expected] of cases) {
        const { total, rows: found } = await listMany(condition, skip)
        assert.equal(total, condition === odd ? 2601 : 5203)
        assert.deepEqual(
          found.map(({ id }) => Number(id.slice(5))),
          expected,
        )
      }
    })

    test('groups are found by name, by what they are, and by their people', async () => {
      const idsOf = async (property: string, value: Operand) => {
        const { rows: found } = await listWhere(
          { database, slices: createSlices(() => 0) },
          'groups',
          tenantId,
          {
            ...{ condition: { property, operator: 'eq', value }, source },
            ...{ order: 'id', direction: 'ascending', skip: 0, top: 9 },
          },
        )
        return found.map(({ id }) => id)
      }
      assert.deepEqual(await idsOf('displayName', 'designers'), ['g-design'])
      assert.deepEqual(await idsOf('isTeam', true), ['g-design'])
      assert.deepEqual(await idsOf('members', 'person-2'), ['g-design', 'g-sales'])
      assert.deepEqual(await idsOf('owners', 'person-2'), ['g-sales'])
      assert.deepEqual(await idsOf('members', 'person-0'), [], 'a deleted person')
    })

    const lookups: readonly (readonly ['users' | 'groups', string, string])[] = [
      ['users', 'id', 'id'],
      ['users', 'userPrincipalName', 'user_principal_name_key'],
      ['users', 'externalId', 'external_id'],
      ['users', 'mail', 'word'],
      ['users', 'displayName', 'word'],
      ['groups', 'id', 'id'],
      ['groups', 'externalId', 'external_id'],
      ['groups', 'displayName', 'word'],
      ['groups', 'members', 'user_id'],
      ['groups', 'owners', 'user_id'],
    ]
    for (const [kind, property, column] of lookups) {
      test(`${kind} are looked up by ${property} in an index`, async () => {
        const wanted = { property, operator: 'eq', value: 'x' } as const
        const both = { and: [{ property: 'displayName', operator: 'pr' }, wanted] } as const
        for (const condition of [wanted, both]) {
          const query = selectCandidates(kind, tenantId, condition, source)?.compile(database)
          assert.match(await planOf(database, query ?? assert.fail('no index')), indexUse(column))
        }
      })
    }
  })
}

/** Small tables are scanned in any case, unless scans are made dear. */
async function planOf(database: Database, { sql, parameters }: CompiledQuery): Promise<string> {
  const isSqlite = database.can?.hasFiles === true
  const explain = CompiledQuery.raw(`explain ${isSqlite ? 'query plan ' : ''}${sql}`, [
    ...parameters,
  ])
  const { rows } = await database.transaction().execute(async transaction => {
    if (!isSqlite)
      await transaction.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'))
    return await transaction.executeQuery<Record<string, unknown>>(explain)
  })
  return rows.map(row => row.detail ?? row['QUERY PLAN']).join('\n')
}

async function addPeople(database: Database): Promise<void> {
  const people = Array.from({ length: 90 }, (_, number) => personNumber(number))
  await addUsers(database, tenantId, people)
  await addUsers(database, 'two', people.slice(0, 3))
  const update = () => database.updateTable('users').where('tenant_id', '=', tenantId)
  for (const [number, { id }] of people.entries()) {
    await update()
      .where('id', '=', normalizeId(id))
      .set({
        changed_at: number % 40,
        ...(number % 3 === 0 && { external_id: `ext-${number}` }),
        ...(number % 6 === 0 && { source }),
        ...(number % 5 === 0 && { manager_id: 'person-4' }),
      })
      .execute()
  }
  await update().where('id', '=', 'person-0').set({ deleted_at: 5 }).execute()
  const groups: readonly NewGroup[] = [
    { id: 'g-design', displayName: 'Designers', isTeam: true, members: ['person-0', 'person-2'] },
    { id: 'g-sales', displayName: 'Sales', members: ['person-2'], owners: ['person-2'] },
  ]
  await addGroups(database, tenantId, groups)
}
