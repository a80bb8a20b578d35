/**
 * The organisation's photoUpdateSettings, told in Graph's words. What they forbid is said in
 * permissions/photo-updates.ts, and enforced by restrict.ts.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings?view=graph-rest-beta
 */

import type { Reply } from '../call.ts'
import {
  changePhotoUpdateSettings,
  findPhotoUpdateSettings,
  type PhotoUpdateSettings,
  resetPhotoUpdateSettings,
} from '../directory/photo-update-settings.ts'
import { readJson } from '../json.ts'
import { readPhotoUpdateSettings } from './bodies.ts'
import { contracts } from './contracts.ts'
import { readOptions } from './query.ts'
import { empty, entity } from './replies.ts'
import type { Parts, Request } from './request.ts'
import * as resources from './resources.ts'

export async function getPhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  const { select } = readOptions(request.address.query, contracts.getPhotoUpdateSettings.options)
  const settings = await findPhotoUpdateSettings(parts.database, request.caller.tenantId)
  return tell(request, settings, select)
}

/** "If successful, this method returns a 200 OK response code and an updated photoUpdateSettings object" */
export async function updatePhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  const changes = readPhotoUpdateSettings(await readJson(request.call, maxJsonBytes))
  const { tenantId } = request.caller
  return tell(request, await changePhotoUpdateSettings(parts.database, tenantId, changes))
}

/** "If successful, this method returns a 204 No Content response code.", and the defaults are back. */
export async function deletePhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  await resetPhotoUpdateSettings(parts.database, request.caller.tenantId)
  return empty(204)
}

/** Every role there is, several times over. */
const maxJsonBytes = 64 * 1024

function tell(
  request: Request,
  settings: PhotoUpdateSettings,
  select?: ReadonlySet<string>,
): Reply {
  const context = 'admin/people/photoUpdateSettings/$entity'
  return entity(request, context, resources.photoUpdateSettings(settings, select))
}
