/**
 * The table of routes as an OpenAPI document: one operation for each address and method, with its row of
 * the operations table and the permissions that allow it. Nothing is described that is not in the tables.
 *
 * https://spec.openapis.org/oas/v3.1.1.html
 */

import { maxUploadBytes } from '../call.ts'
import { sizePattern } from '../graph/operations/photos.ts'
import type { Contract, Operation } from '../graph/request/operation.ts'
import { keyPattern, type Route, routes } from '../graph/routes.ts'
import { type AccountKind, tables } from '../permissions/tables.ts'
import {
  batchRequest,
  batchResponse,
  headers,
  notModified,
  optionParameters,
  ownOptions,
  type Schema,
  schemas,
} from './openapi-components.ts'
import { linksToNew } from './openapi-links.ts'
import { nameOperation, toTemplate } from './openapi-names.ts'
import { refusalResponses, refusalsOf } from './openapi-refusals.ts'

type Json = Readonly<Record<string, unknown>>

export function renderOpenApi(): string {
  return JSON.stringify({
    openapi: '3.1.1',
    info,
    servers: [{ url: '/v1.0' }, { url: '/beta' }],
    tags: tags.map(name => ({ name })),
    paths: {
      ...Object.fromEntries(routes.map(route => [toTemplate(route.path), describeRoute(route)])),
      ...ownPaths,
    },
    components: {
      schemas,
      parameters: optionParameters,
      responses: { ...refusalResponses, NotModified: notModified },
      securitySchemes,
    },
  })
}

const info = {
  title: 'Visage',
  version: '1.0',
  description:
    "Profile photos of users, groups, teams and contacts, as Microsoft Graph serves them. HEAD goes wherever GET does. Names in addresses compare without case, and a key may stand in parentheses: `/users('id')/photo`. `Accept: application/json;odata.metadata=full` or `none` asks for more or less of `@odata.…`.",
  license: { name: 'MIT', identifier: 'MIT' },
}

const tags = ['photos', 'users', 'groups', 'teams', 'contacts', 'settings', 'service'] as const

/** The three columns of every published permission table. Any one alternative is enough. */
const securitySchemes: Readonly<Record<AccountKind, Json>> = {
  delegated: bearer('A token of a work or school account; the names are its scopes (`scp`).'),
  personal: bearer('A token of a personal Microsoft account; the names are its scopes (`scp`).'),
  application: bearer('A token of an application in its own name; the names are its `roles`.'),
}

function bearer(description: string): Json {
  return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description }
}

const keyMeanings: Readonly<Record<string, string>> = {
  'user-id': 'Id or userPrincipalName.',
  'profilePhoto-id': 'A size, like 48x48.',
  'contactFolder-id1': 'Any depth is served: childFolders/{id}/childFolders/{id}…',
}

function describeRoute(route: Route): Json {
  const names = [...toTemplate(route.path).matchAll(/\{(.+?)\}/g)].map(([, name = '']) => name)
  return {
    ...(route.versions && { servers: route.versions.map(version => ({ url: `/${version}` })) }),
    ...(names.length > 0 && { parameters: names.map(describeKey) }),
    ...Object.fromEntries(
      Object.entries(route.on).map(([method, operation]) => [
        method.toLowerCase(),
        describeOperation(route, method, operation),
      ]),
    ),
  }
}

function describeKey(name: string): Json {
  const description = keyMeanings[name]
  const pattern = name === 'profilePhoto-id' ? sizePattern : keyPattern
  return {
    name,
    in: 'path',
    required: true,
    ...(description !== undefined && { description }),
    schema: { type: 'string', minLength: 1, pattern: pattern.source },
  }
}

function describeOperation(route: Route, method: string, operation: Operation): Json {
  const { contract } = operation
  const view = route.versions ? '?view=graph-rest-beta' : ''
  const parameters = [
    ...(contract.options ?? []).map(option => ({
      $ref: `#/components/parameters/${option.slice(1)}`,
    })),
    ...(contract.ownOptions ?? []).map(option => ownOptions[option]),
    ...(contract.conditions === undefined ? [] : headers[contract.conditions]),
  ]
  return {
    operationId: nameOperation(route, method, operation),
    summary: operation.summary,
    tags: [tagOf(operation)],
    ...(contract.page !== undefined && {
      externalDocs: { url: `https://learn.microsoft.com/en-us/graph/api/${contract.page}${view}` },
    }),
    ...(parameters.length > 0 && { parameters }),
    ...(contract.body && { requestBody: describeBody(contract.body) }),
    responses: describeResponses(contract, route),
    security: listAlternatives(route, operation),
  }
}

function tagOf({ name, resource }: Operation): (typeof tags)[number] {
  if (resource === 'photoUpdateSettings') return 'settings'
  if (/photo/i.test(name)) return 'photos'
  if (resource === 'membership' || resource === 'ownership') return 'groups'
  if (resource === 'groupMember' || resource === 'groupOwner') return 'groups'
  if (resource === 'deletedGroup') return 'groups'
  if (resource === 'person' || resource === 'directReport' || resource === 'manager') return 'users'
  if (resource === 'deletedUser' || resource === 'deletedItem') return 'users'
  if (resource === 'user' || resource === 'group' || resource === 'team') return `${resource}s`
  return 'contacts'
}

/** "Content-Type: image/jpeg. Required."; other types are accepted for clients that send them. */
function describeBody(body: NonNullable<Contract['body']>): Json {
  if (body !== 'photo') {
    return { required: true, content: { 'application/json': { schema: reference(body.name) } } }
  }
  return {
    required: true,
    description:
      'The binary data of the photo: JPEG, PNG, GIF, WebP or AVIF, at most 4 MB. The format is read from the bytes, not from Content-Type, unless the server is strict.',
    content: Object.fromEntries(uploadTypes.map(type => [type, { schema: upload }])),
  }
}

const uploadTypes = ['image/jpeg', 'application/octet-stream']
const picture = { type: 'string', format: 'binary', minLength: 1 }
const upload = { ...picture, maxLength: maxUploadBytes }

function describeResponses(contract: Contract, route: Route): Json {
  const { status, response } = describeSuccess(contract, route)
  const links = contract.answer.kind === 'created' ? linksToNew(route) : {}
  return {
    [status]: { ...response, ...(Object.keys(links).length > 0 && { links }) },
    ...(contract.conditions === 'read' && { 304: { $ref: '#/components/responses/NotModified' } }),
    ...refusalsOf(contract, route),
  }
}

function describeSuccess(
  { answer, conditions }: Contract,
  route: Route,
): Readonly<{ status: number; response: Json }> {
  const tagged = conditions === 'read' && { headers: { ETag: { schema: { type: 'string' } } } }
  switch (answer.kind) {
    case 'photo':
      return {
        status: 200,
        response: {
          description: 'The picture.',
          ...tagged,
          content: { 'image/jpeg': { schema: picture } },
        },
      }
    case 'ok':
      // "200 OK … 204 No Content": the one for users, groups and contacts, the other for teams.
      return { status: route.target === 'team' ? 204 : 200, response: { description: 'Done.' } }
    case 'no-content':
      return { status: 204, response: { description: 'Done.' } }
    case 'count':
      return {
        status: 200,
        response: {
          description: 'The number.',
          content: { 'text/plain': { schema: { type: 'integer', minimum: 0 } } },
        },
      }
    case 'entity':
    case 'created':
    case 'list': {
      const schema = reference(answer.kind === 'list' ? `${answer.type}Collection` : answer.type)
      const content = { 'application/json': { schema } }
      return {
        status: answer.kind === 'created' ? 201 : 200,
        response: { description: `${answer.type}.`, ...tagged, content },
      }
    }
  }
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** Each permission that is enough alone, for each kind of account; the least privileged comes first. */
function listAlternatives({ path }: Route, { action, resource }: Operation): Json[] {
  const { rows } = tables[action][resource]
  return (Object.keys(securitySchemes) as AccountKind[]).flatMap(kind => {
    const row = rows[kind]
    // "/me request is only valid with delegated authentication flow."
    const isImpossible = kind === 'application' && path.startsWith('/me')
    if (row === 'unsupported' || isImpossible) return []
    return row.map(permission => ({ [kind]: [permission] }))
  })
}

/** Operations outside the table of routes: see graph/batch.ts and documents.ts. */
const ownPaths: Json = {
  '/$batch': {
    post: {
      operationId: 'batch',
      summary: 'Up to 20 requests in one',
      tags: ['service'],
      externalDocs: { url: 'https://learn.microsoft.com/en-us/graph/json-batching' },
      requestBody: { required: true, content: { 'application/json': { schema: batchRequest } } },
      responses: {
        200: {
          description: 'An answer to each request; pictures are base64.',
          content: { 'application/json': { schema: batchResponse } },
        },
        default: { $ref: '#/components/responses/Error' },
      },
      // The batch needs a token, and each part its own permission.
      security: [{ delegated: [] }, { personal: [] }, { application: [] }],
    },
  },
  '/': describeDocument('contents', 'The entity sets and singletons', 'application/json'),
  '/$metadata': describeDocument('metadata', 'The types, as CSDL', 'application/xml'),
  '/openapi.json': {
    servers: [{ url: '/' }],
    ...describeDocument('openapi', 'This document', 'application/json'),
  },
}

function describeDocument(operationId: string, summary: string, contentType: string): Json {
  return {
    get: {
      operationId,
      summary,
      tags: ['service'],
      responses: { 200: { description: summary, content: { [contentType]: {} } } },
      security: [],
    },
  }
}
