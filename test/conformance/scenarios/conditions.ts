/**
 * Conditional requests: a client does not receive what it has, and does not overwrite changes of
 * others.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13
 */
import type { Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const conditionsPage = 'https://www.rfc-editor.org/rfc/rfc9110#section-13'
const me = '/v1.0/me'
const mine = (rest: string, expected: Expected): Exchange => ({
  as: steps.me,
  method: 'GET',
  path: `${me}/${rest}`,
  expected,
})

/** Sets the photo and keeps its ETag as `{etag}`. */
function photoWithEtag(place = me, as: Wanted = steps.me): Exchange[] {
  return [
    steps.setPhoto(place, 'a portrait', as),
    { ...steps.readPhoto(place, { status: 200 }, as), keep: { etag: { header: 'etag' } } },
  ]
}

const put = (headers: Record<string, string>, expected: Expected): Exchange => ({
  ...steps.setPhoto(me, 'another portrait'),
  headers,
  expected,
})

const notModified: Expected = { status: 304, empty: true, headers: { etag: '{etag}' } }
const conditionFailed: Expected = { status: 412 }

const basic: readonly Scenario[] = [
  ...['photo/$value', 'photos/48x48/$value', 'photo', 'photos/48x48'].flatMap(rest =>
    (['GET', 'HEAD'] as const).map(
      (method): Scenario => ({
        name: `${method} ${rest} with the current ETag is 304`,
        source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/5012',
        given: photoWithEtag(),
        request: {
          ...mine(rest, notModified),
          method,
          headers: { 'if-none-match': '{etag}' },
        },
      }),
    ),
  ),
  ...['W/{etag}', '"other", {etag}', '*', '"other",W/{etag} , "third"'].map(
    (condition): Scenario => ({
      name: `If-None-Match: ${condition} is supported`,
      source: conditionsPage,
      given: photoWithEtag(),
      request: {
        ...mine('photo/$value', notModified),
        headers: { 'if-none-match': condition },
      },
    }),
  ),
  {
    name: 'With another ETag, the picture is returned',
    source: conditionsPage,
    given: photoWithEtag(),
    request: {
      ...mine('photo/$value', steps.shows('a portrait')),
      headers: { 'if-none-match': '"another"' },
    },
  },
  {
    name: 'Every size has the ETag of the photo',
    source: conditionsPage,
    points: ['16'],
    given: photoWithEtag(),
    request: mine('photos/48x48/$value', { status: 200, headers: { etag: '{etag}' } }),
    next: [
      mine('photo', {
        status: 200,
        headers: { etag: '{etag}' },
        json: { '@odata.mediaEtag': '{etag}' },
      }),
    ],
  },
  {
    name: 'A new picture has a new ETag, on the very next read',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/6672',
    points: ['16'],
    given: photoWithEtag(),
    request: steps.setPhoto(me, 'another portrait'),
    next: [
      mine('photo/$value', {
        ...steps.shows('another portrait'),
        headers: { etag: { not: '{etag}' } },
      }),
      {
        ...mine('photo/$value', steps.shows('another portrait')),
        headers: { 'if-none-match': '{etag}' },
      },
    ],
  },
  {
    name: 'The same bytes again change nothing: the ETag stays',
    source: conditionsPage,
    given: photoWithEtag(),
    request: { ...steps.setPhoto(me, 'a portrait'), expected: steps.updated },
    next: [mine('photo/$value', { status: 200, headers: { etag: '{etag}' } })],
  },
  {
    name: 'The same picture after another one gets a new ETag',
    source: conditionsPage,
    given: photoWithEtag(),
    request: steps.setPhoto(me, 'another portrait'),
    next: [
      steps.setPhoto(me, 'a portrait'),
      mine('photo/$value', {
        ...steps.shows('a portrait'),
        headers: { etag: { not: '{etag}' } },
      }),
    ],
  },
  {
    name: 'PUT with If-Match replaces the current photo',
    source: conditionsPage,
    given: photoWithEtag(),
    request: put({ 'if-match': '{etag}' }, steps.updated),
    next: [steps.readPhoto(me, steps.shows('another portrait'))],
  },
  ...(['PUT', 'PATCH', 'DELETE'] as const).flatMap((method): Scenario[] =>
    ['"another"', 'W/{etag}', '"another", "third"'].map(condition => ({
      name: `${method} with If-Match: ${condition} is 412 and changes nothing`,
      source: conditionsPage,
      given: photoWithEtag(),
      request: {
        as: steps.me,
        method,
        path: `${me}/photo/$value`,
        headers: { 'if-match': condition },
        ...(method !== 'DELETE' && { body: { picture: 'another portrait' } as const }),
        expected: conditionFailed,
      },
      untouched: { path: `${me}/photo/$value`, as: steps.me },
    })),
  ),
  {
    name: 'PUT with If-Match: * requires an existing photo',
    source: conditionsPage,
    given: [steps.removePhoto(me)],
    request: put({ 'if-match': '*' }, conditionFailed),
    next: [
      steps.readPhoto(me, steps.noPhoto),
      steps.setPhoto(me, 'a portrait'),
      put({ 'if-match': '*' }, steps.updated),
    ],
  },
  {
    name: 'PUT with If-None-Match: * sets a first photo and replaces none',
    source: conditionsPage,
    given: [steps.removePhoto(me)],
    request: put({ 'if-none-match': '*' }, steps.updated),
    next: [
      {
        ...steps.setPhoto(me, 'a portrait'),
        headers: { 'if-none-match': '*' },
        expected: conditionFailed,
      },
      steps.readPhoto(me, steps.shows('another portrait')),
    ],
  },
  {
    name: 'DELETE with If-Match deletes the current photo',
    source: conditionsPage,
    given: photoWithEtag(),
    request: {
      as: steps.me,
      method: 'DELETE',
      path: `${me}/photo/$value`,
      headers: { 'if-match': '{etag}' },
      expected: { status: [200, 204], empty: true },
    },
    next: [steps.readPhoto(me, steps.noPhoto)],
  },
]

const malformed: Expected = { status: 400, error: { code: 'BadRequest', says: ['If-'] } }
const untouched = { path: `${me}/photo/$value`, as: steps.me }

/** A write with an invalid condition would overwrite what the client wanted to protect. */
const unreadable: readonly Scenario[] = (['if-match', 'if-none-match'] as const).flatMap(name =>
  ['', ',', 'etag', '"open', "'single'", '{etag}, x', 'w/{etag}', 'W/ {etag}'].map(condition => ({
    name: `PUT with ${name}: '${condition}' is refused and changes nothing`,
    source: conditionsPage,
    given: photoWithEtag(),
    request: put({ [name]: condition }, malformed),
    untouched,
  })),
)

/** The other kinds of places: photo, permitted caller, metadata. */
const elsewhere: readonly (readonly [what: string, place: string, as: Wanted])[] = [
  ['group', '/v1.0/groups/{ownGroup}', steps.owner],
  ['contact', '/v1.0/me/contacts/{contact}', steps.withContacts],
]

const kinds: readonly Scenario[] = elsewhere.flatMap(([what, place, as]): Scenario[] => [
  {
    name: `The current ETag of a ${what}’s photo is 304, for the picture and its metadata`,
    source: conditionsPage,
    points: ['16'],
    given: photoWithEtag(place, as),
    request: {
      ...steps.readPhoto(place, notModified, as),
      headers: { 'if-none-match': '{etag}' },
    },
    next: [
      {
        as,
        method: 'GET',
        path: `${place}/photo`,
        headers: { 'if-none-match': '{etag}' },
        expected: notModified,
      },
    ],
  },
  {
    name: `A changed photo of a ${what} is not overwritten`,
    source: conditionsPage,
    given: [...photoWithEtag(place, as), steps.setPhoto(place, 'another portrait', as)],
    request: {
      ...steps.setPhoto(place, 'a third portrait', as),
      headers: { 'if-match': '{etag}' },
      expected: conditionFailed,
    },
    untouched: { path: `${place}/photo/$value`, as },
  },
])

const lists: readonly Scenario[] = [
  ...['"other"', '"other", "third"', 'W/"other"', '""'].map(
    (condition): Scenario => ({
      name: `If-None-Match: ${condition} is another photo, and the picture is returned`,
      source: conditionsPage,
      given: photoWithEtag(),
      request: {
        ...mine('photo/$value', steps.shows('a portrait')),
        headers: { 'if-none-match': condition },
      },
    }),
  ),
  {
    name: 'If-Match with a list accepts any of its ETags',
    source: conditionsPage,
    given: photoWithEtag(),
    request: put({ 'if-match': '"other", {etag} ,"third"' }, steps.updated),
    next: [steps.readPhoto(me, steps.shows('another portrait'))],
  },
  ...['{etag}', 'W/{etag}', '"other", {etag}'].map(
    (condition): Scenario => ({
      name: `PUT with If-None-Match: ${condition} is 412 where the photo is that one`,
      source: conditionsPage,
      given: photoWithEtag(),
      request: put({ 'if-none-match': condition }, conditionFailed),
      untouched,
    }),
  ),
  {
    name: 'PUT with If-None-Match of another photo replaces this one',
    source: conditionsPage,
    given: photoWithEtag(),
    request: put({ 'if-none-match': '"other", W/"third"' }, steps.updated),
    next: [steps.readPhoto(me, steps.shows('another portrait'))],
  },
  {
    name: 'When both conditions are sent, If-Match takes precedence',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2',
    given: photoWithEtag(),
    request: put({ 'if-match': '{etag}', 'if-none-match': '*' }, steps.updated),
  },
  {
    name: 'DELETE with If-Match: * of a missing photo is 404 or 412',
    source: conditionsPage,
    given: [steps.removePhoto(me)],
    request: {
      as: steps.me,
      method: 'DELETE',
      path: `${me}/photo/$value`,
      headers: { 'if-match': '*' },
      expected: { status: [404, 412] },
    },
  },
  {
    name: 'The ETag of a deleted photo matches no later photo',
    source: conditionsPage,
    points: ['16'],
    given: [...photoWithEtag(), steps.removePhoto(me), steps.setPhoto(me, 'a portrait')],
    request: put({ 'if-match': '{etag}' }, conditionFailed),
    untouched,
  },
  {
    name: 'A photo is cached privately, and revalidated each time',
    source: 'https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2',
    given: photoWithEtag(),
    request: mine('photo/$value', {
      status: 200,
      headers: { 'cache-control': /^(?=.*\bprivate\b)(?=.*\b(no-cache|max-age=0)\b)/ },
    }),
  },
]

export const conditions: readonly Scenario[] = [...basic, ...unreadable, ...kinds, ...lists]
