/**
 * Going back to photos as they once were: whoever had one then has it again, and nobody else has any.
 * It knows no picture and no person; what to go back to is handed in.
 */
import type { Packs } from '../storage/packs.ts'
import type { Database } from '../storage/schema.ts'
import { type OwnerKey, toPhoto } from './photo.ts'
import type { PointerRow } from './pointer.ts'

export type Original = Readonly<{ owner: OwnerKey; row: PointerRow }>

/**
 * The same photo under a new version, since the sweep may be about to remove the old one. undefined
 * when it already has.
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

/** The versions that pointers name at this moment. */
export async function listVersions(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom('photos').select('version').execute()
  return new Set(rows.map(({ version }) => version))
}

/**
 * Inside the caller's transaction. Every version of `originals` is either pointed at just now or was
 * never pointed at: one that was retired belongs to the sweep.
 */
export async function restorePhotos(
  database: Database,
  originals: readonly Original[],
  now: number,
): Promise<void> {
  const kept = new Set(originals.map(({ row }) => row.version))
  const photos = await database
    .selectFrom('photos')
    .select(['version', 'tenant_id', 'owner_kind', 'owner_id'])
    .execute()
  const retired = photos.filter(({ version }) => !kept.has(version))
  await database.deleteFrom('photos').execute()
  // A statement binds at most 32,766 values.
  for (let start = 0; start < retired.length; start += 1000) {
    const rows = retired.slice(start, start + 1000).map(row => ({ ...row, retired_at: now }))
    await database.insertInto('retired_packs').values(rows).execute()
  }
  for (const { owner, row } of originals) {
    const key = { tenant_id: owner.tenantId, owner_kind: owner.kind, owner_id: owner.id }
    await database
      .insertInto('photos')
      .values({ ...key, ...row })
      .execute()
  }
}
