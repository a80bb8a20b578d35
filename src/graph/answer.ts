/**
 * Handles a request: match -> identify -> permit -> find -> admit -> relate -> restrict -> keep ->
 * do -> reply. The order of these lines is the precedence of 400/404/405, 401, 403 and 404; the
 * body is read only after all of them. It takes a call and returns a reply, and uses no socket.
 */

import type { Call, Reply } from '../call.ts'
import { findPhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import { Failure } from '../failure.ts'
import { enforce, type Grant, permit, type Relation, relate } from '../permissions/decide.ts'
import { restrictPhotoUpdate } from '../permissions/photo-updates.ts'
import { settle } from '../settle.ts'
import type { Caller } from '../tokens/caller.ts'
import { refuse } from './errors.ts'
import { parseAddress } from './request/address.ts'
import { hideLeaver } from './request/leavers.ts'
import type { Match } from './request/operation.ts'
import type { Parts } from './request/request.ts'
import { find, isDisabled, knownRelation, type Target } from './request/target.ts'
import { wholeRelation } from './request/whole-relation.ts'
import { match } from './routes.ts'
import { admit, measure } from './throttle.ts'

export function answer(call: Call, parts: Parts): Promise<Reply> {
  return settle(call, parts, refuse, async log => {
    const address = parseAddress(call.url)
    const matched = match(address, call.method)
    log.route = matched
    const caller = await parts.identify(call.headers.authorization)
    log.caller = caller
    permitCall(matched, caller)
    const target = await find(matched, caller, parts)
    using admission = parts.throttle && admit(parts.throttle, matched, caller, target)
    const { relation, grant } = await relateCall(matched, caller, target, parts)
    log.grant = grant
    const shown = isDisabled(target) ? await hideLeaver(target, caller, relation, parts) : target
    if (changesUserPhoto(matched)) await restrictCall(caller, target, relation, parts)
    refuseWhileReadOnly(call, parts)
    const measured = admission ? measure(call, admission) : call
    return await matched.perform(
      { call: measured, address, match: matched, caller, target: shown },
      parts,
    )
  })
}

/** Checks the published permissions, before any look-up. */
function permitCall(matched: Match, caller: Caller): void {
  // Comes before permissions, because an application cannot use /me with any permission.
  if (matched.isMe && caller.kind === 'application') throw new Failure('me-needs-a-user')
  enforce(permit(matched.action, matched.resource, caller))
}

/**
 * Checks the relation of the caller to the target. Queries the database only when the token is not
 * enough, and then returns the relation.
 */
async function relateCall(
  { action, resource }: Match,
  caller: Caller,
  target: Target,
  parts: Parts,
): Promise<Readonly<{ grant: Grant; relation?: Relation }>> {
  const known = relate(action, resource, caller, knownRelation(caller, target))
  if (known.allowed) return { grant: known }
  const relation = await wholeRelation(caller, target, parts)
  return { grant: enforce(relate(action, resource, caller, relation)), relation }
}

/**
 * "user profile photos": photos of groups, teams and contacts are not restricted. Deleting is one
 * of the "edit operations in the cloud" that allowedRoles limits.
 * https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings?view=graph-rest-beta
 */
function changesUserPhoto({ action, target }: Match): boolean {
  return target === 'user' && (action === 'update' || action === 'delete')
}

/**
 * Applies the organisation's photoUpdateSettings. They are read for each change, so a new setting
 * applies to the next request on every node. `relation` is the whole relation, if already read.
 * @differs A change of photoUpdateSettings applies at once; in Graph it may take 24 hours.
 */
async function restrictCall(
  caller: Caller,
  target: Target,
  relation: Relation | undefined,
  parts: Parts,
): Promise<void> {
  const settings = await findPhotoUpdateSettings(parts.database, caller.tenantId)
  const { kind } = caller
  // Checks the roles in the token first, to save the query for those in the directory.
  if (!restrictPhotoUpdate(settings, caller)) return
  const { roleTemplateIds } = relation ?? (await wholeRelation(caller, target, parts))
  const restriction = restrictPhotoUpdate(settings, { kind, roleTemplateIds })
  if (restriction) throw new Failure('photo-updates-restricted', { facts: restriction })
}

/** The last pass of `visage move` takes about half a minute. */
const retryAfterSeconds = 30

function refuseWhileReadOnly({ method }: Call, { isReadOnly }: Parts): void {
  if (isReadOnly !== true || method === 'GET' || method === 'HEAD') return
  throw new Failure('store-read-only', { facts: { retryAfterSeconds } })
}
