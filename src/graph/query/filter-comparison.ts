/** One comparison of a $filter: the property by the table, and a value that fits it. */
import type { Condition, Operator } from '../../directory/queries/condition.ts'
import { Failure } from '../../failure.ts'
import { propertyNamed } from '../resources/schema.ts'
import {
  type Filterable,
  type FilterableType,
  findFilterable,
  type TextFunction,
  whenTrue,
} from './filterable.ts'
import { invalidOption, noSuchProperty } from './query-refusals.ts'

export type Literal = string | boolean | null
export type Comparator = 'eq' | TextFunction | 'anyEq' | 'anyStartsWith'

const operators: Readonly<Record<Comparator, Operator>> = {
  eq: 'eq',
  startsWith: 'sw',
  endsWith: 'ew',
  contains: 'co',
  anyEq: 'eq',
  anyStartsWith: 'sw',
}

/** Throws Failure 'query-option-invalid' for an unknown name, 'filter-unsupported' for a known one. */
export function lookUp(type: FilterableType, name: string): Filterable {
  const found = findFilterable(type, name)
  if (found !== undefined) return found
  if (propertyNamed(type, name) === undefined) throw noSuchProperty('$filter', type, name)
  throw unsupported(type, name)
}

/** `part`: in `any`, the path after the variable. */
export function compareProperty(
  type: FilterableType,
  name: string,
  comparator: Comparator,
  value: Literal,
  part = '',
): Condition {
  const found = lookUp(type, name)
  const condition = compare(found, comparator, value, part)
  if (condition === undefined) throw unsupported(type, name)
  return condition
}

function compare(
  found: Filterable,
  comparator: Comparator,
  value: Literal,
  part: string,
): Condition | undefined {
  switch (found.kind) {
    case 'text':
      return compareText(found, comparator, value)
    case 'flag':
      return comparator === 'eq' ? compareFlag(found.isTrue, value) : undefined
    case 'set': {
      if (comparator !== 'anyEq' || part !== '') return undefined
      const isValue = expectText(value).toLowerCase() === found.value.toLowerCase()
      return { and: [whenTrue(isValue), found.has] }
    }
    case 'entries': {
      if (!comparator.startsWith('any') || part.toLowerCase() !== found.part) return undefined
      const { property } = found
      return { property, operator: operators[comparator], value: expectText(value) }
    }
    case 'fixed':
      if (comparator !== 'eq') return undefined
      return whenTrue(value !== null && sameText(expectText(value), found.value))
  }
}

function compareText(
  { property, functions }: Extract<Filterable, { kind: 'text' }>,
  comparator: Comparator,
  value: Literal,
): Condition | undefined {
  if (comparator === 'anyEq' || comparator === 'anyStartsWith') return undefined
  if (comparator !== 'eq' && !functions.includes(comparator)) return undefined
  if (value === null && comparator === 'eq') return { not: { property, operator: 'pr' } }
  return { property, operator: operators[comparator], value: expectText(value) }
}

function compareFlag(isTrue: Condition, value: Literal): Condition {
  if (value === null) return whenTrue(false)
  if (typeof value === 'string')
    throw invalidOption('$filter', `'${value.slice(0, 100)}' is not true or false`)
  return value ? isTrue : { not: isTrue }
}

function expectText(value: Literal): string {
  if (typeof value === 'string') return value
  throw invalidOption('$filter', `${value} is not a text in quotes`)
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function unsupported(type: FilterableType, property: string): Failure {
  const resource = type.charAt(0).toUpperCase() + type.slice(1)
  return new Failure('filter-unsupported', {
    facts: { property: property.slice(0, 100), resource },
  })
}
