/** Sets and removes the parts (sub-attributes) of complex values. Values are not changed: a new one is returned. */
import type { Attribute, Entry, Value } from './schema.ts'

export function isEntry(value: Value | undefined): value is Entry {
  return value instanceof Map
}

export function isEntries(value: Value | undefined): value is readonly Entry[] {
  return Array.isArray(value)
}

/** The entries of a multi-valued attribute, or the one entry of a complex one. */
export function entriesOf(value: Value | undefined): readonly Entry[] {
  if (isEntries(value)) return value
  return isEntry(value) ? [value] : []
}

/** In every entry; in a new one when there is none. */
export function withPart(
  value: Value | undefined,
  { multiValued }: Attribute,
  name: string,
  part: string | boolean,
): Value {
  const [first = new Map(), ...others] = entriesOf(value)
  const set = (entry: Entry): Entry => new Map([...entry, [name, part]])
  return multiValued ? [set(first), ...others.map(set)] : set(first)
}

/** undefined when no part is left. */
export function withoutPart(value: Value | undefined, name: string): Value | undefined {
  const left = entriesOf(value)
    .map(entry => new Map([...entry].filter(([key]) => key !== name)))
    .filter(entry => entry.size > 0)
  if (left.length === 0) return undefined
  return isEntries(value) ? left : left[0]
}
