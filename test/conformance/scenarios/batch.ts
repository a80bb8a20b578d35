/**
 * POST /$batch: invalid batches, parts that are answered as single requests, and the form of the
 * answer that clients expect.
 */

import type { PictureName } from '../pictures.ts'
import type { Point } from '../points.ts'
import type { Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const page = 'https://learn.microsoft.com/en-us/graph/json-batching'
const format =
  'https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_BatchRequestsandResponses'
const me = '/v1.0/me'
const given = [steps.setPhoto(me, 'a portrait')]

type Part = Readonly<Record<string, unknown>>
type Parts = Readonly<Record<string, Expected>>

function send(requests: readonly Part[], parts: Parts, more: Partial<Exchange> = {}): Exchange {
  return {
    as: steps.me,
    method: 'POST',
    path: '/v1.0/$batch',
    body: { json: { requests } },
    expected: { status: 200, headers: { 'content-type': /^application\/json\b/ }, parts },
    ...more,
  }
}

function get(id: string, url: string, more: Part = {}): Part {
  return { id, method: 'GET', url, ...more }
}

function put(id: string, picture: PictureName, more: Part = {}): Part {
  return { id, method: 'PUT', url: '/me/photo/$value', body: { '?base64': picture }, ...more }
}

const ok: Expected = { status: 200 }
const picture: Expected = {
  status: 200,
  headers: { 'content-type': 'image/jpeg', etag: /^"[^"]+"$/ },
  picture: { width: 100, height: 100, like: 'a portrait' },
}
const json = { 'content-type': /^application\/json\b/ } as const

const reading: readonly Scenario[] = [
  {
    name: 'A batch asks for a person and their picture, which comes as base64 beside JSON',
    source: page,
    points: ['10', '11', '11.1', '11.2'],
    given,
    request: send([get('0', '/me'), get('1', '/me/photo/$value')], {
      '0': { status: 200, headers: json, json: { id: '{self}', userPrincipalName: '{selfName}' } },
      '1': picture,
    }),
  },
  {
    name: 'A batch returns sizes, lists and metadata as single requests do',
    source: page,
    points: ['11.1', '11.2'],
    given: [...given, { ...steps.readPhoto(me, ok), keep: { etag: { header: 'etag' } } }],
    request: send(
      [
        get('a', '/me/photo'),
        get('b', '/me/photos'),
        get('c', '/me/photos/48x48'),
        get('d', '/me/photos/48x48/$value'),
        get('e', '/me/photo?$select=width'),
      ],
      {
        a: {
          status: 200,
          headers: { ...json, etag: '{etag}' },
          json: { '@odata.mediaEtag': '{etag}', id: 'default', width: 100 },
        },
        b: { status: 200, headers: json, json: { value: { '?count': 3 } } },
        c: { status: 200, headers: json, json: { id: '48x48' } },
        d: { ...picture, picture: { width: 48, height: 48, like: 'a portrait' } },
        e: { status: 200, json: { width: 100 } },
      },
    ),
  },
  {
    name: 'A missing photo is a 404 part of a batch that is 200',
    source: 'https://github.com/microsoftgraph/microsoft-graph-toolkit',
    points: ['11.2', '14'],
    given: [steps.removePhoto(me)],
    request: send([get('0', '/me'), get('1', '/me/photo/$value'), get('2', '/me/photo')], {
      '0': ok,
      '1': { status: 404, headers: json, error: { code: 'ImageNotFound' } },
      '2': { status: 404, headers: json, error: { code: 'ImageNotFound' } },
    }),
  },
  {
    name: 'A HEAD in a batch has no body',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2',
    given,
    request: send(
      [{ id: '1', method: 'HEAD', url: '/me/photo/$value' }],
      {},
      {
        expected: {
          status: 200,
          without: ['"body"'],
          parts: { '1': { status: 200, headers: { etag: /^"/ } } },
        },
      },
    ),
  },
  ...[
    ['/me/photo', 'v1.0'],
    ['me/photo', 'v1.0'],
    ['/v1.0/me/photo', 'v1.0'],
    ['v1.0/me/photo', 'v1.0'],
    ['/beta/me/photo', 'beta'],
    ['/ME/Photo/', 'v1.0'],
    ['/users/{selfName:encoded}/photo', 'v1.0'],
    ['users/{selfName}/photo?$select=id', 'v1.0'],
    ["/users('{self}')/photo", 'v1.0'],
  ].map(
    ([url = '', version]): Scenario => ({
      name: `The url of a part may be ${url}`,
      source: 'https://github.com/pnp/pnpjs/blob/HEAD/packages/graph/batching.ts',
      points: ['11.4'],
      given,
      request: send([get('1', url)], {
        '1': {
          status: 200,
          json: {
            '@odata.context': `{base}/${version}/$metadata#users('{self}')/photo/$entity`,
          },
        },
      }),
    }),
  ),
  ...['/users/{guestName:encoded}/photo/$value', "/users('{guestName:encoded}')/photo/$value"].map(
    (url): Scenario => ({
      name: `The url of a part names a guest: ${url}`,
      source:
        'https://github.com/microsoftgraph/microsoft-graph-toolkit/blob/HEAD/packages/mgt-components/src/graph/graph.photos.ts',
      points: ['6', '11.4'],
      given: [steps.setPhoto('/v1.0/users/{guest}', 'a portrait', steps.photographer)],
      request: send([get('1', url)], { '1': picture }, { as: steps.photographer }),
    }),
  ),
  ...['/v1.0/$batch/', '/v1.0/%24batch', '/V1.0/$Batch', '/beta/$batch'].map(
    (path): Scenario => ({
      name: `POST ${path} is a batch`,
      source: page,
      points: path === '/beta/$batch' ? ['7', '11'] : ['6', '11'],
      given,
      request: send([get('1', '/me/photo')], { '1': ok }, { path }),
    }),
  ),
  {
    name: 'Parts without a version use the version of their batch',
    source: page,
    points: ['7'],
    given,
    request: send(
      [get('1', '/me/photo')],
      { '1': { status: 200, json: { '@odata.context': /\/beta\/\$metadata#/ } } },
      { path: '/beta/$batch' },
    ),
  },
  {
    name: 'Ids of parts are any text and are returned unchanged',
    source: page,
    points: ['11.5'],
    given,
    request: send(
      ['1', '01', 'Ä b', '{"a":1}', '9f0c6f1f-6d4b-4e6c-8a57-b6f0f6a2c1d3'].map(id =>
        get(id, '/me/photo'),
      ),
      { '1': ok, '01': ok, 'Ä b': ok, '{"a":1}': ok, '9f0c6f1f-6d4b-4e6c-8a57-b6f0f6a2c1d3': ok },
    ),
  },
  {
    name: 'A GET part may say Content-Type and have no body',
    source: 'https://github.com/pnp/pnpjs/blob/HEAD/packages/graph/batching.ts',
    points: ['4', '11.5'],
    given,
    request: send(
      [get('1', '/me/photo/$value', { headers: { 'Content-Type': 'application/json' } })],
      { '1': picture },
    ),
  },
  ...['if-none-match', 'If-None-Match', 'IF-NONE-MATCH'].map(
    (name): Scenario => ({
      name: `A part’s header ${name} is supported: 304 within the batch`,
      source:
        'https://github.com/microsoftgraph/msgraph-sdk-javascript/blob/HEAD/src/content/BatchRequestContent.ts',
      points: ['11.3'],
      given: [...given, { ...steps.readPhoto(me, ok), keep: { etag: { header: 'etag' } } }],
      request: send([get('1', '/me/photo/$value', { headers: { [name]: '{etag}' } })], {
        '1': { status: 304, empty: true, headers: { etag: '{etag}' } },
      }),
    }),
  ),
  {
    name: 'A part can choose its level of metadata',
    source: page,
    given,
    request: send(
      [get('1', '/me/photo', { headers: { Accept: 'application/json;odata.metadata=none' } })],
      { '1': { status: 200, keys: ['id', 'height', 'width'] } },
    ),
  },
]

/** Bodies in different forms; the next read shows the picture. */
function uploads(name: string, part: Part, points: readonly Point[] = ['11', '11.6']): Scenario {
  return {
    name,
    source: page,
    points,
    given: [steps.setPhoto(me, 'another portrait')],
    request: send([part], { '1': { status: 200, empty: true } }),
    next: [steps.readPhoto(me, steps.shows('a portrait'))],
  }
}

const writing: readonly Scenario[] = [
  uploads('A photo is set in a batch from base64 without any header', put('1', 'a portrait')),
  uploads(
    'A photo is set in a batch from base64 that says image/jpeg',
    put('1', 'a portrait', { headers: { 'content-type': 'image/jpeg' } }),
  ),
  uploads(
    'A photo is set in a batch from base64 that says application/octet-stream',
    put('1', 'a portrait', { headers: { 'Content-Type': 'application/octet-stream' } }),
    ['1', '11.6'],
  ),
  uploads(
    'A photo is set in a batch from base64 as urls write it',
    put('1', 'a portrait', { body: { '?base64url': 'a portrait' } }),
  ),
  uploads('A photo is set in a batch with PATCH', put('1', 'a portrait', { method: 'PATCH' }), [
    '2',
    '11',
  ]),
  {
    name: 'Photos of a group, a team and a contact are set in one batch',
    source: page,
    points: ['11'],
    request: send(
      [
        put('group', 'a portrait', { url: '/groups/{ownGroup}/photo/$value' }),
        put('team', 'a portrait', { url: '/teams/{memberTeam}/photo/$value' }),
        put('contact', 'a portrait', { url: '/me/contacts/{contact}/photo/$value' }),
      ],
      { group: steps.updated, team: steps.teamUpdated, contact: steps.updated },
      {
        as: {
          kind: 'user',
          who: 'self',
          holds: ['Group.ReadWrite.All', 'TeamSettings.ReadWrite.All', 'Contacts.ReadWrite'],
          roles: ['Teams Administrator'],
        },
      },
    ),
    next: [
      steps.readPhoto('/v1.0/groups/{ownGroup}', steps.shows('a portrait'), steps.owner),
      steps.readPhoto('/v1.0/groups/{memberTeam}', steps.shows('a portrait'), steps.owner),
    ],
  },
  {
    name: 'A photo is deleted in a batch',
    source: page,
    points: ['3', '11', '11.1'],
    given,
    request: send([{ id: '1', method: 'DELETE', url: '/me/photo' }], {
      '1': { status: [200, 204], empty: true },
    }),
    next: [steps.readPhoto(me, steps.noPhoto)],
  },
  {
    name: 'A photo of the full 4 MiB fits into a batch',
    source: steps.updatePage,
    points: ['11'],
    request: send([put('1', 'exactly 4 MiB')], { '1': steps.updated }),
    next: [steps.readPhoto(me, steps.shows('exactly 4 MiB', 400))],
  },
  {
    name: 'A photo that is too large is refused as that part alone',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/85',
    points: ['12'],
    given,
    request: send([put('1', '4 MiB and a byte'), get('2', '/me/photo')], {
      '1': { status: 413, error: { says: ['4194304'] } },
      '2': ok,
    }),
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  ...(
    [
      ['text that is no base64', 'no picture at all!', [400, 415]],
      ['nothing', '', [400]],
      ['JSON', { a: 1 }, [400, 415]],
      ['base64 of what is no picture', { '?base64': 'an SVG' }, [415]],
    ] as const
  ).map(
    ([what, body, status]): Scenario => ({
      name: `A part that puts ${what} is refused and the photo stays`,
      source: page,
      given,
      request: send([put('1', 'a portrait', { body })], { '1': { status, error: {} } }),
      untouched: { path: `${me}/photo/$value`, as: steps.me },
    }),
  ),
  {
    name: 'If-Match protects the photo within a batch too',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-13',
    given,
    request: send([put('1', 'another portrait', { headers: { 'if-match': '"another"' } })], {
      '1': { status: 412 },
    }),
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  {
    name: 'A compressed batch is decompressed',
    source: 'https://github.com/microsoft/kiota-http-go/blob/HEAD/compression_handler.go',
    points: ['9'],
    given,
    request: send(
      [],
      {},
      {
        body: { json: { requests: [get('1', '/me/photo/$value')] }, packed: 'gzip' },
        expected: { status: 200, parts: { '1': picture } },
      },
    ),
  },
]

const absolute: readonly Scenario[] = [
  'https://graph.example/v1.0/me',
  '/https://graph.example/v1.0/me',
  'HTTP://graph.example',
].map(url => ({
  name: `A part of a batch whose url is ${url} is refused because a path is expected`,
  source: page,
  points: ['11.2'],
  request: send([get('1', url), get('2', '/me')], {
    '1': {
      status: 400,
      headers: json,
      error: { code: 'BadRequest', says: ['absolute', '/me/photo'] },
    },
    '2': ok,
  }),
}))

const order: readonly Scenario[] = [
  {
    name: 'A part runs after those it depends on, with their effects visible',
    source: `${page}#sequencing-requests-with-the-dependson-property`,
    given: [steps.setPhoto(me, 'another portrait')],
    request: send(
      [
        get('seen', '/me/photo/$value', { dependsOn: ['set'] }),
        put('set', 'a portrait', { dependsOn: ['gone'] }),
        { id: 'gone', method: 'DELETE', url: '/me/photo/$value' },
      ],
      { gone: { status: [200, 204] }, set: steps.updated, seen: picture },
    ),
  },
  {
    name: 'Parts that depend on a failed part, directly or not, are not run: 424',
    source: `${page}#sequencing-requests-with-the-dependson-property`,
    given,
    request: send(
      [
        get('1', '/me/photos/none/$value'),
        put('2', 'another portrait', { dependsOn: ['1'] }),
        get('3', '/me/photo', { dependsOn: ['2'] }),
        get('4', '/me/photo'),
      ],
      {
        '1': { status: 404 },
        '2': { status: 424, error: {} },
        '3': { status: 424, error: {} },
        '4': ok,
      },
    ),
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  {
    name: 'dependsOn accepts ids in any letter case',
    source: page,
    given,
    request: send([get('One', '/me/photo'), get('2', '/me/photo', { dependsOn: ['ONE'] })], {
      One: ok,
      '2': ok,
    }),
  },
]

const onlyReads: Wanted = steps.exactly('delegated', ['User.Read'])
const denied: Expected = { status: 403, headers: json, error: {} }

const independence: readonly Scenario[] = [
  {
    name: 'Each part has its own permission and its own refusal',
    source: page,
    points: ['12'],
    given,
    request: send(
      [
        get('1', '/me/photo'),
        put('2', 'another portrait'),
        get('3', '/groups/{ownGroup}/photo'),
        get('4', '/users/{missing}/photo'),
        get('5', '/me/picture'),
        { id: '6', method: 'POST', url: '/me/photo' },
        get('7', '/me/photos/648x648'),
      ],
      {
        '1': ok,
        '2': denied,
        '3': denied,
        '4': { status: [403, 404], error: {} },
        '5': { status: 400, error: { code: 'BadRequest' } },
        '6': { status: 405, headers: { allow: /\bGET\b/ } },
        '7': { status: 404, error: { code: 'ImageNotFound' } },
      },
      { as: onlyReads },
    ),
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  {
    name: 'An unknown person is never answered with the picture of the caller',
    source: steps.errorsPage,
    given,
    request: send(
      [get('1', '/users/{missing}/photo/$value'), get('2', '/users//photo/$value')],
      { '1': { status: 404, error: {} }, '2': { status: [400, 404], error: {} } },
      { as: steps.self('User.ReadWrite', 'User.Read.All') },
    ),
  },
  ...['/$batch', 'https://elsewhere.example/v1.0/me', '//elsewhere.example/me', '/', '?'].map(
    (url): Scenario => ({
      name: `A part with the url ${url} is refused`,
      source: format,
      request: send([{ id: '1', method: 'POST', url, body: { requests: [] } }], {
        '1': { status: 400, error: { code: 'BadRequest' } },
      }),
    }),
  ),
]

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => get(`${index + 1}`, '/me/photo'))

const invalid: Expected = { status: 400, error: { code: 'BadRequest' } }

/** Batches that are refused as a whole. */
const unreadable: readonly (readonly [what: string, json: unknown])[] = [
  ['has 21 requests', { requests: many(21) }],
  ['has no request', { requests: [] }],
  ['has no list', {}],
  ['is a list', []],
  ['has something else for a list', { requests: get('1', '/me') }],
  ['has a request that is no object', { requests: ['GET /me'] }],
  ['has a request without an id', { requests: [{ method: 'GET', url: '/me' }] }],
  ['has an id that is a number', { requests: [{ id: 1, method: 'GET', url: '/me' }] }],
  ['has a request without a method', { requests: [{ id: '1', url: '/me' }] }],
  ['has a request without an url', { requests: [{ id: '1', method: 'GET' }] }],
  ['has an id twice', { requests: [get('1', '/me'), get('1', '/me')] }],
  ['has ids that differ in letter case alone', { requests: [get('a', '/me'), get('A', '/me')] }],
  ['depends on what is not there', { requests: [get('1', '/me', { dependsOn: ['2'] })] }],
  [
    'depends on twenty requests',
    { requests: [get('1', '/me', { dependsOn: Array.from({ length: 20 }, (_, id) => `x${id}`) })] },
  ],
  [
    'has a request with 51 headers',
    {
      requests: [
        get('1', '/me', {
          headers: Object.fromEntries(Array.from({ length: 51 }, (_, id) => [`x-${id}`, ''])),
        }),
      ],
    },
  ],
  [
    'has a request with more than 32 KB of headers',
    { requests: [get('1', '/me', { headers: { 'x-long': 'x'.repeat(32 * 1024) } })] },
  ],
  ['depends on itself', { requests: [get('1', '/me', { dependsOn: ['1'] })] }],
  [
    'has a cycle of dependence',
    {
      requests: [get('1', '/me', { dependsOn: ['2'] }), get('2', '/me', { dependsOn: ['1'] })],
    },
  ],
]

const whole: readonly Scenario[] = [
  {
    name: 'A batch takes twenty requests',
    source: `${page}#batch-size-limitations`,
    given,
    request: send(many(20), Object.fromEntries(many(20).map(({ id }) => [String(id), ok]))),
  },
  ...unreadable.map(
    ([what, body]): Scenario => ({
      name: `A batch that ${what} is refused as a whole`,
      source: page,
      given,
      request: send([], {}, { body: { json: body }, expected: invalid }),
      untouched: { path: `${me}/photo/$value`, as: steps.me },
    }),
  ),
  ...(
    [
      ['values nested 65 deep', `${'['.repeat(65)}${']'.repeat(65)}`],
      ['more than 30,000 values', `[${'1,'.repeat(30_000)}1]`],
      ['half a character', '"\\ud800"'],
    ] as const
  ).map(
    ([what, body]): Scenario => ({
      name: `A batch with ${what} is refused as a whole`,
      source: format,
      given,
      request: send(
        [],
        {},
        {
          body: { text: `{"requests":[{"id":"1","method":"GET","url":"/me","body":${body}}]}` },
          headers: { 'content-type': 'application/json' },
          expected: { status: 400, error: { code: 'BadRequest', says: ['JSON'] } },
        },
      ),
    }),
  ),
  ...['', '{"requests":', 'requests'].map(
    (text): Scenario => ({
      name: `A batch of '${text}' is refused because it is not JSON`,
      source: format,
      request: send(
        [],
        {},
        { body: { text }, headers: { 'content-type': 'application/json' }, expected: invalid },
      ),
    }),
  ),
  {
    name: 'A batch that is too large is refused before any part is run',
    source: page,
    given,
    request: send([put('1', '8 MiB of zeros'), get('2', '/me')], {}, { expected: { status: 413 } }),
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  {
    name: 'A batch needs a token',
    source: page,
    points: ['17'],
    request: {
      method: 'POST',
      path: '/v1.0/$batch',
      body: { json: { requests: [get('1', '/me/photo')] } },
      expected: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    },
  },
]

export const batch: readonly Scenario[] = [
  ...reading,
  ...writing,
  ...order,
  ...independence,
  ...absolute,
  ...whole,
]
