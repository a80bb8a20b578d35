/**
 * Reads which attributes a sender asks for, and removes the others from a resource. Unknown names are ignored.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.9
 */
import { findAttribute, isSchema, nameOf } from './attribute-path.ts'
import { entriesOf, isEntries } from './parts.ts'
import { refused } from './refused.ts'
import type { TypeName } from './resource-types.ts'
import type { Entry, Resource, Value } from './schema.ts'

/** Names as in the schema: `emails` is the whole attribute, `emails.value` a part of it. */
export type Projection = Readonly<{ how: 'only' | 'without'; names: ReadonlySet<string> }>

/** Names with commas between. */
type Asked = Readonly<{
  attributes?: string | undefined
  excludedAttributes?: string | undefined
}>

const maxLength = 4096

/** Throws Failure 'resource-invalid'. */
export function readProjection(type: TypeName, asked: Asked): Projection {
  const only = readNames(type, asked.attributes)
  if (only !== undefined) return { how: 'only', names: only }
  return { how: 'without', names: readNames(type, asked.excludedAttributes) ?? new Set() }
}

function readNames(type: TypeName, text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined || text.trim() === '') return undefined
  if (text.length > maxLength) {
    throw refused('invalidValue', `the names are longer than ${maxLength} characters in all`)
  }
  return new Set(text.split(',').flatMap(name => namesOf(type, name.trim())))
}

/** The URN of a schema alone stands for all its attributes. */
function namesOf(type: TypeName, name: string): string[] {
  const found = findAttribute(type, name)
  if (found === undefined) return []
  if (!isSchema(found)) return [nameOf(found)]
  return found.attributes.map(attribute => attribute.name)
}

/** Whether the attribute or a part of it is asked for. */
export function isShown({ how, names }: Projection, name: string): boolean {
  if (how === 'without') return !names.has(name)
  return [...names].some(one => one === name || one.startsWith(`${name}.`))
}

/** Whether a sub-attribute of an attribute that is shown is asked for. */
export function isPartShown({ how, names }: Projection, name: string, part: string): boolean {
  const isNamed = names.has(`${name}.${part}`)
  return how === 'only' ? isNamed || names.has(name) : !isNamed
}

export function project(resource: Resource, projection: Projection): Resource {
  const shown = [...resource].flatMap(([name, value]) => {
    const left = isShown(projection, name) ? projectValue(name, value, projection) : undefined
    return left === undefined ? [] : [[name, left] as const]
  })
  return new Map(shown)
}

function projectValue(name: string, value: Value, projection: Projection): Value | undefined {
  if (typeof value !== 'object') return value
  const cut = (entry: Entry): Entry =>
    new Map([...entry].filter(([part]) => isPartShown(projection, name, part)))
  const left = entriesOf(value)
    .map(cut)
    .filter(entry => entry.size > 0)
  if (left.length === 0) return undefined
  return isEntries(value) ? left : left[0]
}
