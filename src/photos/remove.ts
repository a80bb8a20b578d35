/**
 * Removes a photo: the pointer at once, the bytes by a later sweep when no reader can still need them.
 */
import { Failure } from '../failure.ts'
import type { Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { expectCondition, type OwnerKey, type WriteCondition } from './photo.ts'
import { findPointer, lockOwner, removePointer } from './pointer.ts'

/** Throws 'photo-not-found' if there is none, 'photo-changed' if `condition` does not hold. */
export async function removePhoto(
  database: Database,
  owner: OwnerKey,
  condition: WriteCondition,
  now: number,
): Promise<void> {
  await inTransaction(database, async transaction => {
    await lockOwner(transaction, owner)
    const pointer = await findPointer(transaction, owner)
    expectCondition(condition, pointer?.version)
    if (pointer === undefined) throw new Failure('photo-not-found')
    await removePointer(transaction, owner, now)
  })
}
