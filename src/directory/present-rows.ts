/** Finds whole rows of people and groups by id. The look-ups for a photo read less: users.ts, groups.ts. */
import { normalizeId } from '../guid.ts'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'

/** undefined when there is no such person, or they are deleted. */
export async function findPresentUser(
  database: Database,
  tenantId: string,
  id: string,
): Promise<UserRow | undefined> {
  return await database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** undefined when there is no such group, or it is deleted. */
export async function findPresentGroup(
  database: Database,
  tenantId: string,
  id: string,
): Promise<GroupRow | undefined> {
  return await database
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}
