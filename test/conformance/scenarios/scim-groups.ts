/** Groups over SCIM 2.0: every operation, and changes of members in every form that senders use. */
import type { Exchange, Scenario, Shape } from '../scenario.ts'
import { entra, filter, type Op, ofGroup, refused, rfc7644, sender } from '../scim-steps.ts'
import * as steps from '../steps.ts'

const { get, finds, post, put, patch, remove, makeUser, makeGroup } = sender(entra)
const guid = '7d0c5a11-2b7e-4a54-9d3c-0f2d6f0a0002'
const group = { displayName: 'Sales SCIM', externalId: guid }

const anna = makeUser({ userName: 'anna@groups.scim.example' }, 'anna')
const ben = makeUser({ userName: 'ben@groups.scim.example' }, 'ben')
const cem = makeUser({ userName: 'cem@groups.scim.example' }, 'cem')
const people = [anna, ben, cem]
const member = (name: string) => ({ value: `{${name}}` })
const cleanUp = [
  remove(`/Groups/${guid}`),
  ...['anna', 'ben', 'cem'].map(name => remove(`/Users/{${name}}`)),
]

/** Exactly these members. */
function allMembers(...names: readonly string[]): Exchange[] {
  if (names.length === 0) return [get(`/Groups/${guid}`, { id: guid }, { without: ['members'] })]
  const shapes: readonly Shape[] = [
    { '?count': names.length },
    ...names.map(name => ({ '?some': { value: `{${name}}` } })),
  ]
  return shapes.map(members => get(`/Groups/${guid}`, { members }))
}

const operations: readonly Scenario[] = [
  {
    name: 'SCIM creates a group with members, and Graph knows both',
    source: `${rfc7644}#section-3.3`,
    given: people,
    request: post(
      '/Groups',
      { ...group, members: [member('anna'), { value: '{ben}', display: 'Ben', type: 'User' }] },
      {
        status: 201,
        headers: { location: `{base}/scim/v2/Groups/${guid}` },
        json: {
          id: guid,
          externalId: guid,
          displayName: 'Sales SCIM',
          members: { '?count': 2 },
          meta: { resourceType: 'Group' },
        },
      },
    ),
    next: [
      {
        as: steps.application('GroupMember.Read.All', 'User.Read.All'),
        method: 'GET',
        path: `/v1.0/groups/${guid}/members`,
        expected: { status: 200, json: { value: { '?some': { id: '{anna}' } } } },
      },
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a repeated create of a group is 409, by externalId and, without one, by name',
    source: `${rfc7644}#section-3.3`,
    given: [makeGroup(group)],
    request: post('/Groups', group, refused(409, 'uniqueness')),
    next: [post('/Groups', { displayName: 'Sales SCIM', members: [] }, refused(409, 'uniqueness'))],
    afterwards: [remove(`/Groups/${guid}`)],
  },
  {
    name: 'a group’s GET shows its members unless they are excluded',
    source: `${rfc7644}#section-3.9`,
    given: [...people, makeGroup({ ...group, members: [member('anna')] })],
    request: get(`/Groups/${guid}`, {
      members: [{ value: '{anna}', $ref: '{base}/scim/v2/Users/{anna}' }],
    }),
    next: [
      get(`/Groups/${guid}?excludedAttributes=members`, { id: guid }, { without: ['{anna}'] }),
      finds(`/Groups?filter=${filter('displayName eq "SALES scim"')}`, [
        { members: [{ value: '{anna}' }] },
      ]),
      get(
        `/Groups?filter=${filter('displayName eq "Sales SCIM"')}&excludedAttributes=members`,
        { totalResults: 1 },
        { without: ['{anna}'] },
      ),
      get(
        `/Groups/${guid}?attributes=displayName`,
        { displayName: 'Sales SCIM' },
        { without: ['{anna}'] },
      ),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'groups are found by a member and by externalId',
    source: `${rfc7644}#section-3.4.2.2`,
    given: [...people, makeGroup({ ...group, members: [member('anna')] })],
    request: {
      ...finds('/Groups?filter=members.value%20eq%20%22{anna}%22', [{ id: guid }]),
    },
    next: [
      finds('/Groups?filter=members%5Bvalue%20eq%20%22{ben}%22%5D', []),
      finds(`/Groups?filter=${filter(`externalId eq "${guid}"`)}`, [{ id: guid }]),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'PUT replaces the members that it names and keeps those that it does not',
    source: `${rfc7644}#section-3.5.1`,
    given: [...people, makeGroup({ ...group, members: [member('anna'), member('ben')] })],
    request: put(`/Groups/${guid}`, { ...group, displayName: 'Sales SCIM 2' }),
    next: [
      ...allMembers('anna', 'ben'),
      put(`/Groups/${guid}`, { ...group, members: [member('cem')] }),
      ...allMembers('cem'),
      put(`/Groups/${guid}`, { ...group, members: [] }),
      ...allMembers(),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a deleted group is gone, and a new create brings it back with its members',
    source: `${rfc7644}#section-3.6`,
    given: [...people, makeGroup({ ...group, members: [member('anna')] })],
    request: remove(`/Groups/${guid}`),
    next: [
      get(`/Groups/${guid}`, {}, refused(404)),
      remove(`/Groups/${guid}`, refused(404)),
      makeGroup(group),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'owners, team, visibility and description are in an extension',
    source: `${rfc7644}#section-3.3`,
    given: [
      ...people,
      makeGroup({
        ...group,
        [ofGroup]: {
          owners: [member('anna')],
          team: true,
          visibility: 'private',
          description: 'D',
        },
      }),
    ],
    request: get(`/Groups/${guid}`, {
      [ofGroup]: {
        owners: [{ value: '{anna}' }],
        team: true,
        visibility: 'Private',
        description: 'D',
      },
    }),
    next: [
      {
        as: steps.application('Group.Read.All', 'User.Read.All'),
        method: 'GET',
        path: `/v1.0/groups/${guid}/owners`,
        expected: { status: 200, json: { value: [{ id: '{anna}' }] } },
      },
      patch(`/Groups/${guid}`, [
        { op: 'add', path: `${ofGroup}:owners`, value: [member('ben')] },
        { op: 'remove', path: `${ofGroup}:owners[value eq "{anna}"]` },
        { op: 'replace', path: `${ofGroup}:team`, value: 'False' },
      ]),
      // A sender that does not know the extension leaves it as it is.
      put(`/Groups/${guid}`, { ...group, members: [] }),
      get(`/Groups/${guid}`, {
        [ofGroup]: { owners: [{ value: '{ben}' }], team: false, visibility: 'Private' },
      }),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'a change of a group’s members is a new version of the group',
    source: `${rfc7644}#section-3.14`,
    given: [...people, { ...makeGroup(group), keep: { etag: { header: 'etag' } } }],
    request: {
      ...patch(`/Groups/${guid}`, [{ op: 'add', path: 'members', value: [member('anna')] }]),
      headers: { 'if-match': '{etag}' },
    },
    next: [
      {
        ...patch(
          `/Groups/${guid}`,
          [{ op: 'remove', path: 'members', value: [member('anna')] }],
          refused(412),
        ),
        headers: { 'if-match': '{etag}' },
      },
      ...allMembers('anna'),
    ],
    afterwards: cleanUp,
  },
  {
    name: 'members are kept while a person is disabled, and not shown once they are deleted',
    source:
      'https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity/app-provisioning/how-provisioning-works.md',
    given: [...people, makeGroup({ ...group, members: [member('anna'), member('ben')] })],
    request: patch('/Users/{anna}', [{ op: 'Replace', path: 'active', value: 'False' }]),
    next: [...allMembers('anna', 'ben'), remove('/Users/{anna}'), ...allMembers('ben')],
    afterwards: cleanUp,
  },
]

/** Each begins with Anna and Ben in the group. */
const memberChanges: readonly (readonly [string, readonly Op[], readonly string[]])[] = [
  ['adds one', [{ op: 'add', path: 'members', value: [member('cem')] }], ['anna', 'ben', 'cem']],
  [
    'adds a single object',
    [{ op: 'Add', path: 'Members', value: member('cem') }],
    ['anna', 'ben', 'cem'],
  ],
  [
    'adds one who is there',
    [{ op: 'add', path: 'members', value: [member('ben')] }],
    ['anna', 'ben'],
  ],
  [
    'adds without path',
    [{ op: 'add', value: { members: [member('cem')] } }],
    ['anna', 'ben', 'cem'],
  ],
  [
    'adds somebody unknown beside somebody known',
    [{ op: 'add', path: 'members', value: [{ value: '{missing}' }, member('cem')] }],
    ['anna', 'ben', 'cem'],
  ],
  [
    'removes by a list with $ref of null',
    [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{anna}' }] }],
    ['ben'],
  ],
  ['removes by a filter', [{ op: 'remove', path: 'members[value eq "{anna}"]' }], ['ben']],
  [
    'removes one who is not there',
    [{ op: 'remove', path: 'members[value eq "{cem}"]' }],
    ['anna', 'ben'],
  ],
  ['removes all', [{ op: 'remove', path: 'members' }], []],
  ['replaces all', [{ op: 'replace', path: 'members', value: [member('cem')] }], ['cem']],
  ['replaces all without path', [{ op: 'replace', value: { members: [member('cem')] } }], ['cem']],
  [
    'removes and adds',
    [
      { op: 'remove', path: 'members[value eq "{anna}"]' },
      { op: 'add', path: 'members', value: [member('cem')] },
    ],
    ['ben', 'cem'],
  ],
  [
    'adds and then removes the same person',
    [
      { op: 'add', path: 'members', value: [member('cem')] },
      { op: 'remove', path: 'members', value: [member('cem')] },
    ],
    ['anna', 'ben'],
  ],
  [
    'removes and then adds the same person',
    [
      { op: 'remove', path: 'members', value: [member('anna')] },
      { op: 'add', path: 'members', value: [member('anna')] },
    ],
    ['anna', 'ben'],
  ],
  [
    'replaces all and adds one in one request',
    [
      { op: 'replace', path: 'members', value: [member('cem')] },
      { op: 'add', path: 'members', value: [member('anna')] },
    ],
    ['anna', 'cem'],
  ],
]

const changes: readonly Scenario[] = memberChanges.map(([name, ops, left]) => ({
  name: `a PATCH that ${name} leaves ${left.join(', ') || 'nobody'} in the group`,
  source: `${rfc7644}#section-3.5.2`,
  given: [...people, makeGroup({ ...group, members: [member('anna'), member('ben')] })],
  request: patch(`/Groups/${guid}`, ops, { status: 204, empty: true }),
  next: allMembers(...left),
  afterwards: cleanUp,
}))

const refusals: readonly Scenario[] = [
  {
    name: 'a group of another source is 409 in words',
    source: `${rfc7644}#section-3.12`,
    request: patch(
      '/Groups/{ownGroup}',
      [{ op: 'add', path: 'members', value: [{ value: '{other}' }] }],
      {
        ...refused(409),
        holds: ["'graph' manages this resource"],
      },
    ),
    next: [remove('/Groups/{ownGroup}', refused(409))],
  },
  {
    name: 'a group without displayName is 400, and an unknown one is 404',
    source: `${rfc7644}#section-3.12`,
    request: post('/Groups', { members: [] }, refused(400, 'invalidValue')),
    next: [
      patch('/Groups/{missing}', [{ op: 'remove', path: 'members' }], refused(404)),
      put('/Groups/{missing}', group, refused(404)),
      get('/Groups/{missing}', {}, refused(404)),
    ],
  },
  {
    name: 'a PATCH with a wrong operation adds nobody',
    source: `${rfc7644}#section-3.5.2`,
    given: [...people, makeGroup(group)],
    request: patch(
      `/Groups/${guid}`,
      [
        { op: 'add', path: 'members', value: [member('anna')] },
        { op: 'add', path: 'members', value: [{ value: 7 }] },
      ],
      refused(400, 'invalidValue'),
    ),
    next: allMembers(),
    afterwards: cleanUp,
  },
]

export const scimGroups: readonly Scenario[] = [...operations, ...changes, ...refusals]
