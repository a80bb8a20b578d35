/**
 * Which groups and teams a person is in or owns. Who may not read groups hears their ids and no more.
 */

import type { Reply } from '../call.ts'
import {
  listJoinedTeams as findJoinedTeams,
  type GroupRelation,
  listGroupIdsOf,
  listGroupsOf,
  type Person,
} from '../directory/groups-of-person.ts'
import { Failure } from '../failure.ts'
import { permit } from '../permissions/decide.ts'
import { contracts } from './contracts.ts'
import type { Shown } from './control-information.ts'
import { nextAfter, nextAfterId, onePageMore } from './paging.ts'
import { type Options, readOptions } from './query.ts'
import { collection } from './replies.ts'
import type { Parts, Request } from './request.ts'
import * as resources from './resources.ts'
import type { Target } from './target.ts'

export async function listJoinedTeams(request: Request, parts: Parts): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.listJoinedTeams.options)
  const rows = await findJoinedTeams(parts.database, personOf(request.target))
  return collection(
    request,
    'teams',
    rows.map(row => resources.team(row, select)),
  )
}

export async function listMemberOf(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listMemberOf.options)
  return asObjects(request, await findGroups(request, parts, 'member', options))
}

export async function listGroupsMemberOf(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listGroupsMemberOf.options)
  return asGroups(request, await findGroups(request, parts, 'member', options))
}

export async function listOwnedObjects(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listOwnedObjects.options)
  return asObjects(request, await findGroups(request, parts, 'owner', options))
}

export async function listOwnedGroups(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request.address.query, contracts.listOwnedGroups.options)
  return asGroups(request, await findGroups(request, parts, 'owner', options))
}

type Found = Readonly<{
  groups: readonly Shown[]
  next: Readonly<Record<string, string>> | undefined
}>

function asObjects(request: Request, { groups, next }: Found): Reply {
  return collection(request, 'directoryObjects', groups.map(resources.asDirectoryObject), next)
}

function asGroups(request: Request, { groups, next }: Found): Reply {
  return collection(request, 'groups', groups, next)
}

async function findGroups(
  { caller, target }: Request,
  parts: Parts,
  relation: GroupRelation,
  options: Options,
): Promise<Found> {
  const person = personOf(target)
  const verdict = permit('readEntry', 'group', caller)
  if (verdict.allowed) return await findReadable(parts, person, relation, options)
  // What a filter finds would tell the names that the answer keeps back.
  if (options.anyOf.length > 0) {
    throw new Failure('permission-missing', { facts: { sufficient: verdict.sufficient } })
  }
  return await findIds(parts, person, relation, options)
}

async function findReadable(
  parts: Parts,
  person: Person,
  relation: GroupRelation,
  options: Options,
): Promise<Found> {
  const rows = await listGroupsOf(parts, person, relation, onePageMore(options))
  const page = rows.slice(0, options.top)
  return {
    groups: page.map(row => resources.group(row, options.select)),
    next: nextAfter(rows, page),
  }
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
): Promise<Found> {
  const place = { top: top + 1, after: after?.id }
  const ids = await listGroupIdsOf(database, person, relation, place)
  const page = ids.slice(0, top)
  return {
    groups: page.map(id => resources.groupById(id, select)),
    next: nextAfterId(ids, page),
  }
}

/** routes.ts leads these operations to a user. */
function personOf(target: Target): Person {
  if (target.kind !== 'user') throw new TypeError(`a ${target.kind} is no user`)
  return { tenantId: target.user.tenant_id, userId: target.user.id }
}
