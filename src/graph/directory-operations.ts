/** Reads of users, groups and teams that clients need to reach a photo. */
import type { Reply } from '../call.ts'
import { listGroups as findGroups } from '../directory/groups.ts'
import { listUsers as findUsers } from '../directory/users.ts'
import {
  at,
  directory,
  group,
  listOf,
  one,
  searchable,
  selectOnly,
  team,
  user,
} from './operation.ts'
import { nextAfter, withExtraRow } from './paging.ts'
import { readOptions } from './query.ts'
import { collection, entity } from './replies.ts'
import type { Parts, Request, Row } from './request.ts'
import * as resources from './resources.ts'
import { expectTarget } from './target.ts'

export const directoryOperations: readonly Row[] = [
  {
    name: 'listUsers',
    summary: 'Users, by display name',
    at: at('GET', '/users', directory),
    action: 'listEntries',
    resource: 'user',
    contract: { page: 'user-list', options: searchable, answer: listOf('user') },
    perform: listUsers,
  },
  {
    name: 'getUser',
    summary: 'A user',
    at: at('GET', '', user),
    action: 'readEntry',
    resource: 'user',
    contract: { page: 'user-get', options: selectOnly, answer: one('user') },
    perform: getUser,
  },
  {
    name: 'listGroups',
    summary: 'Groups, by display name',
    at: at('GET', '/groups', directory),
    action: 'listEntries',
    resource: 'group',
    contract: { page: 'group-list', options: searchable, answer: listOf('group') },
    perform: listGroups,
  },
  {
    name: 'getGroup',
    summary: 'A group',
    at: at('GET', '', group),
    action: 'readEntry',
    resource: 'group',
    contract: { page: 'group-get', options: selectOnly, answer: one('group') },
    perform: getGroup,
  },
  {
    name: 'getTeam',
    summary: 'A team',
    at: at('GET', '', team),
    action: 'readEntry',
    resource: 'team',
    contract: { page: 'team-get', options: selectOnly, answer: one('team') },
    perform: getTeam,
  },
]

async function listUsers(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const rows = await findUsers(parts, request.caller.tenantId, withExtraRow(options))
  const page = rows.slice(0, options.top)
  const users = page.map(row => resources.user(row, options.select))
  return collection(request, 'users', users, nextAfter(rows, page))
}

async function getUser(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { user } = expectTarget(request.target, 'user')
  return entity(request, 'users/$entity', resources.user(user, select))
}

async function listGroups(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const rows = await findGroups(parts, request.caller.tenantId, withExtraRow(options))
  const page = rows.slice(0, options.top)
  const groups = page.map(row => resources.group(row, options.select))
  return collection(request, 'groups', groups, nextAfter(rows, page))
}

async function getGroup(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { group } = expectTarget(request.target, 'group')
  return entity(request, 'groups/$entity', resources.group(group, select))
}

async function getTeam(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { group } = expectTarget(request.target, 'team')
  return entity(request, 'teams/$entity', resources.team(group, select))
}
