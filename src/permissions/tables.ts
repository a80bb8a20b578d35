/**
 * The permission tables as published by Microsoft: one literal row per published row, under its
 * sentence and its page. decide.ts uses them, and docs/permissions.md is generated from them. Where
 * pages disagree, the founding document takes precedence.
 */

/**
 * The three rows of every published table, with the names of src/tokens/caller.ts.
 * https://learn.microsoft.com/en-us/graph/permissions-overview#permission-types
 */
export type AccountKind = 'delegated' | 'personal' | 'application'

/** Actions on photos. `read` is the bytes; `readMetadata` size, tag and list of sizes. */
type PhotoAction = 'read' | 'readMetadata' | 'update' | 'delete'

/** Actions on entries of the directory or of a mailbox, and on the organisation's settings. */
type EntryAction = 'readEntry' | 'listEntries' | 'createEntry' | 'updateEntry' | 'deleteEntry'

export type Action = PhotoAction | EntryAction
export type Resource =
  | 'user'
  | 'group'
  | 'team'
  /** The groups that a user is a member of. */
  | 'membership'
  /** The groups that a user owns. */
  | 'ownership'
  | 'manager'
  /** The users whose manager is a user. */
  | 'directReport'
  /** The people whom a user may want to pick. */
  | 'person'
  | 'groupMember'
  | 'groupOwner'
  /** A deleted user or group that can be restored; the address does not say which. */
  | 'deletedItem'
  | 'deletedUser'
  | 'deletedGroup'
  | 'contact'
  | 'contactFolder'
  | 'photoUpdateSettings'
  /** Which users have a photo, and how many of them: Visage's extension. */
  | 'userPhoto'
  | 'groupPhoto'

/**
 * The reach of a delegated permission: `own` is what belongs to the signed-in user (profile,
 * mailbox), `all` the whole organisation. Without a signed-in user, every permission of an
 * application reaches all.
 * "更新已登录用户的照片只需要 User.ReadWrite 权限。" To update the signed-in user's photo, User.ReadWrite is
 * enough; for other users of the organisation it is not.
 * https://learn.microsoft.com/en-us/graph/permissions-reference
 */
export const permissionReach = {
  'Contacts.Read': 'own',
  'Contacts.ReadWrite': 'own',
  'Directory.Read.All': 'all',
  'Directory.ReadWrite.All': 'all',
  'Group.Create': 'all',
  'Group.Read.All': 'all',
  'Group.ReadWrite.All': 'all',
  'GroupMember.Read.All': 'all',
  'GroupMember.ReadWrite.All': 'all',
  'People.Read': 'own',
  'People.Read.All': 'all',
  'PeopleSettings.Read.All': 'all',
  'PeopleSettings.ReadWrite.All': 'all',
  'ProfilePhoto.Read.All': 'all',
  'ProfilePhoto.ReadWrite.All': 'all',
  'Team.ReadBasic.All': 'all',
  'TeamSettings.Read.All': 'all',
  'TeamSettings.ReadWrite.All': 'all',
  'User.Read': 'own',
  'User.Read.All': 'all',
  'User.ReadBasic.All': 'all',
  'User.ReadWrite': 'own',
  'User.ReadWrite.All': 'all',
} as const satisfies Record<string, 'own' | 'all'>

export type Permission = keyof typeof permissionReach

/** Any of them is enough; the first is the least privileged, which Microsoft recommends. */
export type Row = readonly [Permission, ...Permission[]]
type Table = Readonly<{
  /** The page with the table. */
  source: string
  rows: Readonly<Record<AccountKind, Row | 'unsupported'>>
}>

const pages = 'https://learn.microsoft.com/en-us/graph/api'

/** For pages that exist only for beta. */
function betaPage(name: string): string {
  return `${pages}/${name}?view=graph-rest-beta`
}

/** The founding document, "Update profilePhoto". */
export const updatePage = 'https://learn.microsoft.com/zh-cn/graph/api/profilephoto-update'
const getPage = `${pages}/profilephoto-get`
const deletePage = `${pages}/profilephoto-delete`

/** Without a published table there is no such operation. */
function notPublished(source: string): Table {
  return {
    source,
    rows: { delegated: 'unsupported', personal: 'unsupported', application: 'unsupported' },
  }
}

// "要更新联系人的个人资料照片": to update the profile photo of a contact
const updateContact: Table = {
  source: updatePage,
  rows: {
    delegated: ['Contacts.ReadWrite'],
    personal: 'unsupported',
    application: ['Contacts.ReadWrite'],
  },
}

// "要更新组的个人资料照片": to update the profile photo of a group
const updateGroup: Table = {
  source: updatePage,
  rows: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
    personal: 'unsupported',
    application: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
  },
}

// "更新团队个人资料照片": to update the profile photo of a team. @differs Newer pages let an application
// set the photo of a team; the founding document says "not supported".
const updateTeam: Table = {
  source: updatePage,
  rows: {
    delegated: ['TeamSettings.ReadWrite.All'],
    personal: 'unsupported',
    application: 'unsupported',
  },
}

// "更新用户的个人资料照片": to update the profile photo of a user
const updateUser: Table = {
  source: updatePage,
  rows: {
    delegated: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite', 'User.ReadWrite.All'],
    personal: ['User.ReadWrite'],
    application: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  },
}

// "To retrieve the profile photo of a contact"; the same tables are published for "Get contact",
// "List contacts", "Get contactFolder", "List contactFolders".
const readContactRows: Table['rows'] = {
  delegated: ['Contacts.Read', 'Contacts.ReadWrite'],
  personal: ['Contacts.Read', 'Contacts.ReadWrite'],
  application: ['Contacts.Read', 'Contacts.ReadWrite'],
}
const readContact: Table = { source: getPage, rows: readContactRows }

// "To retrieve the profile photo of a group"
const readGroup: Table = {
  source: getPage,
  rows: {
    delegated: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
    ],
  },
}

// "To retrieve the profile photo of a team"
const readTeam: Table = {
  source: getPage,
  rows: {
    delegated: ['Team.ReadBasic.All', 'TeamSettings.Read.All', 'TeamSettings.ReadWrite.All'],
    personal: 'unsupported',
    application: ['Team.ReadBasic.All', 'TeamSettings.Read.All', 'TeamSettings.ReadWrite.All'],
  },
}

// "To retrieve the profile photo of a user"
const readUser: Table = {
  source: getPage,
  rows: {
    delegated: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.Read',
      'User.ReadBasic.All',
      'User.Read.All',
      'User.ReadWrite',
      'User.ReadWrite.All',
    ],
    personal: ['User.Read', 'User.ReadWrite'],
    application: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.Read.All',
      'User.ReadWrite.All',
    ],
  },
}

// "Metadata operation is not supported for personal Microsoft accounts.": a note under this table.
const readUserMetadata: Table = {
  source: getPage,
  rows: { ...readUser.rows, personal: 'unsupported' },
}

// To delete the profile photo of a user or group; the same tables as for updating it.
const deleteUser: Table = { source: deletePage, rows: updateUser.rows }
const deleteGroup: Table = { source: deletePage, rows: updateGroup.rows }

// "Get a user": /me and /users/{id}
const readUserEntry: Table = {
  source: `${pages}/user-get`,
  rows: {
    delegated: [
      'User.Read',
      'User.ReadWrite',
      'User.ReadBasic.All',
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    personal: ['User.Read', 'User.ReadWrite'],
    application: [
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
  },
}

// "List users"
const listUsers: Table = {
  source: `${pages}/user-list`,
  rows: {
    delegated: [
      'User.ReadBasic.All',
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: [
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
  },
}

// "Get group"
const readGroupEntry: Table = {
  source: `${pages}/group-get`,
  rows: {
    delegated: [
      'GroupMember.Read.All',
      'Group.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'Group.Read.All',
    ],
    personal: 'unsupported',
    application: [
      'GroupMember.Read.All',
      'Group.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'Group.Read.All',
    ],
  },
}

// "List groups". @differs The newest table for listing groups adds
// Group-NestingSupport.ReadWrite.All and Group.ManageProtection.All, permissions for features that
// Visage does not have.
const listGroups: Table = { source: `${pages}/group-list`, rows: readGroupEntry.rows }

// "Get team". @differs For applications the page on reading a team begins with
// TeamSettings.Read.Group and TeamSettings.ReadWrite.Group, which need consent for one team; Visage
// does not support such consent.
const readTeamEntry: Table = {
  source: `${pages}/team-get`,
  rows: {
    delegated: [
      'Team.ReadBasic.All',
      'TeamSettings.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
      'TeamSettings.Read.All',
    ],
    personal: 'unsupported',
    application: [
      'Team.ReadBasic.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'Group.Read.All',
      'Group.ReadWrite.All',
      'TeamSettings.Read.All',
      'TeamSettings.ReadWrite.All',
    ],
  },
}

// "List joinedTeams". @differs The page on listing joined teams also has AgentIdUser.*, for agents,
// which Visage does not support.
const listTeams: Table = {
  source: `${pages}/user-list-joinedteams`,
  rows: {
    delegated: [
      'Team.ReadBasic.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'TeamSettings.Read.All',
      'TeamSettings.ReadWrite.All',
      'User.Read.All',
      'User.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: ['Team.ReadBasic.All', 'TeamSettings.Read.All', 'TeamSettings.ReadWrite.All'],
  },
}

/**
 * "List a user's direct memberships": one table for the signed-in user, beginning with User.Read,
 * and one for other users, beginning with User.Read.All. @differs User.Read.All, which the page has
 * for another user's memberships only, also lists one's own.
 */
const listMemberships: Table = {
  source: `${pages}/user-list-memberof`,
  rows: {
    delegated: [
      'User.Read',
      'User.Read.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'GroupMember.Read.All',
    ],
    personal: 'unsupported',
    application: ['Directory.Read.All', 'Directory.ReadWrite.All'],
  },
}

// "List ownedObjects". @differs The page on listing what a user owns also has AgentIdUser.*, for
// agents, which Visage does not support.
const listOwnerships: Table = {
  source: `${pages}/user-list-ownedobjects`,
  rows: {
    delegated: [
      'User.Read',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
      'User.Read.All',
      'User.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: 'unsupported',
  },
}

/**
 * "Create User", "Update user", "Assign manager", "Remove manager". @differs Graph lets a person
 * with User.ReadWrite change a few of their own properties; Visage does not store these, and the
 * others need an administrator.
 */
const changeUserEntry: Table['rows'] = {
  delegated: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  personal: 'unsupported',
  application: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
}

// "Delete a user"
const deleteUserEntry: Table = {
  source: `${pages}/user-delete`,
  rows: {
    delegated: ['User.ReadWrite.All'],
    personal: 'unsupported',
    application: ['User.ReadWrite.All'],
  },
}

/**
 * "List manager". @differs The newest page says that applications are not supported; older pages name these permissions,
 * and applications read managers with them: https://learn.microsoft.com/en-us/answers/questions/1298947
 */
const readManager: Table = {
  source: `${pages}/user-list-manager`,
  rows: {
    delegated: [
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: [
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
  },
}

// "List directReports"
const listDirectReports: Table = {
  source: `${pages}/user-list-directreports`,
  rows: {
    delegated: [
      'User.Read',
      'User.Read.All',
      'User.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: 'unsupported',
  },
}

/**
 * "Create group". @differs The pages on groups also name permissions for features that Visage does
 * not have: Group-PreferredDataLocation.ReadWrite.All, Group-NestingSupport.ReadWrite.All and
 * Group.ManageProtection.All.
 */
const createGroupEntry: Table = {
  source: `${pages}/group-post-groups`,
  rows: {
    delegated: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
    personal: 'unsupported',
    application: ['Group.Create', 'Directory.ReadWrite.All', 'Group.ReadWrite.All'],
  },
}

/** "Update group", "Add owners", "Remove group owner", "Create team from group" */
const changeGroupEntry: Table['rows'] = {
  delegated: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  personal: 'unsupported',
  application: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
}

// "Delete group"
const deleteGroupEntry: Table = {
  source: `${pages}/group-delete`,
  rows: {
    delegated: ['Group.ReadWrite.All'],
    personal: 'unsupported',
    application: ['Group.ReadWrite.All'],
  },
}

const readPeopleOfGroup: Row = [
  'GroupMember.Read.All',
  'Directory.Read.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
]

/** "List group members", "List group owners" */
const listPeopleOfGroup: Table['rows'] = {
  delegated: readPeopleOfGroup,
  personal: 'unsupported',
  application: readPeopleOfGroup,
}

/**
 * "Remove member", and "Add members" with a user: GroupMember.ReadWrite.All. @differs Older pages on adding members also
 * ask for User.ReadWrite.All.
 */
const changeMembers: Table['rows'] = {
  delegated: ['GroupMember.ReadWrite.All', 'Directory.ReadWrite.All', 'Group.ReadWrite.All'],
  personal: 'unsupported',
  application: ['GroupMember.ReadWrite.All', 'Directory.ReadWrite.All', 'Group.ReadWrite.All'],
}

const deletedItems = `${pages}/directory-deleteditems-get`
const restoring = `${pages}/directory-deleteditems-restore`

// "Get deleted item": "For users"
const readDeletedUser: Table = { source: deletedItems, rows: readManager.rows }

// "Get deleted item": "For groups"
const readDeletedGroup: Table = {
  source: deletedItems,
  rows: {
    delegated: ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'],
    personal: 'unsupported',
    application: [
      'Group.Read.All',
      'Group.ReadWrite.All',
      'Directory.Read.All',
      'Directory.ReadWrite.All',
    ],
  },
}

/** The union of both tables. Once the item is found, its own table applies. */
const readDeletedRow: Row = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
]
const readDeletedItem: Table = {
  source: deletedItems,
  rows: { delegated: readDeletedRow, personal: 'unsupported', application: readDeletedRow },
}

// "Restore deleted item": "For users", "For groups"
const restoreUser: Table = { source: restoring, rows: deleteUserEntry.rows }
const restoreGroup: Table = { source: restoring, rows: deleteGroupEntry.rows }
const restoreRow: Row = ['User.ReadWrite.All', 'Group.ReadWrite.All']
const restoreItem: Table = {
  source: restoring,
  rows: { delegated: restoreRow, personal: 'unsupported', application: restoreRow },
}

// "Permanently delete item": "For users", "For groups". An application erases nothing.
const erasing = `${pages}/directory-deleteditems-delete`
const eraseUser: Table = {
  source: erasing,
  rows: { ...deleteUserEntry.rows, application: 'unsupported' },
}
const eraseGroup: Table = {
  source: erasing,
  rows: { ...deleteGroupEntry.rows, application: 'unsupported' },
}
const eraseItem: Table = {
  source: erasing,
  rows: { delegated: restoreRow, personal: 'unsupported', application: 'unsupported' },
}

// "Create contact"; the same tables are published for "Update contact", "Delete contact", "Create
// contactFolder", "Delete contactFolder".
const writeContactEntry: Table['rows'] = {
  delegated: ['Contacts.ReadWrite'],
  personal: ['Contacts.ReadWrite'],
  application: ['Contacts.ReadWrite'],
}

// "Get photoUpdateSettings"
const readSettings: Table = {
  source: betaPage('photoupdatesettings-get'),
  rows: {
    delegated: ['PeopleSettings.Read.All', 'PeopleSettings.ReadWrite.All'],
    personal: 'unsupported',
    application: ['PeopleSettings.Read.All', 'PeopleSettings.ReadWrite.All'],
  },
}

// "Update photoUpdateSettings"
const updateSettings: Table = {
  source: betaPage('photoupdatesettings-update'),
  rows: {
    delegated: ['PeopleSettings.ReadWrite.All'],
    personal: 'unsupported',
    application: ['PeopleSettings.ReadWrite.All'],
  },
}

// "Delete photoUpdateSettings". @differs The page on deleting photoUpdateSettings publishes no table:
// the permissions to update apply.
const deleteSettings: Table = {
  source: betaPage('peopleadminsettings-delete-photoupdatesettings'),
  rows: updateSettings.rows,
}

// "List people". @differs For personal accounts the page names People.Read. Here the people are those of the
// directory, and personal accounts do not know one another.
const listPeople: Table = {
  source: `${pages}/user-list-people`,
  rows: {
    delegated: ['People.Read', 'People.Read.All'],
    personal: 'unsupported',
    application: ['People.Read.All'],
  },
}

// Visage's extension: who has a photo. The permissions are those to read photos of all users, and of all groups.
const extension = 'operating.md#who-has-a-photo'
const listUserPhotos: Table = {
  source: extension,
  rows: {
    delegated: [
      'ProfilePhoto.Read.All',
      'ProfilePhoto.ReadWrite.All',
      'User.ReadBasic.All',
      'User.Read.All',
      'User.ReadWrite.All',
    ],
    personal: 'unsupported',
    application: readUser.rows.application,
  },
}
const listGroupPhotos: Table = { source: extension, rows: readGroup.rows }

// Settings have no photo, and an organisation always has exactly one.
const onlyOneOfSettings = notPublished(betaPage('resources/photoupdatesettings'))

// Graph can change folders too; photos only need their creation and deletion.
const noFolderUpdates = notPublished(`${pages}/contactfolder-update`)

// Defaults for the tables below: these resources have no photo and few actions.
const onlyListed = {
  membership: notPublished(`${pages}/user-list-memberof`),
  ownership: notPublished(`${pages}/user-list-ownedobjects`),
  manager: notPublished(`${pages}/user-list-manager`),
  directReport: notPublished(`${pages}/user-list-directreports`),
  person: notPublished(`${pages}/user-list-people`),
  groupMember: notPublished(`${pages}/group-list-members`),
  groupOwner: notPublished(`${pages}/group-list-owners`),
  deletedItem: notPublished(`${pages}/directory-deleteditems-list`),
  deletedUser: notPublished(`${pages}/directory-deleteditems-list`),
  deletedGroup: notPublished(`${pages}/directory-deleteditems-list`),
  userPhoto: notPublished(extension),
  groupPhoto: notPublished(extension),
}

const withoutPhoto = {
  ...onlyListed,
  contactFolder: notPublished(`${pages}/resources/contactfolder`),
  photoUpdateSettings: onlyOneOfSettings,
}

// A team is created from a group, and changed and deleted with it.
const onlyOfGroups = {
  ...onlyListed,
  team: notPublished(`${pages}/resources/team`),
}

/** Complete: every action, resource and kind of account. */
export const tables: Readonly<Record<Action, Readonly<Record<Resource, Table>>>> = {
  read: {
    user: readUser,
    group: readGroup,
    team: readTeam,
    contact: readContact,
    ...withoutPhoto,
  },
  readMetadata: {
    user: readUserMetadata,
    group: readGroup,
    team: readTeam,
    contact: readContact,
    ...withoutPhoto,
  },
  update: {
    user: updateUser,
    group: updateGroup,
    team: updateTeam,
    contact: updateContact,
    ...withoutPhoto,
  },
  delete: {
    user: deleteUser,
    group: deleteGroup,
    // "The delete operation supports only user or group photos, but not Outlook contact nor Teams
    // photos."
    team: notPublished(deletePage),
    contact: notPublished(deletePage),
    ...withoutPhoto,
  },
  readEntry: {
    user: readUserEntry,
    group: readGroupEntry,
    team: readTeamEntry,
    ...onlyListed,
    manager: readManager,
    deletedItem: readDeletedItem,
    deletedUser: readDeletedUser,
    deletedGroup: readDeletedGroup,
    contact: { source: `${pages}/contact-get`, rows: readContactRows },
    contactFolder: { source: `${pages}/contactfolder-get`, rows: readContactRows },
    photoUpdateSettings: readSettings,
  },
  listEntries: {
    user: listUsers,
    group: listGroups,
    team: listTeams,
    ...onlyListed,
    membership: listMemberships,
    ownership: listOwnerships,
    directReport: listDirectReports,
    person: listPeople,
    groupMember: { source: `${pages}/group-list-members`, rows: listPeopleOfGroup },
    groupOwner: { source: `${pages}/group-list-owners`, rows: listPeopleOfGroup },
    deletedUser: readDeletedUser,
    deletedGroup: readDeletedGroup,
    contact: { source: `${pages}/user-list-contacts`, rows: readContactRows },
    contactFolder: { source: `${pages}/user-list-contactfolders`, rows: readContactRows },
    photoUpdateSettings: onlyOneOfSettings,
    userPhoto: listUserPhotos,
    groupPhoto: listGroupPhotos,
  },
  createEntry: {
    ...onlyOfGroups,
    user: { source: `${pages}/user-post-users`, rows: changeUserEntry },
    group: createGroupEntry,
    team: { source: `${pages}/team-put-teams`, rows: changeGroupEntry },
    groupMember: { source: `${pages}/group-post-members`, rows: changeMembers },
    groupOwner: { source: `${pages}/group-post-owners`, rows: changeGroupEntry },
    contact: { source: `${pages}/user-post-contacts`, rows: writeContactEntry },
    contactFolder: { source: `${pages}/user-post-contactfolders`, rows: writeContactEntry },
    photoUpdateSettings: onlyOneOfSettings,
  },
  updateEntry: {
    ...onlyOfGroups,
    user: { source: `${pages}/user-update`, rows: changeUserEntry },
    group: { source: `${pages}/group-update`, rows: changeGroupEntry },
    deletedItem: restoreItem,
    deletedUser: restoreUser,
    deletedGroup: restoreGroup,
    manager: { source: `${pages}/user-post-manager`, rows: changeUserEntry },
    contact: { source: `${pages}/contact-update`, rows: writeContactEntry },
    contactFolder: noFolderUpdates,
    photoUpdateSettings: updateSettings,
  },
  deleteEntry: {
    ...onlyOfGroups,
    user: deleteUserEntry,
    group: deleteGroupEntry,
    groupMember: { source: `${pages}/group-delete-members`, rows: changeMembers },
    groupOwner: { source: `${pages}/group-delete-owners`, rows: changeGroupEntry },
    manager: { source: `${pages}/user-delete-manager`, rows: changeUserEntry },
    contact: { source: `${pages}/contact-delete`, rows: writeContactEntry },
    contactFolder: { source: `${pages}/contactfolder-delete`, rows: writeContactEntry },
    photoUpdateSettings: deleteSettings,
    deletedItem: eraseItem,
    deletedUser: eraseUser,
    deletedGroup: eraseGroup,
  },
}
