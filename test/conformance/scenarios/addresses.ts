/** The spellings of addresses that clients use, and addresses that do not exist. */
import type { Point } from '../points.ts'
import type { Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const odataUrls =
  'https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html'
const toolkit =
  'https://github.com/microsoftgraph/microsoft-graph-toolkit/blob/main/packages/mgt-components/src/graph/graph.photos.ts'
const kiota = 'https://github.com/microsoftgraph/msgraph-sdk-typescript'
const clients = 'https://github.com/pnp/pnpjs'

/** Spelling, place, source. */
type Spelling = readonly [path: string, place: string, source: string]

const photoSpellings: readonly Spelling[] = [
  ['/v1.0/me/photo/%24value', '/v1.0/me', kiota],
  ['/v1.0/me/photo/$value/', '/v1.0/me', clients],
  ['/v1.0/ME/Photo/$Value', '/v1.0/me', steps.getPage],
  ['/V1.0/me/photo/$value', '/v1.0/me', steps.getPage],
  ['/BETA/me/photo/$value', '/v1.0/me', steps.getPage],
  ['/v1.0/me/photo/$value?', '/v1.0/me', odataUrls],
  ['/v1.0/me/photo/$value?nocache=1', '/v1.0/me', odataUrls],
  ['/v1.0/%6De/photo/$value', '/v1.0/me', odataUrls],
  ['/v1.0/users/TokenToReplace/photo/$value', '/v1.0/me', kiota],
  ['/v1.0/users/me-token-to-replace/photo/$value', '/v1.0/me', kiota],
  ['/v1.0/users/{self:upper}/photo/$value', '/v1.0/me', steps.getPage],
  ['/v1.0/users/{selfName:raw}/photo/$value', '/v1.0/me', clients],
  ['/v1.0/users/{selfName:upper}/photo/$value', '/v1.0/me', steps.getPage],
  ["/v1.0/users('{self}')/photo/$value", '/v1.0/me', odataUrls],
  ["/v1.0/Users('{selfName}')/photo/$value", '/v1.0/me', odataUrls],
  ["/v1.0/users('{selfName:raw}')/photo/$value", '/v1.0/me', odataUrls],
  ['/v1.0/users(%27{self}%27)/photo/$value', '/v1.0/me', odataUrls],
  ['/v1.0/users%28%27{self}%27%29/photo/$value', '/v1.0/me', odataUrls],
  ["/v1.0/users(userPrincipalName='{selfName}')/photo/$value", '/v1.0/me', odataUrls],
  ["/v1.0/users(id='{self}')/photo/$value", '/v1.0/me', odataUrls],
  ['/v1.0/users/{guestName}/photo/$value', '/v1.0/users/{guest}', toolkit],
  ['/v1.0/users/{guestName:twice}/photo/$value', '/v1.0/users/{guest}', toolkit],
  ["/v1.0/users('{guestName:twice}')/photo/$value", '/v1.0/users/{guest}', toolkit],
  ["/v1.0/users('{guestName}')/photo/$value", '/v1.0/users/{guest}', odataUrls],
  ["/v1.0/users(userPrincipalName='{guestName}')/photo/$value", '/v1.0/users/{guest}', odataUrls],
  ['/v1.0/Groups/{ownGroup:upper}/Photo/$value', '/v1.0/groups/{ownGroup}', steps.getPage],
  ["/v1.0/groups('{ownGroup}')/photo/$value", '/v1.0/groups/{ownGroup}', odataUrls],
  ["/v1.0/teams('{ownTeam}')/photo/$value", '/v1.0/groups/{ownTeam}', odataUrls],
  ["/v1.0/groups('{ownTeam}')/team/photo/$value", '/v1.0/groups/{ownTeam}', odataUrls],
]

const contact = '/v1.0/users/{self}/contacts/{contact}'
const folderContact = '/v1.0/users/{self}/contactFolders/{folder}/contacts/{folderContact}'

const contactSpellings: readonly Spelling[] = [
  ['/v1.0/me/contacts/{contact:raw}/photo/$value', contact, clients],
  [
    "/v1.0/me/contacts('{contact}')/photo/$value",
    contact,
    'https://github.com/microsoftgraph/msgraph-sdk-dotnet-auth/issues/103',
  ],
  ["/v1.0/me/contacts('{contact:raw}')/photo/$value", contact, odataUrls],
  ['/v1.0/ME/CONTACTS/{contact}/PHOTO/$value', contact, steps.getPage],
  [
    '/v1.0/me/contactfolders/{folder:raw}/contacts/{folderContact:raw}/photo/$value',
    folderContact,
    steps.updatePage,
  ],
  [
    "/v1.0/me/contactFolders('{folder}')/contacts('{folderContact}')/photo/$value",
    folderContact,
    odataUrls,
  ],
  ['/v1.0/me/contacts/{folderContact}/photo/$value', folderContact, steps.updatePage],
]

const { me, withContacts, photographer: anyone } = steps

function readings(): Scenario[] {
  return [...photoSpellings, ...contactSpellings].map(([path, place, source]) => {
    const as = callerFor(place)
    return {
      name: `GET ${path} leads to the photo of ${place.slice(5)}`,
      source,
      points: ['6', ...beyondThePages(path)],
      given: [
        steps.setPhoto(place, 'a portrait', as),
        { ...steps.readPhoto(place, { status: 200 }, as), keep: { etag: { header: 'etag' } } },
      ],
      request: {
        as: path.includes('/team') ? steps.owner : as,
        method: 'GET',
        path,
        expected: {
          status: 200,
          headers: { etag: '{etag}' },
          picture: { like: 'a portrait' },
        },
      },
    }
  })
}

function writings(): Scenario[] {
  return [...photoSpellings, ...contactSpellings].map(([path, place, source]) => {
    const as = callerFor(place)
    const isTeam = path.includes('/team')
    return {
      name: `PUT ${path} sets the photo of ${place.slice(5)}`,
      source,
      points: ['6', '21', ...beyondThePages(path)],
      given: [steps.setPhoto(place, 'another portrait', as)],
      request: {
        as: isTeam ? steps.owner : as,
        method: 'PUT',
        path,
        body: { picture: 'a portrait' },
        expected: isTeam ? steps.teamUpdated : steps.updated,
      },
      next: [steps.readPhoto(place, { status: 200, picture: { like: 'a portrait' } }, as)],
    }
  })
}

function beyondThePages(path: string): readonly Point[] {
  return /token-?to-?replace|\/team\//i.test(path) ? ['22'] : []
}

function callerFor(place: string): Wanted {
  if (place.includes('/groups/')) return steps.owner
  if (place.includes('/contacts/')) return withContacts
  return place.includes('{guest}') ? anyone : me
}

/** Spellings of sizes; the last one is from an example on the page about reading. */
const sizeSpellings: readonly string[] = [
  '/v1.0/me/photos/48X48/$value',
  '/beta/me/Photos/48X48/$value',
  "/v1.0/me/photos('48x48')/$value",
  "/v1.0/users('{self}')/photos('48X48')/%24value",
  '/v1.0/me/photos/48x48/%24value',
  '/v1.0/me/photo/48x48/$value',
  '/v1.0/users/{self}/photo/48X48/$value',
  '/v1.0/users/{selfName}/photos/48x48/$value/',
]

function sizes(): Scenario[] {
  return sizeSpellings.map(path => ({
    name: `GET ${path} leads to the size 48x48`,
    points: ['6'],
    source: path.includes('photo/')
      ? 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/22190'
      : 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/2319',
    given: [steps.setPhoto('/v1.0/me', 'a portrait')],
    request: { as: me, method: 'GET', path, expected: steps.shows('a portrait', 48) },
  }))
}

const badRequest: Expected = { status: 400, error: { code: 'BadRequest' } }

/** Addresses that do not exist in Graph: [path, expected]. */
const nowhere: readonly (readonly [path: string, expected: Expected])[] = [
  ['/nothing', badRequest],
  ['/v2.0/me/photo/$value', badRequest],
  ['/me/photo/$value', badRequest],
  ['/v1.0/me/picture/$value', badRequest],
  ['/v1.0/me/photo/value', { status: [400, 404] }],
  ['/v1.0/me/photo/$values', { status: [400, 404] }],
  ['/v1.0/me//photo/$value', badRequest],
  ['/v1.0//me/photo/$value', badRequest],
  ['//v1.0/me/photo/$value', badRequest],
  ['/v1.0/me/photo/$value/more', badRequest],
  ['/v1.0/users//photo/$value', badRequest],
  ['/v1.0/users/%/photo/$value', badRequest],
  ['/v1.0/users/%ff/photo/$value', badRequest],
  ['/v1.0/users/%2541/photo/$value', { status: 404 }],
  ['/v1.0/users/../me/photo/$value', { status: [400, 404] }],
  ['/v1.0/users/%2e%2e%2f%2e%2e%2fetc%2fpasswd/photo/$value', { status: [400, 404] }],
  ["/v1.0/users/'{self}'/photo/$value", { status: [400, 404] }],
  ["/v1.0/users('{self}/photo/$value", { status: [400, 404] }],
  ['/v1.0/users/{self}%00/photo/$value', { status: [400, 404] }],
  ["/v1.0/users('x')('y')/photo/$value", { status: [400, 404] }],
  ["/v1.0/me('{self}')/photo/$value", { status: [400, 404] }],
  [`/v1.0/users/${'a'.repeat(5000)}/photo/$value`, { status: [400, 404, 414] }],
  [`/v1.0/users/${'a'.repeat(12_000)}/photo/$value`, { status: [400, 414] }],
  [`/v1.0/me${'/photo'.repeat(1000)}`, badRequest],
]

function nowheres(): Scenario[] {
  return nowhere.map(([path, expected]) => ({
    name: `${shorten(path)} is refused with the reason`,
    source: steps.errorsPage,
    request: {
      as: { kind: 'user', who: 'self', holds: ['User.ReadWrite', 'User.ReadBasic.All'] },
      method: 'GET',
      path,
      expected: { ...expected, without: ['JFIF'] },
    },
  }))
}

function shorten(path: string): string {
  return path.length > 80 ? `${path.slice(0, 60)}… (${path.length} characters)` : path
}

const others: readonly Scenario[] = [
  {
    name: 'An unsupported method is 405, and Allow lists the supported ones',
    source: steps.errorsPage,
    given: [steps.setPhoto('/v1.0/me', 'another portrait')],
    request: {
      as: me,
      method: 'POST',
      path: '/v1.0/me/photo/$value',
      body: { picture: 'a portrait' },
      expected: { status: 405, headers: { allow: 'GET, HEAD, PUT, PATCH, DELETE' } },
    },
    untouched: { path: '/v1.0/me/photo/$value', as: me },
  },
  ...(['PUT', 'DELETE', 'PATCH', 'POST'] as const).map(
    (method): Scenario => ({
      name: `${method} of one size is not supported`,
      source: 'https://learn.microsoft.com/en-us/graph/api/resources/profilephoto',
      given: [steps.setPhoto('/v1.0/me', 'another portrait')],
      request: {
        as: me,
        method,
        path: '/v1.0/me/photos/48x48/$value',
        ...(method !== 'DELETE' && { body: { picture: 'a portrait' } as const }),
        expected: { status: 405, headers: { allow: 'GET, HEAD' } },
      },
      untouched: { path: '/v1.0/me/photo/$value', as: me },
    }),
  ),
  {
    name: 'A mail address that is not a userPrincipalName finds nobody',
    source: 'https://learn.microsoft.com/en-us/answers/questions/2079017',
    given: [steps.setPhoto('/v1.0/users/{guest}', 'a portrait', anyone)],
    request: {
      as: anyone,
      method: 'GET',
      path: '/v1.0/users/ana%40fabrikam.example/photo/$value',
      expected: { status: 404 },
    },
  },
  {
    name: "A guest's name with an unescaped # is cut there, and no photo is set",
    source: clients,
    points: ['6', '12'],
    given: [steps.setPhoto('/v1.0/users/{guest}', 'another portrait', anyone)],
    request: {
      as: anyone,
      method: 'PATCH',
      path: '/v1.0/users/ana_fabrikam.example',
      headers: { 'content-type': 'application/json' },
      body: { picture: 'a portrait' },
      expected: { status: [400, 403, 404, 405] },
    },
    untouched: { path: '/v1.0/users/{guest}/photo/$value', as: anyone },
  },
  {
    name: 'A contact is not found in a folder that it is not in',
    source: steps.updatePage,
    given: [steps.setPhoto(contact, 'another portrait')],
    request: {
      as: withContacts,
      method: 'PUT',
      path: '/v1.0/me/contactFolders/{folder}/contacts/{contact}/photo/$value',
      body: { picture: 'a portrait' },
      expected: { status: 404, error: { code: 'ErrorItemNotFound' } },
    },
    untouched: { path: `${contact}/photo/$value`, as: withContacts },
  },
  {
    name: 'A team that the user is not in is not among the joined teams',
    source: 'https://learn.microsoft.com/en-us/graph/api/user-list-joinedteams',
    request: {
      as: steps.owner,
      method: 'GET',
      path: '/v1.0/me/joinedTeams/{foreignTeam}/photo/$value',
      expected: { status: 404 },
    },
  },
]

export const addresses: readonly Scenario[] = [
  ...readings(),
  ...writings(),
  ...sizes(),
  ...nowheres(),
  ...others,
]
