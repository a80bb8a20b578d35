import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actingRoles, roles } from '../../src/permissions/roles.ts'

const published = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
  'People Administrator': '024906de-61e5-49c8-8572-40335f1e0e10',
  'Intune Administrator': '3a2c62db-5318-420d-8d74-23affee5d9d5',
  'Teams Administrator': '69091246-20e8-4a56-aa4d-066075b2a7a8',
  'Groups Administrator': 'fdd7a751-b60b-444a-984c-02652fe8fa1c',
  'Exchange Administrator': '29232cdf-9323-42fd-ade2-1d097af3e4de',
}

test('the roles have the template ids that Entra publishes', () => {
  assert.deepEqual({ ...roles }, published)
})

const groupAdministrators = [
  'Global Administrator',
  'Groups Administrator',
  'User Administrator',
  'Exchange Administrator',
]

test('the roles that may change what belongs to others', () => {
  assert.deepEqual(actingRoles, {
    user: ['Global Administrator', 'User Administrator', 'People Administrator'],
    group: ['Global Administrator', 'Groups Administrator', 'Exchange Administrator'],
    team: ['Global Administrator', 'Teams Administrator'],
    membership: [],
    ownership: [],
    manager: ['Global Administrator', 'User Administrator'],
    directReport: [],
    person: [],
    userPhoto: [],
    groupPhoto: [],
    groupMember: groupAdministrators,
    groupOwner: groupAdministrators,
    deletedItem: [],
    deletedUser: ['Global Administrator', 'User Administrator'],
    deletedGroup: groupAdministrators,
    contact: [],
    contactFolder: [],
    photoUpdateSettings: ['Global Administrator', 'People Administrator'],
  })
})
