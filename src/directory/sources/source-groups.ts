/**
 * Creates, changes and deletes the groups of a source together with their owners and members, each in one transaction.
 * Permissions are not checked here.
 */
import { Failure } from '../../failure.ts'
import { isGuid, normalizeId } from '../../guid.ts'
import type { Database, GroupRow } from '../../storage/schema.ts'
import { inTransaction, lockNames, lockRows } from '../../storage/transactions.ts'
import { dropErasedPhoto, erasing } from '../deleted.ts'
import { type GroupFields, lockGroup, writeGroup } from '../group-rows.ts'
import { type Origin, refuseOtherSource } from '../origin.ts'
import {
  changeMemberships,
  hasChanges,
  type MembershipChange,
  type MembershipsChanged,
} from './change-memberships.ts'
import { applyOwnerNaming, type OwnerNaming, type OwnersChanged } from './owner-groups.ts'
import { mergeGroup } from './put-groups.ts'

export type SourceOrigin = Pick<Origin, 'source' | 'at'> &
  Readonly<{ owners: OwnerNaming | undefined }>

export type SourceGroup = Readonly<{
  /** undefined for a source that has no ids of its own. */
  externalId: string | undefined
  /** A property that is left out stays; undefined takes the value away. */
  fields: Partial<Omit<GroupFields, 'id'>> & Readonly<{ displayName: string }>
  /** In this order. */
  memberships: readonly MembershipChange[]
}>

type NewGroup = SourceGroup & Readonly<{ wantedId: string | undefined }>

type Written = MembershipsChanged &
  Readonly<{
    row: GroupRow
    /** Groups that got other owners by the naming rule. */
    owned: readonly OwnersChanged[]
  }>

type Created = Written & Readonly<{ did: 'created' | 'restored' }>
/** 'unchanged' where only people have changed. */
type Edited = Written & Readonly<{ did: 'changed' | 'unchanged' }>

/**
 * `wantedId` becomes the id if it is a GUID. People who are not in the directory are left out. Throws Failure
 * 'value-taken' when the source has a group with this id or external id, or, without an external id, with this name;
 * 'managed-elsewhere', 'group-full'.
 */
export async function createSourceGroup(
  database: Database,
  tenantId: string,
  group: NewGroup,
  origin: SourceOrigin,
  newId: () => string,
): Promise<Created> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const known = await findKnown(transaction, tenantId, group, origin)
    if (known !== undefined) refusePresent(known, group, origin)
    await refuseSameName(transaction, tenantId, group, origin)
    const { wantedId = '', externalId, fields } = group
    const id = known?.id ?? (isGuid(wantedId) ? normalizeId(wantedId) : newId())
    const { row } = mergeGroup(tenantId, known, { id, externalId, fields }, origin)
    if (known === undefined) await transaction.insertInto('groups').values(row).execute()
    else await writeGroup(transaction, row)
    await dropErasedPhoto(transaction, known, { tenantId, kind: 'group', id }, origin.at)
    const changed = await changeMemberships(transaction, row, group.memberships)
    const owned = await ownersAfter(transaction, origin, [row])
    const isNew = known === undefined || known.deleted_at === erasing
    return { ...changed, row, owned, did: isNew ? 'created' : 'restored' }
  })
}

/**
 * Changes a group by a function of its row, which stays locked until all is written. undefined when the group does not
 * exist. People who are not in the directory are left out. Throws what `edit` throws, Failure 'managed-elsewhere',
 * 'group-full', and 'value-taken' for an external id.
 */
export async function editSourceGroup(
  database: Database,
  tenantId: string,
  id: string,
  edit: (known: GroupRow) => SourceGroup,
  origin: SourceOrigin,
): Promise<Edited | undefined> {
  return await inTransaction(database, async transaction => {
    if (origin.owners) await lockNames(database, transaction, tenantId)
    const before = await lockGroup(transaction, tenantId, id)
    if (before === undefined || before.deleted_at !== null) return undefined
    refuseOtherSource(before, origin.source)
    const { externalId, fields, memberships } = edit(before)
    await refuseTakenExternalId(database, transaction, before, externalId)
    const changed = await changeMemberships(transaction, before, memberships)
    // Later than the change before, because the time is the version.
    const at = Math.max(origin.at, before.changed_at + 1)
    const { source } = origin
    const wanted = { id: before.id, externalId, fields }
    const { row, did } = mergeGroup(tenantId, before, wanted, { source, at })
    if (did === 'unchanged' && !hasChanges(changed.counts)) {
      return { ...changed, row: before, owned: [], did }
    }
    await writeGroup(transaction, row)
    const owned = await ownersAfter(transaction, origin, [before, row])
    return { ...changed, row, owned, did: did === 'unchanged' ? did : 'changed' }
  })
}

/** undefined when the group does not exist. Throws what `check` throws, and Failure 'managed-elsewhere'. */
export async function deleteSourceGroup(
  database: Database,
  tenantId: string,
  id: string,
  check: (known: GroupRow) => void,
  origin: SourceOrigin,
): Promise<Pick<Written, 'row' | 'owned'> | undefined> {
  return await inTransaction(database, async transaction => {
    if (origin.owners) await lockNames(database, transaction, tenantId)
    const known = await lockGroup(transaction, tenantId, id)
    if (known === undefined || known.deleted_at !== null) return undefined
    refuseOtherSource(known, origin.source)
    check(known)
    const { at } = origin
    const row = { ...known, search_text: '', changed_at: at, deleted_at: at }
    await writeGroup(transaction, row)
    return { row, owned: await ownersAfter(transaction, origin, [row]) }
  })
}

/** `rows`: the group before and after, which differ in the name at most. */
async function ownersAfter(
  transaction: Database,
  { owners }: SourceOrigin,
  rows: readonly GroupRow[],
): Promise<OwnersChanged[]> {
  if (owners === undefined) return []
  const byName = new Map(rows.map(row => [row.display_name, row]))
  const changed: OwnersChanged[] = []
  for (const row of byName.values()) {
    changed.push(...(await applyOwnerNaming(transaction, owners, row)))
  }
  return changed
}

/** Locks the row of this group if there is one, deleted or not. */
async function findKnown(
  transaction: Database,
  tenantId: string,
  { wantedId, externalId }: NewGroup,
  { source }: SourceOrigin,
): Promise<GroupRow | undefined> {
  const called = externalId && (await lockCalled(transaction, tenantId, { source, externalId }))
  if (called) return called
  if (wantedId === undefined || !isGuid(wantedId)) return undefined
  return await lockGroup(transaction, tenantId, wantedId)
}

async function lockCalled(
  transaction: Database,
  tenantId: string,
  { source, externalId }: Readonly<{ source: string; externalId: string }>,
): Promise<GroupRow | undefined> {
  const query = transaction
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .where('external_id', '=', externalId)
  return await lockRows(query).executeTakeFirst()
}

function refusePresent(
  known: GroupRow,
  { externalId }: SourceGroup,
  { source }: SourceOrigin,
): void {
  refuseOtherSource(known, source)
  if (known.deleted_at !== null) return
  const isCalled = known.external_id !== null && known.external_id === externalId
  throw isCalled ? taken('externalId', externalId ?? '') : taken('id', known.id)
}

/** Two groups of a source may have one name if the source tells them apart by its own ids. */
async function refuseSameName(
  transaction: Database,
  tenantId: string,
  { externalId, fields: { displayName } }: SourceGroup,
  { source }: SourceOrigin,
): Promise<void> {
  const same = transaction
    .selectFrom('groups')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('display_name', '=', displayName)
    .where('source', '=', source)
    .where('deleted_at', 'is', null)
    .$if(externalId !== undefined, query => query.where('external_id', 'is', null))
  if ((await same.limit(1).executeTakeFirst()) !== undefined)
    throw taken('displayName', displayName)
}

async function refuseTakenExternalId(
  database: Database,
  transaction: Database,
  before: GroupRow,
  externalId: string | undefined,
): Promise<void> {
  if (externalId === undefined || externalId === before.external_id) return
  const { tenant_id, source } = before
  // Two groups that get one id at the same time would violate the unique key. Other changes of a group need no lock.
  await lockNames(database, transaction, tenant_id)
  const holder = await lockCalled(transaction, tenant_id, { source, externalId })
  if (holder !== undefined) throw taken('externalId', externalId)
}

function taken(property: string, value: string): Failure {
  return new Failure('value-taken', { facts: { property, value } })
}
