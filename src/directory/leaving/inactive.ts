/**
 * People who have been inactive for so long that they count as deleted. Some sources, such as Okta, disable people and
 * never delete them.
 */
import type { Database } from '../../storage/schema.ts'
import { deleteUser } from '../change-users.ts'
import type { Source } from '../origin.ts'

type Person = Readonly<{ tenantId: string; id: string; source: string }>

/** `before`: people disabled before this moment are deleted. They can be restored like all deleted people. */
export async function deleteInactive(
  database: Database,
  before: number,
  now: number,
  deleted: (person: Person) => void,
  signal?: AbortSignal,
): Promise<void> {
  // The period is infinite where inactive people stay.
  if (before <= 0) return
  for (;;) {
    const rows = await listInactive(database, before)
    for (const { tenant_id: tenantId, id, source } of rows) {
      signal?.throwIfAborted()
      const origin = { source: source as Source, at: now }
      const isDeleted = await deleteUser(database, tenantId, id, origin, known => {
        return known.inactive_at !== null && known.inactive_at < before && known.source === source
      })
      if (isDeleted) deleted({ tenantId, id, source })
    }
    if (rows.length < atOnce) return
  }
}

const atOnce = 100

async function listInactive(database: Database, before: number) {
  return await database
    .selectFrom('users')
    .select(['tenant_id', 'id', 'source'])
    .where('inactive_at', '<', before)
    .where('deleted_at', 'is', null)
    .limit(atOnce)
    .execute()
}
