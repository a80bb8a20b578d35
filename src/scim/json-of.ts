/**
 * Converts a resource to JSON: attributes of an extension are under its URN, and writeOnly attributes are left out. `id`
 * and `schemas` are always there.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-3
 */
import { findSub } from './attribute-path.ts'
import { entriesOf, isEntries, isEntry } from './parts.ts'
import { isShown, type Projection, project } from './projection.ts'
import { attributesOf, resourceTypes, type TypeName } from './resource-types.ts'
import type { Resource, Schema, Value } from './schema.ts'

/** https://www.rfc-editor.org/rfc/rfc7643#section-3.1 */
type Meta = Readonly<{
  location: string
  version: string
  /** ISO 8601. */
  lastModified: string
}>

type Fields = Readonly<Record<string, unknown>>

export function jsonOf(
  type: TypeName,
  resource: Resource,
  { base, id, meta }: Readonly<{ base: string; id: string; meta: Meta }>,
  projection: Projection,
): Fields {
  const { schema, extension } = resourceTypes[type]
  const shown = project(withReferences(type, resource, base), projection)
  const externalId = shown.get('externalId')
  const extended = fieldsOf(extension, shown)
  const hasExtension =
    Object.keys(extended).length > 0 && (projection.how === 'only' || isUsed(extension, shown))
  return {
    schemas: hasExtension ? [schema.id, extension.id] : [schema.id],
    id,
    ...(externalId !== undefined && { externalId }),
    ...fieldsOf(schema, shown),
    ...(hasExtension && { [extension.id]: extended }),
    ...(isShown(projection, 'meta') && { meta: { resourceType: type, ...meta } }),
  }
}

/** `base`: the address of the service, without a slash at the end. */
function withReferences(type: TypeName, resource: Resource, base: string): Resource {
  const added = attributesOf(type).flatMap(attribute => {
    const value = resource.get(attribute.name)
    if (value === undefined || findSub(attribute, '$ref') === undefined) return []
    const entries = entriesOf(value).map(entry => {
      const reference = `${base}/Users/${encodeURIComponent(String(entry.get('value')))}`
      return new Map([...entry, ['$ref', reference]])
    })
    return [[attribute.name, isEntries(value) ? entries : (entries[0] ?? value)] as const]
  })
  return new Map([...resource, ...added])
}

/** Whether an attribute of the extension has a value other than its initial one. Otherwise the extension is not shown. */
function isUsed({ attributes }: Schema, resource: Resource): boolean {
  return attributes.some(({ name, initial }) => {
    const value = resource.get(name)
    return value !== undefined && value !== initial
  })
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
