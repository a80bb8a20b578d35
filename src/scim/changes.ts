/** Events for the log about people and groups that a sender changes. */
import type { DirectoryChange } from '../events.ts'
import type { ScimParts, ScimRequest } from './request.ts'

type Row = Readonly<{ tenant_id: string; id: string }>

export function logChange(
  { events }: Pick<ScimParts, 'events'>,
  { sender: { source } }: Pick<ScimRequest, 'sender'>,
  kind: DirectoryChange['kind'],
  { tenant_id: tenantId, id }: Row,
  did: DirectoryChange['did'],
  counts?: Pick<DirectoryChange, 'added' | 'removed'>,
): void {
  events.directoryChanged({ kind, did, tenantId, id, source, ...counts })
}

/** `unknown`: ids of people who were named as members, owners or manager and are not in the directory. */
export function logUnknown(
  { events }: Pick<ScimParts, 'events'>,
  { sender: { source } }: Pick<ScimRequest, 'sender'>,
  kind: DirectoryChange['kind'],
  { tenant_id: tenantId, id }: Row,
  unknown: readonly string[],
): void {
  if (unknown.length === 0) return
  events.peopleUnknown({ kind, tenantId, id, source, unknown })
}
