/** Access decisions by relation, and the contents of refusals, case by case. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CallerPermissions,
  permit,
  type Relation,
  relate,
} from '../../src/permissions/decide.ts'
import type { AccountKind, Action, Resource } from '../../src/permissions/tables.ts'

const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const intuneAdministrator = '3a2c62db-5318-420d-8d74-23affee5d9d5'
const teamsAdministrator = '69091246-20e8-4a56-aa4d-066075b2a7a8'
const groupsAdministrator = 'fdd7a751-b60b-444a-984c-02652fe8fa1c'
const peopleAdministrator = '024906de-61e5-49c8-8572-40335f1e0e10'
const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10'

type Bond = 'self' | 'owner' | 'own mailbox' | 'stranger'
/** A caller and the roles they hold. */
type Person = Readonly<{ caller: CallerPermissions; roles: readonly string[] }>

function person(kind: AccountKind, permissions: string, roles: readonly string[]): Person {
  return { caller: { kind, permissions: new Set(permissions.split(' ')), isB2c: false }, roles }
}

const delegated = (permissions: string, ...roles: string[]) =>
  person('delegated', permissions, roles)
const personal = (permissions: string, ...roles: string[]) => person('personal', permissions, roles)
const application = (permissions: string) => person('application', permissions, [])

function relationOf(bond: Bond, ...roles: readonly string[]): Relation {
  return {
    isSelf: bond === 'self',
    isOwner: bond === 'owner',
    isOwnMailbox: bond === 'own mailbox',
    roleTemplateIds: new Set(roles),
  }
}

function may(who: Person, action: Action, resource: Resource, bond: Bond): boolean {
  return relate(action, resource, who.caller, relationOf(bond, ...who.roles)).allowed
}

test('a user sets their own photo with User.ReadWrite alone', () => {
  assert.ok(may(delegated('User.ReadWrite'), 'update', 'user', 'self'))
})

test('a user deletes their own photo with ProfilePhoto.ReadWrite.All', () => {
  assert.ok(may(delegated('ProfilePhoto.ReadWrite.All'), 'delete', 'user', 'self'))
})

test('a user without a role cannot set the photo of a colleague, whatever the permission', () => {
  assert.equal(
    may(delegated('ProfilePhoto.ReadWrite.All User.ReadWrite.All'), 'update', 'user', 'stranger'),
    false,
  )
})

test('a User Administrator sets the photo of any user with User.ReadWrite.All', () => {
  assert.ok(may(delegated('User.ReadWrite.All', userAdministrator), 'update', 'user', 'stranger'))
})

test('a User Administrator cannot set the photo of another with User.ReadWrite', () => {
  assert.equal(
    may(delegated('User.ReadWrite', userAdministrator), 'update', 'user', 'stranger'),
    false,
  )
})

test('an Intune Administrator does not act for other users', () => {
  assert.equal(
    may(delegated('User.ReadWrite.All', intuneAdministrator), 'update', 'user', 'stranger'),
    false,
  )
})

test('owning something gives no access to the photo of a user', () => {
  assert.equal(may(delegated('User.ReadWrite.All'), 'update', 'user', 'owner'), false)
})

test('an application sets the photo of any user', () => {
  assert.ok(may(application('User.ReadWrite.All'), 'update', 'user', 'stranger'))
})

test('a personal account sets its own photo', () => {
  assert.ok(may(personal('User.ReadWrite'), 'update', 'user', 'self'))
})

test('a personal account cannot set others’ photos, even with a role', () => {
  assert.equal(
    may(personal('User.ReadWrite', globalAdministrator), 'update', 'user', 'stranger'),
    false,
  )
})

test('User.Read shows the own photo', () => {
  assert.ok(may(delegated('User.Read'), 'read', 'user', 'self'))
})

test('User.Read does not show the photo of a colleague', () => {
  assert.equal(may(delegated('User.Read'), 'read', 'user', 'stranger'), false)
})

test('User.ReadBasic.All shows the photo of a colleague, without a role', () => {
  assert.ok(may(delegated('User.ReadBasic.All'), 'read', 'user', 'stranger'))
})

test('a group owner sets the photo of the group', () => {
  assert.ok(may(delegated('Group.ReadWrite.All'), 'update', 'group', 'owner'))
})

test('a member who does not own the group cannot replace its photo', () => {
  assert.equal(may(delegated('ProfilePhoto.ReadWrite.All'), 'update', 'group', 'stranger'), false)
})

test('a Groups Administrator deletes the photo of any group', () => {
  assert.ok(
    may(
      delegated('ProfilePhoto.ReadWrite.All', groupsAdministrator),
      'delete',
      'group',
      'stranger',
    ),
  )
})

test('anyone with the permission sees the photo of a group', () => {
  assert.ok(may(delegated('Group.Read.All'), 'read', 'group', 'stranger'))
})

test('a team owner sets the photo of the team', () => {
  assert.ok(may(delegated('TeamSettings.ReadWrite.All'), 'update', 'team', 'owner'))
})

test('a team member who does not own it cannot set its photo', () => {
  assert.equal(may(delegated('TeamSettings.ReadWrite.All'), 'update', 'team', 'stranger'), false)
})

test('a Teams Administrator sets the photo of any team', () => {
  assert.ok(
    may(delegated('TeamSettings.ReadWrite.All', teamsAdministrator), 'update', 'team', 'stranger'),
  )
})

test('a Groups Administrator does not act for teams', () => {
  assert.equal(
    may(delegated('TeamSettings.ReadWrite.All', groupsAdministrator), 'update', 'team', 'stranger'),
    false,
  )
})

test('a user sets the photo of a contact in their own mailbox', () => {
  assert.ok(may(delegated('Contacts.ReadWrite'), 'update', 'contact', 'own mailbox'))
})

test('a Global Administrator has no access to the mailbox of another', () => {
  assert.equal(
    may(delegated('Contacts.ReadWrite', globalAdministrator), 'update', 'contact', 'stranger'),
    false,
  )
})

test('Contacts.ReadWrite.Shared is in no published table', () => {
  assert.equal(
    may(delegated('Contacts.ReadWrite.Shared'), 'update', 'contact', 'own mailbox'),
    false,
  )
})

test('a user does not see the contacts of another', () => {
  assert.equal(may(delegated('Contacts.Read'), 'listEntries', 'contact', 'stranger'), false)
})

test('an application sets the photo of a contact in any mailbox', () => {
  assert.ok(may(application('Contacts.ReadWrite'), 'update', 'contact', 'stranger'))
})

test('an application lists the contacts of any mailbox', () => {
  assert.ok(may(application('Contacts.Read'), 'listEntries', 'contact', 'stranger'))
})

test('everyone with User.ReadBasic.All lists the users', () => {
  assert.ok(may(delegated('User.ReadBasic.All'), 'listEntries', 'user', 'stranger'))
})

test('User.Read reads the own profile', () => {
  assert.ok(may(delegated('User.Read'), 'readEntry', 'user', 'self'))
})

test('User.Read does not read the profile of a colleague', () => {
  assert.equal(may(delegated('User.Read'), 'readEntry', 'user', 'stranger'), false)
})

test('User.Read lists the own memberships and not those of a colleague', () => {
  for (const resource of ['membership', 'ownership'] as const) {
    assert.ok(may(delegated('User.Read'), 'listEntries', resource, 'self'))
    assert.equal(may(delegated('User.Read'), 'listEntries', resource, 'stranger'), false)
    assert.ok(may(delegated('User.Read.All'), 'listEntries', resource, 'stranger'))
  }
})

test('an application lists memberships, and not what somebody owns', () => {
  assert.ok(may(application('Directory.Read.All'), 'listEntries', 'membership', 'stranger'))
  assert.equal(
    may(application('Directory.Read.All'), 'listEntries', 'ownership', 'stranger'),
    false,
  )
})

test('a People Administrator changes the photo update settings', () => {
  const settings = 'photoUpdateSettings'
  const holder = delegated('PeopleSettings.ReadWrite.All', peopleAdministrator)
  assert.ok(may(holder, 'updateEntry', settings, 'stranger'))
  assert.ok(may(holder, 'deleteEntry', settings, 'stranger'))
})

test('a User Administrator reads the photo update settings and does not change them', () => {
  const settings = 'photoUpdateSettings'
  const holder = delegated('PeopleSettings.ReadWrite.All', userAdministrator)
  assert.ok(may(holder, 'readEntry', settings, 'stranger'))
  assert.equal(may(holder, 'updateEntry', settings, 'stranger'), false)
  assert.equal(may(holder, 'deleteEntry', settings, 'stranger'), false)
})

test('an application changes the photo update settings', () => {
  const directorySync = application('PeopleSettings.ReadWrite.All')
  assert.ok(may(directorySync, 'updateEntry', 'photoUpdateSettings', 'stranger'))
})

test('a refusal to set the photo of another names sufficient permissions and roles', () => {
  const { caller } = delegated('User.ReadWrite')
  assert.deepEqual(relate('update', 'user', caller, relationOf('stranger')), {
    allowed: false,
    why: 'permission-missing',
    sufficient: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
    roles: ['Global Administrator', 'User Administrator', 'People Administrator'],
  })
})

test('a refusal names no roles when only the permission is missing', () => {
  const { caller } = delegated('User.ReadWrite')
  const verdict = relate('update', 'user', caller, relationOf('stranger', userAdministrator))
  assert.deepEqual(verdict, {
    allowed: false,
    why: 'permission-missing',
    sufficient: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  })
})

test('a refusal is about the relation when only the role is missing', () => {
  const { caller } = delegated('Group.ReadWrite.All')
  assert.deepEqual(relate('update', 'group', caller, relationOf('stranger')), {
    allowed: false,
    why: 'relation-missing',
    sufficient: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
    roles: ['Global Administrator', 'Groups Administrator', 'Exchange Administrator'],
  })
})

test('a refusal at the mailbox of another names no permission', () => {
  const { caller } = delegated('Contacts.ReadWrite')
  assert.deepEqual(relate('update', 'contact', caller, relationOf('stranger')), {
    allowed: false,
    why: 'relation-missing',
    sufficient: [],
  })
})

test('before the target is known, a refusal lists permissions for the own photo only', () => {
  const caller = { kind: 'delegated', permissions: new Set<string>(), isB2c: false } as const
  assert.deepEqual(permit('update', 'user', caller), {
    allowed: false,
    why: 'permission-missing',
    sufficient: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite', 'User.ReadWrite.All'],
    ownOnly: ['User.ReadWrite'],
  })
  assert.deepEqual(permit('update', 'user', { ...caller, kind: 'application' }), {
    allowed: false,
    why: 'permission-missing',
    sufficient: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  })
})

test('in a B2C tenant only updates of users’ photos are refused', () => {
  for (const kind of ['delegated', 'personal', 'application'] as const) {
    const permissions = new Set(['User.ReadWrite', 'User.ReadWrite.All', 'Contacts.ReadWrite'])
    const caller = { kind, permissions, isB2c: true }
    const refusal = { allowed: false, why: 'b2c-unsupported', sufficient: [] }
    assert.deepEqual(permit('update', 'user', caller), refusal)
    assert.deepEqual(relate('update', 'user', caller, relationOf('self')), refusal)
    assert.equal(relate('read', 'user', caller, relationOf('self')).allowed, true)
    assert.equal(permit('update', 'contact', caller).allowed, kind !== 'personal')
  }
})

test('permission names are compared exactly as Entra issues them', () => {
  for (const name of ['user.readwrite', 'USER.READWRITE', ' User.ReadWrite', 'User.ReadWrite.']) {
    const caller = { kind: 'delegated', permissions: new Set([name]), isB2c: false } as const
    assert.equal(permit('update', 'user', caller).allowed, false, name)
  }
})
