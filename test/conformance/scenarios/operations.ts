/**
 * Operations on photos at every form of address, in both versions: set, read, list, delete.
 * Permissions are in scenarios/permissions.ts.
 */
import type { Point } from '../points.ts'
import type { Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const versions = ['/v1.0', '/beta'] as const
const sizesPage = 'https://learn.microsoft.com/en-us/graph/api/resources/profilephoto'

type Place = Readonly<{
  path: string
  kind: 'user' | 'group' | 'team' | 'contact'
  as: Wanted
  /** The beginning of contexts. */
  context: string
}>

const userPlaces: readonly Place[] = ['/me', '/users/{self}', '/users/{selfName}'].map(path => ({
  path,
  kind: 'user',
  as: steps.me,
  context: "users('{self}')",
}))

const groupPlaces: readonly Place[] = [
  { path: '/groups/{ownGroup}', kind: 'group', as: steps.owner, context: "groups('{ownGroup}')" },
]

const teamPlaces: readonly Place[] = [
  '/teams/{ownTeam}',
  '/groups/{ownTeam}/team',
  '/me/joinedTeams/{ownTeam}',
  '/users/{self}/joinedTeams/{ownTeam}',
].map(path => ({ path, kind: 'team', as: steps.owner, context: "teams('{ownTeam}')" }))

const contactPlaces: readonly Place[] = ['/me', '/users/{self}', '/users/{selfName}'].flatMap(
  user =>
    (
      [
        ['/contacts/{contact}', '{contact}'],
        ['/contactfolders/{folder}/contacts/{folderContact}', '{folderContact}'],
        ['/contactFolders/{folder}/contacts/{folderContact}', '{folderContact}'],
        [
          '/contactFolders/{folder}/childFolders/{childFolder}/contacts/{childContact}',
          '{childContact}',
        ],
      ] as const
    ).map(([rest, contact]) => ({
      path: `${user}${rest}`,
      kind: 'contact',
      as: steps.withContacts,
      context: `users('{self}')/contacts('${contact}')`,
    })),
)

const places: readonly Place[] = [...userPlaces, ...groupPlaces, ...teamPlaces, ...contactPlaces]

function setting(): Scenario[] {
  return versions.flatMap(version =>
    places.flatMap(place =>
      (['PUT', 'PATCH'] as const)
        // "PUT /teams/{id}/photo/$value": there is no PATCH for teams.
        .filter(method => method === 'PUT' || place.kind !== 'team')
        .map(
          (method): Scenario => ({
            name: `${method} ${version}${place.path}/photo/$value sets the photo`,
            source: steps.updatePage,
            points: ['2', '7', '13', ...beyondThePages(place)],
            given: [steps.setPhoto(version + place.path, 'another portrait', place.as)],
            request: {
              as: place.as,
              method,
              path: `${version}${place.path}/photo/$value`,
              body: { picture: 'a portrait' },
              expected: place.kind === 'team' ? steps.teamUpdated : steps.updated,
            },
            next: [
              steps.readPhoto(version + place.path, seen(place, 'a portrait'), place.as),
              // Both versions show the same photo.
              steps.readPhoto(
                (version === '/beta' ? '/v1.0' : '/beta') + place.path,
                seen(place, 'a portrait'),
                place.as,
              ),
            ],
          }),
        ),
    ),
  )
}

/** Methods of SDKs that the documentation lacks. */
function beyondThePages({ path }: Place): readonly Point[] {
  return /joinedTeams|\/team$|childFolders/.test(path) ? ['22'] : []
}

/** Contacts keep their ratio, all others are square. */
function seen(place: Place, picture: 'a portrait' | 'another portrait'): Expected {
  const height = place.kind === 'contact' ? 130 : 100
  return {
    status: 200,
    headers: {
      'content-type': 'image/jpeg',
      etag: /^"[^"]+"$/,
      'cache-control': /\bprivate\b/,
    },
    picture: { width: 100, height, like: picture },
  }
}

const sixKeys = [
  '@odata.context',
  '@odata.mediaContentType',
  '@odata.mediaEtag',
  'id',
  'height',
  'width',
]

function reading(): Scenario[] {
  return versions.flatMap(version =>
    places.flatMap((place): Scenario[] => {
      const path = version + place.path
      return [
        {
          name: `GET ${path}/photo returns the six keys of a photo`,
          source: steps.getPage,
          points: ['7', '16', ...beyondThePages(place)],
          given: [
            steps.setPhoto(path, 'a portrait', place.as),
            {
              ...steps.readPhoto(path, { status: 200 }, place.as),
              keep: { etag: { header: 'etag' } },
            },
          ],
          request: {
            as: place.as,
            method: 'GET',
            path: `${path}/photo`,
            expected: {
              status: 200,
              headers: { 'content-type': /^application\/json\b/, 'odata-version': '4.0' },
              keys: sixKeys,
              json: {
                '@odata.context': `{base}${version}/$metadata#${place.context}/photo/$entity`,
                '@odata.mediaContentType': 'image/jpeg',
                '@odata.mediaEtag': '{etag}',
                id: 'default',
                height: place.kind === 'contact' ? 130 : 100,
                width: 100,
              },
            },
          },
        },
        {
          name: `HEAD ${path}/photo/$value has the headers of GET, without the picture`,
          source: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2',
          given: [
            steps.setPhoto(path, 'a portrait', place.as),
            {
              ...steps.readPhoto(path, { status: 200 }, place.as),
              keep: { etag: { header: 'etag' }, length: { header: 'content-length' } },
            },
          ],
          request: {
            as: place.as,
            method: 'HEAD',
            path: `${path}/photo/$value`,
            expected: {
              status: 200,
              headers: {
                'content-type': 'image/jpeg',
                etag: '{etag}',
                'content-length': '{length}',
              },
            },
          },
        },
      ]
    }),
  )
}

/** "48x48, 64x64, 96x96, 120x120, 240x240, 360x360, 432x432, 504x504, and 648x648" */
const sides = [48, 64, 96, 120, 240, 360, 432, 504, 648]

const sizedPlaces = [...userPlaces, ...groupPlaces]

function sizes(): Scenario[] {
  return sizedPlaces.flatMap(({ path: place, as, context }): Scenario[] => {
    const path = `/v1.0${place}`
    const given = [steps.setPhoto(path, 'a large portrait', as)]
    return [
      ...sides.flatMap((side): Scenario[] => [
        {
          name: `A photo that is large enough has the size ${side}x${side} at ${place}`,
          source: steps.getPage,
          points: ['15'],
          given,
          request: {
            as,
            method: 'GET',
            path: `${path}/photos/${side}x${side}/$value`,
            expected: steps.shows('a large portrait', side),
          },
        },
        {
          name: `The size ${side}x${side} has its own metadata at ${place}`,
          source: steps.getPage,
          given,
          request: {
            as,
            method: 'GET',
            path: `${path}/photos/${side}x${side}`,
            expected: {
              status: 200,
              keys: sixKeys,
              json: {
                '@odata.context': `{base}/v1.0/$metadata#${context}/photos/$entity`,
                id: `${side}x${side}`,
                width: side,
                height: side,
              },
            },
          },
        },
      ]),
      {
        name: `The photo itself is the largest size there is at ${place}`,
        source: sizesPage,
        given,
        request: {
          as,
          method: 'GET',
          path: `${path}/photo/$value`,
          expected: steps.shows('a large portrait', 648),
        },
      },
      {
        name: `The list of photos has every size, with the photo’s ETag, at ${place}`,
        source: steps.getPage,
        points: ['16'],
        given: [
          ...given,
          { ...steps.readPhoto(path, { status: 200 }, as), keep: { etag: { header: 'etag' } } },
        ],
        request: {
          as,
          method: 'GET',
          path: `${path}/photos`,
          expected: {
            status: 200,
            keys: ['@odata.context', 'value'],
            json: {
              '@odata.context': `{base}/v1.0/$metadata#${context}/photos`,
              value: sides.map(
                (side): Shape => ({
                  '@odata.mediaContentType': 'image/jpeg',
                  '@odata.mediaEtag': '{etag}',
                  id: `${side}x${side}`,
                  height: side,
                  width: side,
                }),
              ),
            },
          },
        },
      },
    ]
  })
}

const me = '/v1.0/me'
const mine = (rest: string, expected: Expected): Exchange => ({
  as: rest.startsWith('contacts/') ? steps.withContacts : steps.me,
  method: 'GET',
  path: `${me}/${rest}`,
  expected,
})

const oddSizes: readonly Scenario[] = [
  {
    name: 'A photo of 504 pixels has every size but 648x648',
    source: sizesPage,
    given: [steps.setPhoto(me, 'a square of 504')],
    request: mine('photos', { status: 200, json: { value: { '?count': 8 } } }),
    next: [
      mine('photos/504x504/$value', steps.shows('a square of 504', 504)),
      mine('photos/648x648/$value', steps.noPhoto),
      mine('photos/648x648', steps.noPhoto),
    ],
  },
  {
    name: 'A photo of a non-standard size keeps it and is never enlarged',
    source: 'https://learn.microsoft.com/en-us/graph/api/profilephoto-get',
    given: [steps.setPhoto(me, 'a square of 256')],
    request: mine('photo', {
      status: 200,
      keys: sixKeys,
      json: { id: 'default', height: 256, width: 256 },
    }),
    next: [
      mine('photo/$value', steps.shows('a square of 256', 256)),
      mine('photos/240x240/$value', steps.shows('a square of 256', 240)),
      mine('photos/360x360/$value', steps.noPhoto),
      mine('photos', {
        status: 200,
        json: { value: [48, 64, 96, 120, 240].map(side => ({ id: `${side}x${side}` })) },
      }),
    ],
  },
  {
    name: 'The smallest allowed photo has one size',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/17475',
    given: [steps.setPhoto(me, 'a square of 48')],
    request: mine('photos', { status: 200, json: { value: [{ id: '48x48' }] } }),
    next: [mine('photos/48x48/$value', { status: 200, picture: { width: 48, height: 48 } })],
  },
  {
    name: 'A non-standard size is not found',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/2319',
    given: [steps.setPhoto(me, 'a large portrait')],
    request: mine('photos/100x100/$value', steps.noPhoto),
    next: ['49x49', '48x64', 'large', '0x0', '48', 'x', '99999x99999'].map(size =>
      mine(`photos/${size}/$value`, steps.noPhoto),
    ),
  },
  {
    name: 'A landscape becomes the square in its middle',
    source: sizesPage,
    given: [steps.setPhoto(me, 'a landscape')],
    request: mine('photo/$value', steps.shows('a landscape', 600)),
    next: [mine('photos/96x96/$value', steps.shows('a landscape', 96))],
  },
  {
    name: "A contact's photo keeps its ratio",
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/4153',
    given: [steps.setPhoto(`${me}/contacts/{contact}`, 'a portrait of 309 x 231')],
    request: mine('contacts/{contact}/photo/$value', {
      status: 200,
      picture: { width: 309, height: 231, like: 'a portrait of 309 x 231' },
    }),
    next: [
      mine('contacts/{contact}/photo', {
        status: 200,
        keys: sixKeys,
        json: { height: 231, width: 309 },
      }),
    ],
  },
  {
    name: 'A large photo of a contact is reduced to 648 pixels on its longer side',
    source: sizesPage,
    given: [steps.setPhoto(`${me}/contacts/{contact}`, 'a landscape')],
    request: mine('contacts/{contact}/photo/$value', {
      status: 200,
      picture: { width: 648, height: 432, like: 'a landscape' },
    }),
  },
  {
    name: "A contact's photo has no sizes",
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/4153',
    given: [steps.setPhoto(`${me}/contacts/{contact}`, 'a portrait')],
    request: mine('contacts/{contact}/photos/48x48/$value', {
      status: 400,
      error: { code: 'BadRequest' },
    }),
    next: [mine('contacts/{contact}/photos', { status: 400 })],
  },
  {
    name: 'A team has no sizes; its group has',
    source: 'https://learn.microsoft.com/en-us/graph/api/resources/team',
    given: [steps.setPhoto('/v1.0/groups/{ownTeam}', 'a large portrait', steps.owner)],
    request: {
      as: steps.owner,
      method: 'GET',
      path: '/v1.0/teams/{ownTeam}/photos/48x48/$value',
      expected: { status: 400, error: { code: 'BadRequest' } },
    },
    next: [
      {
        as: steps.owner,
        method: 'GET',
        path: '/v1.0/groups/{ownTeam}/photos/48x48/$value',
        expected: steps.shows('a large portrait', 48),
      },
    ],
  },
  {
    name: 'A picture of 8 megapixels from a phone is accepted',
    source: steps.updatePage,
    request: {
      as: steps.me,
      method: 'PUT',
      path: `${me}/photo/$value`,
      body: { picture: 'a phone picture' },
      expected: steps.updated,
    },
    next: [mine('photos/648x648/$value', steps.shows('a phone picture', 648))],
  },
  {
    name: 'Metadata can be narrowed with $select',
    source: steps.getPage,
    points: ['22'],
    given: [steps.setPhoto(me, 'a square of 256')],
    request: mine('photo?$select=id,width', {
      status: 200,
      keys: ['@odata.context', '@odata.mediaContentType', '@odata.mediaEtag', 'id', 'width'],
      json: { width: 256 },
    }),
    next: [mine('photo?%24select=height', { status: 200, json: { height: 256 } })],
  },
  {
    name: 'The list of sizes is paged with $top',
    source: 'https://learn.microsoft.com/en-us/graph/query-parameters',
    points: ['22'],
    given: [steps.setPhoto(me, 'a square of 256')],
    request: mine('photos?$top=2', {
      status: 200,
      json: { value: [{ id: '48x48' }, { id: '64x64' }], '@odata.nextLink': /^https?:.*skip=2/ },
    }),
    next: [mine('photos?$top=2&$skip=4', { status: 200, json: { value: [{ id: '240x240' }] } })],
  },
]

const ownTeam = '/v1.0/teams/{ownTeam}'
const itsGroup = '/v1.0/groups/{ownTeam}'

const teams: readonly Scenario[] = [
  {
    name: 'The photo of a team is the photo of its group',
    source: steps.updatePage,
    given: [steps.setPhoto(itsGroup, 'another portrait', steps.owner)],
    request: {
      as: steps.owner,
      method: 'PUT',
      path: `${ownTeam}/photo/$value`,
      body: { picture: 'a portrait' },
      expected: steps.teamUpdated,
    },
    next: [
      steps.readPhoto(itsGroup, steps.shows('a portrait'), steps.owner),
      { ...steps.setPhoto(itsGroup, 'a third portrait', steps.owner), expected: steps.updated },
      steps.readPhoto(ownTeam, steps.shows('a third portrait'), steps.owner),
    ],
  },
  ...teamPlaces.map(
    ({ path }): Scenario => ({
      name: `There is no PATCH for a team’s photo at ${path}`,
      source: steps.updatePage,
      given: [steps.setPhoto(ownTeam, 'another portrait', steps.owner)],
      request: {
        as: steps.owner,
        method: 'PATCH',
        path: `/v1.0${path}/photo/$value`,
        body: { picture: 'a portrait' },
        expected: { status: 405, headers: { allow: /\bPUT\b/ } },
      },
      untouched: { path: `${ownTeam}/photo/$value`, as: steps.owner },
    }),
  ),
]

function deleting(): Scenario[] {
  const deletable = [...userPlaces, ...groupPlaces]
  const others = [...teamPlaces.slice(0, 1), ...contactPlaces.slice(0, 2)]
  return versions.flatMap(version => [
    ...deletable.flatMap(({ path, as }) =>
      ['/photo/$value', '/photo'].map(
        (rest): Scenario => ({
          name: `DELETE ${version}${path}${rest} deletes the photo`,
          source: steps.deletePage,
          points: ['3', '7', '13'],
          given: [steps.setPhoto(version + path, 'a portrait', as)],
          request: {
            as,
            method: 'DELETE',
            path: version + path + rest,
            expected: { status: [200, 204], empty: true },
          },
          next: [
            steps.readPhoto(version + path, steps.noPhoto, as),
            { as, method: 'GET', path: `${version}${path}/photo`, expected: steps.noPhoto },
            { as, method: 'GET', path: `${version}${path}/photos`, expected: steps.noPhoto },
            {
              as,
              method: 'GET',
              path: `${version}${path}/photos/48x48/$value`,
              expected: steps.noPhoto,
            },
            { as, method: 'DELETE', path: version + path + rest, expected: steps.noPhoto },
          ],
        }),
      ),
    ),
    ...others.map(
      ({ path, as }): Scenario => ({
        name: `DELETE ${version}${path}/photo/$value is not supported`,
        source: steps.deletePage,
        given: [steps.setPhoto(version + path, 'a portrait', as)],
        request: {
          as,
          method: 'DELETE',
          path: `${version}${path}/photo/$value`,
          expected: { status: 405, headers: { allow: /\bPUT\b/ } },
        },
        untouched: { path: `${version}${path}/photo/$value`, as },
      }),
    ),
  ])
}

const missing: readonly Scenario[] = [
  ...(
    [
      ['person', me, steps.me],
      ['group', '/v1.0/groups/{ownGroup}', steps.owner],
    ] as const
  ).map(
    ([who, place, as]): Scenario => ({
      name: `A ${who} without a photo is 404, with the message that clients compare`,
      source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/20785',
      points: ['14'],
      given: [steps.removePhoto(place, as)],
      request: {
        as,
        method: 'GET',
        path: `${place}/photo/$value`,
        expected: {
          status: 404,
          error: { code: 'ImageNotFound', says: ['ImageNotFoundException'] },
        },
      },
      next: [
        { as, method: 'GET', path: `${place}/photo`, expected: steps.noPhoto },
        { as, method: 'HEAD', path: `${place}/photo/$value`, expected: { status: 404 } },
      ],
    }),
  ),
  {
    name: 'A new contact has no photo until one is set, and an empty PUT removes it',
    source: 'https://gitlab.gnome.org/GNOME/evolution-ews',
    points: ['14', '22'],
    given: [steps.makeContact()],
    request: mine('contacts/{made}/photo/$value', steps.noPhoto),
    next: [
      steps.setPhoto(`${me}/contacts/{made}`, 'a portrait'),
      steps.readPhoto(`${me}/contacts/{made}`, { status: 200, picture: { like: 'a portrait' } }),
      {
        as: steps.withContacts,
        method: 'PUT',
        path: `${me}/contacts/{made}/photo/$value`,
        body: { picture: 'nothing' },
        expected: steps.updated,
      },
      steps.readPhoto(`${me}/contacts/{made}`, steps.noPhoto),
    ],
    afterwards: [steps.removeContact],
  },
  {
    name: 'Deleting a contact deletes its photo',
    source: 'https://learn.microsoft.com/en-us/graph/api/contact-delete',
    given: [steps.makeContact(), steps.setPhoto(`${me}/contacts/{made}`, 'a portrait')],
    request: {
      as: steps.withContacts,
      method: 'DELETE',
      path: `${me}/contacts/{made}`,
      expected: { status: 204, empty: true },
    },
    next: [
      steps.readPhoto(`${me}/contacts/{made}`, {
        status: 404,
        error: { code: 'ErrorItemNotFound' },
      }),
    ],
  },
]

const headers: readonly Scenario[] = [
  {
    name: 'The client-request-id is returned',
    source: steps.errorsPage,
    points: ['20'],
    given: [steps.setPhoto(me, 'a portrait')],
    request: {
      ...mine('photo/$value', {
        status: 200,
        headers: { 'client-request-id': '1f0b8e7e-2f0a-4c1e-9a53-0c6f5cf0a001' },
      }),
      headers: { 'client-request-id': '1f0b8e7e-2f0a-4c1e-9a53-0c6f5cf0a001' },
    },
  },
  {
    name: 'A client-request-id that is not valid in a header is not returned',
    source: steps.errorsPage,
    request: {
      ...mine('photos/none/$value', { ...steps.noPhoto, without: ['<script>'] }),
      headers: { 'client-request-id': '<script>alert(1)</script>' },
    },
  },
  ...['application/json', 'application/octet-stream, application/json', 'text/html', '*/*'].map(
    (accept): Scenario => ({
      name: `A picture is returned for any Accept: ${accept}`,
      source: 'https://github.com/microsoft/kiota-typescript',
      points: ['5', '15'],
      given: [steps.setPhoto(me, 'a portrait')],
      request: { ...mine('photo/$value', steps.shows('a portrait')), headers: { accept } },
    }),
  ),
  ...(['GET', 'DELETE'] as const).map(
    (method): Scenario => ({
      name: `${method} may say Content-Type: application/json and have no body`,
      source: 'https://github.com/pnp/pnpjs',
      points: ['4'],
      given: [steps.setPhoto(me, 'a portrait')],
      request: {
        as: steps.me,
        method,
        path: `${me}/photo/$value`,
        headers: { 'content-type': 'application/json' },
        expected: { status: [200, 204] },
      },
    }),
  ),
]

export const operations: readonly Scenario[] = [
  ...setting(),
  ...reading(),
  ...sizes(),
  ...oddSizes,
  ...teams,
  ...deleting(),
  ...missing,
  ...headers,
]
