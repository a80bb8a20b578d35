/**
 * Creates a person for a source that cannot tell whether they are here already. A person who came by signing in is
 * adopted and a deleted one is restored, photo included; anybody else who is here is refused. Permissions are not
 * checked here.
 */
import { Failure } from '../../failure.ts'
import { isGuid, normalizeId } from '../../guid.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames, lockRows } from '../../storage/transactions.ts'
import { lockUser, writeUser } from '../change-users.ts'
import { dropErasedPhoto, erasing } from '../deleted.ts'
import { holderOf, refuseTakenName } from '../names-taken.ts'
import { type Origin, refuseOtherSource, type Source } from '../origin.ts'
import { userNameKey } from '../queries/name-key.ts'
import { findPresentManager } from './known-users.ts'
import { type MergedFields, mergeUser } from './merge-user.ts'

type Newcomer = MergedFields &
  Readonly<{
    /** The id in the source: kept if it is a GUID. Another id only finds a person who has signed in with it. */
    wantedId: string | undefined
  }>

type Created = Readonly<{ row: UserRow; did: 'created' | 'adopted' | 'restored' }>

/**
 * `newId` gives the id of a person whose own id is no GUID. A manager who is not here is left out. Throws Failure
 * 'value-taken' when a person of this source, or of none, has the id, the external id or the name, and
 * 'managed-elsewhere' when a person of another source has; then nothing is changed.
 */
export async function createUser(
  database: Database,
  tenantId: string,
  person: Newcomer,
  { source, at }: Pick<Origin, 'source' | 'at'>,
  newId: () => string,
): Promise<Created> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const known = await findKnown(transaction, tenantId, person, source)
    if (known !== undefined) refusePresent(known, person, source)
    const { wantedId = '', externalId, fields } = person
    const id = known?.id ?? (isGuid(wantedId) ? normalizeId(wantedId) : newId())
    await refuseName(transaction, tenantId, id, fields.userPrincipalName, source)
    const managerId = await findPresentManager(transaction, tenantId, id, person.managerId)
    const merged = mergeUser(tenantId, known, { id, externalId, fields, managerId }, { source, at })
    if (known === undefined) await transaction.insertInto('users').values(merged.row).execute()
    else await writeUser(transaction, merged.row)
    await dropErasedPhoto(transaction, known, { tenantId, kind: 'user', id }, at)
    return { row: merged.row, did: outcomeOf(known) }
  })
}

function outcomeOf(known: UserRow | undefined): Created['did'] {
  if (known === undefined || known.deleted_at === erasing) return 'created'
  return known.deleted_at === null ? 'adopted' : 'restored'
}

/** Locks the row that this person has already, deleted or not: by external id, by id, or by name if they signed in. */
async function findKnown(
  transaction: Database,
  tenantId: string,
  { wantedId, externalId, fields }: Newcomer,
  source: Source,
): Promise<UserRow | undefined> {
  const called =
    externalId && (await lockCalled(transaction, tenantId, { source, external_id: externalId }))
  if (called) return called
  const hasGuid = wantedId !== undefined && isGuid(wantedId)
  const same = wantedId && (await lockUser(transaction, tenantId, wantedId))
  if (same && (hasGuid || isSignedIn(same))) return same
  if (hasGuid) return undefined
  const holder = await holderOf(transaction, tenantId, userNameKey(fields.userPrincipalName))
  return holder && isSignedIn(holder) ? await lockUser(transaction, tenantId, holder.id) : undefined
}

function isSignedIn({ source, deleted_at }: UserRow): boolean {
  return source === 'sign-in' && deleted_at === null
}

async function lockCalled(
  transaction: Database,
  tenantId: string,
  { source, external_id }: Readonly<{ source: Source; external_id: string }>,
): Promise<UserRow | undefined> {
  const query = transaction
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('source', '=', source)
    .where('external_id', '=', external_id)
  return await lockRows(query).executeTakeFirst()
}

function refusePresent(known: UserRow, person: Newcomer, source: Source): void {
  refuseOtherSource(known, source)
  if (known.deleted_at !== null || known.source === 'sign-in') return
  const { externalId } = person
  const facts =
    externalId !== undefined && known.external_id === externalId
      ? { property: 'externalId', value: externalId }
      : { property: 'id', value: known.id }
  throw new Failure('value-taken', { facts })
}

/** Names the source that manages the holder of the name, if it is another one. */
async function refuseName(
  transaction: Database,
  tenantId: string,
  id: string,
  name: string,
  source: Source,
): Promise<void> {
  const holder = await holderOf(transaction, tenantId, userNameKey(name))
  if (holder !== undefined && holder.id !== id) refuseOtherSource(holder, source)
  await refuseTakenName(transaction, tenantId, id, name)
}
