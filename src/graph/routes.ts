/**
 * Table: path + method -> operation, and the matcher that reads it. It knows which places exist and
 * what can be done there; who may do it, and whether the thing named exists, comes later.
 *
 * Sources: the founding document ("Update profilePhoto"), and for the rest
 * https://learn.microsoft.com/en-us/graph/api/profilephoto-get and …/profilephoto-delete.
 */
import { Failure } from '../failure.ts'
import type { Address, Segment, Version } from './address.ts'

export type Operation =
  | 'getPhoto'
  | 'getPhotoValue'
  | 'listPhotos'
  | 'getPhotoOfSize'
  | 'getPhotoOfSizeValue'
  | 'updatePhoto'
  | 'deletePhoto'
  | 'getUser'
  | 'listUsers'
  | 'getGroup'
  | 'listGroups'
  | 'getTeam'
  | 'listJoinedTeams'
  | 'listMemberOf'
  | 'listGroupsMemberOf'
  | 'listOwnedObjects'
  | 'listOwnedGroups'
  | 'getContact'
  | 'listContacts'
  | 'createContact'
  | 'deleteContact'
  | 'getContactFolder'
  | 'listContactFolders'
  | 'createContactFolder'
  | 'deleteContactFolder'
  | 'getPhotoUpdateSettings'
  | 'updatePhotoUpdateSettings'
  | 'deletePhotoUpdateSettings'

/** What an address leads to, and so what has to be found before anything is done. */
export type TargetKind = 'directory' | 'user' | 'group' | 'team' | 'mailbox' | 'folder' | 'contact'

type Methods = Readonly<Partial<Record<'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE', Operation>>>
export type Route = Readonly<{
  path: string
  target: TargetKind
  on: Methods
  /** Left out: served under every version. */
  versions?: readonly Version[]
}>

const user = ['/me', '/users/{user}']
const group = ['/groups/{group}']
const team = ['/teams/{team}', '/groups/{team}/team', ...user.map(u => `${u}/joinedTeams/{team}`)]
const folder = user.flatMap(u => [`${u}/contactFolders/{folder}`])
// childFolders/{folder} leads back to a folder, to any depth: see `insert`.
const anyFolder = folder.flatMap(f => [f, `${f}/childFolders/{folder}`])
const contact = [...user, ...anyFolder].map(place => `${place}/contacts/{contact}`)

// Pages write the namespace, Kiota SDKs its alias in $metadata.
const groupCast = ['microsoft.graph.group', 'graph.group']

// @differs SDKs have a PATCH of `photo` for height and width; no page has it, and a photo's size is its
// picture's: 405.
const metadata: Methods = { GET: 'getPhoto', DELETE: 'deletePhoto' }
const value: Methods = {
  GET: 'getPhotoValue',
  PUT: 'updatePhoto',
  PATCH: 'updatePhoto',
  DELETE: 'deletePhoto',
}

/** The same set under /v1.0 and /beta, save a few. `{size}` is like 48x48. HEAD goes wherever GET does. */
export const routes: readonly Route[] = [
  ...at(user, '/photo', 'user', metadata),
  ...at(user, '/photo/$value', 'user', value),
  ...at(user, '/photos', 'user', { GET: 'listPhotos' }),
  ...at(user, '/photos/{size}', 'user', { GET: 'getPhotoOfSize' }),
  ...at(user, '/photos/{size}/$value', 'user', { GET: 'getPhotoOfSizeValue' }),
  // The page for "Get profilePhoto" spells it so in an example, and clients copy examples.
  ...at(user, '/photo/{size}/$value', 'user', { GET: 'getPhotoOfSizeValue' }),

  ...at(group, '/photo', 'group', metadata),
  ...at(group, '/photo/$value', 'group', value),
  ...at(group, '/photos', 'group', { GET: 'listPhotos' }),
  ...at(group, '/photos/{size}', 'group', { GET: 'getPhotoOfSize' }),
  ...at(group, '/photos/{size}/$value', 'group', { GET: 'getPhotoOfSizeValue' }),
  ...at(group, '/photo/{size}/$value', 'group', { GET: 'getPhotoOfSizeValue' }),

  // "PUT /teams/{id}/photo/$value": no PATCH, no DELETE, and a team has no `photos`.
  ...at(team, '/photo', 'team', { GET: 'getPhoto' }),
  ...at(team, '/photo/$value', 'team', { GET: 'getPhotoValue', PUT: 'updatePhoto' }),

  // "Deleting a contact's photo isn't supported."; an empty PUT takes it away, as Evolution does.
  ...at(contact, '/photo', 'contact', { GET: 'getPhoto' }),
  ...at(contact, '/photo/$value', 'contact', {
    GET: 'getPhotoValue',
    PUT: 'updatePhoto',
    PATCH: 'updatePhoto',
  }),

  { path: '/users', target: 'directory', on: { GET: 'listUsers' } },
  ...at(user, '', 'user', { GET: 'getUser' }),
  ...at(user, '/joinedTeams', 'user', { GET: 'listJoinedTeams' }),
  ...at(user, '/memberOf', 'user', { GET: 'listMemberOf' }),
  ...at(user, '/ownedObjects', 'user', { GET: 'listOwnedObjects' }),
  ...groupCast.flatMap(cast => [
    ...at(user, `/memberOf/${cast}`, 'user', { GET: 'listGroupsMemberOf' }),
    ...at(user, `/ownedObjects/${cast}`, 'user', { GET: 'listOwnedGroups' }),
  ]),
  { path: '/groups', target: 'directory', on: { GET: 'listGroups' } },
  ...at(group, '', 'group', { GET: 'getGroup' }),
  ...at(team, '', 'team', { GET: 'getTeam' }),

  ...at(user, '/contacts', 'mailbox', { GET: 'listContacts', POST: 'createContact' }),
  ...at(anyFolder, '/contacts', 'folder', { GET: 'listContacts', POST: 'createContact' }),
  ...at(contact, '', 'contact', { GET: 'getContact', DELETE: 'deleteContact' }),
  ...at(user, '/contactFolders', 'mailbox', {
    GET: 'listContactFolders',
    POST: 'createContactFolder',
  }),
  ...at(folder, '/childFolders', 'folder', {
    GET: 'listContactFolders',
    POST: 'createContactFolder',
  }),
  ...at(anyFolder, '', 'folder', { GET: 'getContactFolder', DELETE: 'deleteContactFolder' }),

  {
    path: '/admin/people/photoUpdateSettings',
    target: 'directory',
    on: {
      GET: 'getPhotoUpdateSettings',
      PATCH: 'updatePhotoUpdateSettings',
      DELETE: 'deletePhotoUpdateSettings',
    },
    versions: ['beta'],
  },
  // The page on deleting prints this address, and its example the one above.
  // https://learn.microsoft.com/en-us/graph/api/peopleadminsettings-delete-photoupdatesettings?view=graph-rest-beta
  {
    path: '/admin/people/photoUpdateSettings/$ref',
    target: 'directory',
    on: { DELETE: 'deletePhotoUpdateSettings' },
    versions: ['beta'],
  },
]

function at(places: readonly string[], rest: string, target: TargetKind, on: Methods): Route[] {
  return places.map(place => ({ path: place + rest, target, on }))
}

export type Match = Readonly<{
  operation: Operation
  /** As the table has it: `/users/{user}/photo`. */
  path: string
  target: TargetKind
  /** The user named in the path; undefined for /me and where no user is named. */
  user: string | undefined
  /** The path begins with /me, or with one of the names that SDKs put in its place. */
  isMe: boolean
  /** The group's or the team's id. */
  group: string | undefined
  /** The folders of the path, outermost first. */
  folders: readonly string[]
  contact: string | undefined
  size: string | undefined
}>

type Node = {
  readonly names: Map<string, Node>
  key?: { name: string; node: Node }
  route?: Route
}

const root = buildTree(routes)

/**
 * Kiota SDKs write these for /me and rewrite them before sending; a client on a plain adapter does not.
 * https://github.com/microsoftgraph/msgraph-sdk-typescript: `TokenToReplace`; Python and Go: `me-token-to-replace`.
 */
const namesForMe = new Set(['tokentoreplace', 'me-token-to-replace'])

/** The operation at an address. Names are compared without case, as Graph does; keys are left alone. */
export function match(address: Address, method: string): Match {
  const keys = new Map<string, string[]>()
  let node = root
  for (const segment of address.segments) node = step(node, segment, keys)
  const { route } = node
  if (route === undefined || !isServed(route, address.version)) {
    throw unknownSegment(address.segments.at(-1)?.text ?? '')
  }
  return toMatch(route, operationFor(route, method), address, keys)
}

function isServed({ versions }: Route, version: Version): boolean {
  return versions === undefined || versions.includes(version)
}

function step(node: Node, segment: Segment, keys: Map<string, string[]>): Node {
  const named = segment.isKey ? undefined : node.names.get(segment.text.toLowerCase())
  if (named !== undefined) return named
  // `$count`, `$ref` and their like are never a key, unless in parentheses.
  const isKey = segment.isKey || !segment.text.startsWith('$')
  if (node.key === undefined || !isKey) throw unknownSegment(segment.text)
  const { name, node: next } = node.key
  keys.set(name, [...(keys.get(name) ?? []), segment.text])
  return next
}

function operationFor(route: Route, method: string): Operation {
  const operation = route.on[(method === 'HEAD' ? 'GET' : method) as keyof Methods]
  if (operation === undefined) {
    throw new Failure('method-not-allowed', { facts: { allow: allowedMethods(route) } })
  }
  return operation
}

/** For the Allow header: what can be done at this place. */
function allowedMethods(route: Route): readonly string[] {
  return Object.keys(route.on).flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

function toMatch(
  route: Route,
  operation: Operation,
  address: Address,
  keys: ReadonlyMap<string, string[]>,
): Match {
  const named = keys.get('user')?.[0]
  const isMe =
    address.segments[0]?.text.toLowerCase() === 'me' || namesForMe.has(named?.toLowerCase() ?? '')
  const groupId = (keys.get('group') ?? keys.get('team'))?.[0]
  const contactId = keys.get('contact')?.[0]
  const size = keys.get('size')?.[0]
  return {
    operation,
    path: route.path,
    target: route.target,
    isMe,
    folders: keys.get('folder') ?? [],
    user: isMe ? undefined : named,
    group: groupId,
    contact: contactId,
    size,
  }
}

function unknownSegment(segment: string): Failure {
  return new Failure('segment-unknown', { facts: { segment: segment.slice(0, 100) } })
}

function buildTree(table: readonly Route[]): Node {
  const top: Node = { names: new Map() }
  for (const route of table) insert(top, route)
  return top
}

function insert(top: Node, route: Route): void {
  let node = top
  let folderNode: Node | undefined
  for (const part of route.path.split('/').slice(1)) {
    if (part.startsWith('{')) {
      const name = part.slice(1, -1)
      // A child folder is a folder: its node is the outer folder's own, which makes the depth free.
      node.key ??= {
        name,
        node: name === 'folder' && folderNode ? folderNode : { names: new Map() },
      }
      node = node.key.node
      if (name === 'folder') folderNode = node
    } else {
      const next = node.names.get(part.toLowerCase()) ?? { names: new Map() }
      node.names.set(part.toLowerCase(), next)
      node = next
    }
  }
  node.route ??= route
}
