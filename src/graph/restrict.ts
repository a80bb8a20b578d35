/**
 * What an organisation's photoUpdateSettings take away from those who may otherwise change a user's
 * photo. They are read anew for each change, and for nothing else: a setting holds from the next
 * request on, on every node. @differs A change of photoUpdateSettings holds at once; in Graph it may
 * take 24 hours.
 */
import { findPhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import { Failure } from '../failure.ts'
import { restrictPhotoUpdate } from '../permissions/photo-updates.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Parts } from './request.ts'
import type { Match } from './routes.ts'
import { type Target, wholeRelation } from './target.ts'

/** @throws Failure 'photo-updates-restricted' */
export function restrictCall(
  { operation }: Match,
  caller: Caller,
  target: Target,
  parts: Parts,
): Promise<void> | undefined {
  // "user profile photos": those of groups, teams and contacts are left alone. Deleting is among the
  // "edit operations in the cloud" that allowedRoles is about.
  // https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings?view=graph-rest-beta
  const isChange = operation === 'updatePhoto' || operation === 'deletePhoto'
  return isChange && target.kind === 'user' ? restrictChange(caller, target, parts) : undefined
}

async function restrictChange(caller: Caller, target: Target, parts: Parts): Promise<void> {
  const settings = await findPhotoUpdateSettings(parts.database, caller.tenantId)
  const { kind } = caller
  // What the token says is asked first; the directory's roles cost another query.
  if (!restrictPhotoUpdate(settings, caller)) return
  const { roleTemplateIds } = await wholeRelation(caller, target, parts)
  const restriction = restrictPhotoUpdate(settings, { kind, roleTemplateIds })
  if (restriction) throw new Failure('photo-updates-restricted', { facts: restriction })
}
