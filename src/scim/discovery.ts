/**
 * What the server says about itself: its abilities, schemas and types of resources. All of it follows from the schemas.
 *
 * https://www.rfc-editor.org/rfc/rfc7644#section-4
 */
import { resourceTypes, schemasOf, type TypeName } from './resource-types.ts'
import type { Attribute, Schema } from './schema.ts'

type Fields = Readonly<Record<string, unknown>>
/** What discovery answers, with its id. */
export type Described = Fields & Readonly<{ id: string }>

/** The most that a list returns at once. */
export const maxResults = 200
/** authentik sends so many changes of a group at once, although `bulk` is not supported. */
const maxOperations = 1000
const core = 'urn:ietf:params:scim:schemas:core:2.0'

/** `base`: the address of the service, without a slash at the end. https://www.rfc-editor.org/rfc/rfc7643#section-5 */
export function describeService(base: string, maxPayloadSize: number): Fields {
  return {
    schemas: [`${core}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: false, maxOperations, maxPayloadSize },
    filter: { supported: true, maxResults },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token that "visage scim-token create" prints',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  }
}

const types: readonly TypeName[] = ['User', 'Group']

/** https://www.rfc-editor.org/rfc/rfc7643#section-6 */
export function describeResourceTypes(base: string): readonly Described[] {
  return types.map(id => {
    const { endpoint, description, schema, extension } = resourceTypes[id]
    return {
      schemas: [`${core}:ResourceType`],
      id,
      name: id,
      description,
      endpoint,
      schema: schema.id,
      schemaExtensions: [{ schema: extension.id, required: false }],
      meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
    }
  })
}

/** `ignored`: attributes that this server does not keep. https://www.rfc-editor.org/rfc/rfc7643#section-7 */
export function describeSchemas(
  base: string,
  ignored: readonly string[] = [],
): readonly Described[] {
  return types.flatMap(schemasOf).map((schema: Schema) => ({
    schemas: [`${core}:Schema`],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes
      .filter(({ name }) => !ignored.includes(name))
      .map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }))
}

function describeAttribute(attribute: Attribute): Fields {
  const { subAttributes, always, mutability = 'readWrite' } = attribute
  const canonicalValues = always === undefined ? attribute.canonicalValues : [String(always)]
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued ?? false,
    description: attribute.description,
    required: attribute.required ?? false,
    ...(canonicalValues !== undefined && { canonicalValues }),
    ...(attribute.referenceTypes !== undefined && { referenceTypes: attribute.referenceTypes }),
    ...(attribute.type !== 'complex' && { caseExact: attribute.caseExact ?? false }),
    mutability,
    returned: mutability === 'writeOnly' ? 'never' : 'default',
    uniqueness: attribute.uniqueness ?? 'none',
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(describeAttribute) }),
  }
}
