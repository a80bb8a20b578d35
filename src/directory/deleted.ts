/** People who are deleted and can still be restored, by id. */
import { normalizeId } from '../guid.ts'
import type { Database, UserRow } from '../storage/schema.ts'

type Page = Readonly<{ top: number; after: string | undefined }>

export async function listDeletedUsers(
  database: Database,
  tenantId: string,
  { top, after = '' }: Page,
): Promise<UserRow[]> {
  return await deletedUsers(database, tenantId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(top)
    .execute()
}

export async function findDeletedUser(
  database: Database,
  tenantId: string,
  id: string,
): Promise<UserRow | undefined> {
  return await deletedUsers(database, tenantId).where('id', '=', normalizeId(id)).executeTakeFirst()
}

function deletedUsers(database: Database, tenantId: string) {
  return database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is not', null)
}
