/**
 * Finds the person or group that a name or id at a terminal means, in any tenant. People who are no longer in the
 * directory are found by their remaining photos.
 */
import { findGroups } from '../directory/groups.ts'
import { findPeople } from '../directory/users.ts'
import { normalizeId } from '../guid.ts'
import type { OwnerKey } from '../photos/photo.ts'
import { listTenantsOf } from '../photos/versions.ts'
import type { Database } from '../storage/schema.ts'
import { onlyOne } from './only-one.ts'

export type NamedOwner = Readonly<{ key: OwnerKey; words: string }>

/** Throws Failure if there is none of this name, or more than one. */
export async function findOwner(
  database: Database,
  kind: 'user' | 'group',
  name: string,
  tenantId: string | undefined,
): Promise<NamedOwner> {
  const known = await findInDirectory(database, kind, name)
  const ids = new Set(known.map(({ key }) => textOf(key)))
  const remains = await findByPhotos(database, kind, normalizeId(name))
  const all = [...known, ...remains.filter(({ key }) => !ids.has(textOf(key)))]
  const { owner } = onlyOne(
    all.map(one => ({ ...one.key, owner: one })),
    { kind, name, tenantId },
    {
      none: ', and no photo of one. Nothing was changed.',
      hint: `Choose one with --${kind} and --tenant. Nothing was changed.`,
    },
  )
  return owner
}

async function findInDirectory(
  database: Database,
  kind: 'user' | 'group',
  name: string,
): Promise<NamedOwner[]> {
  const rows = kind === 'user' ? await findPeople(database, name) : await findGroups(database, name)
  return rows.map(({ tenant_id: tenantId, id, display_name: displayName }) => ({
    key: { tenantId, kind, id },
    words: `${displayName} (${kind} ${id} of tenant ${tenantId})`,
  }))
}

async function findByPhotos(
  database: Database,
  kind: 'user' | 'group',
  id: string,
): Promise<NamedOwner[]> {
  const tenants = await listTenantsOf(database, kind, id)
  return [...tenants].map(tenantId => ({
    key: { tenantId, kind, id },
    words: `${kind} ${id} of tenant ${tenantId}, who is not in the directory`,
  }))
}

function textOf({ tenantId, id }: OwnerKey): string {
  return JSON.stringify([tenantId, id])
}
