/** Conditions as tests write them. */
import type { Condition, Operator } from '../../src/directory/queries/condition.ts'

export type Term = Readonly<{
  property: string
  how: 'equals' | 'startsWith' | 'hasWordsStartingWith'
  text: string
}>

const operators: Readonly<Record<Term['how'], Operator>> = {
  equals: 'eq',
  startsWith: 'sw',
  hasWordsStartingWith: 'hasWords',
}

/** A row matches when it meets one of the terms; without terms all do. */
export function anyOf(terms: readonly Term[]): Condition {
  if (terms.length === 0) return { and: [] }
  return {
    or: terms.map(({ property, how, text }) => ({
      property,
      operator: operators[how],
      value: text,
    })),
  }
}
