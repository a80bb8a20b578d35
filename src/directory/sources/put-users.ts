/**
 * Writes many people of one source in one transaction. A person who cannot be written is reported, and the others are
 * written. People in the list may exchange names.
 */
import { Failure } from '../../failure.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames } from '../../storage/transactions.ts'
import { writeUser } from '../change-users.ts'
import { dropErasedPhoto } from '../deleted.ts'
import { deletedName } from '../names.ts'
import type { Origin } from '../origin.ts'
import { findKnownUsers, type KnownUsers } from './known-users.ts'
import { type Merged, mergeUser, type WantedUser } from './merge-user.ts'

/** The outcome for one person; the Failure is 'managed-elsewhere', or 'value-taken' for a name or an external id. */
export type PutOutcome = Merged['did'] | Failure

/**
 * In the order of the list, which has at most 500 people, no two with the same id, external id or name. An unchanged
 * person costs no write.
 */
export async function putUsers(
  database: Database,
  tenantId: string,
  people: readonly WantedUser[],
  origin: Pick<Origin, 'source' | 'at'>,
): Promise<PutOutcome[]> {
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const called = people.map(({ id, externalId, fields }) => ({ ...fields, id, externalId }))
    const known = await findKnownUsers(transaction, tenantId, origin.source, called, 'hold')
    const merged = people.map(person => merge(tenantId, known, person, origin))
    const fitting = withoutTakenNames(merged, known)
    const writes = withoutRefused(fitting).filter(({ did }) => did !== 'unchanged')
    await freeNames(transaction, tenantId, writes, known)
    const isNew = ({ did }: Merged) => did === 'created'
    await insert(transaction, writes.filter(isNew))
    for (const one of writes) {
      if (isNew(one)) continue
      await writeUser(transaction, one.row)
      const { id } = one.row
      await dropErasedPhoto(
        transaction,
        known.withId(id),
        { tenantId, kind: 'user', id },
        origin.at,
      )
    }
    return fitting.map(one => (one instanceof Failure ? one : one.did))
  })
}

function withoutRefused(list: readonly (Merged | Failure)[]): Merged[] {
  return list.flatMap(one => (one instanceof Failure ? [] : [one]))
}

function merge(
  tenantId: string,
  known: KnownUsers,
  person: WantedUser,
  origin: Pick<Origin, 'source' | 'at'>,
): Merged | Failure {
  const namesake = known.called(person.externalId)
  if (namesake !== undefined && namesake.id !== person.id) {
    return taken('externalId', person.externalId)
  }
  try {
    return mergeUser(tenantId, known.withId(person.id), person, origin)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** A name is free if its holder is in the list and gets another name. A person who is refused keeps their name. */
function withoutTakenNames(
  merged: readonly (Merged | Failure)[],
  known: KnownUsers,
): (Merged | Failure)[] {
  const fitting = [...merged]
  for (let isSettled = false; !isSettled; ) {
    isSettled = true
    const rows = new Map(withoutRefused(fitting).map(({ row }) => [row.id, row]))
    for (const [index, one] of fitting.entries()) {
      if (one instanceof Failure) continue
      const holder = known.inTheWay(one.row.user_principal_name, one.row.id)
      if (holder === undefined || givesUp(holder, one.row, rows.get(holder.id))) continue
      fitting[index] = taken('userPrincipalName', one.row.user_principal_name)
      isSettled = false
    }
  }
  return fitting
}

function givesUp(holder: UserRow, wanted: UserRow, becomes: UserRow | undefined): boolean {
  const key = wanted.user_principal_name_key
  if (holder.id === wanted.user_principal_name || holder.id === key) return false
  return becomes !== undefined && becomes.user_principal_name_key !== key
}

/** Clears names that another person of the list gets: a name is unique after each statement. */
async function freeNames(
  transaction: Database,
  tenantId: string,
  writes: readonly Merged[],
  known: KnownUsers,
): Promise<void> {
  const wanted = new Set(writes.map(({ row }) => row.user_principal_name_key))
  for (const { row } of writes) {
    const before = known.withId(row.id)?.user_principal_name_key
    if (before === undefined || before === row.user_principal_name_key) continue
    if (!wanted.has(before)) continue
    await transaction
      .updateTable('users')
      .set({ user_principal_name_key: deletedName(row.id) })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', row.id)
      .execute()
  }
}

async function insert(transaction: Database, writes: readonly Merged[]): Promise<void> {
  if (writes.length === 0) return
  await transaction
    .insertInto('users')
    .values(writes.map(({ row }) => row))
    .execute()
}

function taken(property: string, value: string): Failure {
  return new Failure('value-taken', { facts: { property, value } })
}
