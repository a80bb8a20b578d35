/**
 * A condition on properties, as data. Protocols write it; condition-sql.ts (for SCIM) and where-met.ts (for the lists of
 * Graph) find the rows that meet it, `meets` compares values in memory. The result is always true or false: a property
 * without a value meets no comparison. "Not equal" is `{ not: … eq … }`.
 */
import { words } from './search.ts'

/** `hasWords`: each word of the value begins a word of the property. */
export type Operator = 'eq' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le' | 'hasWords'

/** A time is in epoch milliseconds. */
export type Operand = string | boolean | number

export type Comparison = Readonly<{ property: string; operator: Operator; value: Operand }>

/** `{ and: [] }` is met by everything, `{ or: [] }` by nothing. */
export type Condition =
  | Comparison
  | Readonly<{ property: string; operator: 'pr' }>
  | Readonly<{ and: readonly Condition[] }>
  | Readonly<{ or: readonly Condition[] }>
  | Readonly<{ not: Condition }>

/** Every row meets it. */
export const always: Condition = { and: [] }
/** No row meets it. */
export const never: Condition = { or: [] }

export function isAlways(condition: Condition): boolean {
  return 'and' in condition && condition.and.every(isAlways)
}

/** How many comparisons a row can need: each word is one. */
export function countComparisons(condition: Condition): number {
  if ('not' in condition) return countComparisons(condition.not)
  if ('property' in condition) return countTexts(condition)
  const parts = 'and' in condition ? condition.and : condition.or
  return parts.reduce((sum, one) => sum + countComparisons(one), 0)
}

function countTexts(comparison: Extract<Condition, Readonly<{ property: string }>>): number {
  if (comparison.operator !== 'hasWords') return 1
  return Math.max(1, words(String(comparison.value)).length)
}

/** Folds the letters A to Z only, as `lower` does in both databases. */
export function withoutCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, letters => letters.toLowerCase())
}

/** `read` returns the value of a property; undefined for none. Values of the condition are compared as they are. */
export function meets(
  condition: Condition,
  read: (property: string) => Operand | undefined,
): boolean {
  if ('and' in condition) return condition.and.every(one => meets(one, read))
  if ('or' in condition) return condition.or.some(one => meets(one, read))
  if ('not' in condition) return !meets(condition.not, read)
  const value = read(condition.property)
  if (condition.operator === 'pr') return value !== undefined
  return compares(value, condition.operator, condition.value)
}

function compares(value: Operand | undefined, operator: Operator, wanted: Operand): boolean {
  if (value === undefined) return false
  if (operator === 'eq') return value === wanted
  if (typeof value === 'string' && typeof wanted === 'string') {
    return comparesTexts(value, operator, wanted)
  }
  return typeof value === 'number' && typeof wanted === 'number' && orders(operator, value - wanted)
}

function comparesTexts(value: string, operator: Operator, wanted: string): boolean {
  switch (operator) {
    case 'co':
      return value.includes(wanted)
    case 'sw':
      return value.startsWith(wanted)
    case 'ew':
      return value.endsWith(wanted)
    case 'hasWords':
      return hasWords(words(value), words(wanted))
    default:
      // By bytes in UTF-8, as in both databases.
      return orders(operator, Buffer.compare(Buffer.from(value), Buffer.from(wanted)))
  }
}

function hasWords(has: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length > 0 && wanted.every(word => has.some(one => one.startsWith(word)))
}

function orders(operator: Operator, difference: number): boolean {
  if (operator === 'gt') return difference > 0
  if (operator === 'ge') return difference >= 0
  if (operator === 'lt') return difference < 0
  return operator === 'le' && difference <= 0
}
