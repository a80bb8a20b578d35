/** Reads of users, groups and teams that clients need to reach a photo. */
import type { Reply } from '../../call.ts'
import { countGroups, listGroups as findGroups } from '../../directory/groups.ts'
import { findManagers } from '../../directory/people-of-group.ts'
import { countUsers, listUsers as findUsers, type ShownUser } from '../../directory/users.ts'
import { enforce, permit } from '../../permissions/decide.ts'
import { nextAfter, withExtraRow } from '../query/paging.ts'
import { type Expand, type Options, readOptions } from '../query/query.ts'
import {
  at,
  countable,
  countOf,
  directory,
  groupEntry,
  listOf,
  one,
  searchable,
  selectOnly,
  teamEntry,
  userEntry,
} from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget } from '../request/target.ts'
import type { Shown } from '../resources/control-information.ts'
import * as resources from '../resources/resources.ts'
import { answerCount, countIfAsked } from './counts.ts'
import { collection, entity, withInner } from './replies.ts'

export const directoryOperations: readonly Row[] = [
  {
    name: 'listUsers',
    summary: 'Users, by display name',
    at: at('GET', '/users', directory),
    action: 'listEntries',
    resource: 'user',
    contract: {
      page: 'user-list',
      options: [...searchable, '$expand'],
      answer: listOf('user'),
    },
    perform: listUsers,
  },
  {
    name: 'countUsers',
    summary: 'How many users there are',
    at: at('GET', '/users/$count', directory),
    action: 'listEntries',
    resource: 'user',
    contract: { page: 'user-list', options: countable, answer: countOf('user') },
    perform: (request, parts) =>
      answerCount(request, where => countUsers(parts, request.caller.tenantId, where)),
  },
  {
    name: 'getUser',
    summary: 'A user',
    at: at('GET', '', userEntry),
    action: 'readEntry',
    resource: 'user',
    contract: { page: 'user-get', options: ['$select', '$expand', '$count'], answer: one('user') },
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
    name: 'countGroups',
    summary: 'How many groups there are',
    at: at('GET', '/groups/$count', directory),
    action: 'listEntries',
    resource: 'group',
    contract: { page: 'group-list', options: countable, answer: countOf('group') },
    perform: (request, parts) =>
      answerCount(request, where => countGroups(parts, request.caller.tenantId, where)),
  },
  {
    name: 'getGroup',
    summary: 'A group',
    at: at('GET', '', groupEntry),
    action: 'readEntry',
    resource: 'group',
    contract: { page: 'group-get', options: selectOnly, answer: one('group') },
    perform: getGroup,
  },
  {
    name: 'getTeam',
    summary: 'A team',
    at: at('GET', '', teamEntry),
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
  const users = await tellUsers(request, parts, page, options)
  const count = await countIfAsked(options, where =>
    countUsers(parts, request.caller.tenantId, where),
  )
  return collection(request, 'users', users, nextAfter(rows, page, options.order), count)
}

async function getUser(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const { user } = expectTarget(request.target, 'userEntry')
  const [shown] = await tellUsers(request, parts, [user], options)
  return entity(request, 'users/$entity', shown ?? resources.user(user, options.select))
}

/** With their managers where these are asked for; who has none is told without one, as in Graph. */
async function tellUsers(
  request: Request,
  { database }: Parts,
  rows: readonly ShownUser[],
  { select, expand }: Options,
): Promise<readonly Shown[]> {
  if (expand === undefined) return rows.map(row => resources.user(row, select))
  enforce(permit('readEntry', 'manager', request.caller))
  const { levels } = expand.manager
  const managers = await findManagers(database, request.caller.tenantId, rows, levels)
  return rows.map(row => {
    const chain = chainAbove(row, managers, levels)
    return withManagers(request, resources.user(row, select), chain, expand)
  })
}

/** Nearest first. In a circle it ends before somebody is in it again. */
function chainAbove(
  row: Pick<ShownUser, 'id' | 'manager_id'>,
  managers: ReadonlyMap<string, ShownUser>,
  levels: number,
): readonly ShownUser[] {
  const chain: ShownUser[] = []
  const seen = new Set([row.id])
  let next = managers.get(row.manager_id ?? '')
  while (next !== undefined && chain.length < levels && !seen.has(next.id)) {
    chain.push(next)
    seen.add(next.id)
    next = managers.get(next.manager_id ?? '')
  }
  return chain
}

/** Each in the one below. */
function withManagers(
  request: Request,
  shown: Shown,
  chain: readonly ShownUser[],
  { manager: { select } }: Expand,
): Shown {
  const inner = chain.reduceRight<Shown | undefined>((above, row) => {
    const one = resources.asDirectoryObject(resources.user(row, select))
    return above === undefined ? one : withInner(request, one, { manager: above })
  }, undefined)
  return inner === undefined ? shown : withInner(request, shown, { manager: inner })
}

async function listGroups(request: Request, parts: Parts): Promise<Reply> {
  const options = readOptions(request)
  const rows = await findGroups(parts, request.caller.tenantId, withExtraRow(options))
  const page = rows.slice(0, options.top)
  const groups = page.map(row => resources.group(row, options.select))
  const count = await countIfAsked(options, where =>
    countGroups(parts, request.caller.tenantId, where),
  )
  return collection(request, 'groups', groups, nextAfter(rows, page, options.order), count)
}

async function getGroup(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { group } = expectTarget(request.target, 'groupEntry')
  return entity(request, 'groups/$entity', resources.group(group, select))
}

async function getTeam(request: Request): Promise<Reply> {
  const { select } = readOptions(request)
  const { group } = expectTarget(request.target, 'teamEntry')
  return entity(request, 'teams/$entity', resources.team(group, select))
}
