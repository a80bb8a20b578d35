/** Restrictions by photoUpdateSettings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInRoles } from '../../src/permissions/built-in-roles.ts'
import {
  isBuiltInRole,
  type Restrictions,
  restrictPhotoUpdate,
} from '../../src/permissions/photo-updates.ts'
import { roles } from '../../src/permissions/roles.ts'
import type { AccountKind } from '../../src/permissions/tables.ts'

const userAdministrator = roles['User Administrator']
const helpdeskAdministrator = '729827e3-9c14-49f7-bb1b-9608f156bbb8'

const open: Restrictions = { source: null, allowedRoles: [] }
const inTheCloud: Restrictions = { source: 'cloud', allowedRoles: [] }
const onPremises: Restrictions = { source: 'onPremises', allowedRoles: [] }
const forRoles: Restrictions = {
  source: 'cloud',
  allowedRoles: [userAdministrator, helpdeskAdministrator],
}
const onPremisesForRoles: Restrictions = { ...forRoles, source: 'onPremises' }
const rolesAlone: Restrictions = { ...forRoles, source: null }

const bySource = { setting: 'source' } as const
const byRoles = {
  setting: 'allowedRoles',
  roles: ['User Administrator', 'Helpdesk Administrator'],
} as const

const someone = caller('delegated')
const administrator = caller('delegated', userAdministrator)
const helper = caller('delegated', 'other', helpdeskAdministrator)
const highest = caller('delegated', roles['Global Administrator'])
const personal = caller('personal')
const application = caller('application')

function caller(kind: AccountKind, ...templateIds: string[]) {
  return { kind, roleTemplateIds: new Set(templateIds) }
}

const cases = [
  ['by default anyone changes photos', open, [someone, administrator, application], undefined],
  ['photos of the cloud are changed by anyone', inTheCloud, [someone, application], undefined],
  [
    'photos from on-premises are changed by nobody, no administrator and no application',
    onPremises,
    [someone, administrator, highest, personal, application],
    bySource,
  ],
  [
    'photos from on-premises are changed by nobody, whatever the roles',
    onPremisesForRoles,
    [someone, administrator, application],
    bySource,
  ],
  ['holders of an allowed role change photos', forRoles, [administrator, helper], undefined],
  [
    'without an allowed role nobody signed in changes a photo, not even the highest administrator',
    forRoles,
    [someone, highest, personal],
    byRoles,
  ],
  ['an application goes on where only roles are allowed', forRoles, [application], undefined],
  ['roles count without a source too', rolesAlone, [someone], byRoles],
] as const

for (const [name, settings, callers, expected] of cases) {
  test(name, () => {
    for (const who of callers) assert.deepEqual(restrictPhotoUpdate(settings, who), expected)
  })
}

test('every role used in decisions is a built-in role of the same name', () => {
  for (const [name, id] of Object.entries(roles)) assert.equal(builtInRoles[id], name)
})

test('the table of built-in roles names each role once, by a template id in lower case', () => {
  const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
  for (const id of Object.keys(builtInRoles)) assert.match(id, guid)
  const names = Object.values(builtInRoles)
  assert.equal(new Set(names).size, names.length)
})

test('the id of a custom role and a property name of JavaScript are not built-in roles', () => {
  for (const id of ['0a0a0a0a-dead-4bee-8fed-0a0a0a0a0a0a', 'constructor', '__proto__', '']) {
    assert.equal(isBuiltInRole(id), false, id)
  }
})
