/**
 * Changes a person by a function of the row as it is, which stays locked until the change is written. Permissions are
 * not checked here.
 */
import { Failure } from '../../failure.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames } from '../../storage/transactions.ts'
import { lockUser, writeUser } from '../change-users.ts'
import { refuseTakenName } from '../names-taken.ts'
import { type Origin, refuseOtherSource, type Source } from '../origin.ts'
import { findPresentManager } from './known-users.ts'
import { type MergedFields, mergeUser } from './merge-user.ts'

type Edited = Readonly<{
  before: UserRow
  row: UserRow
  did: 'adopted' | 'changed' | 'unchanged'
}>

/**
 * undefined when the person does not exist. An edit without effect writes nothing. A manager who is not here is left
 * out. Throws what `edit` throws, Failure 'managed-elsewhere', and 'value-taken' for a name or an external id.
 */
export async function editUser(
  database: Database,
  tenantId: string,
  id: string,
  edit: (known: UserRow) => MergedFields,
  { source, at }: Pick<Origin, 'source' | 'at'>,
): Promise<Edited | undefined> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const before = await lockUser(transaction, tenantId, id)
    if (before === undefined || before.deleted_at !== null) return undefined
    refuseOtherSource(before, source)
    const wanted = edit(before)
    await refuseTakenName(transaction, tenantId, before.id, wanted.fields.userPrincipalName)
    await refuseTakenExternalId(transaction, before, wanted.externalId, source)
    const managerId = await findPresentManager(transaction, tenantId, before.id, wanted.managerId)
    // Later than the change before, because the time tells one version from the next.
    const origin = { source, at: Math.max(at, before.changed_at + 1) }
    const { row, did } = mergeUser(
      tenantId,
      before,
      { ...wanted, id: before.id, managerId },
      origin,
    )
    if (did === 'unchanged') return { before, row: before, did }
    await writeUser(transaction, row)
    return { before, row, did: did === 'adopted' ? did : 'changed' }
  })
}

async function refuseTakenExternalId(
  transaction: Database,
  before: UserRow,
  externalId: string | undefined,
  source: Source,
): Promise<void> {
  if (externalId === undefined || externalId === before.external_id) return
  const holder = await transaction
    .selectFrom('users')
    .select('id')
    .where('tenant_id', '=', before.tenant_id)
    .where('source', '=', source)
    .where('external_id', '=', externalId)
    .where('id', '!=', before.id)
    .executeTakeFirst()
  if (holder === undefined) return
  throw new Failure('value-taken', { facts: { property: 'externalId', value: externalId } })
}
