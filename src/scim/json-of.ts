/**
 * Writes a resource as JSON: attributes of an extension stand under its URN, and what a sender may only write is left
 * out. `id` and `schemas` are always there.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-3
 */
import { isEntries, isEntry } from './parts.ts'
import { isShown, type Projection, project } from './projection.ts'
import { resourceTypes, type TypeName } from './resource-types.ts'
import type { Resource, Schema, Value } from './schema.ts'

/** https://www.rfc-editor.org/rfc/rfc7643#section-3.1 */
export type Meta = Readonly<{
  location: string
  version: string
  /** ISO 8601. */
  lastModified: string
}>

type Fields = Readonly<Record<string, unknown>>

export function jsonOf(
  type: TypeName,
  resource: Resource,
  { id, meta }: Readonly<{ id: string; meta: Meta }>,
  projection: Projection,
): Fields {
  const { schema, extension } = resourceTypes[type]
  const shown = project(resource, projection)
  const externalId = shown.get('externalId')
  const extended = fieldsOf(extension, shown)
  const hasExtension = Object.keys(extended).length > 0
  return {
    schemas: hasExtension ? [schema.id, extension.id] : [schema.id],
    id,
    ...(externalId !== undefined && { externalId }),
    ...fieldsOf(schema, shown),
    ...(hasExtension && { [extension.id]: extended }),
    ...(isShown(projection, 'meta') && { meta: { resourceType: type, ...meta } }),
  }
}

function fieldsOf({ attributes }: Schema, resource: Resource): Fields {
  const fields = attributes.flatMap(({ name, mutability }) => {
    const value = resource.get(name)
    const isLeftOut = value === undefined || mutability === 'writeOnly'
    return isLeftOut ? [] : [[name, plain(value)] as const]
  })
  return Object.fromEntries(fields)
}

function plain(value: Value): unknown {
  if (isEntries(value)) return value.map(entry => Object.fromEntries(entry))
  return isEntry(value) ? Object.fromEntries(value) : value
}
