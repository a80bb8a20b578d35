/** Deleted people and groups that can still be restored, ordered by id. */
import { sql } from 'kysely'
import { normalizeId } from '../guid.ts'
import type { OwnerKey } from '../photos/photo.ts'
import { removePointer } from '../photos/pointer.ts'
import type { Database, GroupRow, UserRow } from '../storage/schema.ts'

/** `deleted_at` of a row that is being erased: it cannot be restored. */
export const erasing = 0

export function mayBeRestored<Row extends Pick<UserRow, 'deleted_at'>>(
  row: Row | undefined,
): row is Row {
  return row !== undefined && row.deleted_at !== null && row.deleted_at > erasing
}

type Page = Readonly<{ top: number; after: string | undefined }>

export async function listDeletedUsers(
  database: Database,
  tenantId: string,
  page: Page,
): Promise<UserRow[]> {
  return await listDeleted(database, 'users', tenantId, page)
}

export async function listDeletedGroups(
  database: Database,
  tenantId: string,
  page: Page,
): Promise<GroupRow[]> {
  return await listDeleted(database, 'groups', tenantId, page)
}

type Rows = { users: UserRow; groups: GroupRow }

/**
 * Without the hint SQLite searches the primary key, which also holds everything that is not deleted. PostgreSQL has no
 * hints and chooses by its statistics. https://sqlite.org/lang_indexedby.html
 */
async function listDeleted<Table extends keyof Rows>(
  database: Database,
  table: Table,
  tenantId: string,
  { top, after = '' }: Page,
): Promise<Rows[Table][]> {
  const hint = database.can?.hasFiles ? sql`indexed by ${sql.ref(`${table}_deleted_list`)}` : sql``
  const { rows } = await sql<Rows[Table]>`
    select * from ${sql.table(table)} ${hint}
    where tenant_id = ${tenantId} and deleted_at is not null and deleted_at > ${erasing} and id > ${after}
    order by id limit ${top}`.execute(database)
  return rows
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
    .where('deleted_at', '>', erasing)
}

function deletedGroups(database: Database, tenantId: string) {
  return database
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', '>', erasing)
}

/** A person or group that its source brings again before everything is erased is new, without a photo. */
export async function dropErasedPhoto(
  transaction: Database,
  known: Pick<UserRow, 'deleted_at'> | undefined,
  owner: OwnerKey,
  now: number,
): Promise<void> {
  if (known?.deleted_at === erasing) await removePointer(transaction, owner, now)
}
