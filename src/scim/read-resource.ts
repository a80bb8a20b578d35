/**
 * Reads the body of a create or a replace. Attributes that are not kept are ignored, `password` among them: it is
 * neither kept nor logged.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-3.3
 */
import { isObject } from '../json.ts'
import { type AttributePath, findAttribute, isSchema, nameOf } from './attribute-path.ts'
import { expectFewNames, namesIn } from './names-in.ts'
import { withPart } from './parts.ts'
import { refused } from './refused.ts'
import type { TypeName } from './resource-types.ts'
import type { Resource, Value } from './schema.ts'
import { maxTextLength, readSimple, readValue } from './values.ts'

type Fields = Readonly<Record<string, unknown>>

/** Throws Failure 'resource-invalid'. */
export function readResource(type: TypeName, body: unknown): Resource {
  if (!isObject(body)) throw refused('invalidSyntax', 'the body is not a JSON object')
  expectFewNames(namesIn(body))
  const resource = new Map<string, Value>()
  readInto(resource, type, body)
  const needed = type === 'User' ? 'userName' : 'displayName'
  if (resource.has(needed)) return resource
  throw refused('invalidValue', `${needed} is required`)
}

/** The id that the sender gives a resource that it creates: scim-for-keycloak sends `id` and no `externalId`. */
export function sentId(body: unknown): string | undefined {
  const id = isObject(body) ? body.id : undefined
  return typeof id === 'string' && id !== '' && id.length <= maxTextLength ? id : undefined
}

/** "the readOnly attributes SHALL be ignored": https://www.rfc-editor.org/rfc/rfc7644#section-3.3 */
function readInto(resource: Map<string, Value>, type: TypeName, fields: Fields): void {
  for (const [name, given] of Object.entries(fields)) {
    const found = findAttribute(type, name)
    if (found === undefined || given === null) continue
    if (isSchema(found)) readInto(resource, type, readFields(given, found.id))
    else if (found.attribute.mutability !== 'readOnly') readAttribute(resource, found, given)
  }
}

function readAttribute(resource: Map<string, Value>, path: AttributePath, given: unknown): void {
  const { attribute, sub } = path
  if (sub === undefined) {
    const value = readValue(attribute, given)
    if (value !== undefined) resource.set(attribute.name, value)
    return
  }
  const part = readSimple(sub, given, nameOf(path))
  if (part === undefined) return
  resource.set(attribute.name, withPart(resource.get(attribute.name), attribute, sub.name, part))
}

function readFields(given: unknown, name: string): Fields {
  if (isObject(given)) return given
  throw refused('invalidValue', `${name} is not an object`)
}
