/**
 * Permissions to update, read and delete photos: every cell of the published tables, each
 * permission alone, and the rules that depend on the owner. The tables are copied here from the
 * documentation, so that an error in the server's own tables is found.
 */
import type { PictureName } from '../pictures.ts'
import type { AdminRole, Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

type Kind = 'delegated' | 'personal' | 'application'
/** Any one of these is enough; none means "not supported". */
type Row = Readonly<Record<Kind, readonly string[]>>
type Resource = 'contact' | 'group' | 'team' | 'user'
type Table = Readonly<Record<Resource, Row>>

const nobody: Row = { delegated: [], personal: [], application: [] }

/** "要更新联系人的个人资料照片 …" and the three tables after it. */
const updateTable: Table = {
  contact: {
    delegated: ['Contacts.ReadWrite'],
    personal: [],
    application: ['Contacts.ReadWrite'],
  },
  group: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
    personal: [],
    application: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
  },
  team: {
    delegated: ['TeamSettings.ReadWrite.All'],
    personal: [],
    application: [],
  },
  user: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite', 'User.ReadWrite.All'],
    personal: ['User.ReadWrite'],
    application: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  },
}

const groupReaders = [
  'ProfilePhoto.Read.All',
  'ProfilePhoto.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
]
const teamReaders = ['Team.ReadBasic.All', 'TeamSettings.Read.All', 'TeamSettings.ReadWrite.All']
const contactReaders = ['Contacts.Read', 'Contacts.ReadWrite']

const getTable: Table = {
  contact: {
    delegated: contactReaders,
    personal: contactReaders,
    application: contactReaders,
  },
  group: { delegated: groupReaders, personal: [], application: groupReaders },
  team: { delegated: teamReaders, personal: [], application: teamReaders },
  user: {
    delegated: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.Read',
      'User.ReadBasic.All',
      'User.Read.All',
      'User.ReadWrite',
      'User.ReadWrite.All',
    ],
    personal: ['User.Read', 'User.ReadWrite'],
    application: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.Read.All',
      'User.ReadWrite.All',
    ],
  },
}

/** "Metadata operation is not supported for personal Microsoft accounts." */
const metadataTable: Table = { ...getTable, user: { ...getTable.user, personal: [] } }

const deleteTable: Table = {
  contact: nobody,
  group: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
    personal: [],
    application: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
  },
  team: nobody,
  user: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite', 'User.ReadWrite.All'],
    personal: ['User.ReadWrite'],
    application: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  },
}

/** Every permission related to photos or their owners. */
const allPermissions = [
  'Contacts.Read',
  'Contacts.ReadWrite',
  'Contacts.ReadWrite.Shared',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'GroupMember.Read.All',
  'ProfilePhoto.Read.All',
  'ProfilePhoto.ReadWrite.All',
  'Team.ReadBasic.All',
  'TeamSettings.Read.All',
  'TeamSettings.ReadWrite.All',
  'User.Read',
  'User.Read.All',
  'User.ReadBasic.All',
  'User.ReadWrite',
  'User.ReadWrite.All',
]

type Action = Readonly<{
  verb: string
  table: Table
  source: string
  request: (place: string) => Pick<Exchange, 'method' | 'path' | 'body'>
}>

const drawn: PictureName = 'a portrait'
const earlier: PictureName = 'another portrait'

const actions: readonly Action[] = [
  {
    verb: 'update',
    table: updateTable,
    source: steps.updatePage,
    request: place => ({
      method: 'PUT',
      path: `${place}/photo/$value`,
      body: { picture: drawn },
    }),
  },
  {
    verb: 'see',
    table: getTable,
    source: steps.getPage,
    request: place => ({ method: 'GET', path: `${place}/photo/$value` }),
  },
  {
    verb: 'see the metadata of',
    table: metadataTable,
    source: steps.getPage,
    request: place => ({ method: 'GET', path: `${place}/photo` }),
  },
  {
    verb: 'delete',
    table: deleteTable,
    source: steps.deletePage,
    request: place => ({ method: 'DELETE', path: `${place}/photo/$value` }),
  },
]

/** Where the caller's own photo is, or for an application anybody's. */
const places: Readonly<Record<Kind, Readonly<Record<Resource, string>>>> = {
  delegated: {
    contact: '/v1.0/me/contacts/{contact}',
    group: '/v1.0/groups/{ownGroup}',
    team: '/v1.0/teams/{ownTeam}',
    user: '/v1.0/me',
  },
  // A personal account has neither groups nor teams; a refusal comes before anything is looked up.
  personal: {
    contact: '/v1.0/me/contacts/{made}',
    group: '/v1.0/groups/{missing}',
    team: '/v1.0/teams/{missing}',
    user: '/v1.0/me',
  },
  application: {
    contact: '/v1.0/users/{self}/contacts/{contact}',
    group: '/v1.0/groups/{ownGroup}',
    team: '/v1.0/teams/{ownTeam}',
    user: '/v1.0/users/{other}',
  },
}

const callers: Readonly<Record<Kind, string>> = {
  delegated: 'A person at work',
  personal: 'A personal account',
  application: 'An application',
}
const owners: Readonly<Record<Kind, Readonly<Record<Resource, string>>>> = {
  delegated: {
    contact: "one of their contacts'",
    group: "their group's",
    team: "their team's",
    user: 'their own',
  },
  personal: {
    contact: "one of their contacts'",
    group: "a group's",
    team: "a team's",
    user: 'their own',
  },
  application: {
    contact: "a contact's",
    group: "a group's",
    team: "a team's",
    user: "anyone's",
  },
}

/** An address where an application can set and read the photo, to prepare and check a scenario. */
function neutral(kind: Kind, resource: Resource): { place: string; as: Wanted } | undefined {
  if (kind === 'personal') {
    return resource === 'user' ? { place: '/v1.0/me', as: steps.personalMe } : undefined
  }
  // A team's photo is its group's.
  const place = resource === 'team' ? '/v1.0/groups/{ownTeam}' : places.application[resource]
  const isMine = kind === 'delegated' && resource === 'user'
  return { place: isMine ? '/v1.0/users/{self}' : place, as: steps.photographer }
}

function fromTables(): Scenario[] {
  const resources = Object.keys(updateTable) as Resource[]
  const kinds = Object.keys(callers) as Kind[]
  return actions.flatMap(action =>
    resources.flatMap(resource => kinds.flatMap(kind => fromCell(action, resource, kind))),
  )
}

function fromCell(action: Action, resource: Resource, kind: Kind): Scenario[] {
  const sufficient = action.table[resource][kind]
  const cell = { action, resource, kind, sufficient }
  // With all permissions at once: if that is not enough, none is.
  if (sufficient.length === 0) return [refused(cell, allPermissions, 'with every permission')]
  return [
    ...allPermissions.map(permission =>
      sufficient.includes(permission)
        ? allowed(cell, permission)
        : refused(cell, [permission], `with ${permission} alone`),
    ),
    refused(cell, [], 'without any permission'),
  ]
}

type Cell = Readonly<{
  action: Action
  resource: Resource
  kind: Kind
  sufficient: readonly string[]
}>

function rowOf({ action, resource, kind }: Cell): string {
  return `${action.verb} ${owners[kind][resource]} photo: ${callers[kind].toLowerCase()}`
}

function allowed(cell: Cell, permission: string): Scenario {
  const { action, resource, kind } = cell
  const photo = neutral(kind, resource)
  const as = steps.exactly(kind, [permission])
  return {
    name: `${callers[kind]} with ${permission} may ${action.verb} ${owners[kind][resource]} photo`,
    source: action.source,
    row: rowOf(cell),
    ...scene(kind, resource),
    request: { as, ...action.request(places[kind][resource]), expected: success(cell) },
    next: photo ? [steps.readPhoto(photo.place, outcome(action), photo.as)] : [],
  }
}

function refused(cell: Cell, holds: readonly string[], how: string): Scenario {
  const { action, resource, kind, sufficient } = cell
  const photo = neutral(kind, resource)
  const as = steps.exactly(kind, holds)
  // "The delete operation supports only user or group photos": no such method there.
  const isNoOperation = Object.values(action.table[resource]).every(row => row.length === 0)
  const expected = isNoOperation ? noOperation : refusal(sufficient)
  return {
    name: `${callers[kind]} ${how} may not ${action.verb} ${owners[kind][resource]} photo`,
    source: action.source,
    row: rowOf(cell),
    ...scene(kind, resource),
    request: { as, ...action.request(places[kind][resource]), expected },
    ...(photo && { untouched: { path: `${photo.place}/photo/$value`, as: photo.as } }),
  }
}

/** "403 names the permissions that would have been enough." */
function refusal(sufficient: readonly string[], ...says: readonly string[]): Expected {
  const code = ['Authorization_RequestDenied', 'ErrorAccessDenied']
  return {
    status: 403,
    error: { code, says: [...sufficient, ...says] },
    without: ['JFIF', 'mediaEtag'],
  }
}

const noOperation: Expected = { status: [403, 405] }

function scene(kind: Kind, resource: Resource): Pick<Scenario, 'given' | 'afterwards'> {
  const photo = neutral(kind, resource)
  if (photo) return { given: [steps.setPhoto(photo.place, earlier, photo.as)] }
  if (resource !== 'contact') return {}
  return {
    given: [steps.makeContact('/v1.0/me', personalWithContacts)],
    afterwards: [{ ...steps.removeContact, as: personalWithContacts }],
  }
}

const personalWithContacts: Wanted = { kind: 'personal', holds: ['Contacts.ReadWrite'] }

function success({ action, resource, kind }: Cell): Expected {
  switch (action.verb) {
    case 'update':
      return resource === 'team' ? steps.teamUpdated : steps.updated
    case 'delete':
      return { status: [200, 204], empty: true }
    default:
      // A personal account's contact cannot get a photo, so 404 for the photo shows that access was
      // granted.
      if (kind === 'personal' && resource === 'contact') return steps.noPhoto
      return { status: 200 }
  }
}

function outcome({ verb }: Action): Expected {
  if (verb === 'delete') return steps.noPhoto
  return { status: 200, picture: { like: verb === 'update' ? drawn : earlier } }
}

/** Rules that depend on the owner. `next` states what the caller or the photo must show. */
type Case = Readonly<{
  name: string
  source: string
  as: Wanted
  verb: Action['verb']
  place: string
  /** An address where an application sets and reads the photo. */
  photoAt: string
  expected: 'allowed' | Expected
}>

function fromCase({ name, source, as, verb, place, photoAt, expected }: Case): Scenario {
  const action = actions.find(one => one.verb === verb)
  if (action === undefined) throw new RangeError(`nobody can ${verb} a photo`)
  const given = [steps.setPhoto(photoAt, earlier, steps.photographer)]
  const request = action.request(place)
  if (expected !== 'allowed') {
    const untouched = { path: `${photoAt}/photo/$value`, as: steps.photographer }
    return { name, source, given, request: { as, ...request, expected }, untouched }
  }
  const resource = place.includes('/teams/') ? 'team' : 'user'
  const cell: Cell = { action, resource, kind: 'delegated', sufficient: [] }
  return {
    name,
    source,
    given,
    request: { as, ...request, expected: success(cell) },
    next: [steps.readPhoto(photoAt, outcome(action), steps.photographer)],
  }
}

/** "更新组织中任何用户的照片需要 ProfilePhoto.ReadWrite.All 或 User.ReadWrite.All 权限。" */
const forAnyUser = ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All']
/** "具有管理员角色(例如用户管理员)的用户", spelled out on newer pages. */
const userAdmins: readonly AdminRole[] = [
  'Global Administrator',
  'User Administrator',
  'People Administrator',
]
const groupAdmins: readonly AdminRole[] = [
  'Global Administrator',
  'Groups Administrator',
  'Exchange Administrator',
]
const teamAdmins: readonly AdminRole[] = ['Global Administrator', 'Teams Administrator']
const allAdmins: readonly AdminRole[] = [...new Set([...userAdmins, ...groupAdmins, ...teamAdmins])]

const delegated = (holds: readonly string[], roles: readonly AdminRole[] = []) =>
  steps.exactly('delegated', holds, roles)

function oneOf(role: AdminRole): string {
  return `${/^[AEIO]/.test(role) ? 'An' : 'A'} ${role}`
}

const photosOfOthers: readonly Case[] = (['update', 'delete'] as const).flatMap(verb => {
  const source = verb === 'update' ? steps.updatePage : steps.deletePage
  const place = '/v1.0/users/{other}'
  const base = { verb, source, place, photoAt: place }
  return [
    ...forAnyUser.flatMap(permission => [
      ...userAdmins.map(role => ({
        ...base,
        name: `${oneOf(role)} with ${permission} may ${verb} anyone's photo`,
        as: delegated([permission], [role]),
        expected: 'allowed' as const,
      })),
      {
        ...base,
        name: `Someone without an admin role may not ${verb} another's photo with ${permission}`,
        as: delegated([permission]),
        expected: refusal([permission, 'User Administrator']),
      },
      ...allAdmins
        .filter(role => !userAdmins.includes(role))
        .map(role => ({
          ...base,
          name: `${oneOf(role)} with ${permission} may not ${verb} another's photo`,
          as: delegated([permission], [role]),
          expected: refusal([permission, 'User Administrator']),
        })),
    ]),
    {
      ...base,
      name: `A User Administrator may not ${verb} another's photo with User.ReadWrite alone`,
      as: delegated(['User.ReadWrite'], ['User Administrator']),
      expected: refusal(forAnyUser),
    },
    {
      ...base,
      name: `An administrator whose role only the directory knows may ${verb} anyone's photo`,
      as: steps.special('administrator known to the directory'),
      expected: 'allowed' as const,
    },
    ...['{self}', '{selfName}', '{self:upper}'].map(self => ({
      ...base,
      place: `/v1.0/users/${self}`,
      photoAt: '/v1.0/users/{self}',
      name: `User.ReadWrite is enough to ${verb} one's own photo at /users/${self}`,
      as: delegated(['User.ReadWrite']),
      expected: 'allowed' as const,
    })),
  ]
})

const seenByOthers: readonly Case[] = (['see', 'see the metadata of'] as const).flatMap(verb =>
  getTable.user.delegated.map(permission => {
    const isOwnOnly = permission === 'User.Read' || permission === 'User.ReadWrite'
    const others = getTable.user.delegated.filter(name => name.endsWith('.All'))
    return {
      verb,
      source: steps.getPage,
      name: `With ${permission} a person may ${isOwnOnly ? 'not ' : ''}${verb} another's photo`,
      as: delegated([permission]),
      place: '/v1.0/users/{other}',
      photoAt: '/v1.0/users/{other}',
      expected: isOwnOnly ? refusal(others) : ('allowed' as const),
    }
  }),
)

const photosOfGroups: readonly Case[] = (['update', 'delete'] as const).flatMap(verb =>
  ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'].flatMap(permission => {
    const source = verb === 'update' ? steps.updatePage : steps.deletePage
    const at = (group: string) => ({
      verb,
      source,
      place: `/v1.0/groups/${group}`,
      photoAt: `/v1.0/groups/${group}`,
    })
    return [
      ...(
        [
          ['A member', '{memberGroup}'],
          ['Someone outside', '{foreignGroup}'],
        ] as const
      ).map(([who, group]) => ({
        ...at(group),
        name: `${who} who does not own the group may not ${verb} its photo with ${permission}`,
        as: delegated([permission]),
        expected: refusal([permission, 'Groups Administrator']),
      })),
      ...allAdmins.map(role => ({
        ...at('{foreignGroup}'),
        name: `${oneOf(role)} with ${permission} may ${groupAdmins.includes(role) ? '' : 'not '}${verb} the photo of a group of others`,
        as: delegated([permission], [role]),
        expected: groupAdmins.includes(role) ? ('allowed' as const) : refusal([permission]),
      })),
    ]
  }),
)

const photosOfTeams: readonly Case[] = [
  ...(
    [
      ['A member', '{memberTeam}'],
      ['Someone outside', '{foreignTeam}'],
    ] as const
  ).map(([who, team]) => ({
    verb: 'update',
    source: steps.updatePage,
    name: `${who} who does not own the team may not update its photo`,
    as: delegated(['TeamSettings.ReadWrite.All']),
    place: `/v1.0/teams/${team}`,
    photoAt: `/v1.0/groups/${team}`,
    expected: refusal(['TeamSettings.ReadWrite.All', 'Teams Administrator']),
  })),
  ...allAdmins.map(role => ({
    verb: 'update',
    source: 'https://learn.microsoft.com/en-us/graph/api/team-update',
    name: `${oneOf(role)} may ${teamAdmins.includes(role) ? '' : 'not '}update the photo of a team of others`,
    as: delegated(['TeamSettings.ReadWrite.All'], [role]),
    place: '/v1.0/teams/{foreignTeam}',
    photoAt: '/v1.0/groups/{foreignTeam}',
    expected: teamAdmins.includes(role)
      ? ('allowed' as const)
      : refusal(['TeamSettings.ReadWrite.All']),
  })),
  {
    verb: 'update',
    source: steps.updatePage,
    name: "ProfilePhoto.ReadWrite.All is enough for the group, but not for the team's address",
    as: delegated(['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All']),
    place: '/v1.0/teams/{ownTeam}',
    photoAt: '/v1.0/groups/{ownTeam}',
    expected: refusal(['TeamSettings.ReadWrite.All']),
  },
]

const otherMailbox = '/v1.0/users/{other}/contacts/{otherContact}'
const photosOfContacts: readonly Case[] = [
  ...(['update', 'see', 'see the metadata of'] as const).flatMap(verb => [
    {
      verb,
      source: verb === 'update' ? steps.updatePage : steps.getPage,
      name: `Nobody may ${verb} the photo of a contact in another's mailbox`,
      as: delegated(['Contacts.ReadWrite']),
      place: otherMailbox,
      photoAt: otherMailbox,
      expected: refusal([]),
    },
    {
      verb,
      source: verb === 'update' ? steps.updatePage : steps.getPage,
      name: `A Global Administrator may not ${verb} the photo of a contact in another's mailbox`,
      as: delegated(['Contacts.ReadWrite'], ['Global Administrator']),
      place: otherMailbox,
      photoAt: otherMailbox,
      expected: refusal([]),
    },
    {
      verb,
      source: verb === 'update' ? steps.updatePage : steps.getPage,
      name: `An application with Contacts.ReadWrite may ${verb} the photo of a contact in any mailbox`,
      as: steps.exactly('application', ['Contacts.ReadWrite']),
      place: otherMailbox,
      photoAt: otherMailbox,
      expected: 'allowed' as const,
    },
  ]),
  ...['{self}', '{selfName}'].map(self => ({
    verb: 'update',
    source: steps.updatePage,
    name: `Contacts.ReadWrite is enough for a contact in one's own mailbox at /users/${self}`,
    as: delegated(['Contacts.ReadWrite']),
    place: `/v1.0/users/${self}/contacts/{contact}`,
    photoAt: '/v1.0/users/{self}/contacts/{contact}',
    expected: 'allowed' as const,
  })),
]

const b2cPage = `${steps.updatePage}#permissions`
const user = '/v1.0/users/{b2cUser}'

const unusual: readonly Scenario[] = [
  ...(['PUT', 'PATCH', 'GET', 'DELETE'] as const).map(
    (method): Scenario => ({
      name: `An application has no /me: ${method} is refused`,
      source: steps.errorsPage,
      request: {
        as: steps.exactly('application', allPermissions),
        method,
        path: '/v1.0/me/photo/$value',
        ...(method.startsWith('P') && { body: { picture: drawn } }),
        expected: { status: 400, error: { says: ['/users/'] } },
      },
    }),
  ),
  ...['/v1.0/users/{personalSelf}', '/v1.0/users/{personalSelfName}'].map(
    (place): Scenario => ({
      name: `A personal account may update its own photo at ${place.slice(5)}`,
      source: steps.updatePage,
      given: [steps.setPhoto('/v1.0/me', earlier, steps.personalMe)],
      request: {
        as: steps.exactly('personal', ['User.ReadWrite']),
        method: 'PATCH',
        path: `${place}/photo/$value`,
        body: { picture: drawn },
        expected: steps.updated,
      },
      next: [steps.readPhoto('/v1.0/me', steps.shows(drawn), steps.personalMe)],
    }),
  ),
  {
    name: 'A personal account does not see the people of an organisation',
    source: steps.getPage,
    given: [steps.setPhoto('/v1.0/users/{self}', drawn, steps.photographer)],
    request: {
      as: { kind: 'personal', holds: ['User.Read', 'User.ReadBasic.All', 'User.Read.All'] },
      method: 'GET',
      path: '/v1.0/users/{self}/photo/$value',
      expected: { status: [403, 404], without: ['JFIF'] },
    },
  },
  {
    name: 'A token without any permission belongs to a person without access',
    source: steps.errorsPage,
    request: {
      as: steps.special('without any permission'),
      method: 'PUT',
      path: '/v1.0/me/photo/$value',
      body: { picture: drawn },
      expected: refusal(['ProfilePhoto.ReadWrite.All', 'User.ReadWrite', 'User.ReadWrite.All']),
    },
    untouched: { path: '/v1.0/users/{self}/photo/$value', as: steps.photographer },
  },
  ...(['PUT', 'PATCH'] as const).flatMap((method): Scenario[] => [
    {
      name: `The photo of a user of an Azure AD B2C tenant is not updated with ${method}`,
      source: b2cPage,
      given: [readNothing('/v1.0/me', steps.special('user of a B2C tenant'))],
      request: {
        as: steps.special('user of a B2C tenant'),
        method,
        path: '/v1.0/me/photo/$value',
        body: { picture: drawn },
        expected: { status: 403, error: { says: ['B2C'] } },
      },
      next: [readNothing('/v1.0/me', steps.special('user of a B2C tenant'))],
    },
    {
      name: `An application does not update a photo in an Azure AD B2C tenant with ${method}`,
      source: b2cPage,
      request: {
        as: steps.special('application in a B2C tenant'),
        method,
        path: `${user}/photo/$value`,
        body: { picture: drawn },
        expected: { status: 403, error: { says: ['B2C'] } },
      },
      next: [readNothing(user, steps.special('application in a B2C tenant'))],
    },
  ]),
  {
    name: 'Only the photos of users are not updated in an Azure AD B2C tenant',
    source: b2cPage,
    request: {
      as: steps.special('application in a B2C tenant'),
      method: 'PUT',
      path: '/v1.0/groups/{b2cGroup}/photo/$value',
      body: { picture: drawn },
      expected: steps.updated,
    },
  },
  {
    name: 'A person who is not in the directory yet may set a photo',
    source: steps.updatePage,
    request: {
      as: steps.special('newcomer'),
      method: 'PUT',
      path: '/v1.0/me/photo/$value',
      body: { picture: drawn },
      expected: steps.updated,
    },
    next: [steps.readPhoto('/v1.0/me', steps.shows(drawn), steps.special('newcomer'))],
  },
  ...(
    [
      ['v1.0 user', '/v1.0/me'],
      ['v1.0 application', '/v1.0/users/{self}'],
    ] as const
  ).map(
    ([how, place]): Scenario => ({
      name: `The token of a ${how} is accepted like the newer form`,
      source: 'https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens',
      given: [steps.setPhoto('/v1.0/users/{self}', earlier, steps.photographer)],
      request: {
        as: steps.special(how),
        method: 'PUT',
        path: `${place}/photo/$value`,
        body: { picture: drawn },
        expected: steps.updated,
      },
      next: [steps.readPhoto('/v1.0/users/{self}', steps.shows(drawn), steps.photographer)],
    }),
  ),
  {
    name: 'With several permissions, one that is enough is enough',
    source: steps.updatePage,
    request: {
      as: steps.exactly('delegated', ['User.Read', 'Contacts.Read', 'User.ReadWrite']),
      method: 'PUT',
      path: '/v1.0/me/photo/$value',
      body: { picture: drawn },
      expected: steps.updated,
    },
  },
  {
    name: 'Permission names are case-sensitive',
    source: 'https://www.rfc-editor.org/rfc/rfc6749#section-3.3',
    request: {
      as: steps.exactly('delegated', ['user.readwrite']),
      method: 'PUT',
      path: '/v1.0/me/photo/$value',
      body: { picture: drawn },
      expected: refusal(['User.ReadWrite']),
    },
  },
]

function readNothing(place: string, as: Wanted): Exchange {
  return steps.readPhoto(place, steps.noPhoto, as)
}

export const permissions: readonly Scenario[] = [
  ...fromTables(),
  ...photosOfOthers.map(fromCase),
  ...seenByOthers.map(fromCase),
  ...photosOfGroups.map(fromCase),
  ...photosOfTeams.map(fromCase),
  ...photosOfContacts.map(fromCase),
  ...unusual,
]
