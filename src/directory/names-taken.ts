/**
 * Checks whether a person may have a name: names are unique in a tenant, and must not equal the id
 * of another person. Call inside a transaction that has locked the names of the tenant
 * (storage/transactions.ts).
 */
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, UserRow } from '../storage/schema.ts'
import { userNameKey } from './queries/name-key.ts'

export async function holderOf(
  transaction: Database,
  tenantId: string,
  key: string,
): Promise<UserRow | undefined> {
  return await transaction
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_principal_name_key', '=', key)
    .executeTakeFirst()
}

export async function isIdOfAnother(
  transaction: Database,
  tenantId: string,
  id: string,
  name: string,
): Promise<boolean> {
  const rows = await transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', [name, userNameKey(name)])
    .execute()
  return rows.some(row => row.id !== id)
}

/** Throws Failure 'value-taken'. */
export async function refuseTakenName(
  transaction: Database,
  tenantId: string,
  id: string,
  name: string,
): Promise<void> {
  const holder = await holderOf(transaction, tenantId, userNameKey(name))
  const isHeld = holder !== undefined && holder.id !== normalizeId(id)
  if (isHeld || (await isIdOfAnother(transaction, tenantId, normalizeId(id), name))) {
    throw new Failure('value-taken', { facts: { property: 'userPrincipalName', value: name } })
  }
}
