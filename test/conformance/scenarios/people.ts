/**
 * Adding, changing and deleting people, and who manages whom. Each scenario adds whom it needs, under a name of its own,
 * and deletes them afterwards.
 */
import type { Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph/api'
const createPage = `${pages}/user-post-users`
const updatePage = `${pages}/user-update`
const deletePage = `${pages}/user-delete`
const managerPage = `${pages}/user-post-manager`
const expandPage = `${pages}/user-list-manager`
const reportsPage = `${pages}/user-list-directreports`

const app = steps.application('User.ReadWrite.All')
const administrator: Wanted = {
  kind: 'user',
  who: 'self',
  holds: ['User.ReadWrite.All'],
  roles: ['User Administrator'],
}
const selected =
  '$select=displayName,userPrincipalName,department,employeeId,mailNickname,accountEnabled,jobTitle'

function person(alias: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    accountEnabled: true,
    displayName: `Person ${alias}`,
    mailNickname: alias,
    userPrincipalName: `${alias}@people.example`,
    passwordProfile: { forceChangePasswordNextSignIn: true, password: 'not-kept-anywhere' },
    ...more,
  }
}

function create(json: unknown, more: Partial<Exchange> = {}): Exchange {
  const made = { as: app, method: 'POST', path: '/v1.0/users', body: { json } } as const
  return { ...made, expected: { status: 201 }, keep: { made: { json: 'id' } }, ...more }
}

function change(json: unknown, expected: Expected, as: Wanted = app): Exchange {
  return { as, method: 'PATCH', path: '/v1.0/users/{made}', body: { json }, expected }
}

function read(path: string, expected: Expected, as: Wanted = app): Exchange {
  return { as, method: 'GET', path, expected }
}

function eventually(exchange: Exchange): Exchange {
  return { ...exchange, headers: { consistencylevel: 'eventual' } }
}

function refused(status: number, code: string, ...says: readonly string[]): Expected {
  return { status, error: { code, says } }
}

const noContent: Expected = { status: 204, empty: true }
const gone: Expected = refused(404, 'Request_ResourceNotFound')
const remove: Exchange = { as: app, method: 'DELETE', path: '/v1.0/users/{made}' }

/** Valid but for one name that it has twice. */
const twice = JSON.stringify(person('twice')).replace('{', '{"displayName":"A",')

const created: readonly Scenario[] = [
  {
    name: 'POST /users adds somebody, who is told with 201, and the password is told to nobody',
    source: createPage,
    request: create(
      person('adele', { department: 'Sales', employeeId: '0042', jobTitle: 'Seller' }),
      {
        expected: {
          status: 201,
          headers: { location: /^https?:.*\/v1\.0\/users\('[0-9a-f-]{36}'\)$/ },
          json: {
            '@odata.context': '{base}/v1.0/$metadata#users/$entity',
            id: /^[0-9a-f-]{36}$/,
            displayName: 'Person adele',
            userPrincipalName: 'adele@people.example',
            jobTitle: 'Seller',
            mail: null,
            businessPhones: [],
          },
          without: ['not-kept-anywhere', 'passwordProfile', 'accountEnabled'],
        },
      },
    ),
    next: [
      read(`/v1.0/users/ADELE@people.example?${selected}`, {
        status: 200,
        json: {
          displayName: 'Person adele',
          department: 'Sales',
          employeeId: '0042',
          mailNickname: 'adele',
          accountEnabled: true,
        },
      }),
      read("/v1.0/users?$filter=startswith(displayName,'Person%20adele')", {
        status: 200,
        json: { value: [{ id: '{made}' }] },
      }),
    ],
    afterwards: [remove],
  },
  {
    name: 'An application sets the photo of somebody whom it has just added',
    source: steps.updatePage,
    given: [create(person('photo'))],
    request: {
      ...steps.setPhoto('/v1.0/users/{made}', 'a portrait', steps.photographer),
      expected: steps.updated,
    },
    next: [
      steps.readPhoto('/v1.0/users/photo@people.example', steps.shows('a portrait'), steps.viewer),
    ],
    afterwards: [remove],
  },
  {
    name: 'A name that somebody has, in any case, is 400 in the words of Graph',
    source: createPage,
    given: [create(person('taken'))],
    request: create(person('TAKEN'), {
      expected: refused(
        400,
        'Request_BadRequest',
        'Another object with the same value for property userPrincipalName already exists.',
      ),
      keep: {},
    }),
    afterwards: [remove],
  },
  ...(
    [
      ['without a userPrincipalName', { userPrincipalName: undefined }, 'userPrincipalName'],
      ['without a displayName', { displayName: undefined }, 'displayName'],
      ['with an empty displayName', { displayName: '' }, 'displayName'],
      ['with white space for a displayName', { displayName: ' \t' }, 'displayName'],
      ['without accountEnabled', { accountEnabled: undefined }, 'accountEnabled'],
      ['with a text for accountEnabled', { accountEnabled: 'true' }, 'accountEnabled'],
      ['without a mailNickname', { mailNickname: undefined }, 'mailNickname'],
      ['with a number for a name', { displayName: 7 }, 'displayName'],
      ['with a name that is no address', { userPrincipalName: 'nobody' }, 'userPrincipalName'],
      ['with two @ in the name', { userPrincipalName: 'a@b@c.example' }, 'userPrincipalName'],
      ['with a space in the name', { userPrincipalName: 'a b@c.example' }, 'userPrincipalName'],
      [
        'with a name that Visage makes itself',
        { userPrincipalName: 'x@signed-in.invalid' },
        'userPrincipalName',
      ],
      ['with NUL in a name', { displayName: 'a\u0000b' }, 'displayName'],
      ['with a name of a thousand characters', { displayName: 'x'.repeat(1000) }, 'displayName'],
      ['with a kind of user that nobody knows', { userType: 'Robot' }, 'userType'],
      ['with a property that is not kept', { mobilePhone: '1' }, 'mobilePhone'],
      ['with an id of its own', { id: '6a6a6a6a-1111-4222-8333-444444444444' }, 'id'],
      ['with __proto__', JSON.parse('{"__proto__": {"isAdmin": true}}'), '__proto__'],
      ['with constructor', { constructor: {} }, 'constructor'],
    ] as const
  ).map(
    ([how, more, name]): Scenario => ({
      name: `Somebody ${how} is not added, and the answer names ${name}`,
      source: createPage,
      request: create(person('refused', more), {
        expected: refused(400, 'BadRequest', name),
        keep: {},
      }),
      next: [read('/v1.0/users/refused@people.example', gone)],
    }),
  ),
  ...['[]', 'null', '"text"', '7', '{', '', twice].map(
    (text): Scenario => ({
      name: `The body ${text === '' ? 'of nothing' : text} adds nobody`,
      source: createPage,
      request: {
        as: app,
        method: 'POST',
        path: '/v1.0/users',
        headers: { 'content-type': 'application/json' },
        body: { text },
        expected: { status: 400, error: { code: 'BadRequest' } },
      },
    }),
  ),
]

const changed: readonly Scenario[] = [
  {
    name: 'PATCH of a user changes what it names and leaves the rest',
    source: updatePage,
    given: [create(person('patch', { department: 'Sales', jobTitle: 'Seller' }))],
    request: change({ department: 'Design', jobTitle: null }, noContent),
    next: [
      read(`/v1.0/users/{made}?${selected}`, {
        status: 200,
        json: { department: 'Design', jobTitle: null, displayName: 'Person patch' },
      }),
      change({}, noContent),
      change({ userPrincipalName: 'patched@people.example' }, noContent),
      read('/v1.0/users/patched@people.example', { status: 200, json: { id: '{made}' } }),
      read('/v1.0/users/patch@people.example', gone),
    ],
    afterwards: [remove],
  },
  ...(
    [
      [{ displayName: null }, 'displayName'],
      [{ userPrincipalName: '' }, 'userPrincipalName'],
      [{ accountEnabled: null }, 'accountEnabled'],
      [{ passwordProfile: { password: 'x' } }, 'passwordProfile'],
      [{ photo: 'x' }, 'photo'],
    ] as const
  ).map(
    ([json, name]): Scenario => ({
      name: `PATCH with ${JSON.stringify(json)} changes nothing, and the answer names ${name}`,
      source: updatePage,
      given: [create(person(`keep-${name}`))],
      request: change({ department: 'Design', ...json }, refused(400, 'BadRequest', name)),
      next: [read(`/v1.0/users/{made}?${selected}`, { status: 200, json: { department: null } })],
      afterwards: [remove],
    }),
  ),
  {
    name: 'A person changes neither their own name nor their own account, with any scope',
    source: updatePage,
    request: {
      as: steps.self('User.ReadWrite', 'User.ReadWrite.All', 'Directory.ReadWrite.All'),
      method: 'PATCH',
      path: '/v1.0/me',
      body: { json: { userPrincipalName: 'boss@people.example' } },
      expected: refused(403, 'ErrorAccessDenied', 'User Administrator'),
    },
  },
  {
    name: 'A User Administrator adds, changes and deletes people',
    source: createPage,
    given: [create(person('managed'), { as: administrator })],
    request: change({ department: 'Design' }, noContent, administrator),
    next: [{ ...remove, as: administrator, expected: noContent }, read('/v1.0/users/{made}', gone)],
  },
  {
    name: 'A People Administrator, who may set photos, adds nobody',
    source: createPage,
    request: create(person('unadded'), {
      as: { ...administrator, roles: ['People Administrator'] } as Wanted,
      expected: refused(403, 'ErrorAccessDenied', 'Global Administrator', 'User Administrator'),
      keep: {},
    }),
  },
]

const deleted: readonly Scenario[] = [
  {
    name: 'A deleted user is found no more, neither by id nor by name nor in a list, and the photo with them',
    source: deletePage,
    given: [
      create(person('leaver')),
      steps.setPhoto('/v1.0/users/{made}', 'a portrait', steps.photographer),
    ],
    request: { ...remove, expected: noContent },
    next: [
      read('/v1.0/users/{made}', gone),
      read('/v1.0/users/leaver@people.example', gone),
      read("/v1.0/users?$filter=startswith(displayName,'Person%20leaver')", {
        status: 200,
        json: { value: [] },
      }),
      steps.readPhoto('/v1.0/users/{made}', gone, steps.viewer),
      steps.readPhoto('/v1.0/users/leaver@people.example', gone, steps.viewer),
      { ...remove, expected: gone },
      change({ department: 'Design' }, gone),
    ],
  },
  {
    name: 'The name of a deleted user is free',
    source: deletePage,
    given: [create(person('reborn')), remove],
    request: create(person('reborn')),
    afterwards: [remove],
  },
]

const reference = (id: string) => ({ '@odata.id': `{base}/v1.0/users/${id}` })

function assign(json: unknown, expected: Expected = noContent): Exchange {
  return {
    as: app,
    method: 'PUT',
    path: '/v1.0/users/{made}/manager/$ref',
    body: { json },
    expected,
  }
}

const managers: readonly Scenario[] = [
  {
    name: 'A manager is assigned by reference, told with their type, and taken away',
    source: managerPage,
    given: [create(person('report'))],
    request: assign(reference('{other:raw}')),
    next: [
      read('/v1.0/users/{made}/manager', {
        status: 200,
        json: {
          '@odata.context': '{base}/v1.0/$metadata#directoryObjects/$entity',
          '@odata.type': '#microsoft.graph.user',
          id: '{other:raw}',
        },
      }),
      read(
        '/v1.0/users/{other}/directReports',
        {
          status: 200,
          json: {
            '@odata.context': '{base}/v1.0/$metadata#directoryObjects',
            value: { '?some': { '@odata.type': '#microsoft.graph.user', id: '{made}' } },
          },
        },
        steps.self('User.Read.All'),
      ),
      { as: app, method: 'DELETE', path: '/v1.0/users/{made}/manager/$ref', expected: noContent },
      read('/v1.0/users/{made}/manager', gone),
    ],
    afterwards: [remove],
  },
  {
    name: 'A manager may be named as Graph names objects, at any host',
    source: managerPage,
    given: [create(person('elsewhere'))],
    request: assign({
      '@odata.id': 'https://graph.microsoft.com/v1.0/directoryObjects/{other:raw}',
    }),
    next: [read('/v1.0/users/{made}/manager', { status: 200, json: { id: '{other:raw}' } })],
    afterwards: [remove],
  },
  ...(
    [
      ['by their userPrincipalName', '/{otherName}'],
      ['by the address of full metadata', "('{other:raw}')"],
    ] as const
  ).map(
    ([how, key]): Scenario => ({
      name: `A manager may be named ${how}`,
      source: managerPage,
      given: [create(person('keyed'))],
      request: assign({ '@odata.id': `{base}/v1.0/users${key}` }),
      next: [read('/v1.0/users/{made}/manager', { status: 200, json: { id: '{other:raw}' } })],
      afterwards: [remove],
    }),
  ),
  ...(
    [
      [
        'nobody',
        reference('6a6a6a6a-1111-4222-8333-444444444444'),
        404,
        'Request_ResourceNotFound',
      ],
      ['themselves', reference('{made}'), 400, 'BadRequest'],
      ['a group', { '@odata.id': '{base}/v1.0/groups/x' }, 400, 'BadRequest'],
      ['what is no address', { '@odata.id': 'x' }, 400, 'BadRequest'],
      ['half an escape', { '@odata.id': '{base}/v1.0/users/%E0%A4%A' }, 400, 'BadRequest'],
      ['a number', { '@odata.id': 7 }, 400, 'BadRequest'],
      ['nothing', {}, 400, 'BadRequest'],
      [
        'a name that nobody has',
        reference('nobody@people.example'),
        404,
        'Request_ResourceNotFound',
      ],
      ['an id of a thousand characters', reference('x'.repeat(1000)), 400, 'BadRequest'],
    ] as const
  ).map(
    ([whom, json, status, code]): Scenario => ({
      name: `A reference to ${whom} makes no manager`,
      source: managerPage,
      given: [create(person('alone'))],
      request: assign(json, refused(status, code)),
      next: [read('/v1.0/users/{made}/manager', gone)],
      afterwards: [remove],
    }),
  ),
  {
    name: '$expand=manager tells the manager in the person, and the properties that are asked for',
    source: expandPage,
    given: [create(person('expanded')), assign(reference('{other:raw}'))],
    request: read('/v1.0/users/{made}?$expand=manager', {
      status: 200,
      json: {
        '@odata.context': '{base}/v1.0/$metadata#users/$entity',
        displayName: 'Person expanded',
        manager: { '@odata.type': '#microsoft.graph.user', id: '{other:raw}' },
      },
    }),
    next: [
      read('/v1.0/users/{made}?$select=id&expand=Manager($select=id)', {
        status: 200,
        keys: ['@odata.context', 'id', 'manager'],
        json: { manager: { id: '{other:raw}' } },
        without: ['displayName'],
      }),
      read("/v1.0/users?$filter=startswith(displayName,'Person%20expanded')&$expand=manager", {
        status: 200,
        json: { value: [{ id: '{made}', manager: { id: '{other:raw}' } }] },
      }),
      {
        ...read('/v1.0/users/{made}?$expand=manager', {
          status: 200,
          json: { manager: { '@odata.id': "{base}/v1.0/users('{other:raw}')" } },
        }),
        headers: { accept: 'application/json;odata.metadata=full' },
      },
      { as: app, method: 'DELETE', path: '/v1.0/users/{made}/manager/$ref' },
      read('/v1.0/users/{made}?$expand=manager', { status: 200, without: ['"manager"'] }),
    ],
    afterwards: [remove],
  },
  {
    name: 'Somebody whose manager was deleted has none, and a list tells nobody in their place',
    source: managerPage,
    given: [
      create(person('orphan')),
      create(person('chief'), { keep: { chief: { json: 'id' } } }),
      assign(reference('{chief}')),
      { ...remove, path: '/v1.0/users/{chief}' },
    ],
    request: read(
      '/v1.0/users/{made}/manager',
      refused(
        404,
        'Request_ResourceNotFound',
        "Resource 'manager' does not exist or one of its queried reference-property objects are not present.",
      ),
    ),
    next: [
      read('/v1.0/users/{made}?$expand=manager', { status: 200, without: ['"manager"'] }),
      read("/v1.0/users?$filter=startswith(displayName,'Person%20orphan')&$expand=manager", {
        status: 200,
        json: { value: [{ id: '{made}' }] },
        without: ['"manager"'],
      }),
    ],
    afterwards: [remove],
  },
  {
    name: '$levels tells managers of managers up to the last, each in the one below',
    source: expandPage,
    given: [
      create(person('head'), { keep: { head: { json: 'id' } } }),
      create(person('middle'), { keep: { middle: { json: 'id' } } }),
      { ...assign(reference('{head}')), path: '/v1.0/users/{middle}/manager/$ref' },
      create(person('lowest')),
      assign(reference('{middle}')),
    ],
    request: eventually(
      read(
        '/v1.0/users/{made}?$expand=manager($levels=max;$select=id,displayName)&$select=id&$count=true',
        {
          status: 200,
          keys: ['@odata.context', 'id', 'manager'],
          json: {
            '@odata.context': '{base}/v1.0/$metadata#users/$entity',
            id: '{made}',
            manager: {
              '@odata.type': '#microsoft.graph.user',
              id: '{middle}',
              displayName: 'Person middle',
              manager: {
                '@odata.type': '#microsoft.graph.user',
                id: '{head}',
                displayName: 'Person head',
              },
            },
          },
          without: ['@odata.count', 'userPrincipalName'],
        },
      ),
    ),
    next: [
      eventually(
        read('/v1.0/users/{made}?$expand=manager($levels=1)', {
          status: 200,
          json: { manager: { id: '{middle}' } },
          without: ['{head}'],
        }),
      ),
      eventually(
        read('/v1.0/users/{made}?$expand=manager($levels=2;$select=id)', {
          status: 200,
          json: { manager: { id: '{middle}', manager: { id: '{head}' } } },
        }),
      ),
      read(
        '/v1.0/users/{made}?$expand=manager($levels=max)',
        refused(400, 'Request_UnsupportedQuery', 'ConsistencyLevel:eventual'),
      ),
      eventually(
        read(
          '/v1.0/users?$expand=manager($levels=max)',
          refused(400, 'BadRequest', 'not for a list'),
        ),
      ),
    ],
    afterwards: [
      remove,
      { ...remove, path: '/v1.0/users/{middle}' },
      { ...remove, path: '/v1.0/users/{head}' },
    ],
  },
  {
    name: 'Two people who manage each other are told once each',
    source: expandPage,
    given: [
      create(person('first'), { keep: { first: { json: 'id' } } }),
      create(person('second')),
      assign(reference('{first}')),
      { ...assign(reference('{made}')), path: '/v1.0/users/{first}/manager/$ref' },
    ],
    request: eventually(
      read('/v1.0/users/{made}?$expand=manager($levels=max;$select=id)&$select=id', {
        status: 200,
        json: { id: '{made}', manager: { id: '{first}' } },
        without: ['#microsoft.graph.user","id":"{made}"'],
      }),
    ),
    afterwards: [remove, { ...remove, path: '/v1.0/users/{first}' }],
  },
  {
    name: '$expand=manager needs a permission that reads managers',
    source: expandPage,
    request: read(
      '/v1.0/me?$expand=manager',
      refused(403, 'Authorization_RequestDenied', 'User.Read.All'),
      steps.exactly('delegated', ['User.Read']),
    ),
    next: [
      read(
        '/v1.0/users?$expand=manager',
        refused(403, 'Authorization_RequestDenied', 'User.Read.All'),
        steps.exactly('delegated', ['User.ReadBasic.All']),
      ),
    ],
  },
  ...(
    [
      ['manager($levels=0)', '$levels'],
      ['manager($levels=1001)', '$levels'],
      ['manager($levels=all;$select=id)', '$levels'],
      ['manager($select=id;$select=mail)', 'twice'],
      ['manager($expand=manager)', '$expand=manager'],
      ['directReports', "'manager'"],
      ['manager,photo', "'manager'"],
      ['manager(', "'manager'"],
      ['', "'manager'"],
    ] as const
  ).map(
    ([value, says]): Scenario => ({
      name: `$expand=${value} of a person is refused, and the answer says ${says}`,
      source: expandPage,
      request: eventually(
        read(`/v1.0/users/{other}?$expand=${value}`, refused(400, 'BadRequest', says)),
      ),
    }),
  ),
  {
    name: 'An application sees no direct reports, as the page has it',
    source: reportsPage,
    request: read(
      '/v1.0/users/{other}/directReports',
      refused(403, 'Authorization_RequestDenied'),
      app,
    ),
  },
]

export const people: readonly Scenario[] = [...created, ...changed, ...deleted, ...managers]
