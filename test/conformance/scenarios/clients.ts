/**
 * Existing programs, with their real methods, headers and paths. The points of a scenario name the
 * program and its need: see points.ts.
 */
import { points } from '../points.ts'
import type { Exchange, Expected, Scenario } from '../scenario.ts'
import * as steps from '../steps.ts'

const me = '/v1.0/me'
const given = [steps.setPhoto(me, 'another portrait')]
const seen = steps.readPhoto(me, steps.shows('a portrait'))

const kiota = 'https://github.com/microsoftgraph/msgraph-sdk-typescript'
const graphClient = 'https://github.com/microsoftgraph/msgraph-sdk-javascript'
const pnp = points['2'].source
const toolkit = points['14'].source
const cli = points['5'].source
const evolution = 'https://gitlab.gnome.org/GNOME/evolution-ews'
const curl = 'https://curl.se/docs/manpage.html'

const graphJs = {
  sdkversion: 'graph-js/3.0.7 (featureUsage=7)',
  'client-request-id': '7c1f2f6e-5a0e-4d0d-9a2b-3f1f6f0a7d11',
  accept: '*/*',
}
const pnpJs = { 'content-type': 'application/json', sdkversion: 'PnPCoreJS/4.21.0' }

function upload(method: 'PUT' | 'PATCH', more: Partial<Exchange>): Exchange {
  return {
    as: steps.me,
    method,
    path: `${me}/photo/$value`,
    body: { picture: 'a portrait' },
    expected: steps.updated,
    ...more,
  }
}

function get(rest: string, headers: Readonly<Record<string, string>>, expected: Expected) {
  return { as: steps.me, method: 'GET', path: `${me}/${rest}`, headers, expected }
}

const kiotaBytes = { accept: 'application/octet-stream, application/json' }
const kiotaJson = { accept: 'application/json' }

const sdks: readonly Scenario[] = [
  {
    name: 'A Kiota SDK sets, reads and deletes a photo',
    source: kiota,
    points: ['1', '3', '5', '13', '15'],
    given,
    request: upload('PUT', {
      headers: { 'content-type': 'application/octet-stream', ...kiotaJson },
    }),
    next: [
      get('photo/$value', kiotaBytes, steps.shows('a portrait')),
      get('photo', kiotaJson, { status: 200, json: { width: 100 } }),
      get('photos', kiotaJson, { status: 200, json: { value: { '?count': 3 } } }),
      {
        as: steps.me,
        method: 'DELETE',
        path: `${me}/photo`,
        headers: kiotaJson,
        expected: { status: [200, 204], empty: true },
      },
      get('photo/$value', kiotaBytes, steps.noPhoto),
    ],
  },
  ...(
    [
      ['contact', '/v1.0/users/{self}/contacts/{contact}', steps.withContacts],
      ['group', '/v1.0/groups/{ownGroup}', steps.owner],
    ] as const
  ).map(
    ([what, place, as]): Scenario => ({
      name: `A Kiota SDK sets the photo of a ${what}, its id escaped`,
      source: kiota,
      points: ['1', '6'],
      request: {
        ...steps.setPhoto(place, 'a portrait', as),
        headers: { 'content-type': 'application/octet-stream', ...kiotaJson },
        expected: steps.updated,
      },
      next: [steps.readPhoto(place, { status: 200, picture: { like: 'a portrait' } }, as)],
    }),
  ),
  {
    name: 'A Kiota SDK on a plain adapter names /me as /users/TokenToReplace',
    source: kiota,
    points: ['22'],
    given,
    request: upload('PUT', {
      path: '/v1.0/users/TokenToReplace/photo/$value',
      headers: { 'content-type': 'application/octet-stream' },
    }),
    next: [seen],
  },
  {
    name: 'A Kiota SDK cannot change properties of a photo',
    source: kiota,
    points: ['12'],
    given,
    request: {
      as: steps.me,
      method: 'PATCH',
      path: `${me}/photo`,
      body: { json: { height: 10, width: 10 } },
      expected: { status: 405, headers: { allow: /\bGET\b/ } },
    },
    untouched: { path: `${me}/photo/$value`, as: steps.me },
  },
  {
    name: 'The .NET SDK repeats a Content-Type and sends a stream in chunks',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-dotnet',
    points: ['1', '8'],
    given,
    request: upload('PUT', {
      headers: {
        'content-type': 'application/octet-stream, image/png',
        'cache-control': 'no-store, no-cache',
      },
      sent: 'in chunks',
    }),
    next: [seen],
  },
  {
    name: 'The Java SDK sends a stream in chunks',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-java',
    points: ['8'],
    given,
    request: upload('PUT', {
      headers: { 'content-type': 'application/octet-stream' },
      sent: 'in chunks',
    }),
    next: [seen],
  },
  {
    name: 'The Go SDK compresses its upload',
    source: points['9'].source,
    points: ['1', '9'],
    given,
    request: upload('PUT', {
      headers: { 'content-type': 'application/octet-stream', ...kiotaJson },
      body: { picture: 'a portrait', packed: 'gzip' },
    }),
    next: [seen],
  },
  {
    name: 'graph-client sets a photo from a stream with Content-Type JSON',
    source: graphClient,
    points: ['1', '13', '20'],
    given,
    request: upload('PUT', {
      headers: { ...graphJs, 'content-type': 'application/json' },
      expected: {
        ...steps.updated,
        headers: { 'client-request-id': graphJs['client-request-id'] },
      },
    }),
    next: [get('photo/$value', graphJs, steps.shows('a portrait'))],
  },
  {
    name: 'graph-client repeats a request with a Retry-Attempt header',
    source: points['18'].source,
    points: ['20'],
    given,
    request: get(
      'photo/$value',
      { ...graphJs, 'retry-attempt': '1', sdkversion: 'graph-js/3.0.7, graph-js/3.0.7' },
      steps.shows('another portrait'),
    ),
  },
  {
    name: 'PnPjs sets a photo with PATCH and reads it, with Content-Type JSON',
    source: pnp,
    points: ['1', '2', '4', '13'],
    given,
    request: upload('PATCH', { headers: pnpJs }),
    next: [
      get('photo/$value', pnpJs, steps.shows('a portrait')),
      get('photo', pnpJs, { status: 200, json: { id: 'default' } }),
      get('photos', pnpJs, { status: 200 }),
    ],
  },
  ...(
    [
      ['user', '/v1.0/users/{selfName:raw}', steps.me],
      ['group', '/v1.0/groups/{ownGroup}', steps.owner],
      ['contact', '/v1.0/me/contacts/{contact:raw}', steps.withContacts],
    ] as const
  ).map(
    ([what, place, as]): Scenario => ({
      name: `PnPjs sets the photo of a ${what} with PATCH`,
      source: pnp,
      points: ['1', '2', '6'],
      request: {
        ...steps.setPhoto(place, 'a portrait', as),
        method: 'PATCH',
        headers: pnpJs,
        expected: steps.updated,
      },
      next: [steps.readPhoto(place, { status: 200, picture: { like: 'a portrait' } }, as)],
    }),
  ),
  {
    name: 'A user of PnPjs deletes a photo at /photo, with Content-Type JSON',
    source: pnp,
    points: ['3', '4'],
    given,
    request: {
      as: steps.me,
      method: 'DELETE',
      path: `${me}/photo`,
      headers: pnpJs,
      expected: { status: [200, 204], empty: true },
    },
    next: [steps.readPhoto(me, steps.noPhoto)],
  },
]

const programs: readonly Scenario[] = [
  {
    name: 'Graph Toolkit compares the ETag of a batch with the one in the metadata',
    source: toolkit,
    points: ['11.1', '16'],
    given: [
      steps.setPhoto(me, 'a portrait'),
      {
        as: steps.me,
        method: 'GET',
        path: '/v1.0/users/{self}/photo',
        keep: { etag: { json: '@odata.mediaEtag' } },
      },
    ],
    request: {
      as: steps.me,
      method: 'POST',
      path: '/v1.0/$batch',
      body: { json: { requests: [{ id: '1', method: 'GET', url: '/me/photo/$value' }] } },
      expected: {
        status: 200,
        parts: { '1': { ...steps.shows('a portrait'), headers: { etag: '{etag}' } } },
      },
    },
  },
  {
    name: 'Graph Toolkit shows initials where a person has no photo',
    source: toolkit,
    points: ['14'],
    given: [steps.removePhoto(me)],
    request: get('photo/$value', { accept: '*/*' }, steps.noPhoto),
    next: [get('photo', { accept: '*/*' }, steps.noPhoto)],
  },
  {
    name: 'CLI for Microsoft 365 reads the types of a group and sets its photo as image/png',
    source: cli,
    points: ['1', '5', '10'],
    request: {
      as: steps.self('Group.ReadWrite.All'),
      method: 'GET',
      path: '/v1.0/groups/{ownGroup}?$select=groupTypes',
      headers: { accept: 'application/json;odata.metadata=none' },
      expected: { status: 200, json: { groupTypes: ['Unified'] } },
    },
    next: [
      {
        ...steps.setPhoto('/v1.0/groups/{ownGroup}', 'a PNG', steps.self('Group.ReadWrite.All')),
        headers: { 'content-type': 'image/png', accept: 'application/json, text/plain, */*' },
        expected: steps.updated,
      },
      steps.readPhoto('/v1.0/groups/{ownGroup}', steps.shows('a PNG', 300), steps.owner),
    ],
  },
  {
    name: 'CLI for Microsoft 365 downloads a picture and accepts JSON',
    source: cli,
    points: ['5', '15'],
    given,
    request: get(
      'photo/$value',
      { accept: 'application/json' },
      {
        ...steps.shows('another portrait'),
        headers: { 'content-type': 'image/jpeg' },
      },
    ),
  },
  ...['application/json', 'image/jpg', 'application/x-www-form-urlencoded'].flatMap(type =>
    (['GET', 'DELETE'] as const).map(
      (method): Scenario => ({
        name: `${method} with Content-Type: ${type} and no body is answered as without it`,
        source: 'https://github.com/Softeria/ms-365-mcp-server',
        points: ['4'],
        given,
        request: {
          as: steps.me,
          method,
          path: `${me}/photo${method === 'GET' ? '' : '/$value'}`,
          headers: { 'content-type': type },
          expected: { status: method === 'GET' ? 200 : [200, 204] },
        },
      }),
    ),
  ),
  {
    name: 'Evolution sets, reads and removes the photo of a contact in a folder',
    source: evolution,
    points: ['6', '22'],
    request: {
      ...steps.setPhoto(
        '/v1.0/users/{selfName}/contactFolders/{folder:raw}/contacts/{folderContact:raw}',
        'a portrait',
      ),
      headers: { connection: 'close', 'cache-control': 'no-cache', pragma: 'no-cache' },
      expected: steps.updated,
    },
    next: [
      steps.readPhoto('/v1.0/me/contacts/{folderContact}', {
        status: 200,
        picture: { like: 'a portrait' },
      }),
      {
        ...steps.setPhoto(
          '/v1.0/users/{selfName}/contactFolders/{folder:raw}/contacts/{folderContact:raw}',
          'nothing',
        ),
        expected: steps.updated,
      },
      steps.readPhoto('/v1.0/me/contacts/{folderContact}', steps.noPhoto),
    ],
  },
  {
    name: 'A program in PHP writes %24value',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-php',
    points: ['6'],
    given,
    request: get('photo/%24value', {}, steps.shows('another portrait')),
  },
  {
    name: 'curl -T announces a file without a Content-Type and waits for 100 Continue',
    source: curl,
    points: ['1', '8'],
    given,
    request: upload('PUT', {
      body: { picture: 'a portrait', untyped: true },
      sent: 'on request',
      expected: { ...steps.updated, continued: true },
    }),
    next: [seen],
  },
  {
    name: 'curl -T - sends its input in chunks',
    source: curl,
    points: ['8'],
    given,
    request: upload('PUT', { body: { picture: 'a portrait', untyped: true }, sent: 'in chunks' }),
    next: [seen],
  },
  {
    name: 'curl --data-binary sends a picture with the Content-Type of a form',
    source: curl,
    points: ['1'],
    given,
    request: upload('PUT', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    next: [seen],
  },
]

/** The parts of a refusal that clients read. https://learn.microsoft.com/en-us/graph/errors */
const envelope = {
  error: {
    code: /./,
    message: /./,
    innerError: { date: /^\d{4}-/, 'request-id': /./, 'client-request-id': /./ },
  },
}

const refusals: readonly (readonly [status: number, exchange: Exchange])[] = [
  [400, { method: 'GET', path: '/v1.0/nowhere' }],
  [401, { method: 'GET', path: `${me}/photo` }],
  [
    403,
    {
      as: steps.exactly('delegated', ['Contacts.Read']),
      method: 'GET',
      path: `${me}/photo`,
    },
  ],
  [404, get('photos/1x1/$value', {}, { status: 404 })],
  [405, { method: 'PUT', path: `${me}/photo` }],
  [412, upload('PUT', { headers: { 'if-match': '"x"' } })],
  [413, upload('PUT', { body: { picture: '4 MiB and a byte' } })],
  [414, get(`photo?x=${'a'.repeat(9000)}`, {}, { status: 414 })],
  [415, upload('PUT', { body: { picture: 'an SVG' } })],
]

const errors: readonly Scenario[] = refusals.map(([status, exchange]) => ({
  name: `A ${status} is JSON, with a code and the id that the client gave`,
  source: points['12'].source,
  points: status === 401 ? ['12', '17', '20'] : ['12', '20'],
  request: {
    ...exchange,
    headers: {
      accept: 'application/octet-stream',
      ...exchange.headers,
      'client-request-id': graphJs['client-request-id'],
    },
    expected: {
      status,
      headers: {
        'content-type': /^application\/json\b/,
        'client-request-id': graphJs['client-request-id'],
        ...(status === 401 && { 'www-authenticate': /^Bearer\b(?!.*claims=)/ }),
      },
      json: envelope,
    },
  },
}))

/** Addresses where other servers would redirect. */
const notRedirected: readonly Scenario[] = [
  `${me}/photo/$value/`,
  '/V1.0/Me/Photo/$Value',
  '/v1.0/users/{selfName}/photo/$value',
  "/v1.0/users('{selfName}')/photo/$value",
].map(path => ({
  name: `An upload to ${path} is accepted without a redirect`,
  source: points['21'].source,
  points: ['21'],
  given,
  request: upload('PUT', { path }),
  next: [seen],
}))

export const clients: readonly Scenario[] = [...sdks, ...programs, ...errors, ...notRedirected]
