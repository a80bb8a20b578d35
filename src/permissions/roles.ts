/**
 * The directory roles that let a signed-in person act for others, by name and by the template id in
 * tokens and directories. The members of a role are in the directory.
 */
import type { Resource } from './tables.ts'

/**
 * "具有管理员角色(例如用户管理员)的用户可以使用委派的权限更新组织中任何用户的照片。" Users with
 * an administrator role, for example User Administrator, can update any user's photo.
 * The ids: https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
 */
export const roles = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
  'People Administrator': '024906de-61e5-49c8-8572-40335f1e0e10',
  'Groups Administrator': 'fdd7a751-b60b-444a-984c-02652fe8fa1c',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
  'Teams Administrator': '69091246-20e8-4a56-aa4d-066075b2a7a8',
  // Gives no right here: Entra's list allows it to set photos, but Graph's page does not name it.
  'Intune Administrator': '3a2c62db-5318-420d-8d74-23affee5d9d5',
} as const satisfies Record<string, string>

export type RoleName = keyof typeof roles

/**
 * Roles that may add, change and delete people. @differs The page on deleting also names Privileged
 * Authentication Administrator. https://learn.microsoft.com/en-us/graph/api/user-delete
 */
export const accountRoles: readonly RoleName[] = ['Global Administrator', 'User Administrator']

/** Roles that may change and delete groups of others, and their owners and members. */
export const groupRoles: readonly RoleName[] = [
  'Global Administrator',
  'Groups Administrator',
  'User Administrator',
  'Exchange Administrator',
]

/** Roles that may change resources of others; for people and groups, their photos. */
export const actingRoles: Readonly<Record<Resource, readonly RoleName[]>> = {
  // Newer pages name all of them: Global, User or People Administrator.
  // https://learn.microsoft.com/en-us/graph/api/profilephoto-update
  user: ['Global Administrator', 'User Administrator', 'People Administrator'],
  // @differs No page says who may set a group's photo besides its owners; these roles manage
  // groups.
  // https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
  group: ['Global Administrator', 'Groups Administrator', 'Exchange Administrator'],
  // "This API supports admin permissions. Global admins and Microsoft Teams service admins can access
  // teams that they are not a member of." https://learn.microsoft.com/en-us/graph/api/team-update
  team: ['Global Administrator', 'Teams Administrator'],
  // These are only read.
  membership: [],
  ownership: [],
  directReport: [],
  person: [],
  userPhoto: [],
  groupPhoto: [],
  manager: accountRoles,
  groupMember: groupRoles,
  groupOwner: groupRoles,
  // Checked as deletedUser or deletedGroup after the item was found.
  deletedItem: [],
  deletedUser: accountRoles,
  deletedGroup: groupRoles,
  // A mailbox is private: no role gives access to another person's contacts.
  contact: [],
  contactFolder: [],
  // "People Administrator is the least privileged role supported for this operation."
  // https://learn.microsoft.com/en-us/graph/api/photoupdatesettings-update?view=graph-rest-beta
  photoUpdateSettings: ['Global Administrator', 'People Administrator'],
}
