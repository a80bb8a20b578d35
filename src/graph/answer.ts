/**
 * A request from top to bottom: match -> identify -> permit -> find -> admit -> relate -> restrict -> keep ->
 * do -> reply. The order of these lines is the precedence of 400/404/405, 401, 403 and 404; the body is read
 * only after all of them. It knows no socket: a call comes in, a reply goes out.
 */

import type { Call, Reply } from '../call.ts'
import { findPhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import { Failure } from '../failure.ts'
import { enforce, permit, type Relation, relate } from '../permissions/decide.ts'
import { restrictPhotoUpdate } from '../permissions/photo-updates.ts'
import { settle } from '../settle.ts'
import type { Caller } from '../tokens/caller.ts'
import { parseAddress } from './address.ts'
import { refuse } from './errors.ts'
import { hideLeaver, isHiddenLeaver } from './leavers.ts'
import type { Match } from './operation.ts'
import type { Parts } from './request.ts'
import { match } from './routes.ts'
import { find, knownRelation, type Target, wholeRelation } from './target.ts'
import { admit, measure } from './throttle.ts'

export async function answer(call: Call, parts: Parts): Promise<Reply> {
  return await settle(call, parts, refuse, async log => {
    const address = parseAddress(call.url)
    const matched = match(address, call.method)
    log.route = matched
    const caller = await parts.identify(call.headers.authorization)
    log.caller = caller
    permitCall(matched, caller)
    const target = await find(matched, caller, parts)
    using admission = parts.throttle && admit(parts.throttle, matched, caller, target)
    const relation = await relateCall(matched, caller, target, parts)
    const shown = isHiddenLeaver(target, parts)
      ? await hideLeaver(target, caller, relation, parts)
      : target
    if (changesUserPhoto(matched)) await restrictCall(caller, target, relation, parts)
    refuseWhileReadOnly(call, parts)
    const measured = admission ? measure(call, admission) : call
    return await matched.perform(
      { call: measured, address, match: matched, caller, target: shown },
      parts,
    )
  })
}

/** By the published table alone, before anything is looked up. */
function permitCall(matched: Match, caller: Caller): void {
  // No permission would help an application here, so this comes before permissions.
  if (matched.isMe && caller.kind === 'application') throw new Failure('me-needs-a-user')
  enforce(permit(matched.action, matched.resource, caller))
}

/**
 * By what the caller is to the target; the database is asked only when the token is not enough, and what it
 * says is returned.
 */
async function relateCall(
  { action, resource }: Match,
  caller: Caller,
  target: Target,
  parts: Parts,
): Promise<Relation | undefined> {
  if (relate(action, resource, caller, knownRelation(caller, target)).allowed) return undefined
  const relation = await wholeRelation(caller, target, parts)
  enforce(relate(action, resource, caller, relation))
  return relation
}

/**
 * "user profile photos": those of groups, teams and contacts are left alone. Deleting is among the "edit
 * operations in the cloud" that allowedRoles is about.
 * https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings?view=graph-rest-beta
 */
function changesUserPhoto({ action, target }: Match): boolean {
  return target === 'user' && (action === 'update' || action === 'delete')
}

/**
 * What the organisation's photoUpdateSettings forbid. They are read for each change, and for nothing else: a
 * setting applies from the next request on, on every node. `relation`: the whole one, where it is known by now.
 * @differs A change of photoUpdateSettings holds at once; in Graph it may take 24 hours.
 */
async function restrictCall(
  caller: Caller,
  target: Target,
  relation: Relation | undefined,
  parts: Parts,
): Promise<void> {
  const settings = await findPhotoUpdateSettings(parts.database, caller.tenantId)
  const { kind } = caller
  // The roles of the token first; those of the directory cost another query.
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
