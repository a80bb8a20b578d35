/**
 * Creates, reads, replaces, changes and deletes people. A person is changed under the lock of their row, so that nothing
 * is lost between reading and writing.
 */
import type { Reply } from '../call.ts'
import { deleteUser as deleteRow } from '../directory/change-users.ts'
import { isValidName } from '../directory/names.ts'
import { findPresentUser } from '../directory/present-rows.ts'
import { createUser as createRow } from '../directory/sources/create-user.ts'
import { editUser } from '../directory/sources/edit-user.ts'
import type { User } from '../directory/users.ts'
import { Failure } from '../failure.ts'
import { isGuid, normalizeId } from '../guid.ts'
import { readBody } from './bodies.ts'
import { logChange, logUnknown } from './changes.ts'
import { patchResource } from './patch.ts'
import { readPatch } from './patch-body.ts'
import { takePhoto } from './photos.ts'
import { readResource } from './read-resource.ts'
import { quoted, refused } from './refused.ts'
import { noContent } from './replies.ts'
import { originOf, type ScimParts, type ScimRequest } from './request.ts'
import type { Resource } from './schema.ts'
import { showUser } from './show-user.ts'
import { type SentUser, toSentUser, userResource } from './user.ts'
import { refuseOtherVersion } from './versions.ts'
import { wantedIdIn } from './wanted-id.ts'

/** A repeated create is 409, and changes nothing. */
export async function createUser(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const body = await readBody(request, parts)
  const resource = readResource('User', body)
  const sent = readSent(resource)
  const wantedId = wantedIdIn(body, resource, parts.scim)
  const { row, did } = await createRow(
    parts.database,
    request.sender.tenantId,
    { ...sent, wantedId },
    originOf(request, parts),
    parts.newId,
  )
  logChange(parts, request, 'person', row, did)
  logManager(request, parts, row, sent)
  return await withPhoto(request, parts, row, sent, showUser(request, row, 201))
}

export async function readUser(request: ScimRequest, { database }: ScimParts): Promise<Reply> {
  const row = await findPresentUser(database, request.sender.tenantId, request.id)
  if (row === undefined) throw notFound(request)
  return showUser(request, row)
}

/** `active` and `userType` stay when the body does not have them: a missing `active` must not enable anybody. */
export async function replaceUser(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const resource = readResource('User', await readBody(request, parts))
  return await edit(request, parts, known => {
    const kept = [...known].filter(([name]) => name === 'active' || name === 'userType')
    return new Map([...kept, ...resource])
  })
}

export async function patchUser(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const operations = readPatch('User', await readBody(request, parts))
  return await edit(request, parts, known => patchResource(known, operations))
}

async function edit(
  request: ScimRequest,
  parts: ScimParts,
  change: (known: Resource) => Resource,
): Promise<Reply> {
  const { id, sender } = request
  let sent: SentUser | undefined
  const edited = await editUser(
    parts.database,
    sender.tenantId,
    id,
    known => {
      refuseOtherVersion(request.call, known)
      sent = readSent(change(userResource(known)))
      return sent
    },
    originOf(request, parts),
  )
  if (edited === undefined) throw notFound(request)
  const { before, row, did } = edited
  const isSwitched = row.is_active !== before.is_active
  if (did === 'adopted' || (did === 'changed' && !isSwitched)) {
    logChange(parts, request, 'person', row, did)
  }
  if (isSwitched) {
    logChange(parts, request, 'person', row, row.is_active === 1 ? 'enabled' : 'disabled')
  }
  logManager(request, parts, row, sent)
  return await withPhoto(request, parts, row, sent, showUser(request, row))
}

/** Deleted people can be restored, and the brake on removals counts them, as for every source. */
export async function deleteUser(request: ScimRequest, parts: ScimParts): Promise<Reply> {
  const { tenantId } = request.sender
  const isAsked = (known: User) => {
    refuseOtherVersion(request.call, known)
    return true
  }
  const origin = originOf(request, parts)
  const isDeleted = await deleteRow(parts.database, tenantId, request.id, origin, isAsked)
  if (!isDeleted) throw notFound(request)
  const row = { tenant_id: tenantId, id: normalizeId(request.id) }
  logChange(parts, request, 'person', row, 'removed')
  return noContent
}

/**
 * A userName in the form of a GUID is kept. An address of Graph with it is read as an id, and does not lead to this person.
 */
function readSent(resource: Resource): SentUser {
  const sent = toSentUser(resource)
  const { userPrincipalName } = sent.fields
  if (isValidName(userPrincipalName) || isGuid(userPrincipalName)) return sent
  throw refused(
    'invalidValue',
    `userName cannot be ${quoted(userPrincipalName)}: it is too long, blank or reserved`,
  )
}

/** A manager who is not in the directory does not fail the request: it is logged. */
function logManager(
  request: ScimRequest,
  parts: ScimParts,
  row: User,
  sent: SentUser | undefined,
): void {
  const { managerId = null } = sent ?? {}
  if (managerId !== null && row.manager_id === null) {
    logUnknown(parts, request, 'person', row, [managerId])
  }
}

/** Takes the photo that was sent, once the person is written. */
async function withPhoto(
  { call, sender }: ScimRequest,
  parts: ScimParts,
  { id: userId }: User,
  sent: SentUser | undefined,
  reply: Reply,
): Promise<Reply> {
  if (sent?.photo === undefined) return reply
  const { source, tenantId } = sender
  const changed = await takePhoto(parts, { source, tenantId, userId, value: sent.photo }, call)
  return changed === undefined ? reply : { ...reply, changed }
}

function notFound({ id }: ScimRequest): Failure {
  return new Failure('user-not-found', { facts: { id } })
}
