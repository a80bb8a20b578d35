/** The settings about reading tokens: from the text of each to the caller. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { readConfig } from '../../src/settings/config.ts'
import { ConfigError } from '../../src/settings/setting.ts'
import type { Texts } from '../../src/settings/table.ts'
import { requireAccessTokenType } from '../../src/tokens/access-token.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { type Claims, readCaller } from '../../src/tokens/claims.ts'
import { findIssuer } from '../../src/tokens/issuers.ts'
import { readingFor, type Trust } from '../../src/tokens/trust.ts'

const oidc: Texts = { issuer: 'https://id.example', audience: 'visage' }
const role = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

function trustOf(texts: Texts): Trust {
  return readConfig({ ...oidc, ...texts }, {}).trust
}

function callerBy(texts: Texts, claims: Claims): Caller {
  const trust = trustOf(texts)
  return readCaller(claims, findIssuer(trust, { iss: 'https://id.example' }), trust)
}

describe('the place of each claim in a token can be set', () => {
  const person = { sub: 'x', scope: 'a' }
  const app = { sub: 'x', client_id: 'x', scope: 'a' }
  const cases: [Texts, Claims, (caller: Caller) => unknown, unknown][] = [
    [{ claimId: '/ext/uid,/sub' }, { ...person, ext: { uid: 'u' } }, c => c.objectId, 'u'],
    [{ claimId: '/ext/uid, /sub' }, person, c => c.objectId, 'x'],
    [{ claimTenant: '/org' }, { ...person, org: 'One' }, c => c.tenantId, 'one'],
    [{ claimClient: '/app' }, { ...person, app: 'a', azp: 'b' }, c => c.appId, 'a'],
    [{ claimUserName: '/login' }, { ...person, login: 'anna' }, c => c.profile.userName, 'anna'],
    [
      { claimName: '/https:~1~1example.org~1name' },
      { ...person, 'https://example.org/name': 'Anna', name: 'Other' },
      c => c.profile.displayName,
      'Anna',
    ],
    [{ claimName: 'none' }, { ...person, name: 'Anna' }, c => c.profile.displayName, undefined],
    [{ claimGivenName: '/first' }, { ...person, first: 'A' }, c => c.profile.givenName, 'A'],
    [{ claimSurname: '/last' }, { ...person, last: 'B' }, c => c.profile.surname, 'B'],
    [{ claimMail: '/m~0il' }, { ...person, 'm~il': 'a@b' }, c => c.profile.mail, 'a@b'],
    [
      { claimMailVerified: '/checked', issuerVouches: 'mail' },
      { ...person, email: 'a@b', checked: true },
      c => c.profile.vouchedName,
      'a@b',
    ],
    [{ claimScopes: '/rights/all' }, { sub: 'x', rights: { all: ['b'] } }, granted, ['b']],
    [{ claimAppPermissions: '/p,/q' }, { ...app, p: ['b'], q: 'c d' }, granted, ['b', 'c', 'd']],
    [{ claimRoles: '/admin' }, { ...person, admin: [role] }, c => [...c.roleTemplateIds], [role]],
    [
      { claimGroups: '/realm_access/roles', groupRoles: `a=b=${role.toUpperCase()},x=${role}` },
      { ...person, realm_access: { roles: ['a=b'] }, groups: ['x'] },
      c => [...c.roleTemplateIds],
      [role],
    ],
    [{ groupRoles: `/Admins=${role}` }, { ...person, groups: ['/Admins'] }, hasRole, true],
    [{ groupRoles: `/Admins=${role}` }, { ...person, groups: ['/Design'] }, hasRole, false],
    [{ applications: 'one, web' }, { ...person, client_id: 'web' }, c => c.kind, 'application'],
    [{ applications: 'web' }, { client_id: 'web', scope: 'a' }, c => c.objectId, 'web'],
    [{ applications: 'web' }, { ...person, client_id: 'Web' }, c => c.kind, 'delegated'],
    [{}, app, c => c.kind, 'application'],
    [{ applicationSign: 'none' }, app, c => c.kind, 'delegated'],
    [
      { applicationSign: 'gty' },
      { sub: 'x@clients', azp: 'x', gty: 'client-credentials' },
      c => c.kind,
      'application',
    ],
    [{ issuerPreset: 'okta' }, { ...person, uid: '00u1', cid: 'c' }, c => c.objectId, '00u1'],
    [{ issuerVouches: 'userName' }, { ...person, preferred_username: 'a' }, vouched, 'a'],
    [{}, { ...person, preferred_username: 'a' }, vouched, undefined],
    [{ issuerTenant: 'Staff' }, person, c => c.tenantId, 'staff'],
  ]
  for (const [texts, claims, ask, expected] of cases) {
    test(`${JSON.stringify(texts)} and ${JSON.stringify(claims)}`, () => {
      assert.deepEqual(ask(callerBy(texts, claims)), expected)
    })
  }
})

function granted({ permissions }: Caller): unknown {
  return [...permissions]
}

function hasRole({ roleTemplateIds }: Caller): boolean {
  return roleTemplateIds.has(role)
}

function vouched({ profile }: Caller): string | undefined {
  return profile.vouchedName
}

test('places can be set for a Microsoft cloud too, which is always read as Entra’s', () => {
  const tenants = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
  const cloud: Texts = { cloud: 'global', tenants, audience: 'visage' }
  const { trust } = readConfig({ ...cloud, claimName: '/nick' }, {})
  assert.deepEqual(readingFor(trust).pointers.displayName, ['/nick'])
  assert.deepEqual(readingFor(trust).pointers.tenant, ['/tid'])
  assert.throws(() => readConfig({ ...cloud, issuerPreset: 'keycloak' }, {}), /ISSUER_PRESET/)
})

test('the header typ: at+jwt may be demanded', () => {
  const types = ['at+jwt', 'AT+JWT', 'application/at+jwt', 'JWT', undefined, 5]
  const accepted = (texts: Texts) =>
    types.filter(type => {
      try {
        requireAccessTokenType(type, readingFor(trustOf(texts)))
        return true
      } catch (error) {
        assert.ok(error instanceof Failure && error.code === 'token-type-refused')
        return false
      }
    })
  assert.deepEqual(accepted({ requireAtJwt: 'true' }), types.slice(0, 3))
  assert.deepEqual(accepted({}), types)
})

describe('an invalid setting is refused at the start by name', () => {
  const wrong: [Texts, string][] = [
    [{ issuerPreset: 'ping' }, 'VISAGE_ISSUER_PRESET'],
    [{ issuerVouches: 'yes' }, 'VISAGE_ISSUER_VOUCHES'],
    [{ signIn: 'never' }, 'VISAGE_SIGN_IN'],
    [{ leavers: 'true' }, 'VISAGE_LEAVERS'],
    [{ linkBy: 'mail' }, 'VISAGE_LINK_BY'],
    [{ linkBy: 'userPrincipalName' }, 'VISAGE_LINK_BY'],
    [{ linkBy: 'userPrincipalName', issuerVouches: 'mail' }, 'VISAGE_LINK_BY'],
    [{ applicationSign: 'azp' }, 'VISAGE_APPLICATION_SIGN'],
    [{ groupRoles: 'Admins' }, 'VISAGE_GROUP_ROLES'],
    [{ groupRoles: 'Admins=User Administrator' }, 'VISAGE_GROUP_ROLES'],
    [{ groupRoles: `=${role}` }, 'VISAGE_GROUP_ROLES'],
    [{ requireAtJwt: 'yes' }, 'VISAGE_REQUIRE_AT_JWT'],
    [{ claimId: 'sub' }, 'VISAGE_CLAIM_ID'],
    [{ claimRoles: '/a~2' }, 'VISAGE_CLAIM_ROLES'],
    [{ claimRoles: '/a,none' }, 'VISAGE_CLAIM_ROLES'],
  ]
  for (const [texts, name] of wrong) {
    test(JSON.stringify(texts), () => {
      assert.throws(
        () => readConfig({ ...oidc, ...texts }, {}),
        error => error instanceof ConfigError && error.message.startsWith(name),
      )
    })
  }
})
