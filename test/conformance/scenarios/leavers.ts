/**
 * People who leave: photos of disabled and deleted people, and tokens of theirs that are still valid. Each scenario adds
 * whom it needs and deletes them afterwards.
 */
import type { Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph/api'
const updatePage = `${pages}/user-update`
const deletePage = `${pages}/user-delete`
const errors = `${pages.replace('/api', '')}/resolve-auth-errors`

const app = steps.application('User.ReadWrite.All')
const colleague: Wanted = {
  kind: 'user',
  who: 'self',
  holds: ['ProfilePhoto.Read.All'],
  exactly: true,
}
const administrator: Wanted = { ...colleague, roles: ['User Administrator'] }
const leaver = '/v1.0/users/{leaver}'

function addLeaver(alias: string): readonly Exchange[] {
  const json = {
    accountEnabled: true,
    displayName: `Leaver ${alias}`,
    mailNickname: alias,
    userPrincipalName: `${alias}@leavers.example`,
  }
  return [
    {
      as: app,
      method: 'POST',
      path: '/v1.0/users',
      body: { json },
      expected: { status: 201 },
      keep: { leaver: { json: 'id' } },
    },
    { ...steps.setPhoto(leaver, 'a portrait', steps.photographer), expected: steps.updated },
    {
      ...steps.readPhoto(leaver, steps.shows('a portrait'), steps.viewer),
      keep: { etag: { header: 'etag' } },
    },
  ]
}

function setEnabled(accountEnabled: boolean, place = leaver): Exchange {
  const body = { json: { accountEnabled } }
  return { as: app, method: 'PATCH', path: place, body, expected: { status: 204 } }
}

function remove(place = leaver): Exchange {
  return { as: app, method: 'DELETE', path: place, expected: { status: 204 } }
}

const afterwards = [remove()]

function read(path: string, as: Wanted, expected: Expected): Exchange {
  return { as, method: 'GET', path, expected }
}

const forms = [
  'photo',
  'photo/$value',
  'photos',
  'photos/48x48',
  'photos/48x48/$value',
  'photo/48x48/$value',
]
const notThere: Expected = { status: 404, error: { code: 'Request_ResourceNotFound' } }

function seenBy(as: Wanted): string {
  if (as.kind === 'user') return 'a User Administrator'
  return `an application with ${'holds' in as ? as.holds[0] : ''}`
}

const hidden: readonly Scenario[] = [
  ...[colleague, steps.viewer].map((as): Scenario => {
    const who = as.kind === 'user' ? 'a colleague' : 'an application that may only read'
    const alias = as.kind === 'user' ? 'unseen' : 'unread'
    return {
      name: `The photo of a disabled person is as if there were none, for ${who}`,
      source: updatePage,
      given: [...addLeaver(alias), setEnabled(false)],
      request: read(`${leaver}/photo/$value`, as, steps.noPhoto),
      next: [
        ...forms.map(form => read(`${leaver}/${form}`, as, steps.noPhoto)),
        ...forms.map(form =>
          read(`/beta/users/${alias}@leavers.example/${form}`, as, steps.noPhoto),
        ),
        { as, method: 'HEAD', path: `${leaver}/photo/$value`, expected: { status: 404 } },
        {
          ...read(`${leaver}/photo/$value`, as, steps.noPhoto),
          headers: { 'if-none-match': '{etag}' },
        },
        batchOf(as, [`/users/{leaver:raw}/photo/$value`], 404, 'ImageNotFound'),
        setEnabled(true),
        steps.readPhoto(leaver, steps.shows('a portrait'), as),
      ],
      afterwards,
    }
  }),
  ...[administrator, steps.photographer, app].map(
    (as): Scenario => ({
      name: `The photo of a disabled person is shown to ${seenBy(as)}`,
      source: updatePage,
      given: [
        ...addLeaver(`seen-by-${seenBy(as).split(' ').at(-1)}`.toLowerCase()),
        setEnabled(false),
      ],
      request: steps.readPhoto(leaver, steps.shows('a portrait'), as),
      next: [
        read(`${leaver}/photo`, as, { status: 200 }),
        read(`${leaver}/photos`, as, { status: 200 }),
        read(`${leaver}/photos/48x48/$value`, as, { status: 200 }),
      ],
      afterwards,
    }),
  ),
  {
    name: 'The photo of a deleted person is not there for anybody, at any address',
    source: deletePage,
    given: [...addLeaver('gone'), remove()],
    request: read(`${leaver}/photo/$value`, steps.photographer, notThere),
    next: [colleague, administrator, steps.viewer, app].flatMap(as =>
      ['{leaver}', 'gone@leavers.example'].flatMap(user =>
        forms.map(form => read(`/v1.0/users/${user}/${form}`, as, notThere)),
      ),
    ),
  },
]

const newcomer = steps.special('newcomer')
const newcomers = '/v1.0/users/{newcomer}'

function signIn(): Exchange {
  return {
    ...read('/v1.0/me', newcomer, { status: 200 }),
    keep: { newcomer: { json: 'id' } },
  }
}

function refusedIn(words: string): Expected {
  return { status: 403, error: { code: 'Authorization_IdentityDisabled', says: [words] } }
}

/** Every kind of target, there or not, which is asked with what the newcomer may do. */
const theirs = [
  ['GET', '/v1.0/me'],
  ['GET', '/v1.0/me/photo'],
  ['GET', '/v1.0/me/photo/$value'],
  ['GET', '/beta/me/photos'],
  ['HEAD', '/v1.0/me/photo/$value'],
  ['GET', '/v1.0/users/{newcomer}'],
  ['GET', '/v1.0/me/memberOf'],
  ['GET', '/v1.0/me/directReports'],
  ['DELETE', '/v1.0/me/photo'],
] as const

const refused: readonly Scenario[] = [
  ['disabled', setEnabled(false, newcomers), 'Your account is disabled'] as const,
  ['deleted', remove(newcomers), 'Your account was deleted'] as const,
].map(
  ([what, leave, words]): Scenario => ({
    name: `A token of a person who was ${what} is refused in words, whatever they ask for`,
    source: errors,
    given: [signIn(), leave],
    request: read('/v1.0/me', newcomer, refusedIn(words)),
    next: [
      ...theirs.map(
        ([method, path]): Exchange => ({
          as: newcomer,
          method,
          path,
          expected: method === 'HEAD' ? { status: 403 } : refusedIn(words),
        }),
      ),
      {
        ...steps.setPhoto('/v1.0/me', 'a portrait', newcomer),
        expected: refusedIn(words),
      },
      batchOf(newcomer, ['/me', '/me/photo/$value'], 403, 'Authorization_IdentityDisabled'),
    ],
    afterwards: [remove(newcomers)],
  }),
)

const back: readonly Scenario[] = [
  {
    name: 'A person who is enabled again is served again, and keeps their photo',
    source: updatePage,
    given: [
      signIn(),
      steps.setPhoto('/v1.0/me', 'a portrait', newcomer),
      setEnabled(false, newcomers),
      read('/v1.0/me', newcomer, { status: 403 }),
    ],
    request: setEnabled(true, newcomers),
    next: [steps.readPhoto('/v1.0/me', steps.shows('a portrait'), newcomer)],
    afterwards: [remove(newcomers)],
  },
]

function batchOf(as: Wanted, urls: readonly string[], status: number, code: string): Exchange {
  const requests = urls.map((url, at) => ({ id: String(at), method: 'GET', url }))
  const responses = urls.map((_, at) => ({ id: String(at), status, body: { error: { code } } }))
  return {
    as,
    method: 'POST',
    path: '/v1.0/$batch',
    body: { json: { requests } },
    expected: { status: 200, json: { responses } },
  }
}

export const leavers: readonly Scenario[] = [...hidden, ...refused, ...back]
