/** Shows a person: as an answer, or as one of a list. */
import type { Reply } from '../call.ts'
import type { User } from '../directory/users.ts'
import { jsonOf } from './json-of.ts'
import { type Projection, readProjection } from './projection.ts'
import { addressOf, show } from './replies.ts'
import { askedAttributes, type ScimRequest } from './request.ts'
import { userResource } from './user.ts'
import { versionOf } from './versions.ts'

export function showUser(request: ScimRequest, row: User, status: 200 | 201 = 200): Reply {
  const projection = readProjection('User', askedAttributes(request))
  const body = userText(request, row, projection)
  const [version, location] = [versionOf(row), locationOf(request, row)]
  return show(request, status, { body }, { version, location })
}

/** Only its source sees the external id. */
export function userText(request: ScimRequest, row: User, projection: Projection): string {
  const isOwn = row.source === request.sender.source
  const resource = userResource(isOwn ? row : { ...row, external_id: null })
  const meta = {
    location: locationOf(request, row),
    version: versionOf(row),
    lastModified: new Date(row.changed_at).toISOString(),
  }
  const base = addressOf(request, '')
  return JSON.stringify(jsonOf('User', resource, { base, id: row.id, meta }, projection))
}

function locationOf(request: ScimRequest, { id }: User): string {
  return addressOf(request, `/Users/${encodeURIComponent(id)}`)
}
