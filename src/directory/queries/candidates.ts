/**
 * The parts of the word index that hold every row a condition can match. Whether a row does match,
 * where-met.ts decides.
 */
import { normalizeId } from '../../guid.ts'
import { maxIndexedLength } from '../../storage/migrations/0005-directory-words.ts'
import type { Comparison, Condition } from './condition.ts'
import { fold, words } from './search.ts'

type Kind = 'users' | 'groups'

/** Words of directory_words from `from` to `to`, inclusive. */
export type WordRange = Readonly<{ field: string; from: string; to: string }>

/**
 * A row that matches is in each of `eachOf`, so one of them is enough to find it, and in at least one
 * of `oneOf`.
 */
export type Candidates =
  | Readonly<{ range: WordRange }>
  | Readonly<{ id: string }>
  | Readonly<{ eachOf: readonly Candidates[] }>
  | Readonly<{ oneOf: readonly Candidates[] }>

/** undefined when the index does not bound the rows. */
export function candidatesOf(kind: Kind, condition: Condition): Candidates | undefined {
  if ('not' in condition) return undefined
  if ('and' in condition) {
    const parts = condition.and.flatMap(part => candidatesOf(kind, part) ?? [])
    return parts.length === 0 ? undefined : { eachOf: parts }
  }
  if ('or' in condition) {
    const parts = condition.or.map(part => candidatesOf(kind, part))
    return parts.every(part => part !== undefined) ? { oneOf: parts } : undefined
  }
  return condition.operator === 'pr' ? undefined : compared(kind, condition)
}

/**
 * Names and addresses have separate fields, because everybody's address contains the words of the
 * domain.
 */
const fields: Readonly<Record<string, 'n' | 'a'>> = {
  displayName: 'n',
  givenName: 'n',
  surname: 'n',
  mail: 'a',
  userPrincipalName: 'a',
}

function compared(kind: Kind, { property, operator, value }: Comparison): Candidates | undefined {
  if (typeof value !== 'string') return undefined
  if (property === 'id') return operator === 'eq' ? { id: normalizeId(value) } : undefined
  const field = fieldOf(kind, property)
  if (field === undefined) return undefined
  switch (operator) {
    case 'eq':
      return { range: whole(field, value) }
    case 'sw':
      return { range: beginning(field, fold(value)) }
    case 'hasWords': {
      const ranges = words(value).map(word => ({ range: beginning(field, word) }))
      return ranges.length === 0 ? { oneOf: [] } : { eachOf: ranges }
    }
    default:
      return undefined
  }
}

/** The entries of rows whose property has this value; undefined when it is not in the index. */
export function wholeValue(kind: Kind, property: string, value: string): WordRange | undefined {
  const field = fieldOf(kind, property)
  return field === undefined ? undefined : whole(field, value)
}

function fieldOf(kind: Kind, property: string): string | undefined {
  const field = Object.hasOwn(fields, property) ? fields[property] : undefined
  return field && (kind === 'users' ? 'u' : 'g') + field
}

function whole(field: string, value: string): WordRange {
  const word = cut(fold(value))
  return { field, from: word, to: word }
}

function beginning(field: string, word: string): WordRange {
  const from = cut(word)
  return { field, from, to: from + '\u{10ffff}'.repeat(maxIndexedLength) }
}

/** Counts characters as the databases do: by code point. */
function cut(word: string): string {
  return word.length <= maxIndexedLength ? word : [...word].slice(0, maxIndexedLength).join('')
}
