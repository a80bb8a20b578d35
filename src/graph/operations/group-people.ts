/**
 * Lists, adds and removes owners and members of groups. Callers who may not list users get only
 * ids.
 */
import type { Reply } from '../../call.ts'
import { addToGroup, removeFromGroup } from '../../directory/change-groups.ts'
import type { GroupRelation } from '../../directory/groups-of-person.ts'
import { countPeopleOfGroup, listPeopleOfGroup } from '../../directory/people-of-group.ts'
import { type Condition, isAlways } from '../../directory/queries/condition.ts'
import { Failure } from '../../failure.ts'
import { readJson } from '../../json.ts'
import { enforce, permit } from '../../permissions/decide.ts'
import { nextAfterId } from '../query/paging.ts'
import { readOptions } from '../query/query.ts'
import { at, countable, countOf, group, listOf, searchableById } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget } from '../request/target.ts'
import type { Shown } from '../resources/control-information.ts'
import * as resources from '../resources/resources.ts'
import { answerCount, countIfAsked } from './counts.ts'
import { logChange } from './directory-changes.ts'
import { maxJsonBytes } from './people.ts'
import { findIds, readReference, reference } from './references.ts'
import { collection, noContent } from './replies.ts'

/** The documentation uses the namespace, Kiota SDKs its alias in $metadata. */
const userCasts = ['microsoft.graph.user', 'graph.user']

const nothing = { kind: 'no-content' } as const

// @differs Members and owners are users only; in Graph also groups, devices and applications.
export const groupPeopleOperations: readonly Row[] = [
  ...operationsOn('member', 'groupMember', 'Member'),
  ...operationsOn('owner', 'groupOwner', 'Owner'),
]

function operationsOn(
  relation: GroupRelation,
  resource: 'groupMember' | 'groupOwner',
  name: 'Member' | 'Owner',
): readonly Row[] {
  const list = {
    page: `group-list-${relation}s`,
    options: searchableById,
    answer: listOf('user'),
  } as const
  const add = {
    page: `group-post-${relation}s`,
    body: reference,
    answer: nothing,
  } as const
  return [
    {
      name: `list${name}s`,
      summary: `The ${relation}s of a group, each with its type`,
      at: at('GET', `/${relation}s`, group),
      action: 'listEntries',
      resource,
      contract: list,
      perform: async (request, parts) => {
        const { people, next, count } = await findPeople(request, parts, relation)
        const objects = people.map(resources.asDirectoryObject)
        return collection(request, 'directoryObjects', objects, next, count)
      },
    },
    {
      name: `list${name}Users`,
      summary: `The ${relation}s of a group`,
      at: userCasts.flatMap(cast => at('GET', `/${relation}s/${cast}`, group)),
      action: 'listEntries',
      resource,
      contract: list,
      perform: async (request, parts) => {
        const { people, next, count } = await findPeople(request, parts, relation)
        return collection(request, 'users', people, next, count)
      },
    },
    {
      name: `count${name}s`,
      summary: `How many ${relation}s a group has`,
      at: ['', ...userCasts.map(cast => `/${cast}`)].flatMap(cast =>
        at('GET', `/${relation}s${cast}/$count`, group),
      ),
      action: 'listEntries',
      resource,
      contract: { page: list.page, options: countable, answer: countOf('user') },
      perform: (request, parts) =>
        answerCount(request, where => countPeople(request, parts, relation, where)),
    },
    {
      name: `add${name}`,
      summary: `Add somebody to the ${relation}s of a group`,
      at: at('POST', `/${relation}s/$ref`, group),
      action: 'createEntry',
      resource,
      contract: add,
      perform: (request, parts) => addPerson(request, parts, relation),
    },
    {
      name: `remove${name}`,
      summary: `Take somebody away from the ${relation}s of a group`,
      at: at('DELETE', `/${relation}s/{object}/$ref`, group),
      action: 'deleteEntry',
      resource,
      contract: { page: `group-delete-${relation}s`, answer: nothing },
      perform: (request, parts) => removePerson(request, parts, relation),
    },
  ]
}

type Found = Readonly<{
  people: readonly Shown[]
  next: Readonly<Record<string, string>> | undefined
  count: number | undefined
}>

/**
 * "…members of that type are returned but with limited information."
 * https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
async function findPeople(request: Request, parts: Parts, relation: GroupRelation): Promise<Found> {
  const options = readOptions(request)
  const { top, after, select, where } = options
  const { group } = expectTarget(request.target, 'group')
  const key = { tenantId: group.tenant_id, groupId: group.id }
  const mayRead = mayList(request, where)
  const wanted = { where, top: top + 1, after: after?.id }
  const rows = await listPeopleOfGroup(parts, key, relation, wanted)
  const page = rows.slice(0, top)
  const people = page.map(row =>
    mayRead ? resources.user(row, select) : resources.onlyId('user', row.id, select),
  )
  const count = await countIfAsked(options, one => countPeople(request, parts, relation, one))
  return { people, next: nextAfterId(rows, page), count }
}

async function countPeople(
  request: Request,
  parts: Parts,
  relation: GroupRelation,
  where: Condition,
): Promise<number> {
  const { group } = expectTarget(request.target, 'group')
  mayList(request, where)
  const key = { tenantId: group.tenant_id, groupId: group.id }
  return await countPeopleOfGroup(parts, key, relation, where)
}

/** A condition would reveal what the answer hides. */
function mayList({ caller }: Request, where: Condition): boolean {
  const verdict = permit('listEntries', 'user', caller)
  if (!isAlways(where)) enforce(verdict)
  return verdict.allowed
}

async function addPerson(request: Request, parts: Parts, relation: GroupRelation): Promise<Reply> {
  const { group } = expectTarget(request.target, 'group')
  const named = readReference(await readJson(request.call, maxJsonBytes))
  const [userId = named] = await findIds([named], group.tenant_id, parts)
  const membership = { tenantId: group.tenant_id, groupId: group.id, userId, relation }
  await addToGroup(parts.database, membership, 'graph')
  logChange(parts, 'group', group, `${relation}s`, { added: 1, removed: 0 })
  return noContent
}

async function removePerson(
  { target, match }: Request,
  parts: Parts,
  relation: GroupRelation,
): Promise<Reply> {
  const { group } = expectTarget(target, 'group')
  const userId = match.object ?? ''
  const membership = { tenantId: group.tenant_id, groupId: group.id, userId, relation }
  const wasThere = await removeFromGroup(parts.database, membership, 'graph')
  if (!wasThere) throw new Failure('user-not-found', { facts: { id: userId } })
  logChange(parts, 'group', group, `${relation}s`, { added: 0, removed: 1 })
  return noContent
}
