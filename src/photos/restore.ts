/**
 * Restores the photos of an earlier time: owners who had one then have it again, all others have none. The earlier
 * photos are a parameter.
 */
import type { Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { type OwnerKey, toPhoto } from './photo.ts'
import { movePointer, type PointerRow, removeAllPointers } from './pointer.ts'

type Original = Readonly<{ owner: OwnerKey; row: PointerRow }>

/**
 * Copies a photo to a new version, because the sweep may soon remove the old one. Undefined if it already has.
 */
export async function copyPhoto(
  parts: Readonly<{ packs: Packs; newVersion: () => string }>,
  row: PointerRow,
): Promise<PointerRow | undefined> {
  const ends = toPhoto(row)?.renditions.map(({ offset, length }) => offset + length) ?? []
  const bytes = await parts.packs.read(row.version, 0, Math.max(0, ...ends))
  if (bytes === undefined) return undefined
  const version = parts.newVersion()
  await parts.packs.write(version, bytes)
  return { ...row, version }
}

/**
 * Runs inside the caller's transaction. Every version in `originals` must have a pointer now, or never have had one:
 * the sweep may remove a retired one.
 */
export async function restorePhotos(
  database: Database,
  originals: readonly Original[],
  now: number,
): Promise<void> {
  const kept = new Set(originals.map(({ row }) => row.version))
  await removeAllPointers(database, kept, now)
  for (const { owner, row } of originals) await movePointer(database, owner, row, undefined)
}
