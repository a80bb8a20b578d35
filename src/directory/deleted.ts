/** Deleted people and groups that can still be restored, ordered by id. */
import { normalizeId } from '../guid.ts'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'

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

export async function listDeletedGroups(
  database: Database,
  tenantId: string,
  { top, after = '' }: Page,
): Promise<GroupRow[]> {
  return await deletedGroups(database, tenantId)
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

export async function findDeletedGroup(
  database: Database,
  tenantId: string,
  id: string,
): Promise<GroupRow | undefined> {
  return await deletedGroups(database, tenantId)
    .where('id', '=', normalizeId(id))
    .executeTakeFirst()
}

function deletedUsers(database: Database, tenantId: string) {
  return database
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is not', null)
}

function deletedGroups(database: Database, tenantId: string) {
  return database
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is not', null)
}
