/**
 * Cross-origin requests: preflights, and the headers that let a page read an answer, including
 * refusals.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { Exchange, Expected, HeaderWish, Scenario } from '../scenario.ts'
import * as steps from '../steps.ts'

const source = 'https://fetch.spec.whatwg.org/#http-cors-protocol'
const origin = 'https://app.example'
const me = '/v1.0/me'

/** Any origin, or the requesting one. */
const allowed = /^(\*|https:\/\/app\.example)$/
const readable: Readonly<Record<string, HeaderWish>> = {
  'access-control-allow-origin': allowed,
  'access-control-expose-headers':
    /^(?=.*\betag\b)(?=.*(?<!client-)\brequest-id\b)(?=.*\bclient-request-id\b)(?=.*\bretry-after\b)/i,
}

/** The headers of Graph Toolkit, graph-client and PnPjs: `*` would not cover Authorization. */
const names = ['authorization', 'content-type', 'client-request-id', 'sdkversion']

function preflight(method: string, path: string, headers = names): Exchange {
  return {
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers.join(','),
    },
    expected: {
      status: [200, 204],
      headers: {
        'access-control-allow-origin': allowed,
        'access-control-allow-methods': new RegExp(`\\b${method}\\b`),
        'access-control-allow-headers': new RegExp(
          headers.map(name => `(?=.*\\b${name}\\b)`).join(''),
          'i',
        ),
      },
    },
  }
}

const preflights: readonly Scenario[] = (
  [
    ['GET', `${me}/photo/$value`],
    ['PUT', `${me}/photo/$value`],
    ['PATCH', `${me}/photo/$value`],
    ['DELETE', `${me}/photo/$value`],
    ['GET', '/beta/users/{self}/photos/48x48/$value'],
    ['PUT', '/v1.0/groups/{ownGroup}/photo/$value'],
    ['POST', '/v1.0/$batch'],
    ['POST', `${me}/contacts`],
    ['PATCH', '/beta/admin/people/photoUpdateSettings'],
  ] as const
).map(([method, path]) => ({
  name: `A page may ask for ${method} ${path}, without a token`,
  source,
  points: ['19'],
  request: preflight(method, path),
}))

const others: readonly Scenario[] = [
  {
    name: 'A page of PnPjs may send its own headers',
    source: 'https://github.com/pnp/pnpjs',
    points: ['19'],
    request: preflight('PATCH', `${me}/photo/$value`, [...names, 'x-pnpjs-requestid']),
  },
  {
    name: 'A page may send conditions and learn the ETag',
    source,
    points: ['19'],
    request: preflight('PUT', `${me}/photo/$value`, [...names, 'if-match', 'if-none-match']),
  },
  {
    name: 'Invalid headers in a preflight do not appear in the answer',
    source,
    request: {
      method: 'OPTIONS',
      path: `${me}/photo/$value`,
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'a b<script>',
      },
      expected: {
        status: [200, 204, 400],
        headers: { 'access-control-allow-headers': /^[^<]*$/ },
      },
    },
  },
]

/** [what, exchange]: a page can read each of them. */
const answers: readonly (readonly [what: string, exchange: Exchange])[] = [
  ['A picture', steps.readPhoto(me, { status: 200 })],
  ['The metadata of a photo', { as: steps.me, method: 'GET', path: `${me}/photo` }],
  ['An update', { ...steps.setPhoto(me, 'a portrait'), expected: steps.updated }],
  [
    'An answer of 304',
    { ...steps.readPhoto(me, { status: 304 }), headers: { 'if-none-match': '*' } },
  ],
  ['A 401', { method: 'GET', path: `${me}/photo/$value`, expected: { status: 401 } }],
  [
    'A 403',
    {
      as: steps.exactly('delegated', ['Contacts.Read']),
      method: 'GET',
      path: `${me}/photo/$value`,
      expected: { status: 403 },
    },
  ],
  [
    'A 404',
    {
      as: steps.me,
      method: 'GET',
      path: `${me}/photos/648x648/$value`,
      expected: { status: 404 },
    },
  ],
  [
    'A 400 of an unknown place',
    { method: 'GET', path: '/v1.0/nowhere', expected: { status: 400 } },
  ],
  ['A 405', { method: 'POST', path: `${me}/photo`, expected: { status: 405 } }],
  [
    'A 412',
    {
      ...steps.setPhoto(me, 'another portrait'),
      headers: { 'if-match': '"x"' },
      expected: { status: 412 },
    },
  ],
  ['A 413', { ...steps.setPhoto(me, '4 MiB and a byte'), expected: { status: 413 } }],
  ['A 415', { ...steps.setPhoto(me, 'an SVG'), expected: { status: 415 } }],
  [
    'A batch',
    {
      as: steps.me,
      method: 'POST',
      path: '/v1.0/$batch',
      body: { json: { requests: [{ id: '1', method: 'GET', url: '/me/photo' }] } },
    },
  ],
  ['$metadata', { method: 'GET', path: '/v1.0/$metadata' }],
]

const reading: readonly Scenario[] = answers.map(([what, exchange]) => ({
  name: `${what} may be read by a page`,
  source,
  points: ['19'],
  given: [steps.setPhoto(me, 'a portrait')],
  request: {
    ...exchange,
    headers: { ...exchange.headers, origin },
    expected: withHeaders(exchange.expected ?? { status: 200 }),
  },
}))

function withHeaders(expected: Expected): Expected {
  return { ...expected, headers: { ...expected.headers, ...readable } }
}

export const browsers: readonly Scenario[] = [...preflights, ...others, ...reading]
