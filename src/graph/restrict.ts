/**
 * What an organisation's photoUpdateSettings forbid those who may otherwise change a user's photo. They are
 * read for each change, and for nothing else: a setting applies from the next request on, on every node.
 * @differs A change of photoUpdateSettings holds at once; in Graph it may take 24 hours.
 */
import { findPhotoUpdateSettings } from '../directory/photo-update-settings.ts'
import { Failure } from '../failure.ts'
import type { Relation } from '../permissions/decide.ts'
import { restrictPhotoUpdate } from '../permissions/photo-updates.ts'
import type { Caller } from '../tokens/caller.ts'
import type { Parts } from './request.ts'
import { type Target, wholeRelation } from './target.ts'

/** `relation`: the whole one, where it is known by now. @throws Failure 'photo-updates-restricted' */
export async function restrictCall(
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
