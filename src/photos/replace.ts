/**
 * Replaces a photo in an order that makes a crash harmless: render, store the pack durably, then move the pointer in
 * one transaction. After a crash before the last step, the sweep removes the pack.
 */
import { createHash } from 'node:crypto'
import { Failure } from '../failure.ts'
import type { Framing, RenderedPack } from '../renditions/rendition.ts'
import type { Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import {
  checkCondition,
  formatRenditions,
  type OwnerKey,
  type Photo,
  type WriteCondition,
} from './photo.ts'
import { findPointer, lockOwner, movePointer, type PointerRow } from './pointer.ts'

/** Raise it when the pipeline would make other bytes of the same upload, so that the upload is rendered again. */
const pipeline = 'v1'

export type ReplaceParts = Readonly<{
  database: Database
  packs: Packs
  render: (bytes: Uint8Array, framing: Framing, gone?: AbortSignal) => Promise<RenderedPack>
  now: () => number
  newVersion: () => string
}>

/**
 * Sets the photo of `owner`. If the bytes are the same as last time, nothing is rendered or written, and the version
 * stays. When `gone` is aborted, a picture that still waits for a renderer is dropped.
 * The caller has checked `condition` against `current`; it is checked again in the transaction. Throws
 * 'photo-changed' if it does not hold there, the image failures of renditions/, and 'user-', 'group-' or
 * 'contact-not-found' if the owner was deleted meanwhile.
 * @differs The next GET returns the new photo, on every node; in Graph this can take hours. Uploading the same bytes
 * again changes nothing, not even the ETag.
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/6672
 */
export async function replacePhoto(
  parts: ReplaceParts,
  owner: OwnerKey,
  current: Pick<Photo, 'uploadHash'> | undefined,
  bytes: Uint8Array,
  condition: WriteCondition,
  gone?: AbortSignal,
): Promise<'replaced' | 'unchanged'> {
  const uploadHash = hashOf(bytes)
  if (current?.uploadHash === uploadHash) return 'unchanged'
  const row = await preparePhoto(parts, owner.kind, bytes, uploadHash, gone)
  const outcome = await point(parts, owner, condition, row)
  if (outcome === 'replaced') return outcome
  // The transaction has refused, so no pointer names this pack. After any other error the sweep decides.
  await parts.packs.remove(row.version)
  if (outcome instanceof Failure) throw outcome
  return outcome
}

function hashOf(bytes: Uint8Array): string {
  return `${pipeline}:${sha256(bytes)}`
}

/** Hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function framingOf(kind: OwnerKey['kind']): Framing {
  return kind === 'contact' ? 'whole' : 'square'
}

/** Stores a pack without a pointer; the sweep removes it unless it gets one in time. */
export async function preparePhoto(
  parts: ReplaceParts,
  kind: OwnerKey['kind'],
  bytes: Uint8Array,
  uploadHash = hashOf(bytes),
  gone?: AbortSignal,
): Promise<PointerRow> {
  const pack = await parts.render(bytes, framingOf(kind), gone)
  const version = parts.newVersion()
  await parts.packs.write(version, pack.bytes)
  return {
    version,
    upload_hash: uploadHash,
    pack_hash: sha256(pack.bytes),
    renditions: formatRenditions(pack.renditions),
    updated_at: parts.now(),
  }
}

/** In one transaction: checks owner and condition again, then moves the pointer. */
async function point(
  parts: ReplaceParts,
  owner: OwnerKey,
  condition: WriteCondition,
  row: PointerRow,
): Promise<'replaced' | 'unchanged' | Failure> {
  return await inTransaction(parts.database, async transaction => {
    const isThere = await lockOwner(transaction, owner)
    const now = await findPointer(transaction, owner)
    const failure = checkCondition(condition, now?.version)
    if (failure) return failure
    if (now?.upload_hash === row.upload_hash) return 'unchanged'
    if (!isThere) {
      return new Failure(`${owner.kind}-not-found`, { facts: { id: owner.id } })
    }
    await movePointer(transaction, owner, row, now?.version)
    return 'replaced'
  })
}
