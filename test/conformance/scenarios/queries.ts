/**
 * $filter, $search, $orderby, $select and $count of people, groups and contacts, and the list of
 * people that pickers ask for.
 */
import type { Exchange, Expected, Scenario, Shape, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph'
const filterPage = `${pages}/filter-query-parameter`
const searchPage = `${pages}/search-query-parameter`
const advancedPage = `${pages}/aad-advanced-queries`
const people = steps.self('User.ReadBasic.All', 'User.Read')
const groups = steps.self('Group.Read.All', 'GroupMember.Read.All', 'User.ReadBasic.All')
const eventual = { consistencylevel: 'eventual' }

/** `query` as people write it; it is escaped here. */
function ask(
  path: string,
  query: string,
  expected: Expected,
  as: Wanted = people,
  headers?: Exchange['headers'],
): Exchange {
  const url = query === '' ? path : `${path}?${escapeQuery(query)}`
  return { as, method: 'GET', path: url, expected, ...(headers && { headers }) }
}

/** Placeholders in braces stay. */
function escapeQuery(query: string): string {
  return encodeURI(query).replaceAll('%7B', '{').replaceAll('%7D', '}').replaceAll('#', '%23')
}

function told(json: Shape, more: Partial<Expected> = {}): Expected {
  return { status: 200, json, ...more }
}

const self = told({ value: [{ id: '{self}' }] })
const nobody = told({ value: [] })

function refused(...says: readonly string[]): Expected {
  return { status: 400, error: { says } }
}

type Row = readonly [query: string, expected: Expected, headers?: Exchange['headers']]

const selfBy = "userPrincipalName eq '{selfName}'"

const ofPeople: readonly Row[] = [
  ["$filter=id eq '{self}'", self],
  ["$filter=ID EQ '{self}'", self],
  ["$filter=id in ('{self}','nobody')", self],
  [`$filter=${selfBy} and accountEnabled eq true`, self],
  [`$filter=${selfBy} and accountEnabled eq false`, nobody],
  [`$filter=(${selfBy} or mail eq 'nobody@a.example') and id eq '{self}'`, self],
  [
    `$filter=id eq '{other}' or ${selfBy} and id eq '{guest}'`,
    told({ value: [{ id: '{other}' }] }),
  ],
  [
    "$filter=userType eq 'guest'",
    told({ value: { '?some': { id: '{guest}' } } }, { without: ['{selfName}'] }),
  ],
  [`$filter=${selfBy} and surname eq null`, nobody],
  ["$filter=startsWith(userPrincipalName,'{selfName}')", self],
  ["$filter=department eq 'nowhere'", nobody],
  ['$filter=', told({ value: { '?some': { id: '{self}' } } })],
  [`$filter=${selfBy} and userType ne 'Guest'`, self, eventual],
  [`$filter=not(userType eq 'Guest') and ${selfBy}`, self, eventual],
  [`$filter=NOT startsWith(userPrincipalName,'{selfName}') and id eq '{self}'`, nobody, eventual],
  [`$filter=endsWith(userPrincipalName,'{selfName}')`, self, eventual],
  [`$filter=${selfBy}&$orderby=displayName desc`, self, eventual],
  [`$search="displayName:ali" AND "userPrincipalName:{selfName}"`, self, eventual],
  [`$search="displayName:ali" AND "userPrincipalName:{otherName}"`, nobody, eventual],
  [
    `$search=("displayName:nobody" OR "displayName:ali") AND "userPrincipalName:{selfName}"`,
    self,
    eventual,
  ],
  [`$search="displayName:ali"&$filter=id eq '{other}'`, nobody, eventual],
]

const answered: readonly Scenario[] = ofPeople.map(([query, expected, headers]) => ({
  name: `GET /users?${query} narrows as it says`,
  source: query.includes('$search') ? searchPage : filterPage,
  request: ask('/v1.0/users', query, expected, people, headers),
}))

const refusals: readonly (readonly [query: string, says: string])[] = [
  [
    "$filter=nonsense eq 'x'",
    "Could not find a property named 'nonsense' on type 'microsoft.graph.user'",
  ],
  [
    "$filter=companyName eq 'x'",
    "Unsupported or invalid query filter clause specified for property 'companyName' of resource 'User'.",
  ],
  ["$filter=contains(displayName,'li')", "property 'displayName'"],
  ["$filter=displayName gt 'a'", "'gt'"],
  ['$filter=length(displayName) eq 5', "'length'"],
  ["$filter=displayName eq 'a", 'quote'],
  ["$filter=displayName eq 'a' garbage", 'garbage'],
  ["$filter=(displayName eq 'a'", ')'],
  ["$filter=accountEnabled eq 'true'", 'true or false'],
  ['$filter=displayName eq true', 'true'],
  [`$filter=${'('.repeat(30)}id eq 'a'${')'.repeat(30)}`, 'nested'],
  [`$filter=mail eq '${'a'.repeat(257)}'`, '256'],
  ['$search="nonsense:back"', "'nonsense'"],
  ['$search="jobTitle"', 'jobTitle'],
  ['$search="displayName:a" and "mail:b"', 'AND'],
  ['$search="displayName:a" NOT "mail:b"', 'NOT'],
  ['$search=displayName:a', 'double quotes'],
  ['$search="displayName:a', 'quote'],
  ['$select=nonsense', "Could not find a property named 'nonsense' on type 'microsoft.graph.user'"],
  ['$orderby=jobTitle', 'displayName'],
  ['$orderby=displayName sideways', '$orderby'],
  ['$count=maybe', '$count'],
]

const named: readonly Scenario[] = refusals.map(([query, says], at) => ({
  name: `A query of people that is not understood is refused by name: ${query.slice(0, 60)} (${at})`,
  source: `${pages}/query-parameters`,
  request: ask('/v1.0/users', query, refused(says), people, eventual),
}))

const header = "'ConsistencyLevel:eventual' header is missing"
const advanced: readonly (readonly [path: string, query: string, says: string])[] = [
  [
    '/v1.0/users',
    '$search="displayName:ali"',
    "special request header: 'ConsistencyLevel: eventual'",
  ],
  [
    '/v1.0/users',
    "$filter=endsWith(mail,'a')",
    `Operator 'endsWith' is not supported because the ${header}`,
  ],
  [
    '/v1.0/users',
    "$filter=userType ne 'Guest'",
    `Operator 'ne' is not supported because the ${header}`,
  ],
  [
    '/v1.0/users',
    "$filter=not(userType eq 'Guest')",
    `Operator 'not' is not supported because the ${header}`,
  ],
  [
    '/v1.0/users',
    "$filter=userType eq 'Guest'&$orderby=displayName",
    'Sorting not supported for current query.',
  ],
  ['/v1.0/users/$count', '', `Raw count (/$count) is not supported because the ${header}`],
  [
    '/v1.0/groups',
    '$search="displayName:ali"',
    "special request header: 'ConsistencyLevel: eventual'",
  ],
  ['/v1.0/groups/$count', '', `Raw count (/$count) is not supported because the ${header}`],
]

const withoutHeader: readonly Scenario[] = advanced.map(([path, query, says]) => ({
  name: `${path}${query && `?${query}`} needs ConsistencyLevel: eventual, in Graph's words`,
  source: advancedPage,
  request: ask(
    path,
    query,
    { status: 400, error: { code: 'Request_UnsupportedQuery', says: [says] } },
    path.includes('groups') ? groups : people,
  ),
}))

const counts: readonly Scenario[] = [
  {
    name: '$count=true without ConsistencyLevel: eventual brings no count and no error',
    source: advancedPage,
    request: ask('/v1.0/users', '$count=true&$top=1', told({}, { without: ['@odata.count'] })),
  },
  {
    name: 'How many people there are is told beside the first page, and alone',
    source: `${pages}/query-parameters#count`,
    request: ask(
      '/v1.0/users',
      `$count=true&$top=1&$filter=${selfBy}`,
      told({ '@odata.count': 1, value: [{ id: '{self}' }] }),
      people,
      eventual,
    ),
    next: [
      ask(
        '/v1.0/users/$count',
        '',
        { status: 200, headers: { 'content-type': /^text\/plain/ } },
        people,
        eventual,
      ),
      ask(
        '/v1.0/users/$count',
        `$filter=${selfBy}`,
        { status: 200, holds: ['1'] },
        people,
        eventual,
      ),
      ask(
        '/v1.0/users/$count',
        `$filter=id eq 'nobody'`,
        { status: 200, holds: ['0'] },
        people,
        eventual,
      ),
      ask(
        '/v1.0/groups/$count',
        "$filter=id eq '{ownGroup}'",
        { status: 200, holds: ['1'] },
        groups,
        eventual,
      ),
      ask(
        '/v1.0/groups/{ownGroup}/members',
        '$count=true',
        told({ '@odata.count': /^\d+$/ }),
        groups,
        eventual,
      ),
      ask(
        '/v1.0/groups/{ownGroup}/owners/$count',
        '',
        { status: 200, holds: ['1'] },
        groups,
        eventual,
      ),
      ask(
        '/v1.0/me/memberOf/$count',
        "$filter=id eq '{memberGroup}'",
        { status: 200, holds: ['1'] },
        groups,
        eventual,
      ),
    ],
  },
]

const orders: readonly Scenario[] = [
  'displayName',
  'displayName desc',
  'userPrincipalName',
  'userPrincipalName desc',
].map(order => ({
  name: `People are listed by ${order}, and the link keeps the order`,
  source: `${pages}/query-parameters#orderby`,
  request: {
    ...ask(
      '/v1.0/users',
      `$orderby=${order}&$top=2&$select=id`,
      told({ '@odata.nextLink': /\$skiptoken=/, value: { '?count': 2 } }),
    ),
    keep: { first: { json: 'value.0.id' }, link: { json: '@odata.nextLink' } },
  },
  next: [ask('{link:raw}', '', told({ value: { '?count': 2 } }, { without: ['{first}'] }))],
}))

const ofGroups: readonly Scenario[] = [
  {
    name: 'Groups are found by every property that is kept',
    source: filterPage,
    request: ask(
      '/v1.0/groups',
      "$filter=id eq '{ownGroup}' and groupTypes/any(c:c eq 'Unified')",
      told({ value: [{ id: '{ownGroup}' }] }),
      groups,
    ),
    next: [
      ask(
        '/v1.0/groups',
        "$filter=resourceProvisioningOptions/Any(x:x eq 'Team') and id eq '{ownTeam}'",
        told({ value: [{ id: '{ownTeam}' }] }),
        groups,
      ),
      ask(
        '/v1.0/groups',
        "$filter=resourceProvisioningOptions/any(x:x eq 'Team') and id eq '{plainGroup}'",
        nobody,
        groups,
      ),
      ask(
        '/v1.0/groups',
        "$filter=not(groupTypes/any(c:c eq 'Unified')) and id eq '{ownGroup}'",
        nobody,
        groups,
        eventual,
      ),
      ask(
        '/v1.0/groups',
        "$filter=mailEnabled eq true and securityEnabled eq false and id eq '{ownGroup}'",
        told({ value: [{ id: '{ownGroup}' }] }),
        groups,
      ),
      ask('/v1.0/groups', "$filter=visibility eq 'nowhere'", nobody, groups),
      ask(
        '/v1.0/groups',
        "$filter=(startswith(displayName,'desi') or startswith(mailNickname,'desi') or startswith(mail,'desi'))&$top=6&$count=true",
        told({ value: [{ id: '{ownGroup}' }] }),
        groups,
      ),
      ask('/v1.0/groups', "$filter=groupTypes eq 'Unified'", refused("'groupTypes'"), groups),
      ask('/v1.0/groups', '$select=nonsense', refused('microsoft.graph.group'), groups),
    ],
  },
  {
    name: 'Members of a group are filtered and counted, and an empty filter is none',
    source: `${pages}/api/group-list-members`,
    request: ask(
      '/v1.0/groups/{ownGroup}/members/microsoft.graph.user',
      '$top=5&$filter=',
      told({ value: { '?some': { id: /./ } } }),
      groups,
    ),
    next: [
      ask(
        '/v1.0/groups/{ownGroup}/owners',
        "$filter=id eq '{self}'",
        told({ value: [{ id: '{self}' }] }),
        groups,
      ),
      ask('/v1.0/groups/{ownGroup}/owners', "$filter=id eq '{other}'", nobody, groups),
    ],
  },
]

const contactReader = steps.self('Contacts.Read')
const ofContacts: readonly Scenario[] = [
  {
    name: 'Contacts are filtered, ordered and counted without ConsistencyLevel',
    source: `${pages}/api/user-list-contacts`,
    request: ask(
      '/v1.0/me/contacts',
      "$filter=id eq '{contact}'&$count=true&$orderby=displayName desc",
      told({ '@odata.count': 1, value: [{ id: '{contact}' }] }),
      contactReader,
    ),
    next: [
      ask(
        '/v1.0/me/contacts',
        "$filter=id ne '{contact}' and id eq '{contact}'",
        nobody,
        contactReader,
      ),
      ask(
        '/v1.0/me/contacts',
        "$filter=emailAddresses/any(a:a/address eq 'nobody@a.example')",
        nobody,
        contactReader,
      ),
      ask('/v1.0/me/contacts', "$filter=contains(displayName,'zzz')", nobody, contactReader),
      ask(
        '/v1.0/me/contacts',
        "$filter=nonsense eq 'x'",
        refused('microsoft.graph.contact'),
        contactReader,
      ),
      ask(
        '/v1.0/me/contacts',
        '$select=nonsense',
        refused('microsoft.graph.contact'),
        contactReader,
      ),
    ],
  },
]

const picker = steps.self('People.Read')
const ofPickers: readonly Scenario[] = [
  {
    name: 'People to pick are found as the Graph Toolkit asks for them',
    source: `${pages}/api/user-list-people`,
    request: ask(
      '/v1.0/me/people',
      `$search="ali"&$top=1&$filter=personType/class eq 'Person'`,
      told({
        '@odata.context': "{base}/v1.0/$metadata#users('{self}')/people",
        value: [
          {
            id: '{self}',
            userPrincipalName: '{selfName}',
            personType: { class: 'Person', subclass: 'OrganizationUser' },
            scoredEmailAddresses: { '?some': { address: /@/ } },
          },
        ],
      }),
      picker,
    ),
    next: [
      ask('/v1.0/me/people', `$search="ali"&$filter=personType/class eq 'Group'`, nobody, picker),
      ask(
        '/v1.0/me/people',
        '$select=displayName,scoredEmailAddresses',
        told({ value: { '?count': 10 } }, { without: ['userPrincipalName'] }),
        picker,
      ),
      ask('/v1.0/me/people', '$select=nonsense', refused('microsoft.graph.person'), picker),
      ask('/v1.0/me/people', '$search=" "', refused('it is empty'), picker),
    ],
  },
  {
    name: 'People to pick of somebody else need People.Read.All',
    source: `${pages}/api/user-list-people`,
    request: ask(
      '/v1.0/users/{other}/people',
      '',
      { status: 403, error: { says: ['People.Read.All'] } },
      steps.exactly('delegated', ['People.Read']),
    ),
    next: [
      ask(
        '/v1.0/users/{other}/people',
        '$top=1',
        told({ value: { '?count': 1 } }),
        steps.application('People.Read.All'),
      ),
    ],
  },
  {
    name: 'Properties that Graph has and nobody keeps are told as null',
    source: `${pages}/query-parameters#select`,
    request: ask(
      '/v1.0/me',
      '$select=id,companyName,proxyAddresses',
      told({ id: '{self}', companyName: null, proxyAddresses: [] }),
    ),
  },
  ...['users/delta', 'users/delta()', 'users/microsoft.graph.delta', 'groups/delta'].map(
    (path): Scenario => ({
      name: `GET /${path} says that it is not served`,
      source: `${pages}/delta-query-overview`,
      request: ask(`/v1.0/${path}`, '', { status: 400, error: { says: ['delta', 'not served'] } }),
    }),
  ),
  {
    name: 'A person has no profile, and deleting it says that it is not served',
    source: `${pages}/api/profile-get?view=graph-rest-beta`,
    request: ask('/beta/users/{self}/profile', '', {
      status: 404,
      error: {
        code: 'Request_ResourceNotFound',
        says: [
          "Resource 'profile' does not exist or one of its queried reference-property objects are not present.",
        ],
      },
    }),
    next: [
      {
        ...ask('/beta/users/{self}/profile', '', {
          status: 400,
          error: { says: ['profile', 'not served'] },
        }),
        method: 'DELETE',
      },
    ],
  },
]

export const queries: readonly Scenario[] = [
  ...answered,
  ...named,
  ...withoutHeader,
  ...counts,
  ...orders,
  ...ofGroups,
  ...ofContacts,
  ...ofPickers,
]
