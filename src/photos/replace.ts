/**
 * Replacing a photo, in the order that makes a crash harmless: render, store the pack durably, then
 * move the pointer in one transaction. A crash before the last step leaves an orphan for the sweep.
 */
import { createHash } from 'node:crypto'
import { Failure } from '../failure.ts'
import type { Framing, RenderedPack } from '../renditions/rendition.ts'
import type { Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { inTransaction } from '../storage/transactions.ts'
import { formatRenditions, holds, type OwnerKey, type Photo, type WriteCondition } from './photo.ts'
import { findPointer, lockOwner, movePointer, type PointerRow } from './pointer.ts'

/** Raised whenever the pipeline would make other bytes of the same upload, so that old photos are rendered anew. */
const pipeline = 'v1'

export type ReplaceParts = Readonly<{
  database: Database
  packs: Packs
  render: (bytes: Uint8Array, framing: Framing, gone?: AbortSignal) => Promise<RenderedPack>
  now: () => number
  newVersion: () => string
}>

/**
 * Sets the photo of `owner` to what `bytes` shows. The same bytes as last time are recognised: no
 * rendering, no write, the version stays. A picture that still waits is forgotten when `gone` is aborted.
 * The caller has checked `condition` against `current`; it is checked again in the transaction. Throws
 * 'photo-changed' when it does not hold there, the image failures of renditions/, and 'user-', 'group-' or 'contact-not-found' when the owner vanished meanwhile.
 * @differs The next GET sees the new photo, on every node; in Graph it takes up to hours. Setting the
 * same bytes again changes nothing, not even the ETag.
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/6672
 */
export async function replacePhoto(
  parts: ReplaceParts,
  owner: OwnerKey,
  current: Photo | undefined,
  bytes: Uint8Array,
  condition: WriteCondition,
  gone?: AbortSignal,
): Promise<'replaced' | 'unchanged'> {
  const uploadHash = hashOf(bytes)
  if (current?.uploadHash === uploadHash) return 'unchanged'
  const row = await preparePhoto(parts, owner.kind, bytes, uploadHash, gone)
  const outcome = await point(parts, owner, condition, row)
  if (outcome === 'replaced') return outcome
  // The transaction said for certain that nothing points here; any other error leaves it to the sweep.
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

/** A photo in the store that nobody's pointer names yet; the sweep removes it unless one soon does. */
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

/** One transaction: the conditions as they are now, then the pointer. */
async function point(
  parts: ReplaceParts,
  owner: OwnerKey,
  condition: WriteCondition,
  row: PointerRow,
): Promise<'replaced' | 'unchanged' | Failure> {
  return await inTransaction(parts.database, async transaction => {
    const isThere = await lockOwner(transaction, owner)
    const now = await findPointer(transaction, owner)
    if (!holds(condition, now?.version)) return new Failure('photo-changed')
    if (now?.upload_hash === row.upload_hash) return 'unchanged'
    if (!isThere) {
      return new Failure(`${owner.kind}-not-found`, { facts: { id: owner.id } })
    }
    await movePointer(transaction, owner, row, now?.version)
    return 'replaced'
  })
}
