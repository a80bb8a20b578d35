/**
 * Creates, reads, replaces, changes and deletes groups. Changes of owners and members are changes of rows, in the order of
 * the request and under the lock of the group: nobody's members are read to be written back.
 */
import type { Reply } from '../call.ts'
import type { Group } from '../directory/groups.ts'
import { findPresentGroup } from '../directory/present-rows.ts'
import type {
  MembershipChange,
  MembershipsChanged,
} from '../directory/sources/change-memberships.ts'
import {
  createSourceGroup,
  deleteSourceGroup,
  editSourceGroup,
  type SourceGroup,
} from '../directory/sources/source-groups.ts'
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import { readBody } from './bodies.ts'
import { logChange, logUnknown } from './changes.ts'
import { groupResource, toSentGroup } from './group.ts'
import { namesAttribute } from './names-attribute.ts'
import { patchResource } from './patch.ts'
import { readPatch } from './patch-body.ts'
import { peopleChanges } from './people-changes.ts'
import { readResource } from './read-resource.ts'
import { noContent } from './replies.ts'
import { originOf, type ScimParts, type ScimRequest } from './request.ts'
import type { Resource } from './schema.ts'
import { showGroup } from './show-group.ts'
import { refuseOtherVersion } from './versions.ts'
import { wantedIdIn } from './wanted-id.ts'

/** A repeated create is 409, and changes nothing. */
export async function createGroup(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const body = await readBody(request, parts)
  const resource = readResource('Group', body)
  const wantedId = wantedIdIn(body, resource, parts.scim)
  const created = await createSourceGroup(
    parts.database,
    request.sender.tenantId,
    { ...toWanted(resource, peopleIn(resource, 'add')), wantedId },
    originOf(request, parts),
    parts.newId,
  )
  logChange(parts, request, 'group', created.row, created.did)
  logPeople(request, parts, created)
  return await showGroup(request, parts, created.row, 201)
}

export async function readGroup(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const row = await findPresentGroup(parts.database, request.sender.tenantId, request.id)
  if (row === undefined) throw notFound(request)
  return await showGroup(request, parts, row)
}

/**
 * Members, owners and the extension stay where the body does not name them: the sender may not know the extension, and
 * may have read the group without its members.
 */
export async function replaceGroup(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const body = await readBody(request, parts)
  const resource = readResource('Group', body)
  const memberships = peopleIn(resource, 'replace').filter(({ relation }) =>
    namesAttribute(body, `${relation}s`),
  )
  const row = await edit(request, parts, known => {
    const kept = [...known].filter(([name]) => extension.has(name))
    return toWanted(new Map([...kept, ...resource]), memberships)
  })
  return await showGroup(request, parts, row)
}

const extension: ReadonlySet<string> = new Set(['description', 'team', 'visibility'])

/** 204 unless the sender asks for attributes: the members may be many. */
export async function patchGroup(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const operations = readPatch('Group', await readBody(request, parts))
  const memberships = peopleChanges(operations)
  const row = await edit(request, parts, known =>
    toWanted(patchResource(known, operations), memberships),
  )
  const isAsked = request.query.has('attributes') || request.query.has('excludedAttributes')
  return isAsked ? await showGroup(request, parts, row) : noContent
}

async function edit(
  request: ScimRequest,
  parts: ScimParts,
  change: (known: Resource) => SourceGroup,
): Promise<Group> {
  const edited = await editSourceGroup(
    parts.database,
    request.sender.tenantId,
    request.id,
    known => {
      refuseOtherVersion(request.call, known)
      return change(groupResource(known))
    },
    originOf(request, parts),
  )
  if (edited === undefined) throw notFound(request)
  if (edited.did === 'changed') logChange(parts, request, 'group', edited.row, 'changed')
  logPeople(request, parts, edited)
  return edited.row
}

/** Deleted groups can be restored. */
export async function deleteGroup(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const deleted = await deleteSourceGroup(
    parts.database,
    request.sender.tenantId,
    request.id,
    known => refuseOtherVersion(request.call, known),
    originOf(request, parts),
  )
  if (deleted === undefined) throw notFound(request)
  logChange(parts, request, 'group', deleted.row, 'removed')
  for (const owned of deleted.owned) logCounts(request, parts, owned)
  return noContent
}

function toWanted(resource: Resource, memberships: readonly MembershipChange[]): SourceGroup {
  const { externalId, fields } = toSentGroup(resource)
  return { externalId, fields, memberships }
}

function peopleIn(resource: Resource, how: 'add' | 'replace'): readonly MembershipChange[] {
  const { members, owners } = toSentGroup(resource)
  return [
    { how, relation: 'member', ids: members },
    { how, relation: 'owner', ids: owners },
  ]
}

type Counted = Readonly<{ group: Group; counts: MembershipsChanged['counts'] }>
type Changed = MembershipsChanged & Readonly<{ row: Group; owned: readonly Counted[] }>

function logPeople(
  request: ScimRequest,
  parts: ScimParts,
  { row, counts, unknown, owned }: Changed,
): void {
  for (const one of [{ group: row, counts }, ...owned]) logCounts(request, parts, one)
  logUnknown(parts, request, 'group', row, unknown)
}

function logCounts(request: ScimRequest, parts: ScimParts, { group, counts }: Counted): void {
  const { member, owner } = counts
  if (member.added + member.removed > 0)
    logChange(parts, request, 'group', group, 'members', member)
  if (owner.added + owner.removed > 0) logChange(parts, request, 'group', group, 'owners', owner)
}

function notFound({ id }: ScimRequest): Failure {
  return new Failure('group-not-found', { facts: { id: normalizeId(id) } })
}
