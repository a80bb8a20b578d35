/**
 * The parts that operations of the OpenAPI document refer to: schemas of every type and its
 * collection, errors, batches, query options and conditions. Types come from schema.ts.
 */
import { batchLimits } from '../graph/batch-items.ts'
import { maxWidth, photoStates } from '../graph/query/coverage-options.ts'
import { maxSkip, maxTop } from '../graph/query/query.ts'
import { type Body, describeBody } from '../graph/request/body.ts'
import type { Option, OwnOption } from '../graph/request/operation.ts'
import {
  complexTypes,
  type EntityType,
  entityTypes,
  enumTypes,
  isCollection,
  itemType,
} from '../graph/resources/schema.ts'
import { routes } from '../graph/routes.ts'

export type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const textOrNull: Schema = { type: ['string', 'null'] }

/** `@odata.…` of the usual level by name, those of odata.metadata=full by their pattern. */
const annotations = { '@odata.context': text }
const streamAnnotations = { '@odata.mediaContentType': text, '@odata.mediaEtag': text }
const otherAnnotations = { '^[A-Za-z]*@odata\\.': {} }

/** Every body of JSON that an operation takes. */
function listBodies(): readonly Body[] {
  const operations = routes.flatMap(({ on }) => Object.values(on))
  return operations.flatMap(({ contract: { body } }) => (body && body !== 'photo' ? [body] : []))
}

export const schemas: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(listBodies().map(body => [body.name, describeBody(body)])),
  ...Object.fromEntries(
    Object.entries(entityTypes).flatMap(([name, type]) => [
      [name, describeEntity(name, type)],
      [`${name}Collection`, describeCollection(name)],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(complexTypes).map(([name, properties]) => [
      name,
      describeObject(describeProperties(properties)),
    ]),
  ),
  error: {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'innerError'],
        properties: {
          code: { ...text, description: 'What to test for; docs/errors.md lists them.' },
          message: { ...text, description: 'For people; it may change.' },
          innerError: {
            type: 'object',
            required: ['date', 'request-id', 'client-request-id'],
            properties: {
              date: { ...text, description: 'UTC, without a zone.' },
              'request-id': text,
              'client-request-id': text,
            },
          },
        },
      },
    },
  },
}

/** A type that others are kinds of is told as one of these. */
function describeEntity(name: string, { base, properties, hasStream }: EntityType): Schema {
  const kinds = Object.entries(entityTypes).filter(([, kind]) => kind.base === name)
  if (kinds.length > 0) {
    return { anyOf: kinds.map(([kind]) => ({ $ref: `#/components/schemas/${kind}` })) }
  }
  return describeObject({
    ...annotations,
    ...(hasStream && streamAnnotations),
    id: text,
    ...describeProperties({ ...(base && entityTypes[base].properties), ...properties }),
  })
}

function describeObject(properties: Schema): Schema {
  return { type: 'object', properties, patternProperties: otherAnnotations }
}

function describeProperties(properties: Readonly<Record<string, string>>): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, type]) => [
      name,
      isCollection(type) ? { type: 'array', items: describeItem(itemType(type)) } : describe(type),
    ]),
  )
}

/** A single value may be null; an entry of a list is not. */
function describe(type: string): Schema {
  const members = enumTypes[type.replace(/^graph\./, '')]
  if (members) return { type: ['string', 'null'], enum: [...members, null] }
  if (type === 'Edm.Double') return { type: ['number', 'null'] }
  if (type === 'Edm.Int32') return { type: ['integer', 'null'] }
  if (type === 'Edm.DateTimeOffset') return { ...textOrNull, format: 'date-time' }
  if (type === 'Edm.Boolean') return { type: ['boolean', 'null'] }
  return type.startsWith('graph.') ? describeItem(type) : textOrNull
}

function describeItem(type: string): Schema {
  if (type === 'Edm.String') return text
  return { $ref: `#/components/schemas/${type.replace(/^graph\./, '')}` }
}

function describeCollection(name: string): Schema {
  return {
    type: 'object',
    required: ['value'],
    properties: {
      ...annotations,
      '@odata.nextLink': { ...text, description: 'The address of the next page, if there is one.' },
      value: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
    },
  }
}

const optionMeanings: Readonly<Record<Option, readonly [meaning: string, schema: Schema]>> = {
  $select: ['Properties to return, separated by commas.', text],
  $top: ['How many to return at most.', { type: 'integer', minimum: 1, maximum: maxTop }],
  $skip: ['How many to pass over.', { type: 'integer', minimum: 0, maximum: maxSkip }],
  $skiptoken: ['Where the page begins; it comes in @odata.nextLink.', text],
  $search: [
    '`"displayName:ali" OR "mail:ali"`: words that begin so, joined by AND and OR. Of people: one text.',
    text,
  ],
  $filter: [
    "`startsWith(displayName,'ali') or mail eq 'a@b'`: eq, ne, in, not, and, or, brackets, startsWith, endsWith and any.",
    text,
  ],
  $count: ['Whether `@odata.count` tells how many there are in all.', { type: 'boolean' }],
  $expand: [
    'Of users: `manager` or `manager($select=…)`. Of contacts: `photo`, and nothing is expanded, as in Graph.',
    text,
  ],
  $orderby: ['`displayName`, or `userPrincipalName` of users; `asc` or `desc`.', text],
}

export const optionParameters: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(optionMeanings).map(([name, [description, schema]]) => [
    name.slice(1),
    { name, in: 'query', description, schema },
  ]),
)

/** Options of Visage's extensions. */
export const ownOptions: Readonly<Record<OwnOption, Schema>> = {
  photo: {
    name: 'photo',
    in: 'query',
    description: 'Only those without a photo, or only those with one.',
    schema: { type: 'string', enum: photoStates },
  },
  narrowerThan: {
    name: 'narrowerThan',
    in: 'query',
    description: 'Only those whose photo is narrower than so many pixels.',
    schema: { type: 'integer', minimum: 1, maximum: maxWidth },
  },
}

const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  description: 'ETags that the client has: 304 if the photo is still one of them.',
  schema: text,
}
export const headers: Readonly<Record<'read' | 'write', readonly Schema[]>> = {
  read: [ifNoneMatch],
  write: [
    {
      name: 'If-Match',
      in: 'header',
      description: 'ETags, or * for any photo: 412 if the photo is another one by now.',
      schema: text,
    },
    { ...ifNoneMatch, description: '*: 412 if there is a photo already.' },
  ],
}

export const notModified: Schema = {
  description: 'The photo is the one that the client has.',
  headers: { ETag: { schema: text } },
}

export const batchRequest: Schema = {
  type: 'object',
  required: ['requests'],
  properties: {
    requests: {
      type: 'array',
      minItems: 1,
      maxItems: batchLimits.items,
      items: {
        type: 'object',
        required: ['id', 'method', 'url'],
        properties: {
          id: { ...text, minLength: 1, maxLength: batchLimits.idLength },
          method: { ...text, minLength: 1, maxLength: batchLimits.methodLength },
          url: {
            ...text,
            minLength: 1,
            description: 'Relative to the version: `/me/photo/$value`.',
          },
          headers: {
            type: ['object', 'null'],
            maxProperties: batchLimits.headers,
            additionalProperties: {},
          },
          body: { description: 'JSON as it is; anything else as base64.' },
          dependsOn: { type: ['array', 'null'], maxItems: batchLimits.dependsOn, items: text },
        },
      },
    },
  },
}

export const batchResponse: Schema = {
  type: 'object',
  required: ['responses'],
  properties: {
    responses: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'status', 'headers'],
        properties: {
          id: text,
          status: { type: 'integer' },
          headers: { type: 'object', additionalProperties: text },
          body: { description: 'JSON as it is; a picture as base64.' },
        },
      },
    },
  },
}
