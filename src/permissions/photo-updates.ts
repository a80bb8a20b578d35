/**
 * Decides whether the organisation's photoUpdateSettings forbid a change of a user's photo. They
 * can only restrict what decide.ts allows. Where the settings are stored is not known here.
 *
 * https://learn.microsoft.com/en-us/graph/profilephoto-configure-settings
 */
import { builtInRoles } from './built-in-roles.ts'
import type { AccountKind } from './tables.ts'

export type Restrictions = Readonly<{
  source: 'cloud' | 'onPremises' | null
  /** Template ids in lower case; empty: no restriction. */
  allowedRoles: readonly string[]
}>

/** The setting that refuses, and for `allowedRoles` the names of the allowed roles. */
type Restriction = Readonly<
  { setting: 'source' } | { setting: 'allowedRoles'; roles: readonly string[] }
>

/** `caller`: the kind of account and the directory roles of the signed-in user. */
export function restrictPhotoUpdate(
  settings: Restrictions,
  caller: Readonly<{ kind: AccountKind; roleTemplateIds: ReadonlySet<string> }>,
): Restriction | undefined {
  // "Updates through cloud services are disabled for both admins and users." An application's
  // update is one through a cloud service too.
  if (settings.source === 'onPremises') return { setting: 'source' }
  if (settings.allowedRoles.length === 0) return undefined
  // "Block users from changing their user profile photos": only people have roles, and the page
  // does not mention applications, which have an administrator's consent. Refusing them too would
  // leave no way to set photos.
  if (caller.kind === 'application') return undefined
  if (settings.allowedRoles.some(id => caller.roleTemplateIds.has(id))) return undefined
  return { setting: 'allowedRoles', roles: settings.allowedRoles.map(nameOfRole) }
}

/** "allowedRoles" takes built-in roles only: a custom role has no template id. */
export function isBuiltInRole(templateId: string): boolean {
  return Object.hasOwn(builtInRoles, templateId)
}

function nameOfRole(templateId: string): string {
  return builtInRoles[templateId] ?? templateId
}
