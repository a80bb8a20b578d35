/**
 * Lists, reads, restores and erases deleted people and groups. An address does not say whether it
 * names a user or a group, so permissions are checked after the item was found.
 */
import type { Reply } from '../../call.ts'
import { restoreGroup } from '../../directory/change-groups.ts'
import { restoreUser } from '../../directory/change-users.ts'
import {
  findDeletedGroup,
  findDeletedUser,
  listDeletedGroups,
  listDeletedUsers,
} from '../../directory/deleted.ts'
import type { Group } from '../../directory/groups.ts'
import { markErasing } from '../../directory/leaving/erase-deleted.ts'
import { refuseOtherSource } from '../../directory/origin.ts'
import type { User } from '../../directory/users.ts'
import { Failure } from '../../failure.ts'
import { enforce, relate } from '../../permissions/decide.ts'
import { nextAfterId } from '../query/paging.ts'
import { readOptions } from '../query/query.ts'
import { at, directory, listOf, one, selectOnly } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { wholeRelation } from '../request/whole-relation.ts'
import * as resources from '../resources/resources.ts'
import { logChange } from './directory-changes.ts'
import { byGraph } from './people.ts'
import { collection, entity, noContent } from './replies.ts'

const items = '/directory/deletedItems'
const paged = ['$select', '$top', '$skiptoken'] as const

// @differs Security groups can be restored too; Graph deletes them permanently.
export const deletedOperations: readonly Row[] = [
  {
    name: 'listDeletedUsers',
    summary: 'Users who are deleted and can be restored',
    at: ['microsoft.graph.user', 'graph.user'].flatMap(cast =>
      at('GET', `${items}/${cast}`, directory),
    ),
    action: 'listEntries',
    resource: 'deletedUser',
    contract: { page: 'directory-deleteditems-list', options: paged, answer: listOf('user') },
    perform: listUsers,
  },
  {
    name: 'listDeletedGroups',
    summary: 'Groups that are deleted and can be restored',
    at: ['microsoft.graph.group', 'graph.group'].flatMap(cast =>
      at('GET', `${items}/${cast}`, directory),
    ),
    action: 'listEntries',
    resource: 'deletedGroup',
    contract: { page: 'directory-deleteditems-list', options: paged, answer: listOf('group') },
    perform: listGroups,
  },
  {
    name: 'getDeletedItem',
    summary: 'A user or a group that is deleted',
    at: at('GET', `${items}/{object}`, directory),
    action: 'readEntry',
    resource: 'deletedItem',
    contract: {
      page: 'directory-deleteditems-get',
      options: selectOnly,
      answer: one('directoryObject'),
    },
    perform: getItem,
  },
  {
    name: 'restoreDeletedItem',
    summary: 'Restore a deleted user or group',
    at: at('POST', `${items}/{object}/restore`, directory),
    action: 'updateEntry',
    resource: 'deletedItem',
    contract: { page: 'directory-deleteditems-restore', answer: one('directoryObject') },
    perform: restoreItem,
  },
  {
    name: 'eraseDeletedItem',
    summary: 'Erase a deleted user or group for good',
    at: at('DELETE', `${items}/{object}`, directory),
    action: 'deleteEntry',
    resource: 'deletedItem',
    contract: { page: 'directory-deleteditems-delete', answer: { kind: 'no-content' } },
    perform: eraseItem,
  },
]

async function listUsers(request: Request, { database }: Parts): Promise<Reply> {
  const { top, after, select } = readOptions(request)
  const wanted = { top: top + 1, after: after?.id }
  const rows = await listDeletedUsers(database, request.caller.tenantId, wanted)
  const page = rows.slice(0, top)
  const users = page.map(row => resources.user(row, select))
  return collection(request, 'users', users, nextAfterId(rows, page))
}

async function listGroups(request: Request, { database }: Parts): Promise<Reply> {
  const { top, after, select } = readOptions(request)
  const wanted = { top: top + 1, after: after?.id }
  const rows = await listDeletedGroups(database, request.caller.tenantId, wanted)
  const page = rows.slice(0, top)
  const groups = page.map(row => resources.group(row, select))
  return collection(request, 'groups', groups, nextAfterId(rows, page))
}

type Item = Readonly<{ user: User } | { group: Group }>

async function getItem(request: Request, parts: Parts): Promise<Reply> {
  const { select } = readOptions(request)
  return writeItem(request, await findItem(request, parts), select)
}

async function restoreItem(request: Request, parts: Parts): Promise<Reply> {
  const item = await findItem(request, parts)
  const restored = await restore(item, parts)
  if ('user' in restored) logChange(parts, 'person', restored.user, 'restored')
  else logChange(parts, 'group', restored.group, 'restored')
  return writeItem(request, restored, undefined)
}

/** From now on it is not found and not restored. The background job erases the photo and the rest. */
async function eraseItem(request: Request, parts: Parts): Promise<Reply> {
  const item = await findItem(request, parts)
  const [kind, row] = 'user' in item ? ['user' as const, item.user] : ['group' as const, item.group]
  refuseOtherSource(row, 'graph')
  const key = { kind, tenantId: row.tenant_id, id: row.id }
  if (!(await markErasing(parts.database, key))) throw notFound(row.id)
  return noContent
}

async function restore(item: Item, parts: Parts): Promise<Item> {
  const { database } = parts
  if ('user' in item) {
    const user = await restoreUser(database, item.user.tenant_id, item.user.id, byGraph(parts))
    if (user === undefined) throw notFound(item.user.id)
    return { user }
  }
  const group = await restoreGroup(database, item.group.tenant_id, item.group.id, byGraph(parts))
  if (group === undefined) throw notFound(item.group.id)
  return { group }
}

async function findItem(request: Request, { database }: Parts): Promise<Item> {
  const { caller, match } = request
  const id = match.object ?? ''
  const user = await findDeletedUser(database, caller.tenantId, id)
  if (user !== undefined) {
    await relateItem(request, database, 'deletedUser', {})
    return { user }
  }
  const group = await findDeletedGroup(database, caller.tenantId, id)
  if (group === undefined) throw notFound(id)
  await relateItem(request, database, 'deletedGroup', { group })
  return { group }
}

async function relateItem(
  { caller, match, target }: Request,
  database: Parts['database'],
  resource: 'deletedUser' | 'deletedGroup',
  item: Readonly<{ group?: Group }>,
): Promise<void> {
  const relation = await wholeRelation(caller, { ...target, ...item }, { database })
  enforce(relate(match.action, resource, caller, relation))
}

function writeItem(request: Request, item: Item, select: ReadonlySet<string> | undefined): Reply {
  const shown =
    'user' in item ? resources.user(item.user, select) : resources.group(item.group, select)
  return entity(request, 'directoryObjects/$entity', resources.asDirectoryObject(shown))
}

function notFound(id: string): Failure {
  return new Failure('user-not-found', { facts: { id } })
}
