/**
 * The condition of a Graph list as SQL, the same in SQLite and PostgreSQL. The result is never null, so
 * that `not` has one meaning. Comparisons are LIKE with an escape character, which no index answers:
 * find-by-words.ts chooses the index, and a planner cannot leave the order of a list for another.
 */
import { type RawBuilder, sql } from 'kysely'
import { normalizeId } from '../guid.ts'
import { comparable, type Kind, type Place } from './comparable.ts'
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
  const place = placeOf(kind, comparison.property)
  const column = sql.ref(`${kind}.${place.column}`)
  const { operator, value } = comparison
  switch (place.how) {
    case 'flag':
      return sql`${column} = ${sql.lit(value === true ? 1 : 0)}`
    case 'exact':
      return sql`coalesce(${column} = ${normalizeId(String(value))}, ${no})`
    case 'nickname':
      return compareNickname(kind, place, comparison)
    case 'searched':
      return compareSearched(kind, place, operator, String(value))
    case 'text':
      return compareText(column, operator, String(value))
  }
}

/** Throws TypeError: protocols check names before. */
function placeOf(kind: Kind, property: string): Place {
  const place = Object.hasOwn(comparable[kind], property) && comparable[kind][property]
  if (place) return place
  throw new TypeError(`${kind} have no property ${property} to compare`)
}

function isMissing(kind: Kind, property: string): Sql {
  const place = placeOf(kind, property)
  const column = sql`${sql.ref(`${kind}.${place.column}`)} is null`
  if (place.how !== 'nickname') return column as Sql
  return sql`(${column} and ${sql.ref(`${kind}.${place.mail}`)} is null)`
}

/**
 * Words are lines of `search_text` of their own. The ends of values are not, so they are compared
 * in the column, without the case of A to Z.
 */
function compareSearched(
  kind: Kind,
  { line, column }: Extract<Place, { how: 'searched' }>,
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
  { column, mail }: Extract<Place, { how: 'nickname' }>,
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
