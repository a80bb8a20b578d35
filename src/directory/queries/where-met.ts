/**
 * The condition of a Graph list as SQL, the same in SQLite and PostgreSQL. The result is never null, so
 * that `not` has one meaning. Comparisons are LIKE with an escape character, which no index answers:
 * find-by-words.ts chooses the index, and a planner cannot leave the order of a list for another.
 *
 * condition-sql.ts does the same for SCIM. There are two because the protocols compare differently:
 * Graph ignores case in every script, searches words and has contacts; SCIM ignores only the case of
 * A to Z, compares order, times and the members of groups, and shows ids of a source to that source only.
 */
import { type RawBuilder, sql } from 'kysely'
import { normalizeId } from '../../guid.ts'
import { type Comparable, comparable, type Kind } from './comparable.ts'
import { type Comparison, type Condition, withoutCase } from './condition.ts'
import { fold, words } from './search.ts'

type Sql = RawBuilder<boolean>

const yes: Sql = sql`1 = 1`
const no: Sql = sql`1 = 0`

/** Columns are written with the name of the table. */
export function whereMet(kind: Kind, condition: Condition): Sql {
  if ('and' in condition) return join(kind, condition.and, sql` and `, yes)
  if ('or' in condition) return join(kind, condition.or, sql` or `, no)
  if ('not' in condition) return sql`not (${whereMet(kind, condition.not)})`
  if (condition.operator === 'pr') return sql`not (${isMissing(kind, condition.property)})`
  return compare(kind, condition)
}

function join(
  kind: Kind,
  conditions: readonly Condition[],
  by: RawBuilder<unknown>,
  none: Sql,
): Sql {
  if (conditions.length === 0) return none
  const parts = conditions.map(condition => whereMet(kind, condition))
  return sql`(${sql.join(parts, by)})`
}

function compare(kind: Kind, comparison: Comparison): Sql {
  const found = findComparable(kind, comparison.property)
  const column = sql.ref(`${kind}.${found.column}`)
  const { operator, value } = comparison
  switch (found.how) {
    case 'flag':
      return sql`${column} = ${sql.lit(value === true ? 1 : 0)}`
    case 'exact':
      return sql`coalesce(${column} = ${normalizeId(String(value))}, ${no})`
    case 'nickname':
      return compareNickname(kind, found, comparison)
    case 'searched':
      return compareSearched(kind, found, operator, String(value))
    case 'text':
      return compareText(column, operator, String(value))
  }
}

/** Throws TypeError, which is a bug: protocols refuse unknown names before. */
function findComparable(kind: Kind, property: string): Comparable {
  const found = Object.hasOwn(comparable[kind], property) ? comparable[kind][property] : undefined
  if (found !== undefined) return found
  throw new TypeError(`${kind} have no property ${property} to compare`)
}

function isMissing(kind: Kind, property: string): Sql {
  const found = findComparable(kind, property)
  const isNull = sql<boolean>`${sql.ref(`${kind}.${found.column}`)} is null`
  if (found.how !== 'nickname') return isNull
  return sql`(${isNull} and ${sql.ref(`${kind}.${found.mail}`)} is null)`
}

/**
 * Words are lines of `search_text` of their own. The ends of values are not, so they are compared
 * in the column, without the case of A to Z.
 */
function compareSearched(
  kind: Kind,
  { line, column }: Extract<Comparable, { how: 'searched' }>,
  operator: Comparison['operator'],
  value: string,
): Sql {
  const contains = (part: string) => like(sql.ref(`${kind}.search_text`), `%${escapeLike(part)}%`)
  switch (operator) {
    case 'eq':
      return contains(`\n${line}=${fold(value)}\n`)
    case 'sw':
      return contains(`\n${line}=${fold(value)}`)
    case 'hasWords':
      return all(words(value).map(word => contains(`\n${line}:${word}`)))
    case 'ew':
    case 'co':
      return compareText(sql.ref(`${kind}.${column}`), operator, value)
    default:
      throw notForTexts(operator)
  }
}

function compareText(
  column: RawBuilder<unknown>,
  operator: Comparison['operator'],
  value: string,
): Sql {
  const text = escapeLike(withoutCase(storable(value)))
  switch (operator) {
    case 'eq':
      return like(sql`lower(${column})`, text)
    case 'sw':
      return like(sql`lower(${column})`, `${text}%`)
    case 'ew':
      return like(sql`lower(${column})`, `%${text}`)
    case 'co':
      return like(sql`lower(${column})`, `%${text}%`)
    case 'hasWords':
      return all(plainWords(value).map(word => hasWord(column, word)))
    default:
      throw notForTexts(operator)
  }
}

function notForTexts(operator: Comparison['operator']): TypeError {
  return new TypeError(`texts are not compared by ${operator} in lists`)
}

/** Of columns that are compared without the case of A to Z only. */
function plainWords(value: string): string[] {
  const spaced = separators.reduce((text, separator) => text.replaceAll(separator, ' '), value)
  return storable(spaced)
    .split(' ')
    .filter(word => word !== '')
}

const separators = ['\n', '\r', '\t', ',', ';', '@', '.', '(', ')', '"', "'", '-']

function hasWord(column: RawBuilder<unknown>, word: string): Sql {
  const spaced = separators.reduce<RawBuilder<unknown>>(
    (text, separator) => sql`replace(${text}, ${sql.lit(separator)}, ' ')`,
    sql`lower(${column})`,
  )
  return like(sql`' ' || ${spaced}`, `% ${escapeLike(withoutCase(word))}%`)
}

function compareNickname(
  kind: Kind,
  { column, mail }: Extract<Comparable, { how: 'nickname' }>,
  { operator, value }: Comparison,
): Sql {
  const own = sql.ref(`${kind}.${column}`)
  const text = String(value)
  const local = compareText(localPart(sql.ref(`${kind}.${mail}`)), operator, text)
  return sql`(${compareText(own, operator, text)} or (${own} is null and ${local}))`
}

/** What is before the last `@`, or all of it: both databases trim the characters of a set from the end. */
function localPart(mail: RawBuilder<unknown>): RawBuilder<unknown> {
  const withAt = sql`rtrim(${mail}, replace(${mail}, '@', ''))`
  return sql`case when ${mail} like '%@%' then rtrim(${withAt}, '@') else ${mail} end`
}

function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? no : sql`(${sql.join(conditions, sql` and `)})`
}

function like(text: RawBuilder<unknown>, pattern: string): Sql {
  return sql`coalesce(${text} like ${pattern} escape '\\', ${no})`
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** PostgreSQL cannot store NUL, and neither database a lone surrogate. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}
