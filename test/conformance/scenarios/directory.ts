/**
 * Reads of people, groups and teams that clients need to reach a photo; contacts and their folders,
 * which contact photos need.
 */
import type { AdminRole, Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph'
const reader = steps.self('User.ReadBasic.All', 'User.Read')
const groupReader = steps.self('Group.Read.All')
const teamReader = steps.self('Team.ReadBasic.All')

function get(path: string, as: Wanted, expected: Expected): Exchange {
  return { as, method: 'GET', path, expected }
}

function json(shape: Shape, more: Partial<Expected> = {}): Expected {
  return {
    status: 200,
    headers: { 'content-type': /^application\/json\b/ },
    json: shape,
    ...more,
  }
}

const userKeys = [
  '@odata.context',
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

const people: readonly Scenario[] = [
  ...['/me', '/users/{self}', '/users/{selfName}', "/users('{self}')"].flatMap(path =>
    ['/v1.0', '/beta'].map(
      (version): Scenario => ({
        name: `GET ${version}${path} returns the person`,
        source: `${pages}/api/user-get`,
        points: ['7', '10'],
        request: get(
          version + path,
          reader,
          json(
            {
              '@odata.context': `{base}${version}/$metadata#users/$entity`,
              id: '{self}',
              userPrincipalName: '{selfName}',
              displayName: /./,
            },
            { keys: userKeys },
          ),
        ),
      }),
    ),
  ),
  {
    name: 'A person is returned with the selected properties',
    source: `${pages}/query-parameters#select`,
    points: ['10'],
    request: get(
      '/v1.0/me?$select=id,displayName',
      reader,
      json({ id: '{self}' }, { keys: ['@odata.context', 'displayName', 'id'] }),
    ),
    next: [
      get(
        '/v1.0/me?%24select=USERPRINCIPALNAME',
        reader,
        json({ userPrincipalName: '{selfName}' }),
      ),
    ],
  },
  {
    name: 'A guest has a name with #EXT#',
    source: `${pages}/api/user-get`,
    request: get(
      '/v1.0/users/{guestName}?$select=id,userType',
      steps.application('User.Read.All'),
      json({ id: '{guest}', userType: 'Guest' }),
    ),
  },
  {
    name: 'People are listed with name and id',
    source: `${pages}/api/user-list`,
    request: get(
      '/v1.0/users?$top=999',
      reader,
      json({
        '@odata.context': '{base}/v1.0/$metadata#users',
        value: { '?some': { id: '{self}', userPrincipalName: '{selfName}' } },
      }),
    ),
  },
  {
    name: 'People are listed in pages, and the link leads to the next page',
    source: `${pages}/paging`,
    request: {
      ...get(
        '/v1.0/users?$top=5&$select=id,displayName',
        reader,
        json({ '@odata.nextLink': /^https?:\/\/.*\$skiptoken=/, value: { '?count': 5 } }),
      ),
      keep: { first: { json: 'value.0.id' }, link: { json: '@odata.nextLink' } },
    },
    next: [
      {
        ...get('{link:raw}', reader, json({ value: { '?count': 5 } })),
        keep: { second: { json: 'value.0.id' } },
      },
    ],
  },
  {
    name: 'The last page has no next link',
    source: `${pages}/paging`,
    request: get('/v1.0/users?$top=999', reader, json({}, { keys: ['@odata.context', 'value'] })),
  },
  {
    name: 'People are found by the start of a name',
    source: `${pages}/filter-query-parameter`,
    request: get(
      "/v1.0/users?$filter=startswith(displayName,'Alice')",
      reader,
      json({ value: [{ id: '{self}' }] }),
    ),
    next: [
      get(
        "/v1.0/users?$filter=startswith(userPrincipalName,'{selfName}')",
        reader,
        json({ value: [{ id: '{self}' }] }),
      ),
      get("/v1.0/users?$filter=startswith(displayName,'%25')", reader, json({ value: [] })),
      get(
        "/v1.0/users?$filter=userPrincipalName eq '{selfName}'".replaceAll(' ', '%20'),
        reader,
        json({ value: [{ id: '{self}' }] }),
      ),
    ],
  },
  {
    name: 'People are found by words of their name, in any script and case',
    source: `${pages}/search-query-parameter`,
    request: {
      ...get(
        '/v1.0/users?$search=%22displayName:%C3%B6b%22',
        reader,
        json({ value: [{ id: '{self}' }] }),
      ),
      headers: { consistencylevel: 'eventual' },
    },
    next: [
      {
        ...get(
          '/v1.0/users?$search=%22displayName:%E9%99%88%22',
          reader,
          json({ value: { '?count': 1 } }),
        ),
        headers: { consistencylevel: 'eventual' },
      },
    ],
  },
  ...['$expand=photo', '$top=0', '$top=x', '$filter=x', '$search=', '$skiptoken=x'].map(
    (option): Scenario => ({
      name: `GET /users?${option} is refused by name`,
      source: `${pages}/query-parameters`,
      request: get(`/v1.0/users?${option}`, reader, {
        status: 400,
        error: { says: [option.split('=')[0] ?? ''] },
      }),
    }),
  ),
  ...[
    ['$search', `%22displayName:${Array.from({ length: 21 }, (_, at) => `w${at}`).join('%20')}%22`],
    ['$filter', Array.from({ length: 100 }, (_, at) => `mail%20eq%20'${at}'`).join('%20or%20')],
  ].map(
    ([option, value]): Scenario => ({
      name: `GET /users with a ${option} of very many words is refused with the limit`,
      source: 'https://developer.microsoft.com/en-us/graph/known-issues/?search=13635',
      request: {
        ...get(`/v1.0/users?${option}=${value}`, reader, {
          status: 400,
          error: { says: [option ?? '', '20 words'] },
        }),
        headers: { consistencylevel: 'eventual' },
      },
    }),
  ),
  {
    name: 'User.Read alone does not list people',
    source: `${pages}/api/user-list`,
    request: get('/v1.0/users', steps.exactly('delegated', ['User.Read']), {
      status: 403,
      error: { says: ['User.ReadBasic.All'] },
      without: ['{selfName}'],
    }),
  },
  {
    name: 'User.Read alone does not read others',
    source: `${pages}/api/user-get`,
    request: get('/v1.0/users/{other}', steps.exactly('delegated', ['User.Read']), {
      status: 403,
      error: { says: ['User.ReadBasic.All'] },
      without: ['{otherName}'],
    }),
  },
  {
    name: 'A person who is not in the directory yet can read their own entry',
    source: `${pages}/api/user-get`,
    request: get('/v1.0/me', steps.special('newcomer'), json({ displayName: 'New Comer' })),
  },
]

const groups: readonly Scenario[] = [
  {
    name: 'A group shows whether it is a team and whether it can have a photo',
    source: `${pages}/api/group-get`,
    points: ['10'],
    request: get(
      '/v1.0/groups/{ownTeam}?$select=id,groupTypes,resourceProvisioningOptions',
      groupReader,
      json({ id: '{ownTeam}', groupTypes: ['Unified'], resourceProvisioningOptions: ['Team'] }),
    ),
    next: [
      get(
        '/v1.0/groups/{plainGroup}?$select=resourceProvisioningOptions',
        groupReader,
        json({ resourceProvisioningOptions: [] }),
      ),
    ],
  },
  {
    name: 'Groups are listed, and found by name',
    source: `${pages}/api/group-list`,
    request: get(
      '/v1.0/groups',
      groupReader,
      json({
        '@odata.context': '{base}/v1.0/$metadata#groups',
        value: { '?some': { id: '{ownGroup}' } },
      }),
    ),
    next: [
      get(
        "/v1.0/groups?$filter=startswith(displayName,'desi')",
        groupReader,
        json({ value: [{ id: '{ownGroup}' }] }),
      ),
    ],
  },
  {
    name: 'A team has its name',
    source: `${pages}/api/team-get`,
    request: get('/v1.0/teams/{ownTeam}', teamReader, json({ id: '{ownTeam}', displayName: /./ })),
    next: [get('/v1.0/groups/{ownTeam}/team', teamReader, json({ id: '{ownTeam}' }))],
  },
  {
    name: 'Only joined teams are listed',
    source: `${pages}/api/user-list-joinedteams`,
    request: get(
      '/v1.0/me/joinedTeams',
      teamReader,
      json({ value: { '?some': { id: '{ownTeam}' } } }, { without: ['{foreignTeam}'] }),
    ),
    next: [
      get(
        '/v1.0/users/{self}/joinedTeams',
        teamReader,
        json({ value: { '?some': { id: '{memberTeam}' } } }, { without: ['{plainGroup}'] }),
      ),
    ],
  },
  {
    name: 'Permissions for photos do not list groups',
    source: `${pages}/api/group-list`,
    request: get('/v1.0/groups', steps.exactly('application', ['ProfilePhoto.ReadWrite.All']), {
      status: 403,
      error: { says: ['GroupMember.Read.All'] },
      without: ['{ownGroup}'],
    }),
  },
]

const contactsReader = steps.self('Contacts.Read')
const removeFolder: Exchange = {
  as: steps.withContacts,
  method: 'DELETE',
  path: '/v1.0/me/contactFolders/{box}',
}

function makeFolder(place = '/v1.0/me/contactFolders', name = 'box'): Exchange {
  return {
    as: steps.withContacts,
    method: 'POST',
    path: place,
    body: { json: { displayName: 'Neighbours' } },
    expected: { status: 201, json: { id: /./, displayName: 'Neighbours' } },
    keep: { [name]: { json: 'id' } },
  }
}

const contacts: readonly Scenario[] = [
  {
    name: 'A contact with $expand=photo is returned without its photo',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-java/issues/996',
    request: get(
      '/v1.0/me/contacts/{contact}?$expand=photo',
      contactsReader,
      json({ id: '{contact}' }, { without: ['"photo"', 'mediaEtag'] }),
    ),
    next: [
      get(
        '/v1.0/me/contacts/{contact}?$select=id&expand=Photo',
        contactsReader,
        json({ id: '{contact}' }),
      ),
      ...['extensions', 'photo,extensions', 'photo($select=id)', ''].map(value =>
        get(`/v1.0/me/contacts/{contact}?$expand=${value}`, contactsReader, {
          status: 400,
          error: { says: ['$expand', 'photo'] },
        }),
      ),
      get('/v1.0/me/contacts?$expand=photo', contactsReader, {
        status: 400,
        error: { says: ['$expand'] },
      }),
    ],
  },
  {
    name: 'A contact is created, read, listed and deleted',
    source: `${pages}/api/user-post-contacts`,
    request: {
      as: steps.withContacts,
      method: 'POST',
      path: '/v1.0/me/contacts',
      body: {
        json: {
          givenName: 'Pavel',
          surname: 'Bansky',
          emailAddresses: [{ address: 'pavelb@contacts.example', name: 'Pavel Bansky' }],
          businessPhones: ['+1 732 555 0102'],
        },
      },
      expected: {
        status: 201,
        json: {
          '@odata.context': "{base}/v1.0/$metadata#users('{self}')/contacts/$entity",
          id: /./,
          displayName: 'Pavel Bansky',
          givenName: 'Pavel',
          surname: 'Bansky',
          emailAddresses: [{ address: 'pavelb@contacts.example', name: 'Pavel Bansky' }],
          businessPhones: ['+1 732 555 0102'],
        },
      },
      keep: { made: { json: 'id' } },
    },
    next: [
      get('/v1.0/me/contacts/{made}', contactsReader, json({ displayName: 'Pavel Bansky' })),
      get(
        '/v1.0/users/{selfName}/contacts?$top=999',
        contactsReader,
        json({ value: { '?some': { id: '{made}' } } }),
      ),
      get(
        "/v1.0/me/contacts?$filter=emailAddresses/any(a:a/address%20eq%20'pavelb@contacts.example')",
        contactsReader,
        json({ value: [{ id: '{made}' }] }),
      ),
      {
        as: steps.withContacts,
        method: 'DELETE',
        path: '/v1.0/me/contacts/{made}',
        expected: { status: 204, empty: true },
      },
      get('/v1.0/me/contacts/{made}', contactsReader, {
        status: 404,
        error: { code: 'ErrorItemNotFound' },
      }),
    ],
    afterwards: [steps.removeContact],
  },
  {
    name: 'A contact is changed where the body says so, and keeps the rest and its photo',
    source: `${pages}/api/contact-update`,
    given: [
      steps.makeContact('/v1.0/me'),
      steps.setPhoto('/v1.0/me/contacts/{made}', 'a portrait', steps.withContacts),
    ],
    request: {
      as: steps.withContacts,
      method: 'PATCH',
      path: '/v1.0/me/contacts/{made}',
      body: { json: { department: 'Printing', mobilePhone: '+1 425 555 0100' } },
      expected: {
        status: 200,
        json: {
          '@odata.context': "{base}/v1.0/$metadata#users('{self}')/contacts/$entity",
          id: '{made}',
          department: 'Printing',
          mobilePhone: '+1 425 555 0100',
        },
      },
    },
    next: [
      get('/v1.0/me/contacts/{made}', contactsReader, json({ department: 'Printing' })),
      steps.readPhoto('/v1.0/me/contacts/{made}', { status: 200, picture: { like: 'a portrait' } }),
    ],
    afterwards: [steps.removeContact],
  },
  ...['POST', 'PATCH'].map(
    (method): Scenario => ({
      name: `An unknown property in a ${method} of a contact is refused by name`,
      source: `${pages}/api/user-post-contacts`,
      request: {
        as: steps.withContacts,
        method,
        path: method === 'POST' ? '/v1.0/me/contacts' : '/v1.0/me/contacts/{contact}',
        body: { json: { displayName: 'Pavel', nonsense: true } },
        expected: { status: 400, error: { says: ['nonsense'] } },
      },
    }),
  ),
  {
    name: 'A folder is created with a contact in it, whose photo is set by every address of it',
    source: `${pages}/api/contactfolder-post-contacts`,
    given: [makeFolder(), steps.makeContact('/v1.0/me/contactFolders/{box}')],
    request: {
      ...steps.setPhoto('/v1.0/me/contactFolders/{box}/contacts/{made}', 'a portrait'),
      expected: steps.updated,
    },
    next: [
      '/v1.0/me/contactFolders/{box}/contacts/{made}',
      '/v1.0/me/contacts/{made}',
      '/v1.0/users/{selfName}/contactfolders/{box}/contacts/{made}',
    ].map(place => steps.readPhoto(place, { status: 200, picture: { like: 'a portrait' } })),
    afterwards: [removeFolder],
  },
  {
    name: 'A folder is deleted with its folders, its contacts and their photos',
    source: `${pages}/api/contactfolder-delete`,
    given: [
      makeFolder(),
      makeFolder('/v1.0/me/contactFolders/{box}/childFolders', 'inner'),
      steps.makeContact('/v1.0/me/contactFolders/{box}/childFolders/{inner}'),
      steps.setPhoto('/v1.0/me/contacts/{made}', 'a portrait'),
    ],
    request: { ...removeFolder, expected: { status: 204, empty: true } },
    next: [
      steps.readPhoto('/v1.0/me/contacts/{made}', { status: 404 }),
      get('/v1.0/me/contactFolders/{box}', contactsReader, { status: 404 }),
    ],
    afterwards: [removeFolder],
  },
  {
    name: 'Folders are listed with those inside them',
    source: `${pages}/api/user-list-contactfolders`,
    request: get(
      '/v1.0/me/contactFolders',
      contactsReader,
      json({ value: { '?some': { id: '{folder}' } } }, { without: ['{childFolder}'] }),
    ),
    next: [
      get(
        '/v1.0/me/contactFolders/{folder}/childFolders',
        contactsReader,
        json({ value: [{ id: '{childFolder}', parentFolderId: '{folder}' }] }),
      ),
      get(
        '/v1.0/me/contactFolders/{folder}/contacts',
        contactsReader,
        json({ value: [{ id: '{folderContact}' }] }),
      ),
    ],
  },
  ...(
    [
      ['not JSON', { text: '{"givenName":' }],
      ['a list', { json: [] }],
      ['without any name', { json: {} }],
      ['with a number for a name', { json: { givenName: 7 } }],
      ['with an address that is none', { json: { emailAddresses: ['pavel'] } }],
      ['with a NUL in a name', { json: { givenName: 'a\0b' } }],
      ['with a very long name', { json: { givenName: 'x'.repeat(5000) } }],
    ] as const
  ).map(
    ([what, body]): Scenario => ({
      name: `A contact ${what} is refused`,
      source: `${pages}/api/user-post-contacts`,
      request: {
        as: steps.withContacts,
        method: 'POST',
        path: '/v1.0/me/contacts',
        headers: { 'content-type': 'application/json' },
        body,
        expected: { status: 400 },
      },
    }),
  ),
  ...(['Global Administrator', undefined] as const).map(
    (role): Scenario => ({
      name: `The contacts of another are not listed, ${role ? `nor for a ${role}` : 'whatever one may do with one’s own'}`,
      source: `${pages}/api/user-list-contacts`,
      request: get('/v1.0/users/{other}/contacts', withRole(role), {
        status: 403,
        without: ['{otherContact}'],
      }),
      next: [
        {
          ...steps.makeContact('/v1.0/users/{other}', withRole(role)),
          expected: { status: 403 },
          keep: {},
        },
      ],
    }),
  ),
]

function withRole(role: AdminRole | undefined): Wanted {
  return {
    kind: 'user',
    who: 'self',
    holds: ['Contacts.ReadWrite'],
    ...(role && { roles: [role] }),
  }
}

export const directory: readonly Scenario[] = [...people, ...groups, ...contacts]
