/**
 * The groups that a person is a member of or owns, and what each caller sees of them. The tables
 * are copied here from the documentation.
 */
import type { Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph'
const memberOfPage = `${pages}/api/user-list-memberof`
const ownedObjectsPage = `${pages}/api/user-list-ownedobjects`
const limitedPage = `${pages}/permissions-overview#limited-information-returned-for-inaccessible-member-objects`

/** May read groups too. */
const eventual = { consistencylevel: 'eventual' }
const reader = steps.self('User.Read', 'GroupMember.Read.All')
const groupId = steps.exactly('delegated', ['User.Read'])
const casts = ['microsoft.graph.group', 'graph.group', 'Microsoft.Graph.Group']

function get(path: string, as: Wanted, expected: Expected): Exchange {
  return { as, method: 'GET', path, expected }
}

function json(shape: Shape, more: Partial<Expected> = {}): Expected {
  return { status: 200, json: shape, ...more }
}

function refused(status: number, ...says: readonly string[]): Expected {
  return { status, error: { says }, without: ['"value"'] }
}

const lists: readonly Scenario[] = [
  ...['/me', '/users/{self}', '/users/{selfName}', "/users('{self}')", '/users/TokenToReplace'].map(
    (place): Scenario => ({
      name: `GET ${place}/memberOf lists the user’s groups, each with its type`,
      source: memberOfPage,
      points: ['7', '10'],
      request: get(
        `/v1.0${place}/memberOf`,
        reader,
        json(
          {
            '@odata.context': '{base}/v1.0/$metadata#directoryObjects',
            value: {
              '?some': {
                '@odata.type': '#microsoft.graph.group',
                id: '{memberGroup}',
                displayName: /./,
                groupTypes: ['Unified'],
              },
            },
          },
          { without: ['{foreignGroup}'] },
        ),
      ),
      next: [
        get(
          `/beta${place}/ownedObjects`,
          reader,
          json(
            {
              '@odata.context': '{base}/beta/$metadata#directoryObjects',
              value: [{ '@odata.type': '#microsoft.graph.group', id: '{ownGroup}' }],
            },
            { without: ['{foreignGroup}', '{memberGroup}'] },
          ),
        ),
      ],
    }),
  ),
  ...casts.map(
    (cast): Scenario => ({
      name: `The lists cast to ${cast} hold groups, and their context says so`,
      source: memberOfPage,
      points: ['7', '22'],
      request: get(
        `/v1.0/me/memberOf/${cast}`,
        reader,
        json(
          {
            '@odata.context': '{base}/v1.0/$metadata#groups',
            value: { '?some': { id: '{memberGroup}', displayName: /./ } },
          },
          { without: ['{foreignGroup}', '@odata.type'] },
        ),
      ),
      next: [
        get(
          `/v1.0/users/{self}/ownedObjects/${cast}`,
          reader,
          json(
            {
              '@odata.context': '{base}/v1.0/$metadata#groups',
              value: [{ id: '{ownGroup}' }],
            },
            { without: ['@odata.type'] },
          ),
        ),
      ],
    }),
  ),
  {
    name: 'One’s own groups are listed in pages, with the selected properties',
    source: `${pages}/paging`,
    request: {
      ...get(
        '/v1.0/me/memberOf/microsoft.graph.group?$top=1&$select=id',
        reader,
        json({ '@odata.nextLink': /\$skiptoken=/, value: { '?count': 1 } }),
      ),
      keep: { link: { json: '@odata.nextLink' }, first: { json: 'value.0.id' } },
    },
    next: [
      get(
        '{link:raw}',
        reader,
        json({ value: { '?count': 1 } }, { without: ['{first}', 'displayName'] }),
      ),
    ],
  },
  {
    name: 'One’s own groups are found by name, and no others',
    source: memberOfPage,
    request: {
      ...get(
        "/v1.0/me/ownedObjects?$filter=startswith(displayName,'desi')&$orderby=displayName",
        reader,
        json({ value: [{ id: '{ownGroup}' }] }),
      ),
      headers: eventual,
    },
    next: [
      get(
        "/v1.0/me/memberOf/graph.group?$filter=startswith(displayName,'clube')",
        reader,
        json({ value: [] }),
      ),
      {
        ...get(
          '/v1.0/me/memberOf?$search=%22displayName:every%22',
          reader,
          json({ value: [{ id: '{memberGroup}' }] }),
        ),
        headers: eventual,
      },
    ],
  },
  ...[
    '$count=maybe',
    '$expand=members',
    '$skip=1',
    '$top=0',
    '$top=1000',
    '$skiptoken=x',
    '$filter=x',
    '$orderby=mail',
  ].map(
    (option): Scenario => ({
      name: `GET /me/memberOf?${option} is refused and named`,
      source: `${pages}/query-parameters`,
      request: get(`/v1.0/me/memberOf?${option}`, reader, refused(400, option.split('=')[0] ?? '')),
      next: [
        get(
          `/v1.0/me/ownedObjects/microsoft.graph.group?${option}`,
          reader,
          refused(400, option.split('=')[0] ?? ''),
        ),
      ],
    }),
  ),
  ...[
    'memberOf/microsoft.graph.user',
    'memberOf/group',
    'memberOf/{ownGroup}',
    'ownedObjects/{ownGroup}/microsoft.graph.group',
    'ownedObjects/graph.servicePrincipal',
    "memberOf('{ownGroup}')",
  ].map(
    (path): Scenario => ({
      name: `GET /me/${path} does not exist`,
      source: steps.errorsPage,
      request: get(`/v1.0/me/${path}`, reader, { status: 400, error: { code: 'BadRequest' } }),
    }),
  ),
]

const limited: readonly Scenario[] = [
  ...['memberOf', 'memberOf/microsoft.graph.group', 'ownedObjects', 'ownedObjects/graph.group'].map(
    (path): Scenario => ({
      name: `Without a permission that reads groups, ${path} contains ids and no names`,
      source: limitedPage,
      request: get(
        `/v1.0/me/${path}`,
        groupId,
        json({
          value: {
            '?every': {
              id: /./,
              displayName: null,
              description: null,
              mail: null,
              visibility: null,
              securityEnabled: null,
              groupTypes: [],
            },
            '?some': { id: '{ownGroup}' },
          },
        }),
      ),
      next: [
        get(
          `/v1.0/me/${path}?$select=displayName,id`,
          groupId,
          json({ value: { '?some': { id: '{ownGroup}', displayName: null } } }),
        ),
      ],
    }),
  ),
  {
    name: 'Without a permission that reads groups, filters by name are refused',
    source: limitedPage,
    request: get(
      "/v1.0/me/memberOf?$filter=startswith(displayName,'desi')",
      groupId,
      refused(403, 'GroupMember.Read.All'),
    ),
    next: [
      {
        ...get(
          '/v1.0/me/ownedObjects/microsoft.graph.group?$search=%22displayName:desi%22',
          groupId,
          refused(403, 'GroupMember.Read.All'),
        ),
        headers: eventual,
      },
    ],
  },
  {
    name: 'Without a permission that reads groups, they are listed in pages, each once',
    source: `${pages}/paging`,
    request: {
      ...get(
        '/v1.0/me/memberOf?$top=1',
        groupId,
        json({ '@odata.nextLink': /\$skiptoken=/, value: { '?count': 1 } }),
      ),
      keep: { link: { json: '@odata.nextLink' }, first: { json: 'value.0.id' } },
    },
    next: [get('{link:raw}', groupId, json({ value: { '?count': 1 } }, { without: ['{first}'] }))],
  },
]

type Kind = 'delegated' | 'personal' | 'application'
type Row = Readonly<{ place: string; source: string } & Record<Kind, readonly string[]>>

const everywhere = ['Directory.Read.All', 'Directory.ReadWrite.All']
const table: readonly Row[] = [
  {
    place: '/v1.0/users/{self}/memberOf',
    source: memberOfPage,
    delegated: ['User.Read', 'User.Read.All', 'GroupMember.Read.All', ...everywhere],
    personal: [],
    application: everywhere,
  },
  {
    place: '/v1.0/users/{other}/memberOf/microsoft.graph.group',
    source: memberOfPage,
    delegated: ['User.Read.All', 'GroupMember.Read.All', ...everywhere],
    personal: [],
    application: everywhere,
  },
  {
    place: '/v1.0/users/{self}/ownedObjects/graph.group',
    source: ownedObjectsPage,
    delegated: ['User.Read', 'User.Read.All', 'User.ReadWrite.All', ...everywhere],
    personal: [],
    application: [],
  },
  {
    place: '/v1.0/users/{other}/ownedObjects',
    source: ownedObjectsPage,
    delegated: ['User.Read.All', 'User.ReadWrite.All', ...everywhere],
    personal: [],
    application: [],
  },
]

const tried = [
  'User.Read',
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite',
  'User.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'ProfilePhoto.ReadWrite.All',
  'Team.ReadBasic.All',
  ...everywhere,
]

const kinds: readonly Kind[] = ['delegated', 'personal', 'application']

const allowed: readonly Scenario[] = table.flatMap(row =>
  kinds.flatMap(kind =>
    tried.map((permission): Scenario => {
      const may = row[kind].includes(permission)
      return {
        name: `${permission} alone, ${kind}, ${may ? 'may' : 'may not'} GET ${row.place}`,
        source: row.source,
        row: `${kind}: ${row.place.replace('/v1.0', '')}`,
        request: get(
          row.place,
          steps.exactly(kind, [permission]),
          may ? json({ value: { '?every': { id: /./ } } }) : { status: 403 },
        ),
      }
    }),
  ),
)

const people: readonly Scenario[] = [
  {
    name: 'The groups of another user are not one’s own',
    source: memberOfPage,
    request: get(
      '/v1.0/users/{other}/memberOf',
      steps.self('Directory.Read.All'),
      json({ value: { '?every': { displayName: /./ } } }),
    ),
    next: [
      get(
        '/v1.0/users/{otherName}/ownedObjects/microsoft.graph.group',
        steps.self('Directory.Read.All'),
        json({}, { without: ['{ownGroup}'] }),
      ),
    ],
  },
  {
    name: 'An application is refused at /me, which needs a signed-in person',
    source: memberOfPage,
    request: get('/v1.0/me/memberOf', steps.application('Directory.Read.All'), {
      status: 400,
      error: { says: ['/me'] },
    }),
    next: [
      get('/v1.0/me/ownedObjects/graph.group', steps.application('Directory.Read.All'), {
        status: 400,
      }),
      get(
        '/v1.0/users/{self}/memberOf',
        steps.application('Directory.Read.All'),
        json({ value: { '?some': { id: '{memberGroup}', displayName: /./ } } }),
      ),
    ],
  },
  {
    name: 'A personal account has no such lists',
    source: memberOfPage,
    request: get('/v1.0/me/memberOf', steps.exactly('personal', ['User.Read']), { status: 403 }),
    next: [get('/v1.0/me/ownedObjects', steps.exactly('personal', ['User.Read']), { status: 403 })],
  },
  {
    name: 'A guest is in groups like anybody',
    source: memberOfPage,
    request: get(
      '/v1.0/users/{guestName}/memberOf',
      steps.application('Directory.Read.All'),
      json({ '@odata.context': '{base}/v1.0/$metadata#directoryObjects' }),
    ),
    next: [
      get('/v1.0/me/memberOf', { kind: 'user', who: 'guest', holds: ['User.Read'] }, json({})),
    ],
  },
  ...[
    '{missing}',
    'nobody@nowhere.example',
    '%00',
    "'%20or%20'1'='1",
    '..%2F..',
    '%F0%9F%A6%8A',
    'x'.repeat(2000),
  ].map(
    (user): Scenario => ({
      name: `GET /users/${user.slice(0, 40)}/memberOf is not found`,
      source: steps.errorsPage,
      request: get(`/v1.0/users/${user}/memberOf`, steps.self('Directory.Read.All'), {
        status: 404,
      }),
      next: [
        get(`/v1.0/users/${user}/ownedObjects/graph.group`, steps.self('Directory.Read.All'), {
          status: 404,
        }),
      ],
    }),
  ),
  {
    name: 'A person who is not in the directory yet is in no group',
    source: memberOfPage,
    request: get('/v1.0/me/memberOf', steps.special('newcomer'), json({ value: [] })),
  },
]

export const memberships: readonly Scenario[] = [...lists, ...limited, ...people, ...allowed]
