/**
 * Adds, changes and deletes people for the source that manages them. A source changes only its own
 * people. A person who came by signing in is adopted, photo included, by the first source that
 * names their id. Permissions are not checked here.
 */
import { normalizeId } from '../guid.ts'
import type { Database, UserRow } from '../storage/schema.ts'
import { inTransaction, lockNames, lockRows } from '../storage/transactions.ts'
import { dropErasedPhoto, erasing, mayBeRestored } from './deleted.ts'
import { deletedName } from './names.ts'
import { refuseTakenName } from './names-taken.ts'
import { type Origin, refuseOtherSource } from './origin.ts'
import { type NewUser, toRow } from './users.ts'

/** An absent property stays unchanged; undefined removes the value. */
export type UserChanges = Partial<Omit<NewUser, 'id'>>

type Put = Readonly<{ row: UserRow; did: 'created' | 'changed' | 'adopted' | 'restored' }>

/**
 * Creates or replaces the person with the source's values; adopts or restores an existing one.
 * Throws Failure 'managed-elsewhere' when another source manages the person, and 'value-taken' when
 * another person has the name.
 */
export async function putUser(
  database: Database,
  tenantId: string,
  user: NewUser,
  origin: Origin,
): Promise<Put> {
  return await withNamesLocked(database, tenantId, async transaction => {
    const known = await lockUser(transaction, tenantId, user.id)
    if (known !== undefined) refuseOtherSource(known, origin.source)
    await refuseTakenName(transaction, tenantId, user.id, user.userPrincipalName)
    const row = keepUnmanagedColumns(toRow(tenantId, user, origin), known)
    if (known === undefined) await transaction.insertInto('users').values(row).execute()
    else await writeUser(transaction, row)
    await dropErasedPhoto(transaction, known, { tenantId, kind: 'user', id: row.id }, origin.at)
    return { row, did: outcomeOf(known) }
  })
}

function outcomeOf(known: UserRow | undefined): Put['did'] {
  if (known === undefined || known.deleted_at === erasing) return 'created'
  if (known.deleted_at !== null) return 'restored'
  return known.source === 'sign-in' ? 'adopted' : 'changed'
}

/** undefined when the person does not exist. Throws the failures of putUser. */
export async function changeUser(
  database: Database,
  tenantId: string,
  id: string,
  changes: UserChanges,
  origin: Origin,
): Promise<UserRow | undefined> {
  return await withNamesLocked(database, tenantId, async transaction => {
    const known = await lockUser(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return undefined
    refuseOtherSource(known, origin.source)
    const user = { ...toUser(known), ...changes }
    await refuseTakenName(transaction, tenantId, known.id, user.userPrincipalName)
    const externalId = origin.externalId ?? known.external_id ?? undefined
    const row = keepUnmanagedColumns(toRow(tenantId, user, { ...origin, externalId }), known)
    await writeUser(transaction, row)
    return row
  })
}

/** False when the person does not exist, or `condition` is not true. Throws Failure 'managed-elsewhere'. */
export async function deleteUser(
  database: Database,
  tenantId: string,
  id: string,
  origin: Origin,
  condition: (known: UserRow) => boolean = () => true,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const known = await lockUser(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null || !condition(known)) return false
    refuseOtherSource(known, origin.source)
    const name = deletedName(known.id)
    await writeUser(transaction, {
      ...known,
      source: origin.source,
      names_at: null,
      inactive_at: null,
      user_principal_name_key: name,
      search_text: '',
      changed_at: origin.at,
      deleted_at: origin.at,
    })
    return true
  })
}

/**
 * undefined when the person does not exist or is not deleted. Throws Failure 'managed-elsewhere', and 'value-taken'
 * when another person has taken the name.
 */
export async function restoreUser(
  database: Database,
  tenantId: string,
  id: string,
  { source, at }: Origin,
): Promise<UserRow | undefined> {
  return await withNamesLocked(database, tenantId, async transaction => {
    const known = await lockUser(transaction, tenantId, id)
    if (!mayBeRestored(known)) return undefined
    refuseOtherSource(known, source)
    await refuseTakenName(transaction, tenantId, known.id, known.user_principal_name)
    const externalId = known.external_id ?? undefined
    const restored = toRow(tenantId, toUser(known), { source, externalId, at })
    const row = keepUnmanagedColumns(restored, known)
    await writeUser(transaction, row)
    return row
  })
}

/** Locks the row of a person, deleted or not, until the transaction ends. */
export async function lockUser(
  transaction: Database,
  tenantId: string,
  id: string,
): Promise<UserRow | undefined> {
  const query = transaction
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
  return await lockRows(query).executeTakeFirst()
}

async function withNamesLocked<Result>(
  database: Database,
  tenantId: string,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    return await work(transaction)
  })
}

/** Keeps the columns that no source sets, such as since when a person is inactive. */
export function keepUnmanagedColumns(row: UserRow, known: UserRow | undefined): UserRow {
  const inactiveAt = row.inactive_at === null ? null : (known?.inactive_at ?? row.inactive_at)
  return { ...row, manager_id: known?.manager_id ?? null, inactive_at: inactiveAt }
}

/** For a transaction of the caller's own. */
export async function writeUser(
  transaction: Database,
  { tenant_id, id, ...row }: UserRow,
): Promise<void> {
  await transaction
    .updateTable('users')
    .set(row)
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .execute()
}

export function toUser(row: UserRow): NewUser {
  return {
    id: row.id,
    userPrincipalName: row.user_principal_name,
    displayName: row.display_name,
    givenName: row.given_name ?? undefined,
    surname: row.surname ?? undefined,
    mail: row.mail ?? undefined,
    jobTitle: row.job_title ?? undefined,
    userType: row.user_type === 'Guest' ? 'Guest' : 'Member',
    employeeId: row.employee_id ?? undefined,
    department: row.department ?? undefined,
    mailNickname: row.mail_nickname ?? undefined,
    isActive: row.is_active === 1,
  }
}
