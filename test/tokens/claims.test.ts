/** Claims of Entra ID and of generic issuers -> caller. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { type Claims, readCaller } from '../../src/tokens/claims.ts'
import { findIssuer } from '../../src/tokens/issuers.ts'
import { presets, type Reading, readingOf } from '../../src/tokens/presets.ts'
import type { EntraTrust, OidcTrust } from '../../src/tokens/trust.ts'
import { alice, client, contoso, fabrikam, personal, robot } from '../support/test-issuer.ts'

const entra: EntraTrust = {
  kind: 'entra',
  cloud: 'global',
  tenants: 'any',
  b2cTenants: [{ tenantId: fabrikam }],
  audiences: ['visage'],
  personal: true,
}
const generic: OidcTrust = {
  kind: 'oidc',
  issuers: [{ issuer: 'https://id.example' }],
  audiences: ['visage', 'api://visage'],
  tenantId: contoso,
}
/** As in `visage dev`: Entra's claims from another issuer, so `tid` may name the tenant. */
const entraElsewhere: OidcTrust = { ...generic, reading: readingOf(presets.entra) }

function inEntra(claims: Claims, said?: Partial<Reading>): Caller {
  const trust = said ? { ...entra, reading: readingOf(presets.entra, said) } : entra
  const iss = `https://login.microsoftonline.com/${contoso}/v2.0`
  return readCaller(claims, findIssuer(trust, { iss }), trust)
}

function inOidc(claims: Claims, trust = generic): Caller {
  return readCaller(claims, findIssuer(trust, { iss: trust.issuers[0]?.issuer }), trust)
}

const roles = ['User.ReadWrite.All']
const person = { oid: alice, sub: 'pairwise' }
const program = { oid: robot, sub: robot }

describe('the caller in Entra’s tokens', () => {
  const cases: [string, Claims, Caller['kind'], string[]][] = [
    ['scopes: a person', { ...person, scp: 'User.Read' }, 'delegated', ['User.Read']],
    ['idtyp app: an application', { ...program, idtyp: 'app', roles }, 'application', roles],
    [
      'idtyp app beside scopes',
      { ...program, idtyp: 'app', scp: 'X', roles },
      'application',
      roles,
    ],
    ['idtyp app without roles', { ...program, idtyp: 'app' }, 'application', []],
    ['roles alone, oid equal to sub', { ...program, roles }, 'application', roles],
    [
      "roles beside scopes are the person's",
      { ...person, scp: 'A B', roles },
      'delegated',
      ['A', 'B'],
    ],
    ['roles with idtyp user', { ...program, idtyp: 'user', roles }, 'delegated', []],
    ["a person's roles without scopes", { ...person, roles }, 'delegated', []],
    ["a person's roles without scopes and oid", { sub: 'pairwise', roles }, 'delegated', []],
    ['empty scopes beside roles', { ...program, scp: '', roles }, 'application', roles],
    ['neither scopes nor roles', person, 'delegated', []],
    ['empty roles', { ...program, roles: [] }, 'delegated', []],
  ]
  for (const [name, claims, kind, permissions] of cases) {
    test(name, () => {
      const caller = inEntra(claims)
      assert.equal(caller.kind, kind)
      assert.deepEqual([...caller.permissions], permissions)
    })
  }

  for (const claims of [{ scp: 'User.ReadWrite' }, { idtyp: 'app', roles }, {}]) {
    test(`a personal account is never anything else: ${JSON.stringify(claims)}`, () => {
      const tid = personal.toUpperCase()
      const caller = inOidc({ ...program, tid, ...claims }, entraElsewhere)
      assert.equal(caller.kind, 'personal')
      assert.ok(!caller.permissions.has('User.ReadWrite.All'))
    })
  }

  test('a guest with a personal account belongs to the organisation', () => {
    const caller = inEntra({ ...person, tid: contoso, idp: 'live.com', scp: 'X' })
    assert.equal(caller.kind, 'delegated')
  })
})

describe('names and numbers, in Entra’s tokens', () => {
  const cases: [string, Claims, Partial<Caller>][] = [
    ['oid before sub', { oid: alice, sub: 'x' }, { objectId: alice }],
    ['sub without oid', { sub: 'Case|Kept' }, { objectId: 'Case|Kept' }],
    ['an empty oid is none', { oid: '', sub: 'x' }, { objectId: 'x' }],
    ['GUIDs in lower case', { oid: alice.toUpperCase() }, { objectId: alice }],
    ['tid in lower case', { sub: 'x', tid: fabrikam.toUpperCase() }, { tenantId: fabrikam }],
    ['no tid: the configured tenant', { sub: 'x' }, { tenantId: contoso }],
    ['azp', { sub: 'x', azp: client, appid: 'other' }, { appId: client }],
    ['appid', { sub: 'x', appid: client, client_id: 'other' }, { appId: client }],
    ['no application', { sub: 'x', client_id: client }, { appId: '' }],
    [
      'wids in lower case',
      { sub: 'x', wids: ['FE930BE7-A'] },
      { roleTemplateIds: new Set(['fe930be7-a']) },
    ],
    [
      'what the person is called',
      { sub: 'x', upn: 'a@b', preferred_username: 'c', name: 'Ann', email: 'ann@b', iat: 5.5 },
      { profile: { userName: 'a@b', displayName: 'Ann', mail: 'ann@b', issuedAt: 5 } },
    ],
    [
      'names that are no text are left out',
      {
        sub: 'x',
        name: 5,
        upn: null,
        email: [],
        given_name: '\ud800',
        family_name: 'a\0',
        iat: 'x',
      },
      { profile: {} },
    ],
  ]
  for (const [name, claims, expected] of cases) {
    test(name, () => {
      const caller = inOidc(claims, entraElsewhere)
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(Reflect.get(caller, key), value)
      }
    })
  }
})

describe('what an issuer vouches for', () => {
  const claims = { ...person, upn: 'a@b', email: 'Ann@b', email_verified: true }
  const cases: [string, Claims, Reading['vouches'], string | undefined][] = [
    ['nothing, unless the operator says so', claims, 'none', undefined],
    ['the user name', claims, 'userName', 'a@b'],
    ['no user name where there is none', { ...claims, upn: undefined }, 'userName', undefined],
    ['the mail address', claims, 'mail', 'Ann@b'],
    ['no mail that is not verified', { ...claims, email_verified: false }, 'mail', undefined],
    ['no mail that is almost verified', { ...claims, email_verified: 'true' }, 'mail', undefined],
    ['no mail of unknown standing', { ...claims, email_verified: undefined }, 'mail', undefined],
  ]
  for (const [name, token, vouches, expected] of cases) {
    test(name, () => assert.equal(inEntra(token, { vouches }).profile.vouchedName, expected))
  }
})

describe('permissions', () => {
  const cases: [string, Claims, string[]][] = [
    ['scope', { scope: 'a b' }, ['a', 'b']],
    ['scp', { scp: ' a\tb ' }, ['a', 'b']],
    ['a list', { scp: ['a', 'b c'] }, ['a', 'b c']],
    ['under this server’s own addresses', { scope: 'api://visage/A visage/B' }, ['A', 'B']],
    [
      'under the address of another resource they are nothing',
      { scope: 'https://graph.microsoft.com/A api://other/B api://visage/x/C other/D https://z/' },
      [],
    ],
    ['under an address that only begins like ours', { scope: 'api://visage.example/A' }, []],
  ]
  for (const [name, claims, expected] of cases) {
    test(name, () => {
      assert.deepEqual([...inOidc({ sub: 'x', ...claims }).permissions], expected)
    })
  }

  test('the App ID URI of an audience that is a client id is this server’s own', () => {
    assert.ok(inEntra({ ...person, scp: 'api://visage/User.Read' }).permissions.has('User.Read'))
  })
})

test('roles come from groups where the settings assign them', () => {
  const groupRoles = new Map([['/Photo admins', ['fe930be7-5e62-47db-91af-98c3a49a38b1']]])
  const reading = readingOf(presets.keycloak, { groupRoles })
  const rolesOf = (groups: unknown) => [
    ...inOidc({ sub: 'x', groups }, { ...generic, reading }).roleTemplateIds,
  ]
  assert.deepEqual(rolesOf(['/Photo admins', '/Design']), ['fe930be7-5e62-47db-91af-98c3a49a38b1'])
  assert.deepEqual(rolesOf(['/photo admins', 'Photo admins']), [])
  assert.deepEqual(rolesOf(undefined), [])
})

describe('Azure AD B2C', () => {
  const cases: [string, Claims, string, boolean][] = [
    ['a policy in tfp', { sub: 'x', tfp: 'B2C_1_in' }, 'https://id.example', true],
    ['a policy in acr', { sub: 'x', acr: 'b2c_1a_in' }, 'https://id.example', true],
    ['acr of a v1.0 token', { sub: 'x', acr: '1' }, 'https://id.example', false],
    ['acr that is no text', { sub: 'x', acr: 1 }, 'https://id.example', false],
    ['a b2clogin issuer', { sub: 'x' }, `https://f.b2clogin.com/${fabrikam}/v2.0/`, true],
    ['a Chinese b2clogin issuer', { sub: 'x' }, 'https://f.b2clogin.cn/x/v2.0/', true],
    ['a host that only looks like it', { sub: 'x' }, 'https://b2clogin.com.example/x', false],
  ]
  for (const [name, claims, issuer, isB2c] of cases) {
    test(name, () => {
      assert.equal(inOidc(claims, { ...generic, issuers: [{ issuer }] }).isB2c, isB2c)
    })
  }

  test('a tenant that the settings mark as B2C', () => {
    const iss = `https://login.microsoftonline.com/${fabrikam}/v2.0`
    assert.ok(readCaller({ sub: 'x' }, findIssuer(entra, { iss }), entra).isB2c)
  })
})

describe('claims of the wrong type are refused', () => {
  const textClaims = ['oid', 'tid', 'azp', 'appid', 'idtyp', 'tfp']
  const cases: [string, unknown][] = [
    ...textClaims.flatMap(name =>
      [5, {}, null, true, [1]].map((value): [string, unknown] => [name, value]),
    ),
    ...['roles', 'wids', 'scp'].flatMap(name =>
      [5, {}, null, [5], [['x']], [null]].map((value): [string, unknown] => [name, value]),
    ),
    ...['roles', 'wids'].map((name): [string, unknown] => [name, 'text']),
  ]
  for (const [name, value] of cases) {
    test(`${name}: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => inEntra({ sub: 'x', [name]: value }),
        error =>
          error instanceof Failure &&
          error.code === 'token-malformed' &&
          error.facts.claim === name,
      )
    })
  }
})

test('claims without effect may have any type', () => {
  const others = { oid: 5, tid: [], wids: 'x', idtyp: 7, roles: {}, appid: null, upn: 3 }
  assert.equal(inOidc({ sub: 'x', ...others }).objectId, 'x')
})

test('a token without oid and sub is refused', () => {
  for (const claims of [{ scp: 'X' }, { oid: '', sub: '' }]) {
    assert.throws(
      () => inEntra(claims),
      error =>
        error instanceof Failure &&
        error.code === 'token-subject-missing' &&
        String(error.facts.claims) === 'oid,sub',
    )
  }
})

test('an id longer than OpenID Connect allows, or that cannot be stored, is refused', () => {
  const [longest, longer] = ['i'.repeat(255), 'i'.repeat(256)]
  assert.equal(inOidc({ sub: longest, tid: longest }, entraElsewhere).objectId, longest)
  for (const claims of [
    { sub: longer },
    { oid: longer },
    { sub: 'x', tid: longer },
    { sub: 'a\0b' },
    { sub: 'a\ud800' },
  ]) {
    assert.throws(
      () => inOidc(claims, entraElsewhere),
      error => error instanceof Failure && error.code === 'token-malformed',
    )
  }
})
