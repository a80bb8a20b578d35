/**
 * HTTP below Graph: unsupported methods, lengths over the limits, and invalid HTTP. Each is refused
 * in Graph's form, and does not reach a photo.
 */
import type { Exchange, Expected, Scenario } from '../scenario.ts'
import * as steps from '../steps.ts'

const semantics = 'https://www.rfc-editor.org/rfc/rfc9110'
const messages = 'https://www.rfc-editor.org/rfc/rfc9112'

const group = '/v1.0/groups/{ownGroup}'
const team = '/v1.0/teams/{ownTeam}'
const contact = '/v1.0/me/contacts/{contact}'
const folder = '/v1.0/me/contactFolders/{folder}'

/** Every kind of place, and its methods. */
const places: readonly (readonly [path: string, allow: string])[] = [
  ['/v1.0/me/photo', 'GET, HEAD, DELETE'],
  ['/v1.0/users/{self}/photo/$value', 'GET, HEAD, PUT, PATCH, DELETE'],
  ['/v1.0/me/photos', 'GET, HEAD'],
  ['/v1.0/me/photos/48x48', 'GET, HEAD'],
  ['/v1.0/me/photo/48x48/$value', 'GET, HEAD'],
  [`${group}/photo`, 'GET, HEAD, DELETE'],
  [`${group}/photo/$value`, 'GET, HEAD, PUT, PATCH, DELETE'],
  [`${group}/photos`, 'GET, HEAD'],
  [`${group}/photos/48x48`, 'GET, HEAD'],
  [`${group}/photos/48x48/$value`, 'GET, HEAD'],
  [`${team}/photo`, 'GET, HEAD'],
  [`${team}/photo/$value`, 'GET, HEAD, PUT'],
  ['/v1.0/groups/{ownTeam}/team/photo/$value', 'GET, HEAD, PUT'],
  [`${contact}/photo`, 'GET, HEAD'],
  [`${contact}/photo/$value`, 'GET, HEAD, PUT, PATCH'],
  [`${folder}/contacts/{folderContact}/photo/$value`, 'GET, HEAD, PUT, PATCH'],
  ['/v1.0/me', 'GET, HEAD, PATCH, DELETE'],
  ['/v1.0/users', 'GET, HEAD, POST'],
  ['/v1.0/users/{self}', 'GET, HEAD, PATCH, DELETE'],
  ['/v1.0/me/joinedTeams', 'GET, HEAD'],
  ['/v1.0/me/memberOf', 'GET, HEAD'],
  ['/v1.0/me/ownedObjects/microsoft.graph.group', 'GET, HEAD'],
  ['/v1.0/groups', 'GET, HEAD, POST'],
  [group, 'GET, HEAD, PATCH, DELETE'],
  [`${group}/team`, 'GET, HEAD, PUT'],
  [`${group}/members`, 'GET, HEAD'],
  [`${group}/owners/graph.user`, 'GET, HEAD'],
  [`${group}/members/$ref`, 'POST'],
  [`${group}/owners/{self}/$ref`, 'DELETE'],
  ['/v1.0/directory/deletedItems/graph.user', 'GET, HEAD'],
  ['/v1.0/directory/deletedItems/{missing}/restore', 'POST'],
  [team, 'GET, HEAD'],
  ['/v1.0/me/contacts', 'GET, HEAD, POST'],
  [contact, 'GET, HEAD, PATCH, DELETE'],
  ['/v1.0/me/contactFolders', 'GET, HEAD, POST'],
  [folder, 'GET, HEAD, DELETE'],
  [`${folder}/childFolders`, 'GET, HEAD, POST'],
  [`${folder}/contacts`, 'GET, HEAD, POST'],
  ['/beta/admin/people/photoUpdateSettings', 'GET, HEAD, PATCH, DELETE'],
  ['/v1.0/$batch', 'POST'],
  ['/v1.0/$metadata', 'GET, HEAD'],
  ['/v1.0', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
]

const methods = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']

/** The order in Allow has no meaning. */
function exactly(allow: string): RegExp {
  const names = allow.split(', ')
  return new RegExp(
    `^${names.map(name => `(?=.*\\b${name}\\b)`).join('')}(\\w+(, *)?){${names.length}}$`,
  )
}

const wrongMethods: readonly Scenario[] = places.map(([path, allow]) => {
  const [first, ...others] = methods
    .filter(method => !allow.split(', ').includes(method))
    .map(
      (method): Exchange => ({
        method,
        path,
        expected: { status: 405, headers: { allow: exactly(allow) } },
      }),
    )
  if (first === undefined) throw new RangeError(`every method is allowed at ${path}`)
  return {
    name: `An unsupported method at ${path} is 405, and Allow is ${allow}`,
    source: `${semantics}#section-15.5.6`,
    points: ['12'],
    request: first,
    next: others,
  }
})

const tooMuch: readonly Scenario[] = [
  ...[9_000, 20_000, 60_000].map(
    (length): Scenario => ({
      name: `An url of ${length} characters is refused with the reason`,
      source: `${messages}#section-3-5`,
      points: ['12'],
      request: {
        as: steps.me,
        method: 'GET',
        path: `/v1.0/me/photo?x=${'a'.repeat(length)}`,
        expected: { status: [414, 431] },
      },
    }),
  ),
  ...[40_000, 200_000].map(
    (length): Scenario => ({
      name: `A header of ${length} characters is refused with the reason`,
      source: 'https://www.rfc-editor.org/rfc/rfc6585#section-5',
      points: ['12'],
      request: {
        as: steps.me,
        method: 'GET',
        path: '/v1.0/me/photo',
        headers: { 'x-long': 'a'.repeat(length) },
        expected: { status: 431 },
      },
    }),
  ),
  {
    name: 'A token of 10 KB, as people in many groups have one, is read',
    source: 'https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens',
    request: {
      method: 'GET',
      path: '/v1.0/me/photo',
      headers: { authorization: `Bearer a.${'b'.repeat(10_000)}.c` },
      expected: { status: 401, error: { code: 'InvalidAuthenticationToken' } },
    },
  },
  {
    name: 'Too many headers are refused with the reason or ignored',
    source: 'https://www.rfc-editor.org/rfc/rfc6585#section-5',
    given: [steps.setPhoto('/v1.0/me', 'a portrait')],
    request: {
      as: steps.me,
      method: 'GET',
      path: '/v1.0/me/photo',
      headers: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`x-${at}`, 'a'])),
      expected: { status: [200, 400, 431] },
    },
  },
]

const malformed: Expected = { status: 400, error: { code: 'BadRequest' } }
const start = 'GET /v1.0/me/photo HTTP/1.1\r\nHost: {host}\r\n'
const upload =
  'PUT /v1.0/me/photo/$value HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n'

/** [what, bytes]: each is refused with 400 in Graph's envelope. */
const broken: readonly (readonly [what: string, written: string, needsToken?: true])[] = [
  ['words', 'hello, photo server\r\n\r\n'],
  ['a method that is none', 'G(T /v1.0/me HTTP/1.1\r\nHost: {host}\r\n\r\n'],
  ['a version that is none', 'GET /v1.0/me HTTP/9.9\r\nHost: {host}\r\n\r\n'],
  ['no version', 'GET /v1.0/me\r\n\r\n'],
  ['two Hosts', `${start}Host: {host}\r\n\r\n`],
  ['two tokens', `${start}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`],
  [
    'HTTP/1.0 with chunks',
    'PUT /v1.0/me HTTP/1.0\r\nHost: {host}\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['no Host', 'GET /v1.0/me HTTP/1.1\r\n\r\n'],
  ['a space before a header’s colon', `${start}Accept : */*\r\n\r\n`],
  ['a header without a colon', `${start}Accept\r\n\r\n`],
  ['a control character in a header', `${start}Accept: a\u0001b\r\n\r\n`],
  ['a Content-Length that is no number', `${start}Content-Length: four\r\n\r\n`],
  ['a negative Content-Length', `${start}Content-Length: -4\r\n\r\n`],
  ['two lengths', `${start}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
  [
    'a length and chunks',
    `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a chunk of a length that is none',
    `${upload}Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n`,
    true,
  ],
]

const notHttp: readonly Scenario[] = [
  ...broken.map(
    ([what, written, needsToken]): Scenario => ({
      name: `A request with ${what} is refused as invalid HTTP`,
      source: messages,
      points: ['12'],
      given: [steps.setPhoto('/v1.0/me', 'a portrait')],
      request: {
        ...(needsToken && { as: steps.me }),
        method: written.slice(0, 3),
        path: '/v1.0/me/photo',
        written,
        expected: malformed,
      },
      untouched: { path: '/v1.0/me/photo/$value', as: steps.me },
    }),
  ),
  {
    name: 'A request whose target names the whole url is answered as the path alone',
    source: `${messages}#section-3.2.2`,
    given: [steps.setPhoto('/v1.0/me', 'a portrait')],
    request: {
      as: steps.me,
      method: 'GET',
      path: '/v1.0/me/photo',
      written:
        'GET {base}/v1.0/me/photo HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n',
      expected: { status: 200, headers: { etag: /^"/ } },
    },
  },
  {
    name: 'HTTP/1.0 is answered',
    source: messages,
    request: {
      method: 'GET',
      path: '/v1.0/me/photo',
      written: 'GET /v1.0/me/photo HTTP/1.0\r\n\r\n',
      expected: { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    },
  },
  {
    name: 'A body that ends before its length changes nothing',
    source: messages,
    given: [steps.setPhoto('/v1.0/me', 'a portrait')],
    request: {
      ...steps.setPhoto('/v1.0/me', 'a large portrait'),
      sent: 'with a hang-up',
      expected: { status: 'no answer' },
    },
    untouched: { path: '/v1.0/me/photo/$value', as: steps.me },
  },
]

export const http: readonly Scenario[] = [...wrongMethods, ...tooMuch, ...notHttp]
