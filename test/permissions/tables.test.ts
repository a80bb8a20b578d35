/**
 * The published tables, copied from the documents and not from src: each cell is tried with every
 * permission alone. A typing error on either side fails.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permit } from '../../src/permissions/decide.ts'
import {
  type AccountKind,
  type Action,
  type Resource,
  tables,
} from '../../src/permissions/tables.ts'
import { isSupported } from '../../tools/permissions.ts'

/** All permissions in tokens, including names without any effect. */
const everyPermission = (
  'Contacts.Read Contacts.ReadWrite Contacts.Read.Shared Contacts.ReadWrite.Shared ' +
  'Directory.Read.All Directory.ReadWrite.All Directory.AccessAsUser.All ' +
  'Group.Read.All Group.ReadWrite.All GroupMember.Read.All GroupMember.ReadWrite.All ' +
  'ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All ' +
  'PeopleSettings.Read.All PeopleSettings.ReadWrite.All ' +
  'Team.ReadBasic.All TeamSettings.Read.All TeamSettings.ReadWrite.All ' +
  'User.Read User.Read.All User.ReadBasic.All User.ReadWrite User.ReadWrite.All ' +
  'Mail.Read openid profile'
).split(' ')

const none = ''
const userChange = 'ProfilePhoto.ReadWrite.All User.ReadWrite User.ReadWrite.All'
const groupChange = 'ProfilePhoto.ReadWrite.All Group.ReadWrite.All'
const groupPhoto =
  'ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All Group.Read.All Group.ReadWrite.All'
const teamPhoto = 'Team.ReadBasic.All TeamSettings.Read.All TeamSettings.ReadWrite.All'
const userPhoto =
  'ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.Read User.ReadBasic.All User.Read.All ' +
  'User.ReadWrite User.ReadWrite.All'
const othersPhoto =
  'ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.ReadBasic.All User.Read.All User.ReadWrite.All'
const userPhotoApp =
  'ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.Read.All User.ReadWrite.All'
const directory = 'Directory.Read.All Directory.ReadWrite.All'
const users = `User.Read.All User.ReadWrite.All ${directory}`
const groups = `GroupMember.Read.All Group.Read.All Group.ReadWrite.All ${directory}`
const teams = `${teamPhoto} Group.Read.All Group.ReadWrite.All ${directory}`
const changePeople = 'User.ReadWrite.All Directory.ReadWrite.All'
const changeGroups = 'Group.ReadWrite.All Directory.ReadWrite.All'
const changeMembers = `GroupMember.ReadWrite.All ${changeGroups}`
const seePeopleOfGroup =
  'GroupMember.Read.All GroupMember.ReadWrite.All Group.Read.All Group.ReadWrite.All Directory.Read.All'
const seeDeletedGroup = 'Group.Read.All Group.ReadWrite.All Directory.Read.All'
const restoreGroup = 'Group.ReadWrite.All'
const restoreUser = 'User.ReadWrite.All'
const seeContacts = 'Contacts.Read Contacts.ReadWrite'
const changeContacts = 'Contacts.ReadWrite'
const seeSettings = 'PeopleSettings.Read.All PeopleSettings.ReadWrite.All'
const changeSettings = 'PeopleSettings.ReadWrite.All'

/** One line per published table: delegated, personal, application. */
const published: readonly [Action, Resource, string, string, string][] = [
  // "Update profilePhoto", the founding document
  ['update', 'contact', changeContacts, none, changeContacts],
  ['update', 'group', groupChange, none, groupChange],
  ['update', 'team', 'TeamSettings.ReadWrite.All', none, none],
  ['update', 'user', userChange, 'User.ReadWrite', 'ProfilePhoto.ReadWrite.All User.ReadWrite.All'],
  // "Get profilePhoto"
  ['read', 'contact', seeContacts, seeContacts, seeContacts],
  ['read', 'group', groupPhoto, none, groupPhoto],
  ['read', 'team', teamPhoto, none, teamPhoto],
  ['read', 'user', userPhoto, 'User.Read User.ReadWrite', userPhotoApp],
  ['readMetadata', 'contact', seeContacts, seeContacts, seeContacts],
  ['readMetadata', 'group', groupPhoto, none, groupPhoto],
  ['readMetadata', 'team', teamPhoto, none, teamPhoto],
  ['readMetadata', 'user', userPhoto, none, userPhotoApp],
  // "Delete profilePhoto"
  ['delete', 'contact', none, none, none],
  ['delete', 'group', groupChange, none, groupChange],
  ['delete', 'team', none, none, none],
  ['delete', 'user', userChange, 'User.ReadWrite', 'ProfilePhoto.ReadWrite.All User.ReadWrite.All'],
  // "Get a user", "List users", "Get group", "List groups", "Get team", "List joinedTeams"
  [
    'readEntry',
    'user',
    `User.Read User.ReadWrite User.ReadBasic.All ${users}`,
    'User.Read User.ReadWrite',
    users,
  ],
  ['listEntries', 'user', `User.ReadBasic.All ${users}`, none, users],
  ['readEntry', 'group', groups, none, groups],
  ['listEntries', 'group', groups, none, groups],
  ['readEntry', 'team', teams, none, teams],
  [
    'listEntries',
    'team',
    `${teamPhoto} User.Read.All User.ReadWrite.All ${directory}`,
    none,
    teamPhoto,
  ],
  // "List a user's direct memberships", of the signed-in user and of another, and "List ownedObjects"
  [
    'listEntries',
    'membership',
    `User.Read User.Read.All GroupMember.Read.All ${directory}`,
    none,
    directory,
  ],
  [
    'listEntries',
    'ownership',
    `User.Read User.Read.All User.ReadWrite.All ${directory}`,
    none,
    none,
  ],
  // "Create User", "Update user", "Delete a user", "Assign manager", "Remove manager"
  ['createEntry', 'user', changePeople, none, changePeople],
  ['updateEntry', 'user', changePeople, none, changePeople],
  ['deleteEntry', 'user', 'User.ReadWrite.All', none, 'User.ReadWrite.All'],
  ['updateEntry', 'manager', changePeople, none, changePeople],
  ['deleteEntry', 'manager', changePeople, none, changePeople],
  // "List manager", "List directReports"
  [
    'readEntry',
    'manager',
    `User.Read.All User.ReadWrite.All ${directory}`,
    none,
    `User.Read.All User.ReadWrite.All ${directory}`,
  ],
  [
    'listEntries',
    'directReport',
    `User.Read User.Read.All User.ReadWrite.All ${directory}`,
    none,
    none,
  ],
  // "List people"; personal accounts do not see one another
  ['listEntries', 'person', 'People.Read People.Read.All', none, 'People.Read.All'],
  // "Create group", "Update group", "Delete group", "Create team from group"
  ['createEntry', 'group', changeGroups, none, `Group.Create ${changeGroups}`],
  ['updateEntry', 'group', changeGroups, none, changeGroups],
  ['deleteEntry', 'group', 'Group.ReadWrite.All', none, 'Group.ReadWrite.All'],
  ['createEntry', 'team', changeGroups, none, changeGroups],
  // "List group members", "Add members", "Remove member", and of owners
  ['listEntries', 'groupMember', seePeopleOfGroup, none, seePeopleOfGroup],
  ['createEntry', 'groupMember', changeMembers, none, changeMembers],
  ['deleteEntry', 'groupMember', changeMembers, none, changeMembers],
  ['listEntries', 'groupOwner', seePeopleOfGroup, none, seePeopleOfGroup],
  ['createEntry', 'groupOwner', changeGroups, none, changeGroups],
  ['deleteEntry', 'groupOwner', changeGroups, none, changeGroups],
  // "List deletedItems", "Get deleted item", "Restore deleted item"
  ...(['listEntries', 'readEntry'] as const).flatMap((action): typeof published => [
    [action, 'deletedUser', users, none, users],
    [action, 'deletedGroup', seeDeletedGroup, none, `${seeDeletedGroup} Directory.ReadWrite.All`],
  ]),
  [
    'readEntry',
    'deletedItem',
    `${users} Group.Read.All Group.ReadWrite.All`,
    none,
    `${users} Group.Read.All Group.ReadWrite.All`,
  ],
  ['updateEntry', 'deletedUser', restoreUser, none, restoreUser],
  ['updateEntry', 'deletedGroup', restoreGroup, none, restoreGroup],
  // "Permanently delete item": the page publishes nothing for applications
  ['deleteEntry', 'deletedUser', restoreUser, none, none],
  ['deleteEntry', 'deletedGroup', restoreGroup, none, none],
  ['deleteEntry', 'deletedItem', `${restoreUser} ${restoreGroup}`, none, none],
  [
    'updateEntry',
    'deletedItem',
    `${restoreUser} ${restoreGroup}`,
    none,
    `${restoreUser} ${restoreGroup}`,
  ],
  // "Get contact", "List contacts", "Create contact", "Update contact", "Delete contact", and of folders
  ['readEntry', 'contact', seeContacts, seeContacts, seeContacts],
  ['listEntries', 'contact', seeContacts, seeContacts, seeContacts],
  ['createEntry', 'contact', changeContacts, changeContacts, changeContacts],
  ['updateEntry', 'contact', changeContacts, changeContacts, changeContacts],
  ['deleteEntry', 'contact', changeContacts, changeContacts, changeContacts],
  ['readEntry', 'contactFolder', seeContacts, seeContacts, seeContacts],
  ['listEntries', 'contactFolder', seeContacts, seeContacts, seeContacts],
  ['createEntry', 'contactFolder', changeContacts, changeContacts, changeContacts],
  ['deleteEntry', 'contactFolder', changeContacts, changeContacts, changeContacts],
  // "Get photoUpdateSettings", "Update photoUpdateSettings"; "Delete photoUpdateSettings" has no table
  ['readEntry', 'photoUpdateSettings', seeSettings, none, seeSettings],
  ['updateEntry', 'photoUpdateSettings', changeSettings, none, changeSettings],
  ['deleteEntry', 'photoUpdateSettings', changeSettings, none, changeSettings],
  // Without a published table.
  ['read', 'photoUpdateSettings', none, none, none],
  ['readMetadata', 'photoUpdateSettings', none, none, none],
  ['update', 'photoUpdateSettings', none, none, none],
  ['delete', 'photoUpdateSettings', none, none, none],
  ['listEntries', 'photoUpdateSettings', none, none, none],
  ['createEntry', 'photoUpdateSettings', none, none, none],
  ['updateEntry', 'team', none, none, none],
  ['updateEntry', 'contactFolder', none, none, none],
  ['read', 'contactFolder', none, none, none],
  ['readMetadata', 'contactFolder', none, none, none],
  ['update', 'contactFolder', none, none, none],
  ['delete', 'contactFolder', none, none, none],
  ['deleteEntry', 'team', none, none, none],
  ...(['read', 'readMetadata', 'update', 'delete', 'listEntries', 'createEntry'] as const).map(
    (action): (typeof published)[number] => [action, 'manager', none, none, none],
  ),
  ...(['membership', 'ownership', 'directReport', 'person'] as const).flatMap(resource =>
    (
      [
        'read',
        'readMetadata',
        'update',
        'delete',
        'readEntry',
        'createEntry',
        'updateEntry',
        'deleteEntry',
      ] as const
    ).map((action): (typeof published)[number] => [action, resource, none, none, none]),
  ),
  ...(['groupMember', 'groupOwner'] as const).flatMap(resource =>
    (['read', 'readMetadata', 'update', 'delete', 'readEntry', 'updateEntry'] as const).map(
      (action): (typeof published)[number] => [action, resource, none, none, none],
    ),
  ),
  ...(['deletedItem', 'deletedUser', 'deletedGroup'] as const).flatMap(resource =>
    (['read', 'readMetadata', 'update', 'delete', 'createEntry'] as const).map(
      (action): (typeof published)[number] => [action, resource, none, none, none],
    ),
  ),
  ['listEntries', 'deletedItem', none, none, none],
  // Visage's extension: the permissions that read the photos of others
  ['listEntries', 'userPhoto', othersPhoto, none, userPhotoApp],
  ['listEntries', 'groupPhoto', groupPhoto, none, groupPhoto],
  ...(['userPhoto', 'groupPhoto'] as const).flatMap(resource =>
    (
      [
        'read',
        'readMetadata',
        'update',
        'delete',
        'readEntry',
        'createEntry',
        'updateEntry',
        'deleteEntry',
      ] as const
    ).map((action): (typeof published)[number] => [action, resource, none, none, none]),
  ),
]

const kinds: readonly AccountKind[] = ['delegated', 'personal', 'application']

/** The least privileged permission is published as one, and a 403 names it first. */
const leastOfUpdate: readonly [Resource, AccountKind, string][] = [
  ['contact', 'delegated', 'Contacts.ReadWrite'],
  ['contact', 'application', 'Contacts.ReadWrite'],
  ['group', 'delegated', 'ProfilePhoto.ReadWrite.All'],
  ['group', 'application', 'ProfilePhoto.ReadWrite.All'],
  ['team', 'delegated', 'TeamSettings.ReadWrite.All'],
  ['user', 'delegated', 'ProfilePhoto.ReadWrite.All'],
  ['user', 'personal', 'User.ReadWrite'],
  ['user', 'application', 'ProfilePhoto.ReadWrite.All'],
]

for (const [action, resource, ...cells] of published) {
  for (const [index, kind] of kinds.entries()) {
    const expected = new Set((cells[index] ?? '').split(' ').filter(name => name !== ''))
    const words = expected.size > 0 ? [...expected].join(' or ') : 'no permission at all'
    test(`${action} of a ${resource} with a ${kind} account takes ${words}`, () => {
      for (const name of everyPermission) {
        const verdict = permit(action, resource, {
          kind,
          permissions: new Set([name]),
          isB2c: false,
        })
        assert.equal(verdict.allowed, expected.has(name), name)
        if (verdict.allowed) continue
        assert.equal(verdict.why, expected.size > 0 ? 'permission-missing' : 'account-unsupported')
        assert.deepEqual(new Set(verdict.sufficient), expected)
      }
    })
  }
}

test('every table is covered above', () => {
  const written = published.map(([action, resource]) => `${action} ${resource}`).sort()
  const there = Object.entries(tables).flatMap(([action, row]) =>
    Object.keys(row).map(resource => `${action} ${resource}`),
  )
  assert.deepEqual(written, there.sort())
})

for (const [resource, kind, least] of leastOfUpdate) {
  test(`the least permission to update a ${resource}'s photo with a ${kind} account is ${least}`, () => {
    const verdict = permit('update', resource, { kind, permissions: new Set(), isB2c: false })
    assert.equal(verdict.allowed ? undefined : verdict.sufficient[0], least)
  })
}

test('the photos of contacts and teams cannot be deleted by anyone', () => {
  assert.equal(isSupported('delete', 'contact'), false)
  assert.equal(isSupported('delete', 'team'), false)
  assert.equal(isSupported('delete', 'user'), true)
  assert.equal(isSupported('update', 'team'), true)
})
