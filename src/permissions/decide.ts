/**
 * Decides whether a caller may do something, in two steps: `permit` by the published tables, before
 * the target is found; `relate` by the relation of caller and target, afterwards. It uses plain
 * values, and does not depend on tokens, the directory or HTTP.
 */
import { Failure } from '../failure.ts'
import { accountRoles, actingRoles, groupRoles, type RoleName, roles } from './roles.ts'
import {
  type AccountKind,
  type Action,
  type Permission,
  permissionReach,
  type Resource,
  type Row,
  tables,
} from './tables.ts'

/** The part of a caller that a decision needs. */
export type CallerPermissions = Readonly<{
  kind: AccountKind
  permissions: ReadonlySet<string>
  isB2c: boolean
}>

/** The relation of caller and target. Without a target (a list of users) all are false. */
export type Relation = Readonly<{
  /** The target is the signed-in user. */
  isSelf: boolean
  /** The signed-in user owns the group or team. Membership is not enough. */
  isOwner: boolean
  /** The contact or folder is in the signed-in user's own mailbox. */
  isOwnMailbox: boolean
  /** Directory roles of the signed-in user, by template id in lower case. */
  roleTemplateIds: ReadonlySet<string>
}>

type Refusal = Readonly<{
  allowed: false
  why: 'permission-missing' | 'relation-missing' | 'account-unsupported' | 'b2c-unsupported'
  /** Any one of these is enough, together with one of `roles` if there are any. */
  sufficient: readonly Permission[]
  /** Those of `sufficient` that reach only what belongs to the signed-in user. */
  ownOnly?: readonly Permission[]
  /** The caller lacks all of these and needs one. */
  roles?: readonly RoleName[]
}>

/** Why the caller may do it. */
export type Grant = Readonly<{
  allowed: true
  /** The permission that was enough: the first of the table that the caller holds. */
  permission: Permission
  /** Whose it is, once the target is known. An application's permissions reach everybody's. */
  reach?: 'application' | 'own' | 'others'
  /** The role that was needed, and that the caller holds. */
  role?: RoleName
}>

export type Verdict = Grant | Refusal

/** Throws the Failure of a refusal, with the permissions and roles that would be enough. */
export function enforce(verdict: Verdict): Grant {
  if (verdict.allowed) return verdict
  const { why, sufficient, roles } = verdict
  throw new Failure(why, { facts: { sufficient, ...(roles && { roles }) } })
}

/** `caller_state` is null for active people, and left out for applications. Throws Failure 'account-disabled' or 'account-deleted'. */
export function enforceActive(
  caller: Readonly<{ caller_state?: string | null }> | undefined,
): void {
  const code = inactiveStates.find(one => one === caller?.caller_state)
  if (code !== undefined) throw new Failure(code)
}

const inactiveStates = ['account-disabled', 'account-deleted'] as const

/** Whether the published table allows this kind of account with these permissions. */
export function permit(action: Action, resource: Resource, caller: CallerPermissions): Verdict {
  const refusal = refuseUnsupported(action, resource, caller)
  if (refusal) return refusal
  const { sufficient } = published(action, resource, caller.kind)
  const permission = firstHeld(caller, sufficient)
  if (permission !== undefined) return { allowed: true, permission }
  // The target is not known yet, so the refusal also names the permissions that depend on it.
  const ownOnly = caller.kind === 'application' ? [] : sufficient.filter(reachesOwnOnly)
  return {
    allowed: false,
    why: 'permission-missing',
    sufficient,
    ...(ownOnly.length > 0 && { ownOnly }),
  }
}

/**
 * Whether the caller may do it to this target. For their own, any permission of the table is
 * enough. For others, the permission must reach others, and a change also needs an administrator
 * role. Implies `permit`.
 */
export function relate(
  action: Action,
  resource: Resource,
  caller: CallerPermissions,
  relation: Relation,
): Verdict {
  const refusal = refuseUnsupported(action, resource, caller)
  if (refusal) return refusal
  const isForOthers = caller.kind !== 'application' && !isOwn(action, resource, relation)
  const row = published(action, resource, caller.kind)
  const sufficient = isForOthers ? row.forOthers : row.sufficient
  const requiredRoles = isForOthers && isChange(action) ? rolesFor(action, resource) : []
  const role = firstRole(relation, requiredRoles)
  const lacksRole = requiredRoles.length > 0 && role === undefined
  const permission = firstHeld(caller, sufficient)
  const lacksPermission = permission === undefined
  if (!lacksPermission && !lacksRole) {
    const reach = caller.kind === 'application' ? 'application' : isForOthers ? 'others' : 'own'
    return { allowed: true, permission, reach, ...(role && { role }) }
  }
  return {
    allowed: false,
    // When no permission would be enough, the reason is that the target belongs to another person.
    why: lacksPermission && sufficient.length > 0 ? 'permission-missing' : 'relation-missing',
    sufficient,
    ...(lacksRole && sufficient.length > 0 && { roles: requiredRoles }),
  }
}

/** Refusals that no permission would change. */
function refuseUnsupported(
  action: Action,
  resource: Resource,
  caller: CallerPermissions,
): Refusal | undefined {
  // "Azure AD B2C 租户目前不支持使用Microsoft 图形 API更新用户的照片。" Azure AD B2C tenants do not
  // support updating users' photos. @differs For B2C tenants the page on reading refuses reading too;
  // the founding document refuses updating only, and a stored photo may be seen.
  if (caller.isB2c && action === 'update' && resource === 'user') {
    return { allowed: false, why: 'b2c-unsupported', sufficient: [] }
  }
  if (tables[action][resource].rows[caller.kind] === 'unsupported') {
    return { allowed: false, why: 'account-unsupported', sufficient: [] }
  }
  return undefined
}

type Published = Readonly<{
  sufficient: readonly Permission[]
  /** Those of `sufficient` that reach others than the signed-in user. */
  forOthers: readonly Permission[]
}>

const noPermissions: Published = { sufficient: [], forOthers: [] }

/** Computed once per row, because every request uses it. */
const listed: ReadonlyMap<Row, Published> = new Map(
  Object.values(tables)
    .flatMap(byResource => Object.values(byResource))
    .flatMap(({ rows }) => Object.values(rows))
    .filter(row => row !== 'unsupported')
    .map(row => [row, listRow(row)]),
)

function listRow(sufficient: Row): Published {
  return { sufficient, forOthers: sufficient.filter(name => !reachesOwnOnly(name)) }
}

function published(action: Action, resource: Resource, kind: AccountKind): Published {
  const row = tables[action][resource].rows[kind]
  return (row !== 'unsupported' && listed.get(row)) || noPermissions
}

/**
 * Names are compared exactly, as Entra issues them.
 * "The value of the scope parameter is expressed as a list of space-delimited, case-sensitive
 * strings." https://www.rfc-editor.org/rfc/rfc6749#section-3.3
 */
function firstHeld(
  caller: CallerPermissions,
  names: readonly Permission[],
): Permission | undefined {
  return names.find(name => caller.permissions.has(name))
}

function firstRole(relation: Relation, names: readonly RoleName[]): RoleName | undefined {
  return names.find(name => relation.roleTemplateIds.has(roles[name]))
}

function reachesOwnOnly(name: Permission): boolean {
  return permissionReach[name] === 'own'
}

/**
 * Only the relation for this kind of resource counts: owning a group gives no right to a user's
 * photo.
 */
function isOwn(action: Action, resource: Resource, relation: Relation): boolean {
  switch (resource) {
    // People cannot change their own entry in the directory: its properties identify them.
    case 'user':
    case 'manager':
      return relation.isSelf && !isEntryChange(action)
    case 'membership':
    case 'ownership':
    case 'directReport':
    case 'person':
      return relation.isSelf
    case 'group':
    case 'team':
    case 'groupMember':
    case 'groupOwner':
      return relation.isOwner
    // "The requestor needs to have one of the following roles", and to be an owner is none.
    // https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-delete
    case 'deletedGroup':
      return relation.isOwner && action !== 'deleteEntry'
    case 'contact':
    case 'contactFolder':
      return relation.isOwnMailbox
    case 'photoUpdateSettings':
    case 'userPhoto':
    case 'groupPhoto':
    case 'deletedItem':
    case 'deletedUser':
      return false
  }
}

function rolesFor(action: Action, resource: Resource): readonly RoleName[] {
  if (!isEntryChange(action)) return actingRoles[resource]
  if (resource === 'user') return accountRoles
  if (resource !== 'group') return actingRoles[resource]
  // "By default, all users can create Microsoft 365 groups."
  // https://learn.microsoft.com/en-us/microsoft-365/solutions/manage-creation-of-groups
  return action === 'createEntry' ? [] : groupRoles
}

function isEntryChange(action: Action): boolean {
  return action === 'createEntry' || action === 'updateEntry' || action === 'deleteEntry'
}

function isChange(action: Action): boolean {
  switch (action) {
    case 'update':
    case 'delete':
    case 'createEntry':
    case 'updateEntry':
    case 'deleteEntry':
      return true
    case 'read':
    case 'readMetadata':
    case 'readEntry':
    case 'listEntries':
      return false
  }
}
