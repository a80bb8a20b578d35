/**
 * The groups and teams that a person is in or owns. Callers who may not read groups get only ids.
 */

import type { Reply } from '../../call.ts'
import {
  countGroupsOf,
  listJoinedTeams as findJoinedTeams,
  type GroupRelation,
  listGroupIdsOf,
  listGroupsOf,
  type Person,
} from '../../directory/groups-of-person.ts'
import { type Condition, isAlways } from '../../directory/queries/condition.ts'
import { enforce, permit } from '../../permissions/decide.ts'
import { nextAfter, withExtraRow } from '../query/paging.ts'
import { type Options, readOptions } from '../query/query.ts'
import {
  at,
  countable,
  countOf,
  listOf,
  searchable,
  selectOnly,
  user,
} from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget, mailboxOf, type Target } from '../request/target.ts'
import type { Shown } from '../resources/control-information.ts'
import * as resources from '../resources/resources.ts'
import { answerCount, countIfAsked } from './counts.ts'
import { collection } from './replies.ts'

/** The documentation uses the namespace, Kiota SDKs its alias in $metadata. */
const groupCasts = ['microsoft.graph.group', 'graph.group']

const groups = listOf('group')
const memberOf = { page: 'user-list-memberof', options: searchable, answer: groups }
const ownedObjects = { page: 'user-list-ownedobjects', options: searchable, answer: groups }

// @differs memberOf and ownedObjects contain groups only; in Graph also directory roles,
// administrative units and applications.
export const membershipOperations: readonly Row[] = [
  {
    name: 'listJoinedTeams',
    summary: 'The teams that a user is in',
    at: at('GET', '/joinedTeams', user),
    action: 'listEntries',
    resource: 'team',
    contract: { page: 'user-list-joinedteams', options: selectOnly, answer: listOf('team') },
    perform: listJoinedTeams,
  },
  {
    name: 'listMemberOf',
    summary: 'The groups that a user is a member of, each with its type',
    at: at('GET', '/memberOf', user),
    action: 'listEntries',
    resource: 'membership',
    contract: memberOf,
    perform: async (request, parts) =>
      asObjects(request, await findGroups(request, parts, 'member')),
  },
  {
    name: 'listGroupsMemberOf',
    summary: 'The groups that a user is a member of',
    at: groupCasts.flatMap(cast => at('GET', `/memberOf/${cast}`, user)),
    action: 'listEntries',
    resource: 'membership',
    contract: memberOf,
    perform: async (request, parts) =>
      asGroups(request, await findGroups(request, parts, 'member')),
  },
  countRow('member', 'memberOf', 'membership'),
  countRow('owner', 'ownedObjects', 'ownership'),
  {
    name: 'listOwnedObjects',
    summary: 'The groups that a user owns, each with its type',
    at: at('GET', '/ownedObjects', user),
    action: 'listEntries',
    resource: 'ownership',
    contract: ownedObjects,
    perform: async (request, parts) =>
      asObjects(request, await findGroups(request, parts, 'owner')),
  },
  {
    name: 'listOwnedGroups',
    summary: 'The groups that a user owns',
    at: groupCasts.flatMap(cast => at('GET', `/ownedObjects/${cast}`, user)),
    action: 'listEntries',
    resource: 'ownership',
    contract: ownedObjects,
    perform: async (request, parts) => asGroups(request, await findGroups(request, parts, 'owner')),
  },
]

function countRow(
  relation: GroupRelation,
  path: 'memberOf' | 'ownedObjects',
  resource: 'membership' | 'ownership',
): Row {
  const casts = ['', ...groupCasts.map(cast => `/${cast}`)]
  return {
    name: relation === 'member' ? 'countMemberOf' : 'countOwnedObjects',
    summary: `How many groups a user ${relation === 'member' ? 'is a member of' : 'owns'}`,
    at: casts.flatMap(cast => at('GET', `/${path}${cast}/$count`, user)),
    action: 'listEntries',
    resource,
    contract: {
      page: relation === 'member' ? memberOf.page : ownedObjects.page,
      options: countable,
      answer: countOf('group'),
    },
    perform: (request, parts) =>
      answerCount(request, where => countGroups(request, parts, relation, where)),
  }
}

async function listJoinedTeams(request: Request, parts: Parts): Promise<Reply> {
  const { select } = readOptions(request)
  const rows = await findJoinedTeams(parts.database, personOf(request.target))
  const teams = rows.map(row => resources.team(row, select))
  return collection(request, 'teams', teams)
}

type Found = Readonly<{
  groups: readonly Shown[]
  next: Readonly<Record<string, string>> | undefined
  count: number | undefined
}>

function asObjects(request: Request, { groups, next, count }: Found): Reply {
  const objects = groups.map(resources.asDirectoryObject)
  return collection(request, 'directoryObjects', objects, next, count)
}

function asGroups(request: Request, { groups, next, count }: Found): Reply {
  return collection(request, 'groups', groups, next, count)
}

async function findGroups(request: Request, parts: Parts, relation: GroupRelation): Promise<Found> {
  const options = readOptions(request)
  const person = personOf(request.target)
  const mayRead = mayReadGroups(request, options.where)
  const count = await countIfAsked(options, where => countGroups(request, parts, relation, where))
  const found = mayRead
    ? await findReadable(parts, person, relation, options)
    : await findIds(parts, person, relation, options)
  return { ...found, count }
}

async function countGroups(
  request: Request,
  parts: Parts,
  relation: GroupRelation,
  where: Condition,
): Promise<number> {
  mayReadGroups(request, where)
  return await countGroupsOf(parts, personOf(request.target), relation, where)
}

/** The results of a condition would reveal names that the answer hides. */
function mayReadGroups({ caller }: Request, where: Condition): boolean {
  const verdict = permit('readEntry', 'group', caller)
  if (!isAlways(where)) enforce(verdict)
  return verdict.allowed
}

async function findReadable(
  parts: Parts,
  person: Person,
  relation: GroupRelation,
  options: Options,
): Promise<Omit<Found, 'count'>> {
  const rows = await listGroupsOf(parts, person, relation, withExtraRow(options))
  const page = rows.slice(0, options.top)
  const groups = page.map(row => resources.group(row, options.select))
  return { groups, next: nextAfter(rows, page, options.order) }
}

/**
 * "…members of that type are returned but with limited information."
 * https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
async function findIds(
  { database }: Parts,
  person: Person,
  relation: GroupRelation,
  { top, after, select }: Options,
): Promise<Omit<Found, 'count'>> {
  const wanted = { top: top + 1, after: after?.id }
  const ids = await listGroupIdsOf(database, person, relation, wanted)
  // Without a name, because neither the order nor the token may reveal one.
  const rows = ids.map(id => ({ id, display_name: '' }))
  const page = rows.slice(0, top)
  const groups = page.map(({ id }) => resources.onlyId('group', id, select))
  return { groups, next: nextAfter(rows, page) }
}

function personOf(target: Target): Person {
  return mailboxOf(expectTarget(target, 'user').user)
}
