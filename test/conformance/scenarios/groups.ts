/**
 * Adding, changing and deleting groups, who is in them, teams, and what is deleted. Each scenario adds the group that it
 * needs and deletes it afterwards. The permission tables are written out here once more, from the pages.
 */
import type { Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph/api'
const createPage = `${pages}/group-post-groups`
const updatePage = `${pages}/group-update`
const deletePage = `${pages}/group-delete`
const membersPage = `${pages}/group-list-members`
const addPage = `${pages}/group-post-members`
const ownersPage = `${pages}/group-delete-owners`
const teamPage = `${pages}/team-put-teams`
const listDeletedPage = `${pages}/directory-deleteditems-list`
const getDeletedPage = `${pages}/directory-deleteditems-get`
const restorePage = `${pages}/directory-deleteditems-restore`

const app = steps.application('Group.ReadWrite.All', 'User.ReadWrite.All')
const self = steps.self('Group.ReadWrite.All', 'User.ReadBasic.All')
const other: Wanted = { kind: 'user', who: 'other', holds: ['Group.ReadWrite.All'] }

function unified(alias: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    displayName: `Group ${alias}`,
    groupTypes: ['Unified'],
    mailEnabled: true,
    mailNickname: alias,
    securityEnabled: false,
    ...more,
  }
}

function create(json: unknown, more: Partial<Exchange> = {}): Exchange {
  const made = { as: app, method: 'POST', path: '/v1.0/groups', body: { json } } as const
  return { ...made, expected: { status: 201 }, keep: { made: { json: 'id' } }, ...more }
}

function send(
  method: string,
  rest: string,
  json: unknown,
  expected: Expected = noContent,
  as = app,
): Exchange {
  const body = json === undefined ? {} : { body: { json } }
  return { as, method, path: `/v1.0/groups/{made}${rest}`, ...body, expected }
}

const change = (json: unknown, expected?: Expected, as?: Wanted) =>
  send('PATCH', '', json, expected, as)

function read(path: string, expected: Expected, as: Wanted = app): Exchange {
  return { as, method: 'GET', path, expected }
}

function told(json: Shape, more: Partial<Expected> = {}): Expected {
  return { status: 200, json, ...more }
}

function refused(status: number, code: string, ...says: readonly string[]): Expected {
  return { status, error: { code, says } }
}

const noContent: Expected = { status: 204, empty: true }
const gone = refused(404, 'Request_ResourceNotFound')
const remove: Exchange = { as: app, method: 'DELETE', path: '/v1.0/groups/{made}' }
const user = (id: string) => `https://graph.microsoft.com/v1.0/users/${id}`
const reference = (id: string) => ({ '@odata.id': `{base}/v1.0/directoryObjects/${id}` })
const add = (relation: 'members' | 'owners', id: string, expected?: Expected, as?: Wanted) =>
  send('POST', `/${relation}/$ref`, reference(id), expected, as)
const inGroup = (relation: 'members' | 'owners', ...ids: readonly string[]) =>
  read(
    `/v1.0/groups/{made}/${relation}`,
    told({ value: ids.length === 0 ? { '?count': 0 } : ids.map(id => ({ id })) }),
  )

/** What no group takes, with the name that the answer says. */
const unkept = [
  ['a mail, which is read-only', { mail: 'a@b.example' }, 'mail'],
  ['an id', { id: '6a6a6a6a-1111-4222-8333-444444444444' }, 'id'],
  ['a number for a name', { displayName: 7 }, 'displayName'],
  ['an empty name', { displayName: '' }, 'displayName'],
  ['no name', { displayName: null }, 'displayName'],
  ['a name of white space', { displayName: ' \t' }, 'displayName'],
  ['NUL in a text', { description: 'a\u0000b' }, 'description'],
  ['a name of a thousand characters', { displayName: 'x'.repeat(1000) }, 'displayName'],
  ['a space in the alias', { mailNickname: 'a b' }, 'mailNickname'],
  ['an alias of 65 characters', { mailNickname: 'a'.repeat(65) }, 'mailNickname'],
  ['an alias that is no ASCII', { mailNickname: 'ärger' }, 'mailNickname'],
  ['hidden members', { visibility: 'HiddenMembership' }, 'visibility'],
  ['a number for a visibility', { visibility: 1 }, 'visibility'],
  ['a rule for members', { groupTypes: ['DynamicMembership'] }, 'groupTypes'],
  ['a text for a list of types', { groupTypes: 'Unified' }, 'groupTypes'],
  ['mail, and no Unified', { groupTypes: [] }, 'groupTypes'],
  ['Unified without mail', { mailEnabled: false }, 'mailEnabled'],
  ['Unified for security', { securityEnabled: true }, 'securityEnabled'],
  ['a text for a truth', { mailEnabled: 'true' }, 'mailEnabled'],
  ['a property of Graph that is not kept', { classification: 'x' }, 'classification'],
  ['an unknown binding', { 'acceptedSenders@odata.bind': [] }, 'acceptedSenders@odata.bind'],
  ['__proto__', JSON.parse('{"__proto__": {"isAdmin": true}}'), '__proto__'],
  ['constructor', { constructor: {} }, 'constructor'],
  ['members that are no list', { 'members@odata.bind': {} }, 'members@odata.bind'],
  ['a number among the members', { 'members@odata.bind': [7] }, 'members@odata.bind'],
  ['a member of nowhere', { 'members@odata.bind': ['x'] }, 'members@odata.bind'],
  ['NUL in a member', { 'members@odata.bind': [user('%00')] }, 'members@odata.bind'],
  [
    'a member twice',
    { 'members@odata.bind': [user('{other:raw}'), user('{other:upper}')] },
    'members@odata.bind',
  ],
  [
    '21 members',
    { 'members@odata.bind': Array.from({ length: 21 }, (_, index) => user(`u${index}`)) },
    'members@odata.bind',
  ],
  [
    '11 owners and 10 members',
    {
      'owners@odata.bind': Array.from({ length: 11 }, (_, index) => user(`o${index}`)),
      'members@odata.bind': Array.from({ length: 10 }, (_, index) => user(`m${index}`)),
    },
    'owners@odata.bind',
  ],
] as const

const created: readonly Scenario[] = [
  {
    name: 'POST /groups adds a group, and without a person who asks nobody owns it',
    source: createPage,
    request: create(unified('made', { description: 'Made here', visibility: 'Private' }), {
      expected: {
        status: 201,
        headers: { location: /^https?:.*\/v1\.0\/groups\('[0-9a-f-]{36}'\)$/ },
        json: {
          '@odata.context': '{base}/v1.0/$metadata#groups/$entity',
          id: /^[0-9a-f-]{36}$/,
          displayName: 'Group made',
          description: 'Made here',
          groupTypes: ['Unified'],
          mailEnabled: true,
          securityEnabled: false,
          mailNickname: 'made',
          mail: null,
          visibility: 'Private',
          resourceProvisioningOptions: [],
        },
        without: ['deletedDateTime'],
      },
    }),
    next: [
      read('/v1.0/groups/{made}', told({ displayName: 'Group made' })),
      read(
        "/v1.0/groups?$filter=startswith(displayName,'Group%20made')",
        told({ value: [{ id: '{made}' }] }),
      ),
      inGroup('owners'),
      inGroup('members'),
    ],
    afterwards: [remove],
  },
  {
    name: 'A person who adds a group owns it, changes it and deletes it, and somebody else does not',
    source: createPage,
    given: [create(unified('mine'), { as: self })],
    request: inGroup('owners', '{self:raw}'),
    next: [
      change(
        { description: 'x' },
        refused(403, 'ErrorAccessDenied', 'Groups Administrator'),
        other,
      ),
      add('members', '{other:raw}', refused(403, 'ErrorAccessDenied'), other),
      { ...remove, as: other, expected: refused(403, 'ErrorAccessDenied') },
      change({ description: 'Mine' }, noContent, self),
      add('members', '{other:raw}', noContent, self),
      { ...remove, as: self, expected: noContent },
    ],
    afterwards: [remove],
  },
  {
    name: 'A member of a group who does not own it changes neither it nor who is in it',
    source: updatePage,
    given: [create(unified('member', { 'members@odata.bind': [user('{self:raw}')] }))],
    request: change({ description: 'x' }, refused(403, 'ErrorAccessDenied'), self),
    next: [add('members', '{other:raw}', refused(403, 'ErrorAccessDenied'), self)],
    afterwards: [remove],
  },
  ...(['Groups Administrator', 'User Administrator'] as const).map(
    (role): Scenario => ({
      name: `A ${role} changes the groups of others, and who is in them`,
      source: updatePage,
      given: [create(unified('administered'))],
      request: change({ description: 'x' }, noContent, administrator(role)),
      next: [
        add('owners', '{other:raw}', noContent, administrator(role)),
        { ...remove, as: administrator(role), expected: noContent },
      ],
      afterwards: [remove],
    }),
  ),
  {
    name: 'A People Administrator, who may set photos of people, changes no group of others',
    source: updatePage,
    given: [create(unified('untouched'))],
    request: change(
      { description: 'x' },
      refused(403, 'ErrorAccessDenied', 'Groups Administrator'),
      administrator('People Administrator'),
    ),
    afterwards: [remove],
  },
  {
    name: 'A group is added with its owners and members, and who adds it is not among them',
    source: createPage,
    request: create(
      unified('bound', {
        'owners@odata.bind': [user('{otherName:raw}')],
        'members@odata.bind': [user('{other:raw}'), user('{self:raw}')],
      }),
      { as: self },
    ),
    next: [
      inGroup('owners', '{other:raw}'),
      read('/v1.0/groups/{made}/members', told({ value: { '?count': 2 } })),
    ],
    afterwards: [remove],
  },
  {
    name: 'A group for security has neither mail nor a type',
    source: createPage,
    request: create(
      {
        displayName: 'Group safe',
        mailEnabled: false,
        mailNickname: 'safe',
        securityEnabled: true,
      },
      {
        expected: {
          status: 201,
          json: { groupTypes: [], mailEnabled: false, securityEnabled: true, visibility: 'Public' },
        },
      },
    ),
    afterwards: [remove],
  },
  {
    name: 'A group with a member whom nobody knows is not added',
    source: createPage,
    request: create(unified('nobody', { 'members@odata.bind': [user('{missing}')] }), {
      expected: gone,
      keep: {},
    }),
    next: [
      read("/v1.0/groups?$filter=startswith(displayName,'Group%20nobody')", told({ value: [] })),
    ],
  },
  {
    name: 'An application with Group.Create alone adds a group, and names nobody in it',
    source: createPage,
    given: [create(unified('creator'), { as: steps.exactly('application', ['Group.Create']) })],
    request: create(unified('creators', { 'members@odata.bind': [user('{other:raw}')] }), {
      as: steps.exactly('application', ['Group.Create']),
      expected: refused(403, 'Authorization_RequestDenied', 'User.Read.All'),
      keep: {},
    }),
    afterwards: [remove],
  },
  ...['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'].map(
    (name): Scenario => ({
      name: `A group without ${name} is not added, and the answer names it`,
      source: createPage,
      request: create(unified('lacking', { [name]: undefined }), {
        expected: refused(400, 'BadRequest', name),
        keep: {},
      }),
    }),
  ),
  ...unkept.map(
    ([what, json, name]): Scenario => ({
      name: `A group with ${what} is not added, and the answer names ${name}`,
      source: createPage,
      request: create(unified('refused', json), {
        expected: refused(400, 'BadRequest', name),
        keep: {},
      }),
      next: [
        read("/v1.0/groups?$filter=startswith(displayName,'Group%20refused')", told({ value: [] })),
      ],
    }),
  ),
  ...['[]', 'null', '"text"', '7', '{', '', '{"displayName":"a","displayName":"b"}'].map(
    (text): Scenario => ({
      name: `The body ${text === '' ? 'of nothing' : text} adds no group`,
      source: createPage,
      request: {
        as: app,
        method: 'POST',
        path: '/v1.0/groups',
        headers: { 'content-type': 'application/json' },
        body: { text },
        expected: { status: 400, error: { code: 'BadRequest' } },
      },
    }),
  ),
]

function administrator(
  role: 'Groups Administrator' | 'User Administrator' | 'People Administrator',
): Wanted {
  return { ...self, roles: [role] } as Wanted
}

const changed: readonly Scenario[] = [
  {
    name: 'PATCH of a group changes what it names and leaves the rest',
    source: updatePage,
    given: [create(unified('patch', { description: 'Before', visibility: 'Private' }))],
    // As the page has it: what the group is already may be said again.
    request: change({ displayName: 'Patched', groupTypes: ['Unified'], mailEnabled: true }),
    next: [
      read(
        '/v1.0/groups/{made}',
        told({ displayName: 'Patched', description: 'Before', visibility: 'Private' }),
      ),
      change({ description: null, visibility: '', mailNickname: 'patched' }),
      read(
        '/v1.0/groups/{made}',
        told({ description: null, visibility: 'Public', mailNickname: 'patched' }),
      ),
      change({}),
    ],
    afterwards: [remove],
  },
  ...unkept
    .filter(([, , name]) => name !== 'id')
    .map(
      ([what, json, name]): Scenario => ({
        name: `PATCH with ${what} changes nothing, and the answer names ${name}`,
        source: updatePage,
        given: [create(unified('keep'))],
        request: change(
          { description: 'x', ...(json as Readonly<Record<string, unknown>>) },
          refused(400, 'BadRequest', name),
        ),
        next: [read('/v1.0/groups/{made}', told({ description: null, displayName: 'Group keep' }))],
        afterwards: [remove],
      }),
    ),
  {
    name: 'PATCH with members adds them to those who are there, all or none',
    source: addPage,
    given: [create(unified('several'))],
    request: change({ 'members@odata.bind': [user('{self:raw}')] }),
    next: [
      inGroup('members', '{self:raw}'),
      change(
        { description: 'x', 'members@odata.bind': [user('{other:raw}'), user('{self:raw}')] },
        refused(400, 'Request_BadRequest', 'members'),
      ),
      change({ 'members@odata.bind': [user('{other:raw}'), user('{missing}')] }, gone),
      inGroup('members', '{self:raw}'),
      read('/v1.0/groups/{made}', told({ description: null })),
      change({ 'members@odata.bind': [user('{other:raw}')] }),
      read('/v1.0/groups/{made}/members', told({ value: { '?count': 2 } })),
    ],
    afterwards: [remove],
  },
  {
    name: 'A deleted group is found no more, neither by id nor in a list, and its photo with it',
    source: deletePage,
    given: [
      create(unified('leaver', { 'members@odata.bind': [user('{self:raw}')] })),
      steps.setPhoto('/v1.0/groups/{made}', 'a portrait', steps.photographer),
    ],
    request: { ...remove, expected: noContent },
    next: [
      read('/v1.0/groups/{made}', gone),
      read("/v1.0/groups?$filter=startswith(displayName,'Group%20leaver')", told({ value: [] })),
      read('/v1.0/groups/{made}/members', gone),
      add('members', '{other:raw}', gone),
      steps.readPhoto('/v1.0/groups/{made}', gone, steps.viewer),
      read(
        '/v1.0/me/memberOf',
        told({ value: { '?some': {} } }, { without: ['{made}'] }),
        steps.self('User.Read', 'GroupMember.Read.All'),
      ),
      { ...remove, expected: gone },
      change({ description: 'x' }, gone),
    ],
  },
]

const casts = ['microsoft.graph.user', 'graph.user', 'Microsoft.Graph.User']

const people: readonly Scenario[] = [
  ...(['members', 'owners'] as const).flatMap((relation): Scenario[] => [
    {
      name: `GET of the ${relation} of a group tells each with their type`,
      source: membersPage,
      given: [create(unified(relation)), add(relation, '{self:raw}')],
      request: read(
        `/v1.0/groups/{made}/${relation}`,
        told({
          '@odata.context': '{base}/v1.0/$metadata#directoryObjects',
          value: [
            {
              '@odata.type': '#microsoft.graph.user',
              id: '{self:raw}',
              userPrincipalName: '{selfName:raw}',
            },
          ],
        }),
      ),
      next: [
        add(relation, '{self:raw}', refused(400, 'Request_BadRequest', relation)),
        add(relation, '{missing}', gone),
        add(relation, '{other:raw}'),
        send('DELETE', `/${relation}/{self}/$ref`, undefined),
        inGroup(relation, '{other:raw}'),
        send('DELETE', `/${relation}/{self}/$ref`, undefined, gone),
        send('DELETE', `/${relation}/__proto__/$ref`, undefined, gone),
      ],
      afterwards: [remove],
    },
    ...casts.map(
      (cast): Scenario => ({
        name: `The ${relation} cast to ${cast} are users, and their context says so`,
        source: membersPage,
        given: [create(unified('cast')), add(relation, '{self:raw}')],
        request: read(
          `/v1.0/groups/{made}/${relation}/${cast}?$select=id,displayName`,
          told(
            {
              '@odata.context': '{base}/v1.0/$metadata#users',
              value: [{ id: '{self:raw}', displayName: /./ }],
            },
            { without: ['@odata.type', 'userPrincipalName'] },
          ),
        ),
        afterwards: [remove],
      }),
    ),
    {
      name: `Who may not list users is told only the ids of the ${relation}`,
      source:
        'https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects',
      given: [create(unified('limited')), add(relation, '{self:raw}')],
      request: read(
        `/v1.0/groups/{made}/${relation}`,
        told(
          {
            value: [
              {
                '@odata.type': '#microsoft.graph.user',
                id: '{self:raw}',
                displayName: null,
                businessPhones: [],
              },
            ],
          },
          { without: ['{selfName}'] },
        ),
        steps.exactly('application', ['GroupMember.Read.All']),
      ),
      afterwards: [remove],
    },
    ...[
      {},
      [],
      null,
      7,
      { '@odata.id': 7 },
      { '@odata.id': 'x' },
      { '@odata.id': '{base}/v1.0/groups/{made}' },
      { '@odata.id': '{base}/v1.0/users/%E0%A4%A' },
      { '@odata.id': '{base}/v1.0/users/%00' },
    ].map(
      (json): Scenario => ({
        name: `A reference of ${JSON.stringify(json)} adds nobody to the ${relation}`,
        source: addPage,
        given: [create(unified('hostile'))],
        request: send('POST', `/${relation}/$ref`, json, refused(400, 'BadRequest')),
        next: [inGroup(relation)],
        afterwards: [remove],
      }),
    ),
    ...['$filter=x', '$search=%22a%22', '$expand=manager', '$top=0', '$skip=1'].map(
      (option): Scenario => ({
        name: `GET of the ${relation} with ${option} is refused and named`,
        source: 'https://learn.microsoft.com/en-us/graph/query-parameters',
        request: read(`/v1.0/groups/{ownGroup}/${relation}?${option}`, {
          status: 400,
          error: { says: [option.split('=')[0] ?? ''] },
        }),
      }),
    ),
    {
      name: `The ${relation} of a group of another tenant are not there`,
      source: membersPage,
      request: read(`/v1.0/groups/{b2cGroup}/${relation}`, gone),
      next: [
        {
          as: app,
          method: 'POST',
          path: `/v1.0/groups/{b2cGroup}/${relation}/$ref`,
          body: { json: reference('{other:raw}') },
          expected: gone,
        },
      ],
    },
    {
      name: `Somebody of another tenant does not come to the ${relation}`,
      source: addPage,
      given: [create(unified('foreign'))],
      request: add(relation, '{b2cUser:raw}', gone),
      next: [inGroup(relation)],
      afterwards: [remove],
    },
  ]),
  {
    name: 'Members come in pages, by id',
    source: 'https://learn.microsoft.com/en-us/graph/paging',
    given: [
      create(unified('paged', { 'members@odata.bind': [user('{self:raw}'), user('{other:raw}')] })),
    ],
    request: {
      ...read(
        '/v1.0/groups/{made}/members?$top=1&$select=id',
        told({ '@odata.nextLink': /\$skiptoken=/, value: { '?count': 1 } }),
      ),
      keep: { link: { json: '@odata.nextLink' }, first: { json: 'value.0.id' } },
    },
    next: [
      read(
        '{link:raw}',
        told({ value: { '?count': 1 } }, { without: ['{first}', '@odata.nextLink'] }),
      ),
    ],
    afterwards: [remove],
  },
  {
    name: 'The last owner of a group is not taken away',
    source: ownersPage,
    given: [create(unified('last'), { as: self })],
    request: send(
      'DELETE',
      '/owners/{self}/$ref',
      undefined,
      refused(400, 'Request_BadRequest', 'at least one owner'),
    ),
    next: [inGroup('owners', '{self:raw}')],
    afterwards: [remove],
  },
  {
    name: 'Another tenant’s group is neither changed nor deleted',
    source: updatePage,
    request: {
      as: app,
      method: 'PATCH',
      path: '/v1.0/groups/{b2cGroup}',
      body: { json: { description: 'x' } },
      expected: gone,
    },
    next: [{ as: app, method: 'DELETE', path: '/v1.0/groups/{b2cGroup}', expected: gone }],
  },
]

const teamOf = (json: unknown, expected: Expected, as?: Wanted) =>
  send('PUT', '/team', json, expected, as)

const teams: readonly Scenario[] = [
  {
    name: 'PUT of the team of a group makes a team of it, once',
    source: teamPage,
    given: [create(unified('team', { visibility: 'Private' }), { as: self })],
    request: teamOf(
      {},
      {
        status: 201,
        json: {
          '@odata.context': '{base}/v1.0/$metadata#teams/$entity',
          id: '{made}',
          displayName: 'Group team',
          visibility: 'private',
        },
      },
      self,
    ),
    next: [
      read('/v1.0/teams/{made}', told({ id: '{made}' })),
      read('/v1.0/groups/{made}/team', told({ id: '{made}' })),
      read('/v1.0/groups/{made}', told({ resourceProvisioningOptions: ['Team'] })),
      teamOf({}, refused(409, 'Conflict', 'already'), self),
    ],
    afterwards: [remove],
  },
  {
    name: 'A group without an owner does not become a team',
    source: teamPage,
    given: [create(unified('ownerless'))],
    request: teamOf({}, refused(400, 'BadRequest', 'owner')),
    next: [read('/v1.0/teams/{made}', { status: 404, error: { code: 'NotFound' } })],
    afterwards: [remove],
  },
  {
    name: 'A group for security does not become a team',
    source: teamPage,
    given: [
      create(unified('secure', { groupTypes: [], mailEnabled: false, securityEnabled: true }), {
        as: self,
      }),
    ],
    request: teamOf({}, refused(400, 'BadRequest', 'Unified')),
    afterwards: [remove],
  },
  ...(
    [
      [{ funSettings: { allowGiphy: true } }, 'funSettings'],
      [{ displayName: 'x' }, 'displayName'],
      [{ 'template@odata.bind': 'x' }, 'template@odata.bind'],
      [JSON.parse('{"__proto__": {}}'), '__proto__'],
    ] as const
  ).map(
    ([json, name]): Scenario => ({
      name: `A team with ${JSON.stringify(json)} is not made, and the answer names ${name}`,
      source: teamPage,
      given: [create(unified('settings'), { as: self })],
      request: teamOf(json, refused(400, 'BadRequest', name), self),
      next: [read('/v1.0/teams/{made}', { status: 404 })],
      afterwards: [remove],
    }),
  ),
  {
    name: 'Nobody makes a team of a group of others without a role',
    source: teamPage,
    given: [create(unified('others'), { as: self })],
    request: teamOf({}, refused(403, 'ErrorAccessDenied', 'Teams Administrator'), other),
    next: [teamOf({}, gone, app)].map(exchange => ({
      ...exchange,
      path: '/v1.0/groups/{missing}/team',
    })),
    afterwards: [remove],
  },
]

const createUser: Exchange = {
  as: app,
  method: 'POST',
  path: '/v1.0/users',
  body: {
    json: {
      accountEnabled: true,
      displayName: 'Person leaving',
      mailNickname: 'leaving',
      userPrincipalName: 'leaving@groups.example',
    },
  },
  expected: { status: 201 },
  keep: { made: { json: 'id' } },
}
const removeUser: Exchange = { as: app, method: 'DELETE', path: '/v1.0/users/{made}' }
const item = '/v1.0/directory/deletedItems/{made}'
const erasePage = `${pages}/directory-deleteditems-delete`
const eraser: Wanted = {
  kind: 'user',
  who: 'self',
  holds: ['User.ReadWrite.All', 'Group.ReadWrite.All'],
  roles: ['Global Administrator'],
}
const ok: Expected = { status: 200 }
const restore: Exchange = { as: app, method: 'POST', path: `${item}/restore` }
const when = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

const deleted: readonly Scenario[] = [
  {
    name: 'A deleted user is listed and told with the time, and restored with their photo',
    source: getDeletedPage,
    given: [
      createUser,
      steps.setPhoto('/v1.0/users/{made}', 'a portrait', steps.photographer),
      removeUser,
    ],
    request: read(
      item,
      told({
        '@odata.context': '{base}/v1.0/$metadata#directoryObjects/$entity',
        '@odata.type': '#microsoft.graph.user',
        id: '{made}',
        displayName: 'Person leaving',
        deletedDateTime: when,
      }),
    ),
    next: [
      read(
        '/v1.0/directory/deletedItems/microsoft.graph.user?$top=999',
        told({
          '@odata.context': '{base}/v1.0/$metadata#users',
          value: { '?some': { id: '{made}', deletedDateTime: when } },
        }),
      ),
      read(
        '/v1.0/directory/deletedItems/graph.user?$top=999&$select=id',
        told({ value: { '?some': { id: '{made}' } } }, { without: ['displayName'] }),
      ),
      {
        ...restore,
        expected: told({ '@odata.type': '#microsoft.graph.user', id: '{made}' }),
      },
      read('/v1.0/users/leaving@groups.example', told({ id: '{made}' })),
      read('/v1.0/users/{made}?$select=deletedDateTime', told({ deletedDateTime: null })),
      steps.readPhoto('/v1.0/users/{made}', steps.shows('a portrait'), steps.viewer),
      read(item, gone),
      { ...restore, expected: gone },
    ],
    afterwards: [removeUser],
  },
  {
    name: 'A deleted group is listed and told with the time, and restored with its people',
    source: restorePage,
    given: [create(unified('back', { 'members@odata.bind': [user('{other:raw}')] })), remove],
    request: read(item, told({ '@odata.type': '#microsoft.graph.group', deletedDateTime: when })),
    next: [
      read(
        '/v1.0/directory/deletedItems/microsoft.graph.group?$top=999',
        told({
          '@odata.context': '{base}/v1.0/$metadata#groups',
          value: { '?some': { id: '{made}', deletedDateTime: when } },
        }),
      ),
      {
        ...restore,
        expected: told({ '@odata.type': '#microsoft.graph.group', id: '{made}' }),
      },
      read('/v1.0/groups/{made}', told({ displayName: 'Group back' })),
      inGroup('members', '{other:raw}'),
      { ...restore, expected: gone },
    ],
    afterwards: [remove],
  },
  {
    name: 'A user whose name somebody else has by now is not restored',
    source: restorePage,
    given: [createUser, removeUser, { ...createUser, keep: { second: { json: 'id' } } }],
    request: {
      ...restore,
      expected: refused(400, 'Request_BadRequest', 'userPrincipalName'),
    },
    next: [read(item, told({ id: '{made}' }))],
    afterwards: [{ ...removeUser, path: '/v1.0/users/{second}' }],
  },
  {
    name: 'Who reads groups reads no deleted users, and restores none',
    source: getDeletedPage,
    given: [createUser, removeUser],
    request: read(
      item,
      refused(403, 'Authorization_RequestDenied', 'User.Read.All'),
      steps.exactly('application', ['Group.ReadWrite.All']),
    ),
    next: [
      {
        ...restore,
        as: steps.exactly('application', ['Group.ReadWrite.All']),
        expected: refused(403, 'Authorization_RequestDenied', 'User.ReadWrite.All'),
      },
    ],
  },
  {
    name: 'Who reads users reads no deleted groups, and restores none',
    source: getDeletedPage,
    given: [create(unified('unread')), remove],
    request: read(
      item,
      refused(403, 'Authorization_RequestDenied', 'Group.Read.All'),
      steps.exactly('application', ['User.ReadWrite.All']),
    ),
    next: [
      {
        ...restore,
        as: steps.exactly('application', ['User.ReadWrite.All']),
        expected: refused(403, 'Authorization_RequestDenied', 'Group.ReadWrite.All'),
      },
    ],
  },
  {
    name: 'An owner restores their group, and nobody else does without a role',
    source: restorePage,
    given: [create(unified('owned'), { as: self }), remove],
    request: {
      ...restore,
      as: other,
      expected: refused(403, 'ErrorAccessDenied', 'Groups Administrator'),
    },
    next: [{ ...restore, as: self, expected: told({ id: '{made}' }) }],
    afterwards: [remove],
  },
  {
    name: 'A deleted user who is erased is not there any more, and is not restored',
    source: erasePage,
    given: [createUser, removeUser],
    request: { as: eraser, method: 'DELETE', path: item, expected: noContent },
    next: [
      read(item, gone),
      { ...restore, expected: gone },
      { as: eraser, method: 'DELETE', path: item, expected: gone },
      read('/v1.0/users/{made}', gone),
      read(
        '/v1.0/directory/deletedItems/graph.user?$top=999&$select=id',
        told({}, { without: ['{made:raw}'] }),
      ),
      { ...createUser, keep: { second: { json: 'id' } } },
    ],
    afterwards: [{ ...removeUser, path: '/v1.0/users/{second}' }],
  },
  {
    name: 'A deleted group that is erased is not there any more, and is not restored',
    source: erasePage,
    given: [create(unified('erased')), remove],
    request: { as: eraser, method: 'DELETE', path: item, expected: noContent },
    next: [read(item, gone), { ...restore, expected: gone }, read('/v1.0/groups/{made}', gone)],
  },
  {
    name: 'A user who is not deleted is not erased',
    source: erasePage,
    given: [createUser],
    request: { as: eraser, method: 'DELETE', path: item, expected: gone },
    next: [read('/v1.0/users/{made}', ok)],
    afterwards: [removeUser],
  },
  {
    name: 'An owner does not erase their deleted group without a role',
    source: erasePage,
    given: [create(unified('owned'), { as: self }), remove],
    request: {
      as: self,
      method: 'DELETE',
      path: item,
      expected: refused(403, 'ErrorAccessDenied', 'Groups Administrator'),
    },
    next: [{ ...restore, as: self, expected: told({ id: '{made}' }) }],
    afterwards: [remove],
  },
  {
    name: 'A person without a role restores nobody',
    source: restorePage,
    given: [createUser, removeUser],
    request: {
      ...restore,
      as: steps.self('User.ReadWrite.All'),
      expected: refused(403, 'ErrorAccessDenied', 'User Administrator'),
    },
  },
  ...['{missing}', '{self}', '__proto__', 'constructor', '%00', '{b2cUser}', '{b2cGroup}'].map(
    (id): Scenario => ({
      name: `/directory/deletedItems/${id} is not there`,
      source: getDeletedPage,
      request: read(`/v1.0/directory/deletedItems/${id}`, gone),
      next: [
        {
          as: app,
          method: 'POST',
          path: `/v1.0/directory/deletedItems/${id}/restore`,
          expected: gone,
        },
      ],
    }),
  ),
  {
    name: 'GET /directory/deletedItems without a type is not supported, as the page has it',
    source: listDeletedPage,
    request: read('/v1.0/directory/deletedItems', { status: 400 }),
  },
]

type Kind = 'delegated' | 'application'
type Cell = Readonly<{
  what: string
  source: string
  given?: readonly Exchange[]
  request: Pick<Exchange, 'method' | 'path' | 'body'>
  expected: Expected
  /** Of a person, who is Global Administrator, and of an application. */
  sufficient: Readonly<Record<Kind, readonly string[]>>
}>

const both = (...names: readonly string[]) => ({ delegated: names, application: names })
const changers = both('Group.ReadWrite.All', 'Directory.ReadWrite.All')
const memberChangers = both(
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.ReadWrite.All',
)
const listers = both(
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
)
const userReaders = both(
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
)
const groupReaders = {
  delegated: ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'],
  application: [
    'Group.Read.All',
    'Group.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
}
const allPermissions = [
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Group.Create',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'ProfilePhoto.ReadWrite.All',
  'TeamSettings.ReadWrite.All',
  'User.Read.All',
  'User.ReadBasic.All',
  'User.ReadWrite.All',
]

const callers = { delegated: 'A Global Administrator', application: 'An application' } as const
const group = '/v1.0/groups/{made}'
const owned = [create(unified('cell', { 'owners@odata.bind': [user('{other:raw}')] }))]
const full = [
  create(
    unified('cell', {
      'owners@odata.bind': [user('{other:raw}'), user('{self:raw}')],
      'members@odata.bind': [user('{other:raw}')],
    }),
  ),
]
const toSelf = { body: { json: reference('{self:raw}') } }

const cells: readonly Cell[] = [
  {
    what: 'change a group',
    source: updatePage,
    given: owned,
    request: { method: 'PATCH', path: group, body: { json: { description: 'x' } } },
    expected: noContent,
    sufficient: changers,
  },
  {
    what: 'delete a group',
    source: deletePage,
    given: owned,
    request: { method: 'DELETE', path: group },
    expected: noContent,
    sufficient: both('Group.ReadWrite.All'),
  },
  ...(['members', 'owners'] as const).flatMap((relation): Cell[] => {
    const sufficient = relation === 'members' ? memberChangers : changers
    return [
      {
        what: `list the ${relation} of a group`,
        source: `${pages}/group-list-${relation}`,
        given: full,
        request: { method: 'GET', path: `${group}/${relation}` },
        expected: ok,
        sufficient: listers,
      },
      {
        what: `add to the ${relation} of a group`,
        source: `${pages}/group-post-${relation}`,
        given: owned,
        request: { method: 'POST', path: `${group}/${relation}/$ref`, ...toSelf },
        expected: noContent,
        sufficient,
      },
      {
        what: `take away from the ${relation} of a group`,
        source: `${pages}/group-delete-${relation}`,
        given: full,
        request: { method: 'DELETE', path: `${group}/${relation}/{other}/$ref` },
        expected: noContent,
        sufficient,
      },
    ]
  }),
  {
    what: 'make a team of a group',
    source: teamPage,
    given: owned,
    request: { method: 'PUT', path: `${group}/team`, body: { json: {} } },
    expected: { status: 201 },
    sufficient: changers,
  },
  {
    what: 'list deleted users',
    source: listDeletedPage,
    given: [createUser, removeUser],
    request: { method: 'GET', path: '/v1.0/directory/deletedItems/microsoft.graph.user' },
    expected: ok,
    sufficient: userReaders,
  },
  {
    what: 'list deleted groups',
    source: listDeletedPage,
    given: [...owned, remove],
    request: { method: 'GET', path: '/v1.0/directory/deletedItems/microsoft.graph.group' },
    expected: ok,
    sufficient: groupReaders,
  },
  {
    what: 'read a deleted user',
    source: getDeletedPage,
    given: [createUser, removeUser],
    request: { method: 'GET', path: item },
    expected: ok,
    sufficient: userReaders,
  },
  {
    what: 'read a deleted group',
    source: getDeletedPage,
    given: [...owned, remove],
    request: { method: 'GET', path: item },
    expected: ok,
    sufficient: groupReaders,
  },
  {
    what: 'restore a deleted user',
    source: restorePage,
    given: [createUser, removeUser],
    request: { method: 'POST', path: `${item}/restore` },
    expected: ok,
    sufficient: both('User.ReadWrite.All'),
  },
  {
    what: 'restore a deleted group',
    source: restorePage,
    given: [...owned, remove],
    request: { method: 'POST', path: `${item}/restore` },
    expected: ok,
    sufficient: both('Group.ReadWrite.All'),
  },
  {
    what: 'erase a deleted user',
    source: erasePage,
    given: [createUser, removeUser],
    request: { method: 'DELETE', path: item },
    expected: noContent,
    sufficient: { delegated: ['User.ReadWrite.All'], application: [] },
  },
  {
    what: 'erase a deleted group',
    source: erasePage,
    given: [...owned, remove],
    request: { method: 'DELETE', path: item },
    expected: noContent,
    sufficient: { delegated: ['Group.ReadWrite.All'], application: [] },
  },
]

const creators = { delegated: 'A person', application: 'An application' } as const

const creation: readonly Scenario[] = (
  [
    ['delegated', ['Group.ReadWrite.All', 'Directory.ReadWrite.All']],
    ['application', ['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  ] as const
).flatMap(([kind, sufficient]) => [
  ...sufficient.map(
    (permission): Scenario => ({
      name: `${creators[kind]} with ${permission} may create a group`,
      source: createPage,
      row: `create a group: ${kind}`,
      request: create(unified('cell'), { as: steps.exactly(kind, [permission]) }),
      afterwards: [remove],
    }),
  ),
  {
    name: `${creators[kind]} with every other permission may not create a group`,
    source: createPage,
    row: `create a group: ${kind}`,
    request: create(unified('cell'), {
      as: steps.exactly(kind, without(sufficient)),
      expected: refused(403, 'Authorization_RequestDenied', ...sufficient),
      keep: {},
    }),
  },
])

const kinds = ['delegated', 'application'] as const

function fromCell({ what, source, given = [], request, expected, sufficient }: Cell): Scenario[] {
  return kinds.flatMap(kind => {
    const as = (holds: readonly string[]) =>
      steps.exactly(kind, holds, kind === 'delegated' ? ['Global Administrator'] : undefined)
    const common = { source, row: `${what}: ${kind}`, given, afterwards: [removeUser, remove] }
    return [
      ...sufficient[kind].map(permission => ({
        ...common,
        name: `${callers[kind]} with ${permission} may ${what}`,
        request: { ...request, as: as([permission]), expected },
      })),
      {
        ...common,
        name: `${callers[kind]} with every other permission may not ${what}`,
        request: {
          ...request,
          as: as(without(sufficient[kind])),
          expected: refused(403, 'Authorization_RequestDenied', ...sufficient[kind]),
        },
      },
      ...(kind === 'delegated'
        ? [
            {
              ...common,
              name: `A personal account may not ${what}`,
              request: {
                ...request,
                as: steps.exactly('personal', allPermissions),
                expected: { status: 403 },
              },
            },
          ]
        : []),
    ]
  })
}

function without(names: readonly string[]): string[] {
  return allPermissions.filter(name => !names.includes(name))
}

export const groups: readonly Scenario[] = [
  ...created,
  ...changed,
  ...people,
  ...teams,
  ...deleted,
  ...creation,
  ...cells.flatMap(fromCell),
]
