/**
 * Finds the attribute that a name leads to: `userName`, `name.givenName`, either in any case and behind the URN of a
 * schema. Filters in a path are read in patch-path.ts.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.10
 */
import { attributesOf, schemasOf, type TypeName } from './resource-types.ts'
import type { Attribute, Schema } from './schema.ts'

export type AttributePath = Readonly<{ attribute: Attribute; sub?: Attribute | undefined }>

/** undefined for an attribute that is not kept. A name with the URN of a schema alone leads to the schema. */
export function findAttribute(type: TypeName, name: string): AttributePath | Schema | undefined {
  const { schema, rest } = withoutUrn(type, name)
  if (schema !== undefined && rest === '') return schema
  const [first = '', second, ...more] = rest.split('.')
  const attribute = names[type].get(first.toLowerCase())
  if (attribute === undefined || more.length > 0) return undefined
  if (second === undefined) return { attribute }
  const sub = findSub(attribute, second)
  return sub && { attribute, sub }
}

export function findSub(attribute: Attribute, name: string): Attribute | undefined {
  const { subAttributes = [] } = attribute
  return (parts.get(subAttributes) ?? byName(subAttributes)).get(name.toLowerCase())
}

export function isSchema(found: AttributePath | Schema): found is Schema {
  return 'attributes' in found
}

export function nameOf({ attribute, sub }: AttributePath): string {
  return sub === undefined ? attribute.name : `${attribute.name}.${sub.name}`
}

/** URNs are compared without case, and hold dots: they are taken off before the name is split. */
function withoutUrn(type: TypeName, name: string): { schema: Schema | undefined; rest: string } {
  const folded = name.toLowerCase()
  for (const schema of schemasOf(type)) {
    const urn = schema.id.toLowerCase()
    if (folded === urn) return { schema, rest: '' }
    if (folded.startsWith(`${urn}:`)) return { schema, rest: name.slice(urn.length + 1) }
  }
  return { schema: undefined, rest: name }
}

const byName = (attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> =>
  new Map(attributes.map(attribute => [attribute.name.toLowerCase(), attribute]))

const names: Readonly<Record<TypeName, ReadonlyMap<string, Attribute>>> = {
  User: byName(attributesOf('User')),
  Group: byName(attributesOf('Group')),
}

/** A request can name parts ten thousand times. */
const parts: ReadonlyMap<readonly Attribute[], ReadonlyMap<string, Attribute>> = new Map(
  [...attributesOf('User'), ...attributesOf('Group')].flatMap(({ subAttributes }) =>
    subAttributes === undefined ? [] : [[subAttributes, byName(subAttributes)] as const],
  ),
)
