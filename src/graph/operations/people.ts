/**
 * Creates, changes and deletes people through Graph, and their managers. Only people that no other
 * source manages are changed.
 */
import type { Reply } from '../../call.ts'
import { changeUser, deleteUser, putUser } from '../../directory/change-users.ts'
import type { Origin } from '../../directory/origin.ts'
import {
  countDirectReports,
  findManager,
  listDirectReports,
  setManager,
} from '../../directory/people-of-group.ts'
import type { User } from '../../directory/users.ts'
import { Failure } from '../../failure.ts'
import { readJson } from '../../json.ts'
import { nextAfterId } from '../query/paging.ts'
import { readOptions } from '../query/query.ts'
import {
  at,
  countable,
  countOf,
  created,
  directory,
  listOf,
  one,
  searchableById,
  selectOnly,
  user,
} from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget } from '../request/target.ts'
import * as resources from '../resources/resources.ts'
import { answerCount, countIfAsked } from './counts.ts'
import { logChange } from './directory-changes.ts'
import { newUser, readNewUser, readUserChanges, userChanges } from './people-bodies.ts'
import { findIds, readReference, reference } from './references.ts'
import { collection, entity, noContent } from './replies.ts'

const nothing = { kind: 'no-content' } as const

export const peopleOperations: readonly Row[] = [
  {
    name: 'createUser',
    summary: 'Create a user',
    at: at('POST', '/users', directory),
    action: 'createEntry',
    resource: 'user',
    contract: { page: 'user-post-users', body: newUser, answer: created('user') },
    perform: createUser,
  },
  {
    name: 'updateUser',
    summary: 'Change a user; properties that are left out stay',
    at: at('PATCH', '', user),
    action: 'updateEntry',
    resource: 'user',
    contract: { page: 'user-update', body: userChanges, answer: nothing },
    perform: updateUser,
  },
  {
    name: 'deleteUser',
    summary: 'Delete a user, who can be restored for a time',
    at: at('DELETE', '', user),
    action: 'deleteEntry',
    resource: 'user',
    contract: { page: 'user-delete', answer: nothing },
    perform: removeUser,
  },
  {
    name: 'getManager',
    summary: "A user's manager",
    at: at('GET', '/manager', user),
    action: 'readEntry',
    resource: 'manager',
    contract: { page: 'user-list-manager', options: selectOnly, answer: one('user') },
    perform: getManager,
  },
  {
    name: 'setManager',
    summary: "Assign a user's manager",
    at: at('PUT', '/manager/$ref', user),
    action: 'updateEntry',
    resource: 'manager',
    contract: { page: 'user-post-manager', body: reference, answer: nothing },
    perform: assignManager,
  },
  {
    name: 'removeManager',
    summary: "Remove a user's manager",
    at: at('DELETE', '/manager/$ref', user),
    action: 'deleteEntry',
    resource: 'manager',
    contract: { page: 'user-delete-manager', answer: nothing },
    perform: unassignManager,
  },
  {
    name: 'listDirectReports',
    summary: 'Users whose manager is this user',
    at: at('GET', '/directReports', user),
    action: 'listEntries',
    resource: 'directReport',
    contract: {
      page: 'user-list-directreports',
      options: searchableById,
      answer: listOf('user'),
    },
    perform: listReports,
  },
  {
    name: 'countDirectReports',
    summary: 'How many users have this user as their manager',
    at: at('GET', '/directReports/$count', user),
    action: 'listEntries',
    resource: 'directReport',
    contract: { page: 'user-list-directreports', options: countable, answer: countOf('user') },
    perform: (request, parts) =>
      answerCount(request, where => countDirectReports(parts, personOf(request), where)),
  },
]

/** Far above the size of one person's properties. */
export const maxJsonBytes = 64 * 1024

export const byGraph = ({ now }: Parts): Origin => ({ source: 'graph', at: now() })

/** The id is new: signing in with another id is another person. */
async function createUser(request: Request, parts: Parts): Promise<Reply> {
  const user = readNewUser(await readJson(request.call, maxJsonBytes))
  const { tenantId } = request.caller
  const { row, did } = await putUser(
    parts.database,
    tenantId,
    { ...user, id: parts.newId() },
    byGraph(parts),
  )
  logChange(parts, 'person', row, did)
  return entity(request, 'users/$entity', resources.user(row, undefined), 201)
}

async function updateUser(request: Request, parts: Parts): Promise<Reply> {
  const { user } = expectTarget(request.target, 'user')
  const changes = readUserChanges(await readJson(request.call, maxJsonBytes))
  const row = await changeUser(parts.database, user.tenant_id, user.id, changes, byGraph(parts))
  if (row === undefined) throw notFound(user.id)
  const isSwitched = row.is_active !== user.is_active
  logChange(
    parts,
    'person',
    row,
    isSwitched ? (row.is_active === 1 ? 'enabled' : 'disabled') : 'changed',
  )
  return noContent
}

async function removeUser({ target }: Request, parts: Parts): Promise<Reply> {
  const { user } = expectTarget(target, 'user')
  const isDeleted = await deleteUser(parts.database, user.tenant_id, user.id, byGraph(parts))
  if (!isDeleted) throw notFound(user.id)
  logChange(parts, 'person', user, 'removed')
  return noContent
}

async function getManager(request: Request, { database }: Parts): Promise<Reply> {
  const { select } = readOptions(request)
  const { user } = expectTarget(request.target, 'user')
  const manager = await findManager(database, { tenantId: user.tenant_id, userId: user.id })
  if (manager === undefined) throw notFound('manager')
  return entity(request, 'directoryObjects/$entity', asObject(manager, select))
}

async function assignManager(request: Request, parts: Parts): Promise<Reply> {
  const { user } = expectTarget(request.target, 'user')
  const named = readReference(await readJson(request.call, maxJsonBytes))
  const [managerId] = await findIds([named], user.tenant_id, parts)
  await setManager(parts.database, user.tenant_id, user.id, managerId, byGraph(parts))
  logChange(parts, 'person', user, 'changed')
  return noContent
}

async function unassignManager({ target }: Request, parts: Parts): Promise<Reply> {
  const { user } = expectTarget(target, 'user')
  await setManager(parts.database, user.tenant_id, user.id, undefined, byGraph(parts))
  logChange(parts, 'person', user, 'changed')
  return noContent
}

async function listReports(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const { top, after, select, where } = options
  const person = personOf(request)
  const rows = await listDirectReports(parts, person, { where, top: top + 1, after: after?.id })
  const page = rows.slice(0, top)
  const people = page.map(row => asObject(row, select))
  const count = await countIfAsked(options, one => countDirectReports(parts, person, one))
  return collection(request, 'directoryObjects', people, nextAfterId(rows, page), count)
}

function personOf({ target }: Request) {
  const { user } = expectTarget(target, 'user')
  return { tenantId: user.tenant_id, userId: user.id }
}

function asObject(row: User, select: ReadonlySet<string> | undefined) {
  return resources.asDirectoryObject(resources.user(row, select))
}

function notFound(id: string): Failure {
  return new Failure('user-not-found', { facts: { id } })
}
