/**
 * Hides photos of disabled people: for a caller who may not change them, the person has no photo at
 * any address. Deleted people are not found at all.
 */
import type { Directory } from '../../directory/directory.ts'
import { permit, type Relation } from '../../permissions/decide.ts'
import { actingRoles, roles } from '../../permissions/roles.ts'
import type { Caller } from '../../tokens/caller.ts'
import { isDisabled, type Target } from './target.ts'
import { wholeRelation } from './whole-relation.ts'

/** How photos of disabled people are handled. */
export type LeaverMode = 'hide' | 'show'

type LeaverParts = Pick<Directory, 'database'> & Readonly<{ leavers?: LeaverMode | undefined }>

/**
 * The target as this caller may see it. `relation` is the whole relation, if already read.
 * @differs Photos of disabled people are hidden; Graph shows them. VISAGE_LEAVERS=show does so too.
 */
export async function hideLeaver(
  target: Target,
  caller: Caller,
  relation: Relation | undefined,
  parts: LeaverParts,
): Promise<Target> {
  const { leavers = 'hide' } = parts
  if (target.kind !== 'user' || !isDisabled(target) || leavers === 'show') return target
  if (await seesLeavers(caller, target, relation, parts)) return target
  return { ...target, user: { ...target.user, ...noPhoto } }
}

const noPhoto = { version: null, upload_hash: null, renditions: null, updated_at: null } as const

/** Administrators of people's photos, and applications that may change them. */
async function seesLeavers(
  caller: Caller,
  target: Target,
  relation: Relation | undefined,
  parts: LeaverParts,
): Promise<boolean> {
  if (caller.kind === 'application') return permit('update', 'user', caller).allowed
  const isAdministrator = (held: ReadonlySet<string>) =>
    actingRoles.user.some(name => held.has(roles[name]))
  // Checks the roles in the token first, to save the query for those in the directory.
  if (isAdministrator(caller.roleTemplateIds)) return true
  const { roleTemplateIds } = relation ?? (await wholeRelation(caller, target, parts))
  return isAdministrator(roleTemplateIds)
}
