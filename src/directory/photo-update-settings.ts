/**
 * An organisation's settings for changing photos of its users: one row per tenant, or none for the
 * defaults. permissions/photo-updates.ts applies them.
 */
import type { Database, PhotoUpdateSettingsRow } from '../storage/schema.ts'

export type PhotoUpdateSettings = Readonly<{
  source: 'cloud' | 'onPremises' | null
  /** Role template ids, lower case. */
  allowedRoles: readonly string[]
}>

const defaults: PhotoUpdateSettings = { source: null, allowedRoles: [] }

export async function findPhotoUpdateSettings(
  database: Database,
  tenantId: string,
): Promise<PhotoUpdateSettings> {
  const row = await database
    .selectFrom('photo_update_settings')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst()
  return row === undefined ? defaults : toSettings(row)
}

/**
 * An absent property stays unchanged. One statement, so concurrent changes of different properties
 * are both kept.
 */
export async function changePhotoUpdateSettings(
  database: Database,
  tenantId: string,
  changes: Partial<PhotoUpdateSettings>,
): Promise<PhotoUpdateSettings> {
  const row = toRow(tenantId, { ...defaults, ...changes })
  const { source, allowed_roles } = row
  const changed = {
    // At least one column must be set, or the statement returns no row.
    tenant_id: tenantId,
    ...('source' in changes && { source }),
    ...('allowedRoles' in changes && { allowed_roles }),
  }
  return toSettings(
    await database
      .insertInto('photo_update_settings')
      .values(row)
      .onConflict(conflict => conflict.column('tenant_id').doUpdateSet(changed))
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
}

/** Restores the defaults. */
export async function resetPhotoUpdateSettings(
  database: Database,
  tenantId: string,
): Promise<void> {
  await database.deleteFrom('photo_update_settings').where('tenant_id', '=', tenantId).execute()
}

function toRow(tenantId: string, settings: PhotoUpdateSettings): PhotoUpdateSettingsRow {
  const { source, allowedRoles } = settings
  return { tenant_id: tenantId, source, allowed_roles: JSON.stringify(allowedRoles) }
}

function toSettings(row: PhotoUpdateSettingsRow): PhotoUpdateSettings {
  const { source } = row
  return {
    source: source === 'cloud' || source === 'onPremises' ? source : null,
    allowedRoles: JSON.parse(row.allowed_roles) as readonly string[],
  }
}
