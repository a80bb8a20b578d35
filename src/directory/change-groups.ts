/**
 * Adding, changing and deleting groups, and who is in them, for the source that manages them. Who may ask for it is not
 * decided here.
 */
import { Failure } from '../failure.ts'
import { normalizeId } from '../guid.ts'
import type { Database, GroupRow } from '../storage/schema.ts'
import { inTransaction, lockRows } from '../storage/transactions.ts'
import { type NewGroup, toRow } from './groups.ts'
import type { GroupRelation } from './groups-of-person.ts'
import { type Origin, refuseOtherSource, type Source } from './origin.ts'

type GroupFields = Omit<NewGroup, 'owners' | 'members'>

/** What is left out stays; undefined takes the value away. */
export type GroupChanges = Partial<Omit<GroupFields, 'id'>>

type Put = Readonly<{ row: GroupRow; did: 'created' | 'changed' | 'restored' }>

/** The group as the source has it. Throws Failure 'managed-elsewhere'. */
export async function putGroup(
  database: Database,
  tenantId: string,
  group: GroupFields,
  origin: Origin,
): Promise<Put> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, group.id)
    if (known !== undefined) refuseOtherSource(known, origin.source)
    const row = toRow(tenantId, group, origin)
    if (known === undefined) await transaction.insertInto('groups').values(row).execute()
    else await write(transaction, row)
    if (known === undefined) return { row, did: 'created' }
    return { row, did: known.deleted_at === null ? 'changed' : 'restored' }
  })
}

/** undefined when there is no group of that id. Throws Failure 'managed-elsewhere'. */
export async function changeGroup(
  database: Database,
  tenantId: string,
  id: string,
  changes: GroupChanges,
  origin: Origin,
): Promise<GroupRow | undefined> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return undefined
    refuseOtherSource(known, origin.source)
    const externalId = origin.externalId ?? known.external_id ?? undefined
    const row = toRow(tenantId, { ...toGroup(known), ...changes }, { ...origin, externalId })
    await write(transaction, row)
    return row
  })
}

/** False when there is no group of that id. Throws Failure 'managed-elsewhere'. */
export async function deleteGroup(
  database: Database,
  tenantId: string,
  id: string,
  { source, at }: Origin,
): Promise<boolean> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return false
    refuseOtherSource(known, source)
    await write(transaction, { ...known, search_text: '', changed_at: at, deleted_at: at })
    return true
  })
}

/** undefined when no group of that id is deleted. */
export async function restoreGroup(
  database: Database,
  tenantId: string,
  id: string,
  at: number,
): Promise<GroupRow | undefined> {
  return await inTransaction(database, async transaction => {
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at === null) return undefined
    const source = known.source as Source
    const externalId = known.external_id ?? undefined
    const row = toRow(tenantId, toGroup(known), { source, externalId, at })
    await write(transaction, row)
    return row
  })
}

type Place = Readonly<{
  tenantId: string
  groupId: string
  userId: string
  relation: GroupRelation
}>

/**
 * One row, however many people the group has. Throws Failure 'group-not-found', 'user-not-found', 'managed-elsewhere',
 * and 'reference-exists' for who is there already.
 */
export async function addToGroup(database: Database, place: Place, source: Source): Promise<void> {
  const row = toPlaceRow(place)
  await inTransaction(database, async transaction => {
    await lockManaged(transaction, place, source)
    await lockMember(transaction, row.tenant_id, row.user_id)
    const { numInsertedOrUpdatedRows: added } = await transaction
      .insertInto('group_people')
      .values(row)
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst()
    if (added === 0n) {
      throw new Failure('reference-exists', { facts: { property: `${place.relation}s` } })
    }
  })
}

/**
 * False when they were not there. Throws Failure 'group-not-found', 'managed-elsewhere', and 'last-owner' for the only
 * owner of a group.
 */
export async function removeFromGroup(
  database: Database,
  place: Place,
  source: Source,
): Promise<boolean> {
  const { tenant_id, group_id, user_id, relation } = toPlaceRow(place)
  return await inTransaction(database, async transaction => {
    await lockManaged(transaction, place, source)
    const inGroup = transaction
      .deleteFrom('group_people')
      .where('tenant_id', '=', tenant_id)
      .where('group_id', '=', group_id)
      .where('relation', '=', relation)
    const { numDeletedRows } = await inGroup.where('user_id', '=', user_id).executeTakeFirst()
    if (numDeletedRows === 0n) return false
    if (relation === 'owner') await refuseWithoutOwner(transaction, tenant_id, group_id)
    return true
  })
}

async function refuseWithoutOwner(
  transaction: Database,
  tenantId: string,
  groupId: string,
): Promise<void> {
  const owner = await transaction
    .selectFrom('group_people')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('relation', '=', 'owner')
    .limit(1)
    .executeTakeFirst()
  if (owner === undefined) throw new Failure('last-owner')
}

function toPlaceRow({ tenantId, groupId, userId, relation }: Place) {
  const [group_id, user_id] = [normalizeId(groupId), normalizeId(userId)]
  return { tenant_id: tenantId, group_id, user_id, relation }
}

async function lockManaged(transaction: Database, place: Place, source: Source): Promise<void> {
  const { tenantId, groupId: id } = place
  const group = await lockGroup(transaction, tenantId, id)
  if (group === undefined || group.deleted_at !== null) {
    throw new Failure('group-not-found', { facts: { id } })
  }
  refuseOtherSource(group, source)
}

/** Nobody deletes them before the transaction ends. */
async function lockMember(transaction: Database, tenantId: string, id: string): Promise<void> {
  const query = transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
  const found = await lockRows(query).executeTakeFirst()
  if (found === undefined) throw new Failure('user-not-found', { facts: { id } })
}

async function lockGroup(
  transaction: Database,
  tenantId: string,
  id: string,
): Promise<GroupRow | undefined> {
  const query = transaction
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', normalizeId(id))
  return await lockRows(query).executeTakeFirst()
}

async function write(transaction: Database, { tenant_id, id, ...row }: GroupRow): Promise<void> {
  await transaction
    .updateTable('groups')
    .set(row)
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .execute()
}

function toGroup(row: GroupRow): GroupFields {
  return {
    id: row.id,
    displayName: row.display_name,
    description: row.description ?? undefined,
    mail: row.mail ?? undefined,
    mailNickname: row.mail_nickname ?? undefined,
    visibility: row.visibility === 'Private' ? 'Private' : 'Public',
    isUnified: row.is_unified === 1,
    isTeam: row.is_team === 1,
  }
}
