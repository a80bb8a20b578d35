/** Events for the log about people and groups that are changed through Graph. */
import type { DirectoryChange } from '../../events.ts'
import type { Parts } from '../request/request.ts'

/** The source is Graph, also where another one had brought the person or the group. */
export function logChange(
  { events }: Pick<Parts, 'events'>,
  kind: DirectoryChange['kind'],
  { tenant_id: tenantId, id }: Readonly<{ tenant_id: string; id: string }>,
  did: DirectoryChange['did'],
  counts?: Pick<DirectoryChange, 'added' | 'removed'>,
): void {
  events.directoryChanged({ kind, did, tenantId, id, source: 'graph', ...counts })
}
