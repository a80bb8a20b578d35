/**
 * Writes the condition of a SCIM list as SQL, the same in SQLite and PostgreSQL, and finds the rows that can meet it where
 * an index has them. The table below says which property is in which column, and how it is compared.
 *
 * where-met.ts does the same for the lists of Graph. There are two because the protocols compare differently: SCIM ignores
 * only the case of A to Z, compares order, times and the members of groups, and shows ids of a source to that source
 * only; Graph ignores case in every script, searches words and has contacts.
 */
import { type RawBuilder, sql } from 'kysely'
import { normalizeId } from '../../guid.ts'
import { wholeValue } from './candidates.ts'
import { type Comparison, type Condition, type Operand, withoutCase } from './condition.ts'
import { userNameKey } from './name-key.ts'

export type Kind = 'users' | 'groups'

/**
 * How a column is compared. 'text': without the case of A to Z. 'name': as names for signing in are. 'ofSource': an id of
 * a source, only in rows of the source that asks. 'flag': 1 or 0. 'member', 'owner': the people of a group.
 */
type How = 'id' | 'text' | 'name' | 'ofSource' | 'flag' | 'time' | 'member' | 'owner'

type Columns = Readonly<Record<string, readonly [column: string, how: How]>>

const ofBoth = {
  id: ['id', 'id'],
  externalId: ['external_id', 'ofSource'],
  displayName: ['display_name', 'text'],
  mail: ['mail', 'text'],
  mailNickname: ['mail_nickname', 'text'],
  changedAt: ['changed_at', 'time'],
} as const satisfies Columns

const columns: Readonly<Record<Kind, Columns>> = {
  users: {
    ...ofBoth,
    userPrincipalName: ['user_principal_name_key', 'name'],
    givenName: ['given_name', 'text'],
    surname: ['surname', 'text'],
    jobTitle: ['job_title', 'text'],
    userType: ['user_type', 'text'],
    employeeId: ['employee_id', 'text'],
    department: ['department', 'text'],
    isActive: ['is_active', 'flag'],
    managerId: ['manager_id', 'id'],
  },
  groups: {
    ...ofBoth,
    description: ['description', 'text'],
    visibility: ['visibility', 'text'],
    isTeam: ['is_team', 'flag'],
    members: ['user_id', 'member'],
    owners: ['user_id', 'owner'],
  },
}

function columnOf(kind: Kind, property: string): readonly [column: string, how: How] {
  const found = Object.hasOwn(columns[kind], property) ? columns[kind][property] : undefined
  if (found === undefined) throw new TypeError(`${kind} have no property ${property}`)
  return found
}

/** In a query on the table `kind`. Never null. `source`: who asks. */
export function isMet(kind: Kind, condition: Condition, source: string): RawBuilder<boolean> {
  if ('and' in condition) return joined(kind, condition.and, source, sql` and `, sql`1 = 1`)
  if ('or' in condition) return joined(kind, condition.or, source, sql` or `, sql`1 = 0`)
  if ('not' in condition) return sql`not ${isMet(kind, condition.not, source)}`
  const [column, how] = columnOf(kind, condition.property)
  const test = testOf(condition, how)
  if (how !== 'member' && how !== 'owner') {
    return test(expressionOf(kind, column, how, source))
  }
  return sql`exists (select 1 from group_people join users
    on users.tenant_id = group_people.tenant_id and users.id = group_people.user_id
    where group_people.tenant_id = groups.tenant_id and group_people.group_id = groups.id
    and group_people.relation = ${how} and users.deleted_at is null
    and ${test(sql`group_people.user_id`)})`
}

function joined(
  kind: Kind,
  conditions: readonly Condition[],
  source: string,
  word: RawBuilder<unknown>,
  none: RawBuilder<boolean>,
): RawBuilder<boolean> {
  const parts = conditions.map(one => isMet(kind, one, source))
  return parts.length === 0 ? sql`(${none})` : sql`(${sql.join(parts, word)})`
}

function expressionOf(kind: Kind, column: string, how: How, source: string): RawBuilder<unknown> {
  const reference = sql.ref(`${kind}.${column}`)
  if (how !== 'ofSource') return reference
  return sql`case when ${sql.ref(`${kind}.source`)} = ${source} then ${reference} end`
}

function testOf(
  condition: Exclude<Condition, { and: unknown } | { or: unknown } | { not: unknown }>,
  how: How,
): (column: RawBuilder<unknown>) => RawBuilder<boolean> {
  if (condition.operator === 'pr') return column => sql`(${column} is not null)`
  const { operator } = condition
  const value = columnValue(how, condition.value)
  const folded = (text: RawBuilder<unknown>) => (how === 'text' ? sql`lower(${text})` : text)
  return column => sql`(${column} is not null and ${compare(column, folded, operator, value)})`
}

/** The value in the form of its column. */
function columnValue(how: How, value: Operand): string | number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  if (how === 'text') return withoutCase(value)
  if (how === 'name') return userNameKey(value)
  return how === 'ofSource' ? value : normalizeId(value)
}

const signs = { eq: sql`=`, gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` } as const

/**
 * `like` ignores case in SQLite, and `instr` is not in PostgreSQL. Characters are counted by code point. As little text as
 * possible is folded, because every row may be compared; folding does not change the length.
 */
function compare(
  column: RawBuilder<unknown>,
  folded: (text: RawBuilder<unknown>) => RawBuilder<unknown>,
  operator: Comparison['operator'],
  value: string | number,
): RawBuilder<boolean> {
  const length = [...String(value)].length
  switch (operator) {
    case 'co':
      return sql`length(replace(${folded(column)}, ${value}, '')) < length(${column})`
    case 'sw':
      return sql`${folded(sql`substr(${column}, 1, ${length})`)} = ${value}`
    case 'ew':
      return sql`length(${column}) >= ${length}
        and ${folded(sql`substr(${column}, length(${column}) - ${length} + 1)`)} = ${value}`
    case 'hasWords':
      throw new TypeError('words are compared in where-met.ts only')
    default:
      return sql`${folded(column)} ${signs[operator]} ${value}`
  }
}

/**
 * A query for the `id`s of the rows that can meet the condition, from an index; it may find more, and deleted rows.
 * undefined when no index helps.
 */
export function selectCandidates(
  kind: Kind,
  tenantId: string,
  condition: Condition,
  source: string,
): RawBuilder<{ id: string }> | undefined {
  const needed = 'and' in condition ? condition.and : [condition]
  for (const one of needed) {
    const isEqual = 'operator' in one && one.operator === 'eq' && typeof one.value === 'string'
    const found = isEqual ? equalTo(kind, tenantId, one, source) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function equalTo(
  kind: Kind,
  tenantId: string,
  { property, value }: Comparison,
  source: string,
): RawBuilder<{ id: string }> | undefined {
  const [column, how] = columnOf(kind, property)
  const wanted = columnValue(how, value)
  const rows = sql`select id from ${sql.table(kind)} where tenant_id = ${tenantId}`
  switch (how) {
    case 'id':
      return property === 'id' ? sql`${rows} and id = ${wanted}` : undefined
    case 'name':
      return sql`${rows} and ${sql.ref(column)} = ${wanted}`
    case 'ofSource':
      return sql`${rows} and source = ${source} and ${sql.ref(column)} = ${wanted}`
    case 'member':
    case 'owner':
      return sql`select group_id as id from group_people where tenant_id = ${tenantId}
        and user_id = ${wanted} and relation = ${how}`
    default:
      return withWord(kind, tenantId, property, String(value))
  }
}

/** Whole names and addresses are words of the search index. */
function withWord(
  kind: Kind,
  tenantId: string,
  property: string,
  text: string,
): RawBuilder<{ id: string }> | undefined {
  const range = wholeValue(kind, property, text)
  if (range === undefined) return undefined
  return sql`select id from directory_words where tenant_id = ${tenantId}
    and field = ${range.field} and word = ${range.from}`
}
