/**
 * Links a subject of an issuer to a provisioned person, and removes the link, for an operator. A subject without its
 * link gets its own row, because its next token would otherwise link it again.
 */
import { Failure } from '../../failure.ts'
import type { Database, UserRow } from '../../storage/schema.ts'
import { inTransaction, lockNames } from '../../storage/transactions.ts'
import { lockUser } from '../change-users.ts'
import { addSignIn, findSignIn, type Subject } from '../sign-ins.ts'
import { addOwnRow } from './sign-in.ts'

/**
 * For a subject that has not signed in yet. Throws Failure 'user-not-found', 'value-taken' if the subject is somebody
 * else, and 'managed-elsewhere' if the person is not provisioned.
 */
export async function linkByHand(
  database: Database,
  subject: Subject,
  userId: string,
  at: number,
): Promise<UserRow> {
  const { tenantId } = subject
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const person = await lockUser(transaction, tenantId, userId)
    if (person === undefined || person.deleted_at !== null) {
      throw new Failure('user-not-found', { facts: { id: userId } })
    }
    if (person.source === 'sign-in') {
      throw new Failure('managed-elsewhere', { facts: { source: 'sign-in' } })
    }
    const holder = await lockUser(transaction, tenantId, subject.id)
    if (holder !== undefined && holder.id !== userId) throw taken(subject)
    await linkSubject(transaction, subject, userId, at)
    return person
  })
}

/** In a transaction that has locked the names of the tenant and the person. Throws Failure 'value-taken'. */
export async function linkSubject(
  transaction: Database,
  subject: Subject,
  userId: string,
  at: number,
): Promise<void> {
  const known = await findSignIn(transaction, subject)
  if (known !== undefined && known.user_id !== userId) throw taken(subject)
  await addSignIn(transaction, subject, userId, { by: 'hand', at })
}

function taken({ id }: Subject): Failure {
  return new Failure('value-taken', { facts: { property: 'subject', value: id } })
}

/**
 * The person whom the subject was linked to. Throws Failure 'user-not-found' if it is not linked, and
 * 'value-taken' if it is that person's id.
 */
export async function unlink(database: Database, subject: Subject, at: number): Promise<string> {
  const { tenantId, issuer, id } = subject
  return await inTransaction(database, async transaction => {
    await lockNames(database, transaction, tenantId)
    const link = await findSignIn(transaction, subject)
    if (link === undefined) throw new Failure('user-not-found', { facts: { id } })
    if (link.user_id === id) throw taken(subject)
    if ((await lockUser(transaction, tenantId, id)) === undefined) {
      await addOwnRow(transaction, { ...subject, profile: {} })
    }
    await transaction
      .updateTable('sign_ins')
      .set({ user_id: id, linked_by: 'hand', linked_at: at })
      .where('tenant_id', '=', tenantId)
      .where('issuer', '=', issuer)
      .where('subject', '=', id)
      .execute()
    return link.user_id
  })
}
