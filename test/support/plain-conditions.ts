/** The rules of conditions without a database: what the SQL of lists has to agree with. */
import type { Condition } from '../../src/directory/queries/condition.ts'

export type Plain = Readonly<Record<string, unknown>>

/** Compared without case in every script; everything else only without the case of A to Z. */
const searched = {
  users: ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'],
  groups: ['displayName', 'mail'],
  contacts: ['displayName', 'givenName', 'surname', 'companyName'],
} as const

export function plainlyMeets(
  kind: keyof typeof searched,
  condition: Condition,
  row: Plain,
): boolean {
  if ('and' in condition) return condition.and.every(one => plainlyMeets(kind, one, row))
  if ('or' in condition) return condition.or.some(one => plainlyMeets(kind, one, row))
  if ('not' in condition) return !plainlyMeets(kind, condition.not, row)
  const value = plainValue(kind, condition.property, row)
  if (value === undefined) return false
  if (condition.operator === 'pr') return true
  if (typeof value === 'boolean') return value === condition.value
  const { property, operator } = condition
  const isSearched = (searched[kind] as readonly string[]).includes(property)
  const ofEnds = operator === 'ew' || operator === 'co'
  const change = isSearched && !ofEnds ? fold : ascii
  const separators = isSearched ? /[\s,;@.()"'-]+/u : /[ \n\r\t,;@.()"'-]+/
  return compare(operator, change(value), change(String(condition.value)), separators)
}

function plainValue(kind: string, property: string, row: Plain): string | boolean | undefined {
  const value = row[property] ?? undefined
  const { mail } = row
  if (kind === 'groups' && property === 'mailNickname' && value === undefined) {
    return typeof mail === 'string' ? mail.split('@')[0] : undefined
  }
  return typeof value === 'boolean' ? value : value === undefined ? undefined : String(value)
}

function compare(operator: string, value: string, wanted: string, separators: RegExp): boolean {
  switch (operator) {
    case 'eq':
      return value === wanted
    case 'sw':
      return value.startsWith(wanted)
    case 'ew':
      return value.endsWith(wanted)
    case 'co':
      return value.includes(wanted)
    default: {
      const words = wordsOf(wanted, separators)
      const has = wordsOf(value, separators)
      return words.length > 0 && words.every(word => has.some(one => one.startsWith(word)))
    }
  }
}

function wordsOf(text: string, separators: RegExp): string[] {
  return text.split(separators).filter(word => word !== '')
}

function fold(text: string): string {
  return clean(text).normalize('NFC').toLowerCase().replaceAll('\n', ' ')
}

function ascii(text: string): string {
  return clean(text).replace(/[A-Z]/g, letter => letter.toLowerCase())
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}
