/**
 * Between resources and the properties of the directory, as the schemas say which property keeps which attribute.
 */
import { entriesOf, isEntries, isEntry } from './parts.ts'
import { attributesOf, type TypeName } from './resource-types.ts'
import type { Attribute, Entry, Resource, Value } from './schema.ts'

type Properties = ReadonlyMap<string, string | boolean>

/** `read` returns undefined or null for a property without a value. */
export function toResource(
  type: TypeName,
  read: (property: string) => string | boolean | null | undefined,
): Resource {
  const resource = new Map<string, Value>()
  for (const attribute of attributesOf(type)) {
    const value = valueIn(attribute, read)
    if (value !== undefined) resource.set(attribute.name, value)
  }
  return resource
}

function valueIn(
  { property, subAttributes = [], multiValued }: Attribute,
  read: (property: string) => string | boolean | null | undefined,
): Value | undefined {
  if (property !== undefined) return read(property) ?? undefined
  const entry = new Map<string, string | boolean>()
  for (const sub of subAttributes) {
    const value = sub.property === undefined ? undefined : read(sub.property)
    if (value !== undefined && value !== null) entry.set(sub.name, value)
  }
  if (entry.size === 0) return undefined
  for (const { name, always } of subAttributes) if (always !== undefined) entry.set(name, always)
  return multiValued ? [entry] : entry
}

/** Without lists of people: idsOf reads those. */
export function toProperties(type: TypeName, resource: Resource): Properties {
  const properties = new Map<string, string | boolean>()
  for (const { name, property, subAttributes = [] } of attributesOf(type)) {
    const value = resource.get(name)
    if (property !== undefined && !isEntry(value) && !isEntries(value) && value !== undefined) {
      properties.set(property, value)
    }
    const entry = preferred(entriesOf(value))
    for (const sub of subAttributes) {
      const part = entry?.get(sub.name)
      if (sub.property !== undefined && part !== undefined) properties.set(sub.property, part)
    }
  }
  return properties
}

/**
 * The primary entry, else the one of type work, else the first. Of two primary ones the later is the one that was added
 * last, and "the primary attribute value 'true' MUST appear no more than once".
 */
export function preferred(entries: readonly Entry[]): Entry | undefined {
  const usable = entries.filter(entry => entry.has('value') || !entry.has('type'))
  return (
    usable.findLast(entry => entry.get('primary') === true) ??
    usable.find(entry => String(entry.get('type')).toLowerCase() === 'work') ??
    usable[0]
  )
}
