/**
 * The descriptions of a server: $metadata, the service document, OpenAPI; and the level of metadata
 * that a client chooses.
 */
import type { Exchange, Expected, Scenario, Shape } from '../scenario.ts'
import * as steps from '../steps.ts'

const csdl = 'https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html'
const serviceDocument =
  'https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ServiceDocument'
const levels =
  'https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma'
const openapi = 'https://spec.openapis.org/oas/v3.1.1.html'
const cli =
  'https://github.com/pnp/cli-microsoft365/blob/HEAD/src/m365/entra/commands/m365group/m365group-set.ts'
const me = '/v1.0/me'

function ask(path: string, expected: Expected): Exchange {
  return { method: 'GET', path, expected }
}

function metadata(holds: readonly string[], without: readonly string[] = []): Expected {
  return {
    status: 200,
    headers: { 'content-type': /^application\/xml\b/, 'odata-version': '4.0' },
    xml: true,
    holds,
    without,
  }
}

const types = ['profilePhoto', 'user', 'group', 'team', 'contact', 'contactFolder']
const declared = types.map(name => `<EntityType Name="${name}"`)

const documents: readonly Scenario[] = [
  {
    name: 'GET /v1.0/$metadata is XML that declares the types with a photo, and needs no token',
    source: csdl,
    points: ['7'],
    request: ask(
      '/v1.0/$metadata',
      metadata(
        [...declared, 'HasStream="true"', 'Name="height" Type="Edm.Int32"'],
        ['photoUpdateSettings'],
      ),
    ),
  },
  {
    name: 'GET /beta/$metadata declares the settings that only beta has, too',
    source: 'https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings',
    points: ['7'],
    request: ask(
      '/beta/$metadata',
      metadata([...declared, '<EntityType Name="photoUpdateSettings"', 'onPremises']),
    ),
  },
  ...['/v1.0/%24metadata', '/V1.0/$Metadata', '/v1.0/$metadata/', '/v1.0/$metadata?x=1'].map(
    (path): Scenario => ({
      name: `GET ${path} is $metadata too`,
      source: csdl,
      points: ['6'],
      request: ask(path, metadata(declared)),
    }),
  ),
  {
    name: 'HEAD of $metadata has the headers of GET',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2',
    given: [
      {
        ...ask('/v1.0/$metadata', { status: 200 }),
        keep: { length: { header: 'content-length' } },
      },
    ],
    request: {
      ...ask('/v1.0/$metadata', {
        status: 200,
        headers: { 'content-type': /^application\/xml\b/, 'content-length': '{length}' },
      }),
      method: 'HEAD',
    },
  },
  ...(['v1.0', 'beta'] as const).map(
    (version): Scenario => ({
      name: `GET /${version} lists the entry points`,
      source: serviceDocument,
      points: ['7'],
      request: ask(`/${version}`, {
        status: 200,
        headers: { 'content-type': /^application\/json\b/ },
        json: {
          '@odata.context': `{base}/${version}/$metadata`,
          value: { '?some': { name: 'users', kind: 'EntitySet', url: 'users' } },
        },
      }),
      next: [
        ask(`/${version}/`, {
          status: 200,
          json: { value: { '?some': { name: 'me', kind: 'Singleton', url: 'me' } } },
        }),
      ],
    }),
  ),
  {
    name: 'GET /openapi.json describes the operations, and needs no token',
    source: openapi,
    request: ask('/openapi.json', {
      status: 200,
      headers: { 'content-type': /^application\/json\b/ },
      json: {
        openapi: /^3\.1\./,
        paths: {
          '/me/photo/$value': { put: { responses: { '200': {} } }, get: {}, delete: {} },
          '/teams/{team-id}/photo/$value': { put: { responses: { '204': {} } } },
          '/$batch': { post: {} },
        },
      },
    }),
  },
]

const photo: Shape = { id: 'default', height: 100, width: 100 }

/** [requested level, keys of the answer]. */
const sixKeys = [
  '@odata.context',
  '@odata.mediaContentType',
  '@odata.mediaEtag',
  'id',
  'height',
  'width',
]
const fullKeys = [
  '@odata.context',
  '@odata.type',
  '@odata.id',
  '@odata.editLink',
  '@odata.mediaEditLink',
  '@odata.mediaReadLink',
  '@odata.mediaContentType',
  '@odata.mediaEtag',
  'id',
  'height',
  'width',
]

const accepted: readonly (readonly [accept: string, keys: readonly string[]])[] = [
  ['application/json;odata.metadata=none', ['id', 'height', 'width']],
  ['application/json;odata.metadata=minimal', sixKeys],
  ['application/json;odata.metadata=full', fullKeys],
  ['application/json; odata.metadata=none; charset=utf-8', ['id', 'height', 'width']],
  ['application/json;metadata=full', fullKeys],
  ['application/json;odata.metadata=everything', sixKeys],
  ['application/octet-stream', sixKeys],
  ['text/html', sixKeys],
]

const amounts: readonly Scenario[] = [
  ...accepted.map(
    ([accept, keys]): Scenario => ({
      name: `Accept: ${accept} gives a photo in ${keys.length} keys`,
      source: accept.includes('=none') ? cli : levels,
      points: ['5'],
      given: [steps.setPhoto(me, 'a portrait')],
      request: {
        as: steps.me,
        method: 'GET',
        path: `${me}/photo`,
        headers: { accept },
        expected: { status: 200, headers: { vary: /\bAccept\b/i }, keys, json: photo },
      },
    }),
  ),
  ...(
    [
      ['$format=json', sixKeys],
      ['$format=application/json;odata.metadata%3Dnone', ['id', 'height', 'width']],
    ] as const
  ).map(
    ([option, keys]): Scenario => ({
      name: `?${option} overrides Accept`,
      source:
        'https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html#sec_SystemQueryOptionformat',
      given: [steps.setPhoto(me, 'a portrait')],
      request: {
        as: steps.me,
        method: 'GET',
        path: `${me}/photo?${option}`,
        headers: { accept: 'application/json;odata.metadata=full' },
        expected: { status: 200, keys, json: photo },
      },
    }),
  ),
  {
    name: 'A $format that is not JSON is refused',
    source: levels,
    request: {
      as: steps.me,
      method: 'GET',
      path: `${me}/photo?$format=atom`,
      expected: { status: 400, error: { says: ['$format'] } },
    },
  },
  {
    name: 'Links of full metadata lead to the same resource',
    source: levels,
    given: [steps.setPhoto(me, 'a portrait')],
    request: {
      as: steps.me,
      method: 'GET',
      path: `${me}/photo`,
      headers: { accept: 'application/json;odata.metadata=full' },
      expected: {
        status: 200,
        json: {
          '@odata.type': '#microsoft.graph.profilePhoto',
          '@odata.id': "{base}/v1.0/users('{self}')/photo",
          '@odata.mediaReadLink': "{base}/v1.0/users('{self}')/photo/$value",
        },
      },
      keep: { link: { json: '@odata.id' }, bytes: { json: '@odata.mediaReadLink' } },
    },
    next: [
      {
        as: steps.me,
        method: 'GET',
        path: '{link:raw}',
        expected: { status: 200, json: photo },
      },
      { as: steps.me, method: 'GET', path: '{bytes:raw}', expected: steps.shows('a portrait') },
    ],
  },
  {
    name: 'A list without metadata still has the link to its next page',
    source: levels,
    points: ['5', '22'],
    given: [steps.setPhoto(me, 'a portrait')],
    request: {
      as: steps.me,
      method: 'GET',
      path: `${me}/photos?$top=1`,
      headers: { accept: 'application/json;odata.metadata=none' },
      expected: {
        status: 200,
        keys: ['@odata.nextLink', 'value'],
        json: { value: [{ id: '48x48' }] },
      },
    },
  },
  {
    name: 'An ETag of one level does not match another level',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2',
    given: [
      steps.setPhoto(me, 'a portrait'),
      { ...steps.readPhoto(me, { status: 200 }), keep: { etag: { header: 'etag' } } },
    ],
    request: {
      as: steps.me,
      method: 'GET',
      path: `${me}/photo`,
      headers: { accept: 'application/json;odata.metadata=none', 'if-none-match': '{etag}' },
      expected: { status: 200, keys: ['id', 'height', 'width'] },
    },
  },
  {
    name: 'A group has its types without metadata, as a command line requests it',
    source: cli,
    points: ['5', '10'],
    request: {
      as: steps.self('Group.Read.All'),
      method: 'GET',
      path: '/v1.0/groups/{ownGroup}?$select=groupTypes',
      headers: { accept: 'application/json;odata.metadata=none' },
      expected: { status: 200, keys: ['groupTypes'], json: { groupTypes: ['Unified'] } },
    },
  },
]

export const descriptions: readonly Scenario[] = [...documents, ...amounts]
