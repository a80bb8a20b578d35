/**
 * The precedence of refusals: 401, then 403 by the published table, then 404, then 403 by the
 * owner, then the body. No client uploads a picture that will be refused.
 */
import type { Exchange, Expected, Scenario, Sending, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const source = steps.errorsPage
const place = '/v1.0/me'
const untouched = { path: `${place}/photo/$value`, as: steps.me }

/** Each would be refused for several reasons; the first is expected. */
type Row = readonly [
  name: string,
  as: Wanted | undefined,
  path: string,
  expected: Expected,
  headers?: Readonly<Record<string, string>>,
]

const unauthorized: Expected = { status: 401 }
const denied: Expected = {
  status: 403,
  error: { code: ['Authorization_RequestDenied', 'ErrorAccessDenied'] },
}
const onlyReads = steps.exactly('delegated', ['User.Read.All', 'Group.Read.All', 'Contacts.Read'])
const photographs = steps.exactly('delegated', ['ProfilePhoto.ReadWrite.All', 'Contacts.ReadWrite'])

const rows: readonly Row[] = [
  ['An unknown place comes before the token', undefined, '/v1.0/me/picture', { status: 400 }],
  ['A missing token comes before an unknown user', undefined, user('{missing}'), unauthorized],
  [
    'An expired token comes before a missing permission',
    steps.special('expired'),
    user('{other}'),
    unauthorized,
  ],
  [
    'An expired token comes before an unknown group',
    steps.special('expired'),
    group('{missing}'),
    unauthorized,
  ],
  ['A missing permission comes before an unknown user', onlyReads, user('{missing}'), denied],
  ['A missing permission comes before an unknown group', onlyReads, group('{missing}'), denied],
  ['A missing permission comes before an unknown team', onlyReads, team('{missing}'), denied],
  [
    'A missing permission comes before an unknown contact',
    onlyReads,
    '/v1.0/me/contacts/{missing}/photo/$value',
    denied,
  ],
  ['An unknown user comes before a missing role', photographs, user('{missing}'), { status: 404 }],
  [
    'An unknown group comes before a missing role',
    photographs,
    group('{missing}'),
    { status: 404 },
  ],
  ['Somebody else’s group comes before the body', photographs, group('{foreignGroup}'), denied],
  ['A missing role comes before the body', photographs, user('{other}'), denied],
  [
    "Another's mailbox comes before the body",
    photographs,
    '/v1.0/users/{other}/contacts/{otherContact}/photo/$value',
    denied,
  ],
  [
    'An application is refused first for /me',
    { kind: 'application', holds: [], exactly: true },
    '/v1.0/me/photo/$value',
    { status: 400 },
  ],
  [
    'A condition that does not hold comes before the body',
    steps.me,
    '/v1.0/me/photo/$value',
    { status: 412 },
    { 'if-match': '"another"' },
  ],
]

function user(id: string): string {
  return `/v1.0/users/${id}/photo/$value`
}

function group(id: string): string {
  return `/v1.0/groups/${id}/photo/$value`
}

function team(id: string): string {
  return `/v1.0/teams/${id}/photo/$value`
}

/** With an invalid body, so that the order is visible. */
function fromRow([name, as, path, expected, headers]: Row): Scenario[] {
  const request: Exchange = {
    ...(as && { as }),
    method: path.endsWith('/picture') ? 'GET' : 'PUT',
    path,
    ...(headers && { headers }),
    expected,
  }
  const given = [steps.setPhoto(place, 'another portrait')]
  if (request.method === 'GET') return [{ name, source, request }]
  const send = (sent: Sending | undefined, more: Partial<Expected>): Exchange => ({
    ...request,
    body: { picture: '8 MiB of zeros' },
    ...(sent && { sent }),
    expected: { ...expected, ...more },
  })
  return [
    { name, source, given, request: send(undefined, {}), untouched },
    {
      name: `${name}, and the body is not read`,
      source: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1',
      given,
      request: send('on request', { continued: false }),
      untouched,
    },
  ]
}

const bodies: readonly Scenario[] = [
  {
    name: 'A caller who may set the photo receives 100 Continue',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1',
    points: ['8'],
    given: [steps.setPhoto('/v1.0/me', 'another portrait')],
    request: {
      ...steps.setPhoto('/v1.0/me', 'a portrait'),
      sent: 'on request',
      expected: { ...steps.updated, continued: true },
    },
    next: [steps.readPhoto('/v1.0/me', steps.shows('a portrait'))],
  },
  {
    name: 'A body that is declared too large is not read',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/85',
    given: [steps.setPhoto('/v1.0/me', 'another portrait')],
    request: {
      ...steps.setPhoto('/v1.0/me', '4 MiB and a byte'),
      sent: 'on request',
      expected: { status: 413, continued: false },
    },
    untouched: { path: '/v1.0/me/photo/$value', as: steps.me },
  },
  {
    name: 'An unsupported method comes before the token',
    source,
    request: { method: 'POST', path: '/v1.0/me/photo/$value', expected: { status: 405 } },
  },
  {
    name: 'A missing photo comes after the permission to see it',
    source,
    given: [steps.removePhoto(place)],
    request: {
      as: steps.exactly('delegated', ['Contacts.Read']),
      method: 'GET',
      path: '/v1.0/me/photo/$value',
      expected: denied,
    },
  },
]

export const precedence: readonly Scenario[] = [...rows.flatMap(fromRow), ...bodies]
