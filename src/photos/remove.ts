/**
 * Removing a photo: the pointer goes at once, the bytes when a sweep finds that nobody can be reading them.
 */
import { Failure } from '../failure.ts'
import type { Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { expectCondition, type OwnerKey, type WriteCondition } from './photo.ts'
import { findPointer, lockOwner, removePointer } from './pointer.ts'

/** Throws 'photo-not-found' when there is none, 'photo-changed' when `condition` does not hold. */
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
