/**
 * Reads and changes the organisation's photoUpdateSettings. permissions/photo-updates.ts decides
 * what they forbid, and answer.ts enforces it.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings?view=graph-rest-beta
 */

import type { Reply } from '../../call.ts'
import {
  changePhotoUpdateSettings,
  findPhotoUpdateSettings,
  type PhotoUpdateSettings,
  resetPhotoUpdateSettings,
} from '../../directory/photo-update-settings.ts'
import { readJson } from '../../json.ts'
import { readOptions } from '../query/query.ts'
import { at, directory, one, selectOnly } from '../request/operation.ts'
import type { Parts, Request, Row } from '../request/request.ts'
import * as resources from '../resources/resources.ts'
import { entity, noContent } from './replies.ts'
import { photoUpdateSettingsChanges, readPhotoUpdateSettings } from './settings-body.ts'

const settings = one('photoUpdateSettings')
const versions = ['beta'] as const
const path = '/admin/people/photoUpdateSettings'

export const settingsOperations: readonly Row[] = [
  {
    name: 'getPhotoUpdateSettings',
    summary: 'Who may change photos of users',
    at: at('GET', path, directory),
    versions,
    action: 'readEntry',
    resource: 'photoUpdateSettings',
    contract: {
      page: 'peopleadminsettings-list-photoupdatesettings',
      options: selectOnly,
      answer: settings,
    },
    perform: getPhotoUpdateSettings,
  },
  {
    name: 'updatePhotoUpdateSettings',
    summary: 'Change who may change photos of users',
    at: at('PATCH', path, directory),
    versions,
    action: 'updateEntry',
    resource: 'photoUpdateSettings',
    contract: {
      page: 'photoupdatesettings-update',
      body: photoUpdateSettingsChanges,
      answer: settings,
    },
    perform: updatePhotoUpdateSettings,
  },
  {
    name: 'deletePhotoUpdateSettings',
    summary: 'Restore the defaults: permissions alone decide who may change photos of users',
    // The page on deleting shows the address with $ref, and its example the one without.
    // https://learn.microsoft.com/en-us/graph/api/peopleadminsettings-delete-photoupdatesettings?view=graph-rest-beta
    at: [...at('DELETE', path, directory), ...at('DELETE', `${path}/$ref`, directory)],
    versions,
    action: 'deleteEntry',
    resource: 'photoUpdateSettings',
    contract: {
      page: 'peopleadminsettings-delete-photoupdatesettings',
      answer: { kind: 'no-content' },
    },
    perform: deletePhotoUpdateSettings,
  },
]

async function getPhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  const { select } = readOptions(request)
  const settings = await findPhotoUpdateSettings(parts.database, request.caller.tenantId)
  return writeSettings(request, settings, select)
}

/** "If successful, this method returns a 200 OK response code and an updated photoUpdateSettings object" */
async function updatePhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  const changes = readPhotoUpdateSettings(await readJson(request.call, maxJsonBytes))
  const { tenantId } = request.caller
  return writeSettings(request, await changePhotoUpdateSettings(parts.database, tenantId, changes))
}

/**
 * "If successful, this method returns a 204 No Content response code." The defaults apply again.
 */
async function deletePhotoUpdateSettings(request: Request, parts: Parts): Promise<Reply> {
  await resetPhotoUpdateSettings(parts.database, request.caller.tenantId)
  return noContent
}

/** Enough for several times the number of existing roles. */
const maxJsonBytes = 64 * 1024

function writeSettings(
  request: Request,
  settings: PhotoUpdateSettings,
  select?: ReadonlySet<string>,
): Reply {
  const context = 'admin/people/photoUpdateSettings/$entity'
  return entity(request, context, resources.photoUpdateSettings(settings, select))
}
