/**
 * Creates, changes and deletes groups through Graph, and makes them teams. Only groups that no
 * other source manages are changed.
 */
import type { Reply } from '../../call.ts'
import { changeGroup, createGroup, deleteGroup, makeTeam } from '../../directory/change-groups.ts'
import type { NewGroup } from '../../directory/groups.ts'
import { Failure } from '../../failure.ts'
import { readJson } from '../../json.ts'
import { enforce, permit } from '../../permissions/decide.ts'
import type { Caller } from '../../tokens/caller.ts'
import { at, created, directory, group } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import { expectTarget, findCaller } from '../request/target.ts'
import * as resources from '../resources/resources.ts'
import { logChange } from './directory-changes.ts'
import {
  expectTeamWithoutSettings,
  groupChanges,
  newGroup,
  newTeam,
  readGroupChanges,
  readNewGroup,
} from './group-bodies.ts'
import { byGraph, maxJsonBytes } from './people.ts'
import { findIds } from './references.ts'
import { entity, noContent } from './replies.ts'

const nothing = { kind: 'no-content' } as const

export const groupOperations: readonly Row[] = [
  {
    name: 'createGroup',
    summary: 'Create a group',
    at: at('POST', '/groups', directory),
    action: 'createEntry',
    resource: 'group',
    contract: { page: 'group-post-groups', body: newGroup, answer: created('group') },
    perform: addGroup,
  },
  {
    name: 'updateGroup',
    summary: 'Change a group, or add members; properties that are left out stay',
    at: at('PATCH', '', group),
    action: 'updateEntry',
    resource: 'group',
    contract: { page: 'group-update', body: groupChanges, answer: nothing },
    perform: updateGroup,
  },
  {
    name: 'deleteGroup',
    summary: 'Delete a group, which can be restored for a time',
    at: at('DELETE', '', group),
    action: 'deleteEntry',
    resource: 'group',
    contract: { page: 'group-delete', answer: nothing },
    perform: removeGroup,
  },
  {
    name: 'createTeam',
    summary: 'Make a team of a group',
    // The target is the group, because the team does not exist yet.
    at: [{ method: 'PUT', path: '/groups/{team}/team', target: 'group' }],
    action: 'createEntry',
    resource: 'team',
    contract: {
      page: 'team-put-teams',
      body: newTeam,
      answer: created('team'),
      refusals: ['team-exists'],
    },
    perform: createTeam,
  },
]

async function addGroup(request: Request, parts: Parts): Promise<Reply> {
  const { caller } = request
  const named = readNewGroup(await readJson(request.call, maxJsonBytes))
  expectMayAddPeople(caller, named)
  const owners = await ownersOf(named.owners, caller, parts)
  const members = await findIds(named.members ?? [], caller.tenantId, parts)
  const group = { ...named, owners, members, id: parts.newId() }
  const row = await createGroup(parts.database, caller.tenantId, group, byGraph(parts))
  logChange(parts, 'group', row, 'created')
  return entity(request, 'groups/$entity', resources.group(row, undefined), 201)
}

/** "Because the owners have not been specified, the calling user is automatically added as the owner of the group." */
async function ownersOf(
  named: readonly string[] = [],
  caller: Caller,
  parts: Parts,
): Promise<readonly string[]> {
  if (named.length > 0) return await findIds(named, caller.tenantId, parts)
  if (caller.kind === 'application') return []
  return [(await findCaller(caller, parts)).id]
}

/**
 * "To create the group with users as owners or members, the app must have at least the User.Read.All permission", while
 * it has Group.Create alone. https://learn.microsoft.com/en-us/graph/api/group-post-groups
 */
function expectMayAddPeople(
  caller: Caller,
  { owners = [], members = [] }: Pick<NewGroup, 'owners' | 'members'>,
): void {
  if (owners.length + members.length === 0) return
  if (permit('updateEntry', 'group', caller).allowed) return
  enforce(permit('readEntry', 'user', caller))
}

async function updateGroup(request: Request, parts: Parts): Promise<Reply> {
  const { group } = expectTarget(request.target, 'group')
  const body = await readJson(request.call, maxJsonBytes)
  const { changes, newMembers } = readGroupChanges(body, group.is_unified === 1)
  const { tenant_id, id } = group
  const members = await findIds(newMembers, tenant_id, parts)
  const row = await changeGroup(parts.database, tenant_id, id, changes, byGraph(parts), members)
  if (row === undefined) throw notFound(id)
  logChange(parts, 'group', row, 'changed')
  return noContent
}

async function removeGroup({ target }: Request, parts: Parts): Promise<Reply> {
  const { group } = expectTarget(target, 'group')
  const isDeleted = await deleteGroup(parts.database, group.tenant_id, group.id, byGraph(parts))
  if (!isDeleted) throw notFound(group.id)
  logChange(parts, 'group', group, 'removed')
  return noContent
}

async function createTeam(request: Request, parts: Parts): Promise<Reply> {
  const { group } = expectTarget(request.target, 'group')
  expectTeamWithoutSettings(await readJson(request.call, maxJsonBytes))
  const row = await makeTeam(parts.database, group.tenant_id, group.id, byGraph(parts))
  logChange(parts, 'group', row, 'made a team')
  return entity(request, 'teams/$entity', resources.team(row, undefined), 201)
}

function notFound(id: string): Failure {
  return new Failure('group-not-found', { facts: { id } })
}
