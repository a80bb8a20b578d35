/** People over SCIM 2.0, as RFC 7644 says: every operation, lists, versions and refusals. */
import type { Scenario } from '../scenario.ts'
import { enterprise, entra, filter, okta, refused, rfc7644, sender } from '../scim-steps.ts'
import * as steps from '../steps.ts'

const { get, finds, post, put, patch, remove, makeUser } = sender(entra)
const guid = '7d0c5a11-2b7e-4a54-9d3c-0f2d6f0a0001'
const otherGuid = '7d0c5a11-2b7e-4a54-9d3c-0f2d6f0a0002'
const user = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  externalId: guid,
  userName: 'anna.berg@scim.example',
  name: { givenName: 'Anna', familyName: 'Berg' },
  title: 'Engineer',
  emails: [{ type: 'work', value: 'anna.berg@scim.example', primary: true }],
  [enterprise]: { department: 'R&D', employeeNumber: '4711' },
}
const cleanUp = [remove(`/Users/${guid}`)]
const reader = steps.application('User.Read.All')
const graphUser = { as: reader, method: 'GET', path: `/v1.0/users/${guid}` }

const operations: readonly Scenario[] = [
  {
    name: 'SCIM creates a person, and Graph knows them under the same id',
    source: `${rfc7644}#section-3.3`,
    request: post('/Users', user, {
      status: 201,
      headers: {
        location: `{base}/scim/v2/Users/${guid}`,
        'content-type': 'application/scim+json',
        etag: /^W\/"\w+"$/,
      },
      json: {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
        id: guid,
        externalId: guid,
        userName: user.userName,
        displayName: 'Anna Berg',
        active: true,
        emails: [{ value: user.userName, type: 'work', primary: true }],
        [enterprise]: { department: 'R&D', employeeNumber: '4711' },
        meta: {
          resourceType: 'User',
          location: `{base}/scim/v2/Users/${guid}`,
          version: /^W\//,
          lastModified: /^\d{4}-.*Z$/,
        },
      },
    }),
    next: [
      get(`/Users/${guid}`, { id: guid, title: 'Engineer' }),
      { ...graphUser, expected: { status: 200, json: { id: guid, displayName: 'Anna Berg' } } },
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a repeated create is 409 and changes nothing',
    source: `${rfc7644}#section-3.3`,
    given: [makeUser(user)],
    request: post('/Users', { ...user, title: 'Other' }, refused(409, 'uniqueness')),
    next: [get(`/Users/${guid}`, { title: 'Engineer' })],
    afterwards: cleanUp,
  },
  {
    name: 'a create with the userName of somebody else is 409, in any case',
    source: `${rfc7644}#section-3.3`,
    given: [makeUser(user)],
    request: post('/Users', { userName: 'ANNA.Berg@scim.example' }, refused(409, 'uniqueness')),
    afterwards: cleanUp,
  },
  {
    name: 'a userName in the form of an id is kept, and is no id',
    source: `${rfc7644}#section-3.3`,
    request: post('/Users', { ...user, userName: otherGuid }, { status: 201 }),
    next: [
      finds(`/Users?filter=${filter(`userName eq "${otherGuid.toUpperCase()}"`)}`, [{ id: guid }]),
      { ...graphUser, path: `/v1.0/users/${otherGuid}`, expected: { status: 404 } },
      post('/Users', { userName: guid }, refused(409, 'uniqueness')),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a person of another source is 409 in words, and is not changed',
    source: `${rfc7644}#section-3.12`,
    request: patch('/Users/{self}', [{ op: 'replace', path: 'title', value: 'X' }], {
      ...refused(409),
      holds: ["'graph' manages this resource"],
    }),
    next: [
      put('/Users/{self}', { userName: '{selfName}' }, refused(409)),
      remove('/Users/{self}', refused(409)),
      post('/Users', { userName: '{selfName}' }, refused(409)),
    ],
  },
  {
    name: 'PUT replaces a person, takes away what is missing and keeps their state',
    source: `${rfc7644}#section-3.5.1`,
    given: [makeUser({ ...user, active: false })],
    request: put(
      `/Users/${guid}`,
      { userName: user.userName, displayName: 'A. Berg', externalId: guid },
      {
        status: 200,
        json: { displayName: 'A. Berg', active: false },
        without: ['Engineer', 'R&D', 'emails'],
      },
    ),
    afterwards: cleanUp,
  },
  {
    name: 'PUT of what GET answered changes nothing',
    source: `${rfc7644}#section-3.5.1`,
    given: [makeUser(user), { ...get(`/Users/${guid}`, {}), keep: { etag: { header: 'etag' } } }],
    request: put(
      `/Users/${guid}`,
      { ...user, id: 'ignored', meta: { resourceType: 'User' }, groups: [], locale: 'de' },
      { status: 200, headers: { etag: '{etag}' } },
    ),
    afterwards: cleanUp,
  },
  {
    name: 'DELETE deletes a person, a second one is 404, and a new create brings them back',
    source: `${rfc7644}#section-3.6`,
    given: [makeUser(user)],
    request: remove(`/Users/${guid}`),
    next: [
      remove(`/Users/${guid}`, refused(404)),
      { ...graphUser, expected: { status: 404 } },
      finds(`/Users?filter=${filter(`externalId eq "${guid}"`)}`, []),
      makeUser(user),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a disabled person is still answered',
    source: `${rfc7644}#section-3.4`,
    given: [makeUser(user)],
    request: patch(`/Users/${guid}`, [{ op: 'replace', path: 'active', value: false }], {
      status: 200,
      json: { active: false },
    }),
    next: [
      finds(`/Users?filter=${filter(`userName eq "${user.userName}"`)}`, [{ active: false }]),
      {
        as: steps.application('User.Read.All'),
        method: 'GET',
        path: `/v1.0/users/${guid}?$select=accountEnabled`,
        expected: { status: 200, json: { accountEnabled: false } },
      },
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a manager who is not here does not lose the person',
    source: `${rfc7644}#section-3.3`,
    request: post(
      '/Users',
      { ...user, [enterprise]: { manager: '{missing}' } },
      { status: 201, json: { id: guid }, without: ['{missing}'] },
    ),
    afterwards: cleanUp,
  },
]

const lookUps = [
  'userName eq "anna.berg@scim.example"',
  'userName eq "ANNA.BERG@scim.example"',
  `externalId eq "${guid}"`,
  `id eq "${guid}"`,
  'emails.value eq "Anna.Berg@scim.example"',
  'emails eq "anna.berg@scim.example"',
  'emails[type eq "work"].value eq "anna.berg@scim.example"',
  'emails[type eq "work" and value co "@scim.example"] and title pr',
  'name.familyName sw "ber" and name.givenName eq "anna"',
  'displayName ew "Berg" and (title eq "engineer" or title eq "boss")',
  `${enterprise}:employeeNumber eq "4711" and active eq true`,
  'urn:ietf:params:scim:schemas:core:2.0:User:title co "ngin"',
  'employeeNumber gt "471" and employeeNumber lt "472" and not (active eq false)',
  'userName ne "bob@visage.example" and department eq "R&D"',
  'userName eq anna.berg@scim.example',
]

const nobody = [
  'userName eq "3c8d1c5e-22f4-4f43-8f0a-9f0b2ac1a111"',
  'externalId eq "4711"',
  'title eq "engineer" and active eq false',
  'emails[type eq "home"].value eq "anna.berg@scim.example"',
]

const wrongFilters = ['userName eq', 'userName is "x"', '(userName pr', 'nonsense eq "x"', '"']

const lists: readonly Scenario[] = [
  ...lookUps.map(
    (text): Scenario => ({
      name: `the filter ${text} finds the person`,
      source: `${rfc7644}#section-3.4.2.2`,
      given: [makeUser(user)],
      request: finds(`/Users?filter=${filter(text)}`, [{ id: guid }]),
      afterwards: cleanUp,
    }),
  ),
  ...nobody.map(
    (text): Scenario => ({
      name: `the filter ${text} finds nobody: 200 with an empty list`,
      source: `${rfc7644}#section-3.4.2`,
      given: [makeUser(user)],
      request: finds(`/Users?filter=${filter(text)}`, []),
      afterwards: cleanUp,
    }),
  ),
  ...wrongFilters.map(
    (text): Scenario => ({
      name: `the filter ${text} is 400 invalidFilter`,
      source: `${rfc7644}#section-3.4.2.2`,
      request: get(`/Users?filter=${filter(text)}`, {}, refused(400, 'invalidFilter')),
    }),
  ),
  {
    name: 'pages of a list follow each other without gap or repetition',
    source: `${rfc7644}#section-3.4.2.4`,
    request: get('/Users?startIndex=1&count=1&attributes=id', {
      startIndex: 1,
      itemsPerPage: 1,
      Resources: { '?count': 1 },
    }),
    next: [
      {
        ...get('/Users?startIndex=1&count=2', { itemsPerPage: 2 }),
        keep: { first: { json: 'Resources.0.id' }, second: { json: 'Resources.1.id' } },
      },
      get('/Users?startIndex=2&count=1', { startIndex: 2, Resources: [{ id: '{second}' }] }),
      get('/Users?sortBy=id&sortOrder=descending&count=1', {}, { without: ['{first}'] }),
      get('/Users?sortBy=userName&count=1', { Resources: { '?count': 1 } }),
    ],
  },
  {
    name: 'startIndex below 1 is 1, a negative count is 0, and 0 gives only the number',
    source: `${rfc7644}#section-3.4.2.4`,
    request: get('/Users?startIndex=-3&count=1', { startIndex: 1, itemsPerPage: 1 }),
    next: [
      get('/Users?count=-1', { itemsPerPage: 0, Resources: [], totalResults: /^[1-9]/ }),
      get('/Users?count=0', { itemsPerPage: 0, Resources: [], totalResults: /^[1-9]/ }),
      get('/Users?startIndex=100000', { itemsPerPage: 0, totalResults: /^[1-9]/ }),
      get('/Users?count=many', {}, refused(400, 'invalidValue')),
      get('/Users?count=0x10', {}, refused(400, 'invalidValue')),
    ],
  },
  {
    name: 'attributes and excludedAttributes choose what is shown',
    source: `${rfc7644}#section-3.9`,
    given: [makeUser(user)],
    request: get(
      `/Users/${guid}?attributes=userName,name.familyName`,
      { id: guid, userName: user.userName, name: { familyName: 'Berg' } },
      { without: ['Engineer', 'givenName', 'meta'] },
    ),
    next: [
      get(
        `/Users/${guid}?excludedAttributes=title,${enterprise}:department`,
        { id: guid },
        {
          without: ['Engineer', 'R&D'],
        },
      ),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'POST to .search lists as GET does',
    source: `${rfc7644}#section-3.4.3`,
    given: [makeUser(user)],
    request: post(
      '/Users/.search',
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        filter: 'title eq "engineer" and userName sw "anna.berg"',
        attributes: ['userName'],
        startIndex: 1,
        count: 10,
      },
      {
        status: 200,
        json: { totalResults: 1, Resources: [{ id: guid, userName: user.userName }] },
        without: ['Engineer'],
      },
    ),
    next: [
      post('/.search', { filter: `id eq "${guid}"` }, { status: 200, json: { totalResults: 1 } }),
    ],
    afterwards: cleanUp,
  },
]

const versions: readonly Scenario[] = [
  {
    name: 'If-Match with an older version is 412 for PUT, PATCH and DELETE',
    source: `${rfc7644}#section-3.14`,
    given: [{ ...makeUser(user), keep: { etag: { header: 'etag' } } }],
    request: {
      ...patch(`/Users/${guid}`, [{ op: 'replace', path: 'title', value: 'Boss' }]),
      headers: { 'if-match': '{etag}' },
    },
    next: [
      {
        ...patch(`/Users/${guid}`, [{ op: 'replace', path: 'title', value: 'X' }], refused(412)),
        headers: { 'if-match': '{etag}' },
      },
      { ...put(`/Users/${guid}`, user, refused(412)), headers: { 'if-match': '{etag}' } },
      { ...remove(`/Users/${guid}`, refused(412)), headers: { 'if-match': '{etag}' } },
      get(`/Users/${guid}`, { title: 'Boss' }),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'If-None-Match with the current version is 304',
    source: `${rfc7644}#section-3.14`,
    given: [{ ...makeUser(user), keep: { etag: { header: 'etag' } } }],
    request: {
      ...get(`/Users/${guid}`, {}),
      headers: { 'if-none-match': '{etag}' },
      expected: { status: 304, empty: true },
    },
    afterwards: cleanUp,
  },
]

const wrongBodies: readonly (readonly [string, unknown, string])[] = [
  ['a text', 'anna', 'invalidSyntax'],
  ['a list', [], 'invalidSyntax'],
  ['null', null, 'invalidSyntax'],
  ['no userName', { displayName: 'Anna' }, 'invalidValue'],
  ['a number as userName', { userName: 7 }, 'invalidValue'],
  ['a blank userName', { userName: ' ' }, 'invalidValue'],
  ['a list as name', { userName: 'a@scim.example', name: [] }, 'invalidValue'],
  ['an unknown state', { userName: 'a@scim.example', active: 'maybe' }, 'invalidValue'],
  ['a text of 641 characters', { userName: 'a'.repeat(641) }, 'invalidValue'],
]

const wrongPatches: readonly (readonly [string, unknown, string])[] = [
  ['no Operations', {}, 'invalidSyntax'],
  ['an unknown op', { Operations: [{ op: 'move', path: 'title' }] }, 'invalidSyntax'],
  ['a remove without path', { Operations: [{ op: 'remove' }] }, 'noTarget'],
  [
    'an open bracket',
    { Operations: [{ op: 'add', path: 'emails[type', value: 1 }] },
    'invalidPath',
  ],
  ['a read-only path', { Operations: [{ op: 'replace', path: 'id', value: 'x' }] }, 'mutability'],
]

const refusals: readonly Scenario[] = [
  {
    name: 'SCIM without a provisioning token, with a wrong one and with one of Graph is 401',
    source: `${rfc7644}#section-2`,
    request: { method: 'GET', path: '/scim/v2/Users', expected: refused(401) },
    next: [
      {
        method: 'GET',
        path: '/scim/v2/Users',
        headers: { authorization: `Bearer visage_scim_${'a'.repeat(43)}` },
        expected: refused(401),
      },
      { as: reader, method: 'GET', path: '/scim/v2/Users', expected: refused(401) },
    ],
  },
  {
    name: 'a provisioning token is no token of Graph',
    source: 'https://learn.microsoft.com/en-us/graph/errors',
    request: { as: entra, method: 'GET', path: '/v1.0/users', expected: { status: 401 } },
  },
  {
    name: 'SCIM answers an unknown address 404 and a wrong method 405, in its own form',
    source: `${rfc7644}#section-3.12`,
    request: get('/Nothing', {}, refused(404)),
    next: [
      remove('/Users', { ...refused(405), headers: { allow: /GET.*POST/ } }),
      get('/Users/{missing}', {}, refused(404)),
      get('/Users/a/b', {}, refused(404)),
      get('/Users/%ff', {}, refused(400)),
    ],
  },
  ...wrongBodies.map(
    ([name, body, scimType]): Scenario => ({
      name: `a create with ${name} is 400 ${scimType}`,
      source: `${rfc7644}#section-3.12`,
      request: post('/Users', body, refused(400, scimType)),
    }),
  ),
  ...wrongPatches.map(
    ([name, body, scimType]): Scenario => ({
      name: `a PATCH with ${name} is 400 ${scimType}`,
      source: `${rfc7644}#section-3.5.2`,
      given: [makeUser(user)],
      request: {
        ...patch(`/Users/${guid}`, []),
        body: { json: body },
        expected: refused(400, scimType),
      },
      afterwards: cleanUp,
    }),
  ),
  {
    name: 'a PATCH that fails in its last operation changes nothing',
    source: `${rfc7644}#section-3.5.2`,
    given: [makeUser(user)],
    request: patch(
      `/Users/${guid}`,
      [
        { op: 'replace', path: 'title', value: 'Boss' },
        { op: 'replace', path: 'active', value: 'perhaps' },
      ],
      refused(400, 'invalidValue'),
    ),
    next: [get(`/Users/${guid}`, { title: 'Engineer' })],
    afterwards: cleanUp,
  },
  {
    name: 'names from JavaScript’s insides are attributes that are not kept',
    source: 'https://github.com/advisories?query=CVE-2026-48170',
    request: {
      ...makeUser(user),
      body: {
        text: `{"userName":"${user.userName}","externalId":"${guid}","__proto__":{"active":false},"constructor":{"prototype":{"title":"x"}}}`,
      },
    },
    next: [
      patch(`/Users/${guid}`, [
        { op: 'add', path: '__proto__.title', value: 'x' },
        { op: 'add', path: 'constructor.prototype.title', value: 'x' },
        { op: 'add', value: { 'constructor.prototype.title': 'x' } },
      ]),
      get(`/Users/${guid}`, { active: true }, { without: ['title'] }),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a body that is no JSON, has a name twice or is nested deeply is 400 invalidSyntax',
    source: `${rfc7644}#section-3.12`,
    request: {
      ...post('/Users', {}, refused(400, 'invalidSyntax')),
      body: { text: '{"userName":' },
    },
    next: [
      {
        ...post('/Users', {}, refused(400, 'invalidSyntax')),
        body: { text: '{"userName":"a@scim.example","userName":"b@scim.example"}' },
      },
      {
        ...post('/Users', {}, refused(400, 'invalidSyntax')),
        body: { text: `${'['.repeat(1000)}${']'.repeat(1000)}` },
      },
      {
        ...post('/Users', {}, refused(413)),
        body: { text: `{"userName":"${'x'.repeat(6 * 1024 * 1024)}"}` },
      },
    ],
  },
]

const senders: readonly Scenario[] = [
  {
    name: 'another sender does not see the externalId, and may not change the person',
    source: `${rfc7644}#section-3.12`,
    given: [makeUser(user)],
    request: sender(okta).get(
      `/Users/${guid}`,
      { id: guid, userName: user.userName },
      { without: ['externalId'] },
    ),
    next: [
      sender(okta).finds(`/Users?filter=${filter(`externalId eq "${guid}"`)}`, []),
      sender(okta).remove(`/Users/${guid}`, { ...refused(409), holds: ["'scim:entra'"] }),
    ],
    afterwards: cleanUp,
  },
]

export const scimUsers: readonly Scenario[] = [
  ...operations,
  ...lists,
  ...versions,
  ...refusals,
  ...senders,
]
