/**
 * Wrong input, by mistake and on purpose. Each is refused with a reason, causes no server error,
 * and does not change the photo.
 */
import type { PictureName } from '../pictures.ts'
import type { Exchange, Expected, Scenario, Sending, Special, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const issues = 'https://github.com/microsoftgraph/microsoft-graph-docs/issues'
const place = '/v1.0/me'
const untouched = { path: `${place}/photo/$value`, as: steps.me }
const given = [steps.setPhoto(place, 'another portrait')]

function put(body: PictureName, expected: Expected, more: Partial<Exchange> = {}): Exchange {
  return { ...steps.setPhoto('/v1.0/me', body), expected, ...more }
}

const unauthorized: Expected = {
  status: 401,
  headers: { 'www-authenticate': /^Bearer\b(?!.*claims=)/ },
  error: { code: 'InvalidAuthenticationToken' },
}

const validation = 'https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens'

const refusedTokens: readonly (readonly [how: Special, says: readonly string[]])[] = [
  ['expired', ['expired']],
  ['not yet valid', ['not valid yet']],
  ['wrong audience', ['audience']],
  ['wrong tenant', ['tenant']],
  ['unknown issuer', ['issuer']],
  ['signed by somebody else', ['signature']],
  ['changed after signing', ['signature']],
  ['unsigned', ['algorithm']],
  ['issued for Microsoft Graph', ['Microsoft Graph']],
]

/** Authorization headers without a valid token. */
const garbage: readonly string[] = [
  'Bearer garbage',
  'Bearer a.b.c',
  'Bearer Bearer eyJhbGciOiJSUzI1NiJ9.e30.AAAA',
  'Bearer ..',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer eyJhbGciOiJSUzI1NiJ9.bnVsbA.AAAA',
  `Bearer ${'x'.repeat(8000)}`,
  'Basic YWxpY2U6c2VjcmV0',
  'Negotiate YII=',
  'eyJhbGciOiJSUzI1NiJ9.e30.AAAA',
  'Bearer null',
  'Bearer undefined',
  'Bearer [object Object]',
]

function tokens(): Scenario[] {
  return [
    ...[undefined, '', 'Bearer'].map(
      (authorization): Scenario => ({
        name: `Nobody, ${authorization === undefined ? 'without an Authorization header' : `with Authorization: '${authorization}'`}, sets no photo`,
        source: 'https://www.rfc-editor.org/rfc/rfc6750#section-3',
        points: ['17'],
        given,
        request: {
          method: 'PUT',
          path: `${place}/photo/$value`,
          ...(authorization !== undefined && { headers: { authorization } }),
          body: { picture: 'a portrait' },
          // Without a token there is no error to name, only a scheme to use.
          expected: { ...unauthorized, headers: { 'www-authenticate': 'Bearer' } },
        },
        untouched,
      }),
    ),
    ...refusedTokens.map(
      ([how, says]): Scenario => ({
        name: `A token that is ${how} sets no photo`,
        source: validation,
        points: ['17'],
        given,
        request: {
          ...put('a portrait', { ...unauthorized, error: { ...unauthorized.error, says } }),
          as: steps.special(how),
        },
        untouched,
      }),
    ),
    ...garbage.map(
      (authorization): Scenario => ({
        name: `Authorization: ${authorization.slice(0, 40)} is not a token`,
        source: 'https://github.com/microsoftgraph/msgraph-sample-reactspa/issues/54',
        given,
        request: {
          method: 'PUT',
          path: `${place}/photo/$value`,
          headers: { authorization },
          body: { picture: 'a portrait' },
          expected: unauthorized,
        },
        untouched,
      }),
    ),
  ]
}

const all = steps.self(
  'ProfilePhoto.ReadWrite.All',
  'User.Read.All',
  'TeamSettings.ReadWrite.All',
  'Contacts.ReadWrite',
  'Team.ReadBasic.All',
)

/** Place, code: unknown targets are 404, for reads and writes. */
const unknown: readonly (readonly [what: string, place: string, code: string])[] = [
  ['an unknown user', '/v1.0/users/{missing}', 'Request_ResourceNotFound'],
  ['an unknown user name', '/v1.0/users/{missingName}', 'Request_ResourceNotFound'],
  ['a user whose id is a word', '/v1.0/users/nobody', 'Request_ResourceNotFound'],
  ['an unknown group', '/v1.0/groups/{missing}', 'Request_ResourceNotFound'],
  ['a group that is a user', '/v1.0/groups/{self}', 'Request_ResourceNotFound'],
  ['a user that is a group', '/v1.0/users/{ownGroup}', 'Request_ResourceNotFound'],
  ['an unknown team', '/v1.0/teams/{missing}', 'NotFound'],
  ['a group that is no team', '/v1.0/teams/{plainGroup}', 'NotFound'],
  ['the team of a group that is no team', '/v1.0/groups/{plainGroup}/team', 'NotFound'],
  ['an unknown contact', '/v1.0/me/contacts/{missing}', 'ErrorItemNotFound'],
  ["a contact of another's mailbox", '/v1.0/me/contacts/{otherContact}', 'ErrorItemNotFound'],
  [
    'an unknown folder',
    '/v1.0/me/contactFolders/{missing}/contacts/{folderContact}',
    'ErrorItemNotFound',
  ],
  [
    'an unknown contact of a folder',
    '/v1.0/me/contactFolders/{folder}/contacts/{missing}',
    'ErrorItemNotFound',
  ],
  [
    'a folder that is in another folder',
    '/v1.0/me/contactFolders/{folder}/childFolders/{folder}/contacts/{folderContact}',
    'ErrorItemNotFound',
  ],
  [
    'the contacts of an unknown user',
    '/v1.0/users/{missing}/contacts/{contact}',
    'Request_ResourceNotFound',
  ],
]

function strangers(): Scenario[] {
  return unknown.flatMap(([what, where, code]) =>
    (['GET', 'PUT'] as const).map(
      (method): Scenario => ({
        name: `${method} of the photo of ${what} is 404`,
        source: steps.errorsPage,
        request: {
          as: all,
          method,
          path: `${where}/photo/$value`,
          ...(method === 'PUT' && { body: { picture: 'a portrait' } as const }),
          expected: { status: 404, error: { code } },
        },
      }),
    ),
  )
}

const unsupported: Expected = { status: 415, error: { says: ['JPEG', 'PNG'] } }

/** Body, answer, source. */
const bodies: readonly (readonly [PictureName, Expected, source?: string])[] = [
  ['nothing', { status: 400, error: { says: ['empty'] } }],
  ['4 MiB and a byte', { status: 413, error: { says: ['4194304'] } }, `${issues}/85`],
  ['8 MiB of zeros', { status: 413 }, `${issues}/85`],
  ['a JPEG cut in half', { status: 400, error: { says: ['incomplete'] } }],
  ['a PNG cut in half', { status: 400, error: { says: ['incomplete'] } }],
  ['text', { ...unsupported, error: { says: ['text'] } }],
  ['random bytes', unsupported],
  ['an HTML page', { ...unsupported, error: { says: ['HTML'] }, without: ['<html'] }],
  ['an SVG', { ...unsupported, error: { says: ['SVG'] }, without: ['<svg'] }],
  ['JSON', { ...unsupported, error: { says: ['JSON'] } }],
  ['a PDF', { ...unsupported, error: { says: ['PDF'] } }],
  ['a HEIC', { ...unsupported, error: { says: ['HEIC'] } }],
  ['a TIFF', { ...unsupported, error: { says: ['TIFF'] } }],
  [
    'base64 text',
    { status: 400, error: { says: ['base64'] } },
    'https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6395',
  ],
  [
    'a data URL',
    { status: 400, error: { says: ['base64'] } },
    'https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/5547',
  ],
  [
    'a picture of 1 x 1',
    { status: 400, error: { code: 'ValidationWidthTooSmall', says: ['48'] } },
    `${issues}/17475`,
  ],
  [
    'a picture of 47 x 400',
    { status: 400, error: { code: 'ValidationWidthTooSmall', says: ['47', '48'] } },
    `${issues}/17475`,
  ],
  [
    'a picture of 400 x 47',
    { status: 400, error: { code: 'ValidationHeightTooSmall', says: ['47', '48'] } },
    `${issues}/17475`,
  ],
  ['a bomb of 30,000 x 30,000', { status: [400, 413], error: { says: ['30000'] } }],
]

const sendings: readonly (Sending | undefined)[] = [undefined, 'in chunks', 'on request']

function pictures(): Scenario[] {
  return bodies.flatMap(([body, expected, source = steps.updatePage]) =>
    sendings.map(
      (sent): Scenario => ({
        name: `A PUT of ${body}${sent ? `, sent ${sent},` : ''} is refused`,
        source,
        given,
        request: put(body, expected, sent && { sent }),
        untouched,
      }),
    ),
  )
}

/** The same bodies at other places: once each, because the rules are the same. */
function pictureElsewhere(): Scenario[] {
  const group = '/v1.0/groups/{ownGroup}'
  const team = '/v1.0/teams/{ownTeam}'
  const contact = '/v1.0/me/contacts/{contact}'
  const elsewhere = [
    ['PUT', group, steps.owner],
    ['PATCH', group, steps.owner],
    ['PUT', team, steps.owner],
    ['PUT', contact, steps.withContacts],
    ['PATCH', contact, steps.withContacts],
    ['PATCH', '/v1.0/me', steps.me],
  ] as const
  const some = bodies.filter(([body]) =>
    ['a JPEG cut in half', 'an SVG', 'a picture of 47 x 400', '4 MiB and a byte'].includes(body),
  )
  return elsewhere.flatMap(([method, where, as]) =>
    some.map(
      ([body, expected]): Scenario => ({
        name: `A ${method} of ${body} to ${where.slice(5)} is refused`,
        source: steps.updatePage,
        given: [steps.setPhoto(where, 'another portrait', as)],
        request: { as, method, path: `${where}/photo/$value`, body: { picture: body }, expected },
        untouched: { path: `${where}/photo/$value`, as },
      }),
    ),
  )
}

/** Refusals before the body is read; each is answered while the body is still being sent. */
const early: readonly (readonly [name: string, as: Wanted, expected: Expected])[] = [
  ['of too much', steps.me, { status: 413 }],
  ['with an expired token', steps.special('expired'), unauthorized],
  ['without the permission', steps.exactly('delegated', ['User.Read']), { status: 403 }],
]

const conduct: readonly Scenario[] = [
  ...early.map(
    ([name, as, expected]): Scenario => ({
      name: `A PUT ${name} is answered even when the client reads only after sending`,
      source: 'https://www.rfc-editor.org/rfc/rfc9112#section-9.6',
      given,
      request: put('8 MiB of zeros', expected, { as, sent: 'without looking up' }),
      untouched,
    }),
  ),
  ...[undefined, 'in chunks', 'on request'].map(
    (sent): Scenario => ({
      name: `4 MiB exactly${sent ? `, sent ${sent},` : ''} are not too much`,
      source: steps.updatePage,
      ...(sent && { points: ['8'] }),
      given,
      request: put(
        'exactly 4 MiB',
        steps.updated,
        sent === undefined ? {} : { sent: sent as Sending },
      ),
      next: [steps.readPhoto('/v1.0/me', steps.shows('exactly 4 MiB', 400))],
    }),
  ),
  {
    name: 'A stalled upload is aborted, and the photo stays',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9',
    traits: ['short patience'],
    given,
    request: put('a large portrait', { status: 408 }, { sent: 'with a stall' }),
    untouched,
  },
  {
    name: 'An upload whose client disconnects does not change the photo',
    source: steps.updatePage,
    given,
    request: put('a large portrait', { status: 'no answer' }, { sent: 'with a hang-up' }),
    // Later requests are served normally.
    next: [steps.readPhoto('/v1.0/me', steps.shows('another portrait'))],
    untouched,
  },
  {
    name: 'A compressed body is decompressed',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-go',
    points: ['9'],
    given,
    request: put('a portrait', steps.updated, {
      body: { picture: 'a portrait', packed: 'gzip' },
    }),
    next: [steps.readPhoto('/v1.0/me', steps.shows('a portrait'))],
  },
  {
    name: 'A compressed body counts with its decompressed size',
    source: `${issues}/85`,
    points: ['9'],
    given,
    request: put(
      '8 MiB of zeros',
      { status: 413 },
      {
        body: { picture: '8 MiB of zeros', packed: 'gzip' },
      },
    ),
    untouched,
  },
  {
    name: 'A body that is not compressed as declared is refused',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-8.4',
    given,
    request: put('a portrait', { status: 400 }, { headers: { 'content-encoding': 'gzip' } }),
    untouched,
  },
  {
    name: 'A body in an unknown Content-Encoding is 415, so that the client sends it uncompressed',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-8.4',
    points: ['9'],
    given,
    request: put('a portrait', { status: 415 }, { headers: { 'content-encoding': 'compress' } }),
    untouched,
  },
]

export const badInput: readonly Scenario[] = [
  ...tokens(),
  ...strangers(),
  ...pictures(),
  ...pictureElsewhere(),
  ...conduct,
]
