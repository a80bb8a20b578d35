/** The id that a new person or group is to have, so that it agrees with the one in tokens. */
import { sentId } from './read-resource.ts'
import type { Resource } from './schema.ts'
import type { ScimSettings } from './sender-settings.ts'

/** A group has no userName and no employeeNumber: its external id is taken. */
export function wantedIdIn(
  body: unknown,
  resource: Resource,
  { idFrom }: Pick<ScimSettings, 'idFrom'>,
): string | undefined {
  if (idFrom === 'id') return sentId(body)
  const isGroup = !resource.has('userName')
  const value = resource.get(isGroup ? 'externalId' : idFrom)
  return typeof value === 'string' ? value : undefined
}
