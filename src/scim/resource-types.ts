/**
 * Table: the types of resources. Their schemas name the attributes.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-6
 */
import { group, visageGroup } from './group-schema.ts'
import type { Attribute, Schema } from './schema.ts'
import { enterpriseUser, user } from './user-schema.ts'

export type TypeName = 'User' | 'Group'

type ResourceType = Readonly<{
  endpoint: `/${string}`
  description: string
  schema: Schema
  extension: Schema
}>

export const resourceTypes: Readonly<Record<TypeName, ResourceType>> = {
  User: { endpoint: '/Users', description: 'People', schema: user, extension: enterpriseUser },
  Group: { endpoint: '/Groups', description: 'Groups', schema: group, extension: visageGroup },
}

/**
 * "The attribute definitions are not included in a schema": `/Schemas` does not offer them.
 * https://www.rfc-editor.org/rfc/rfc7643#section-3.1
 */
const ofEveryResource: readonly Attribute[] = [
  {
    name: 'id',
    type: 'string',
    caseExact: true,
    mutability: 'readOnly',
    property: 'id',
    description: 'The id of the resource, the same as in Microsoft Graph',
  },
  {
    name: 'externalId',
    type: 'string',
    caseExact: true,
    property: 'externalId',
    description: 'The id at the sender',
  },
  {
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    description: 'What the server says about the resource',
    subAttributes: [
      {
        name: 'lastModified',
        type: 'dateTime',
        mutability: 'readOnly',
        property: 'changedAt',
        description: 'When the resource was changed last',
      },
    ],
  },
]

/** Those of every resource first. */
export function attributesOf(type: TypeName): readonly Attribute[] {
  const { schema, extension } = resourceTypes[type]
  return [...ofEveryResource, ...schema.attributes, ...extension.attributes]
}

export function schemasOf(type: TypeName): readonly Schema[] {
  const { schema, extension } = resourceTypes[type]
  return [schema, extension]
}
