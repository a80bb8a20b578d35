/**
 * Who has a photo: lists of Visage's own, which Graph does not have. They follow the rules of Graph's lists: permissions,
 * query options, pages, errors. Each scenario asks only for people it knows, so that the directory may be large.
 */
import type { Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const etags =
  'https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html'
const customOptions =
  'https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_CustomQueryOptions'
const queryPage = 'https://learn.microsoft.com/en-us/graph/query-parameters'
const pagingPage = 'https://learn.microsoft.com/en-us/graph/paging'

const users = '/v1.0/visage/userPhotos'
const groups = '/v1.0/visage/groupPhotos'
const departments = '/v1.0/visage/photoCoverage'
const me = "$filter=id eq '{self:raw}'".replaceAll(' ', '%20')

function get(path: string, expected: Expected, as: Wanted = steps.viewer): Exchange {
  return { as, method: 'GET', path, expected }
}

function lists(context: string, ...value: readonly Shape[]): Expected {
  return {
    status: 200,
    json: { '@odata.context': `{base}/v1.0/$metadata#visage/${context}`, value },
  }
}

const given = [
  steps.setPhoto('/v1.0/me', 'a portrait'),
  {
    ...steps.readPhoto('/v1.0/me', steps.shows('a portrait')),
    keep: { etag: { header: 'etag' } },
  },
] as const
const withPhoto = { id: '{self}', kind: 'user', '@odata.mediaEtag': '{etag}', width: 100 }

const photos: readonly Scenario[] = [
  {
    name: 'The list of who has a photo tells the ETag and the size of a person’s photo',
    source: etags,
    given,
    request: get(
      `${users}?${me}`,
      lists('userPhotos', { ...withPhoto, height: 100, displayName: /./ }),
    ),
  },
  {
    name: 'The list of who has a photo tells of a person without a photo that there is no size',
    source: etags,
    given: [steps.removePhoto('/v1.0/me')],
    request: get(`${users}?${me}`, {
      ...lists('userPhotos', { id: '{self}', width: null, height: null }),
      without: ['@odata.mediaEtag'],
    }),
    next: [
      get(`${users}?photo=missing&${me}`, lists('userPhotos', { id: '{self}' })),
      get(`${users}?photo=set&${me}`, lists('userPhotos')),
    ],
  },
  {
    name: 'A person with a photo is not among those without one',
    source: customOptions,
    given,
    request: get(`${users}?photo=missing&${me}`, lists('userPhotos')),
    next: [get(`${users}?photo=set&${me}`, lists('userPhotos', withPhoto))],
  },
  {
    name: 'Photos narrower than a number of pixels are found, and no others',
    source: customOptions,
    given,
    request: get(`${users}?narrowerThan=101&${me}`, lists('userPhotos', withPhoto)),
    next: [
      get(`${users}?narrowerThan=100&${me}`, lists('userPhotos')),
      get(`${users}?photo=set&narrowerThan=101&${me}`, lists('userPhotos', withPhoto)),
    ],
  },
  {
    name: 'The photo of a group is in a list of its own',
    source: etags,
    given: [steps.setPhoto('/v1.0/groups/{ownGroup}', 'a portrait', steps.photographer)],
    request: get(
      `${groups}?$filter=id%20eq%20'{ownGroup:raw}'`,
      lists('groupPhotos', { id: '{ownGroup}', kind: 'group', width: 100, height: 100 }),
    ),
  },
  {
    name: 'Who has a photo can be asked in a batch, in the other version and in any case',
    source: queryPage,
    request: {
      as: steps.viewer,
      method: 'POST',
      path: '/v1.0/$batch',
      body: { json: { requests: [{ id: '1', method: 'GET', url: `/visage/userPhotos?${me}` }] } },
      expected: { status: 200, parts: { 1: { status: 200, holds: ['{self}'] } } },
    },
    next: [get(`/beta/VISAGE/userphotos?${me}`, { status: 200, holds: ['{self}'] })],
  },
  {
    name: 'Departments are counted with and without photos',
    source: queryPage,
    request: get(departments, {
      status: 200,
      json: { value: { '?every': { people: /^[1-9]\d*$/, withPhoto: /^\d+$/ } } },
    }),
    next: [get(`${departments}?$top=1`, { status: 200, json: { value: { '?count': 1 } } })],
  },
  {
    name: 'A short page of who has a photo names the next one',
    source: pagingPage,
    request: get(`${users}?$top=1`, {
      status: 200,
      json: { value: { '?count': 1 }, '@odata.nextLink': /\$skiptoken=/ },
    }),
  },
]

const asked = ['photo=none', 'photo=', 'photo=set&photo=missing', 'narrowerThan=0']
const askedWrongly = [
  ...asked,
  ...['narrowerThan=-1', 'narrowerThan=1.5', 'narrowerThan=99999', 'photo=missing&narrowerThan=9'],
  ...['$orderby=displayName', '$count=true', '$skiptoken=x', '$top=1000', '$filter=width%20eq%209'],
]

const refused: readonly Scenario[] = [
  ...askedWrongly.map(
    (query): Scenario => ({
      name: `The list of who has a photo refuses ${decodeURIComponent(query)}`,
      source: query.startsWith('$') ? queryPage : customOptions,
      request: get(`${users}?${query}`, { status: 400 }),
    }),
  ),
  {
    name: 'The list of who has a photo can only be read',
    source: queryPage,
    request: { as: steps.viewer, method: 'POST', path: users, expected: { status: 405 } },
  },
]

const mayList = ['ProfilePhoto.Read.All', 'ProfilePhoto.ReadWrite.All', 'User.Read.All']
const mayNot = ['User.Read', 'User.ReadWrite', 'Group.Read.All', 'Contacts.Read']

const permissions: readonly Scenario[] = [
  ...mayList.flatMap(name =>
    (['delegated', 'application'] as const).map(
      (kind): Scenario => ({
        name: `Someone with ${name} may ask who has a photo (${kind})`,
        source: steps.getPage,
        row: 'Ask who has a photo, of all people',
        request: get(`${users}?${me}`, { status: 200 }, steps.exactly(kind, [name])),
        next: [get(departments, { status: 200 }, steps.exactly(kind, [name]))],
      }),
    ),
  ),
  ...mayNot.map(
    (name): Scenario => ({
      name: `Someone with ${name} may not ask who has a photo`,
      source: steps.getPage,
      row: 'Ask who has a photo, of all people',
      request: get(
        users,
        { status: 403, error: { says: ['ProfilePhoto.Read.All'] } },
        steps.exactly('delegated', [name]),
      ),
      next: [get(departments, { status: 403 }, steps.exactly('delegated', [name]))],
    }),
  ),
  {
    name: 'Who may read the photos of groups only may not ask about people, and the reverse',
    source: steps.getPage,
    request: get(groups, { status: 200 }, steps.exactly('delegated', ['Group.Read.All'])),
    next: [get(groups, { status: 403 }, steps.exactly('delegated', ['User.Read.All']))],
  },
  {
    name: 'A personal account may not ask who has a photo',
    source: steps.getPage,
    request: get(users, { status: 403 }, steps.personalMe),
  },
  {
    name: 'Who has a photo is told to nobody without a token',
    source: steps.errorsPage,
    request: { method: 'GET', path: users, expected: { status: 401 } },
  },
]

export const coverage: readonly Scenario[] = [...photos, ...refused, ...permissions].map(
  (scenario): Scenario => ({ ...scenario, traits: ['lists of Visage'] }),
)
