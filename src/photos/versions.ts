/**
 * Which versions have a pointer, and which wait for the sweep: reads of many rows. No request waits for them.
 */
import type { Database } from '../storage/schema.ts'
import { type OwnerKey, type Photo, toPhoto } from './photo.ts'

/** The keys that are a version in `table`. */
export async function versionsAmong(
  database: Database,
  table: 'photos' | 'retired_packs',
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const rows = await database
    .selectFrom(table)
    .select('version')
    .where('version', 'in', keys)
    .execute()
  return new Set(rows.map(({ version }) => version))
}

/** All versions that have a pointer. */
export async function listVersions(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom('photos').select('version').execute()
  return new Set(rows.map(({ version }) => version))
}

const pageSize = 500

/** Every photo, in the order of versions. */
export async function* listPhotos(database: Database): AsyncGenerator<Photo> {
  let after = ''
  for (;;) {
    const rows = await database
      .selectFrom('photos')
      .select(['version', 'upload_hash', 'renditions'])
      .where('version', '>', after)
      .orderBy('version')
      .limit(pageSize)
      .execute()
    for (const row of rows) {
      const photo = toPhoto(row)
      if (photo !== undefined) yield photo
    }
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.version
  }
}

/** Retired versions of one owner, or those that an older Visage retired without storing the owner. */
export async function listRetiredOf(
  database: Database,
  owner: OwnerKey | undefined,
): Promise<string[]> {
  const query = database.selectFrom('retired_packs').select('version')
  const rows =
    owner === undefined
      ? await query.where('owner_id', 'is', null).execute()
      : await query
          .where('tenant_id', '=', owner.tenantId)
          .where('owner_kind', '=', owner.kind)
          .where('owner_id', '=', owner.id)
          .execute()
  return rows.map(({ version }) => version)
}

/** The tenants in which an owner of this id has a photo, or a retired one. */
export async function listTenantsOf(
  database: Database,
  kind: OwnerKey['kind'],
  id: string,
): Promise<ReadonlySet<string>> {
  const tenants = new Set<string>()
  for (const table of ['photos', 'retired_packs'] as const) {
    const rows = await database
      .selectFrom(table)
      .select('tenant_id')
      .distinct()
      .where('owner_kind', '=', kind)
      .where('owner_id', '=', id)
      .execute()
    for (const row of rows) if (row.tenant_id !== null) tenants.add(row.tenant_id)
  }
  return tenants
}

/** The hashes that a current photo has. */
export async function hashesAmong(
  database: Database,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await database
    .selectFrom('photos')
    .select('upload_hash')
    .where('upload_hash', 'in', hashes)
    .execute()
  return new Set(rows.map(row => row.upload_hash))
}

export async function hasNoPhotos(database: Database): Promise<boolean> {
  for (const table of ['photos', 'retired_packs'] as const) {
    const row = await database.selectFrom(table).select('version').limit(1).executeTakeFirst()
    if (row !== undefined) return false
  }
  return true
}
