/**
 * Checks the options of the package's functions first: a misspelt option would otherwise be ignored, and a
 * test would then test nothing.
 */
import { isObject } from '../json.ts'
import { nearest } from './issuer/nearest.ts'

export type Kind =
  | 'text'
  | 'list of texts'
  | 'true or false'
  | 'whole number'
  | readonly (string | number)[]

/**
 * `caller` begins the message. Throws TypeError, naming the nearest option. undefined counts as left out.
 */
export function checkOptions(
  caller: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
): void {
  if (!isObject(options)) {
    throw new TypeError(`${caller}: the options are no object.`)
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) throw new TypeError(`${caller}: ${explainUnknown(name, kinds)}`)
    if (value === undefined || isOf(kind, value)) continue
    throw new TypeError(`${caller}: '${name}' is not ${describe(kind)}.`)
  }
}

function explainUnknown(name: string, kinds: Readonly<Record<string, Kind>>): string {
  const names = Object.keys(kinds)
  const [meant] = nearest(name, names)
  const hint = meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean '${meant}'?`
  return `there is no option '${name}'. ${hint}`
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'list of texts':
      return Array.isArray(value) && value.every(entry => typeof entry === 'string')
    case 'true or false':
      return typeof value === 'boolean'
    case 'whole number':
      return Number.isInteger(value)
    default:
      return kind.some(one => one === value)
  }
}

function describe(kind: Kind): string {
  if (typeof kind === 'string') return kind === 'true or false' ? kind : `a ${kind}`
  return kind.map(one => `'${one}'`).join(' or ')
}
