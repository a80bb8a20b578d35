import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { type Claims, readCaller } from '../../src/tokens/claims.ts'
import { findIssuer, type Issuer } from '../../src/tokens/issuers.ts'
import { alice, client, contoso, fabrikam, personal, robot } from '../support/test-issuer.ts'

const inEntra = findIssuer(
  {
    kind: 'entra',
    cloud: 'global',
    tenants: 'any',
    b2cTenants: [{ tenantId: fabrikam }],
    audiences: [],
    personal: true,
  },
  { iss: `https://login.microsoftonline.com/${contoso}/v2.0` },
)
const inOidc = ownIssuer('https://id.example')

function ownIssuer(issuer: string): Issuer {
  const trust = { kind: 'oidc', issuers: [{ issuer }], audiences: [], tenantId: contoso } as const
  return findIssuer(trust, { iss: issuer })
}

const roles = ['User.ReadWrite.All']
const person = { oid: alice, sub: 'pairwise' }
const program = { oid: robot, sub: robot }

describe('who is calling', () => {
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
    ["an ID token's roles", { ...person, roles }, 'delegated', []],
    ["an ID token's roles without oid", { sub: 'pairwise', roles }, 'delegated', []],
    ['empty scopes beside roles', { ...program, scp: '', roles }, 'application', roles],
    ['neither scopes nor roles', person, 'delegated', []],
    ['empty roles', { ...program, roles: [] }, 'delegated', []],
  ]
  for (const [name, claims, kind, permissions] of cases) {
    test(name, () => {
      const caller = readCaller(claims, inEntra)
      assert.equal(caller.kind, kind)
      assert.deepEqual([...caller.permissions], permissions)
    })
  }

  test("another issuer's application may have no oid", () => {
    assert.equal(readCaller({ sub: 'robot', roles }, inOidc).kind, 'application')
  })

  for (const claims of [{ scp: 'User.ReadWrite' }, { idtyp: 'app', roles }, {}]) {
    test(`a personal account is never anything else: ${JSON.stringify(claims)}`, () => {
      const caller = readCaller({ ...program, tid: personal.toUpperCase(), ...claims }, inOidc)
      assert.equal(caller.kind, 'personal')
      assert.ok(!caller.permissions.has('User.ReadWrite.All'))
    })
  }

  test('a guest with a personal account belongs to the organisation', () => {
    const caller = readCaller({ ...person, tid: contoso, idp: 'live.com', scp: 'X' }, inEntra)
    assert.equal(caller.kind, 'delegated')
  })
})

describe('names and numbers', () => {
  const cases: [string, Claims, Partial<Caller>][] = [
    ['oid before sub', { oid: alice, sub: 'x' }, { objectId: alice }],
    ['sub without oid', { sub: 'Case|Kept' }, { objectId: 'Case|Kept' }],
    ['an empty oid is none', { oid: '', sub: 'x' }, { objectId: 'x' }],
    ['GUIDs in lower case', { oid: alice.toUpperCase() }, { objectId: alice }],
    ['tid in lower case', { sub: 'x', tid: fabrikam.toUpperCase() }, { tenantId: fabrikam }],
    ['no tid: the configured tenant', { sub: 'x' }, { tenantId: contoso }],
    ['azp', { sub: 'x', azp: client, appid: 'other' }, { appId: client }],
    ['appid', { sub: 'x', appid: client, client_id: 'other' }, { appId: client }],
    ['client_id', { sub: 'x', client_id: client }, { appId: client }],
    ['no application', { sub: 'x' }, { appId: '' }],
    [
      'wids in lower case',
      { sub: 'x', wids: ['FE930BE7-A'] },
      { roleTemplateIds: new Set(['fe930be7-a']) },
    ],
    ['scope', { sub: 'x', scope: 'a b' }, { permissions: new Set(['a', 'b']) }],
    ['scp before scope', { sub: 'x', scp: 'a', scope: 'b' }, { permissions: new Set(['a']) }],
    ['scp as an array', { sub: 'x', scp: ['a', 'b'] }, { permissions: new Set(['a', 'b']) }],
    [
      'scopes in full',
      {
        sub: 'x',
        scp: ' https://graph.microsoft.com/User.Read\tapi://x/y/User.ReadWrite  https://z/ ',
      },
      { permissions: new Set(['User.Read', 'User.ReadWrite']) },
    ],
    [
      'what the person is called',
      { sub: 'x', upn: 'a@b', preferred_username: 'c', name: 'Ann', email: 'ann@b' },
      { profile: { userPrincipalName: 'a@b', displayName: 'Ann', mail: 'ann@b' } },
    ],
    [
      'names that are no text are left out',
      { sub: 'x', name: 5, upn: null, email: [] },
      { profile: {} },
    ],
  ]
  for (const [name, claims, expected] of cases) {
    test(name, () => {
      const caller = readCaller(claims, inOidc)
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(Reflect.get(caller, key), value)
      }
    })
  }
})

describe('Azure AD B2C', () => {
  const marked = { ...inEntra, isB2c: true }
  const cases: [string, Claims, Issuer, boolean][] = [
    ['a policy in tfp', { sub: 'x', tfp: 'B2C_1_in' }, inOidc, true],
    ['a policy in acr', { sub: 'x', acr: 'b2c_1a_in' }, inOidc, true],
    ['acr of a v1.0 token', { sub: 'x', acr: '1' }, inEntra, false],
    ['acr that is no text', { sub: 'x', acr: 1 }, inEntra, false],
    [
      'a b2clogin issuer',
      { sub: 'x' },
      ownIssuer(`https://f.b2clogin.com/${fabrikam}/v2.0/`),
      true,
    ],
    ['a Chinese b2clogin issuer', { sub: 'x' }, ownIssuer('https://f.b2clogin.cn/x/v2.0/'), true],
    [
      'a host that only looks like it',
      { sub: 'x' },
      ownIssuer('https://b2clogin.com.example/x'),
      false,
    ],
    ['a tenant marked so', { sub: 'x' }, marked, true],
  ]
  for (const [name, claims, issuer, isB2c] of cases) {
    test(name, () => assert.equal(readCaller(claims, issuer).isB2c, isB2c))
  }
})

describe('claims of the wrong type are refused', () => {
  const textClaims = ['oid', 'tid', 'azp', 'appid', 'idtyp', 'scp', 'tfp']
  const cases: [string, unknown][] = [
    ...textClaims.flatMap(name =>
      [5, {}, null, true, [1]].map((value): [string, unknown] => [name, value]),
    ),
    ...['roles', 'wids'].flatMap(name =>
      ['text', 5, {}, null, [5], [['x']], [null]].map((value): [string, unknown] => [name, value]),
    ),
  ]
  for (const [name, value] of cases) {
    test(`${name}: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => readCaller({ sub: 'x', [name]: value }, inOidc),
        error => error instanceof Failure && error.code === 'token-malformed',
      )
    })
  }
})

test('without oid and sub there is nobody', () => {
  for (const claims of [{ scp: 'X' }, { oid: '', sub: '' }]) {
    assert.throws(
      () => readCaller(claims, inEntra),
      error => error instanceof Failure && error.code === 'token-subject-missing',
    )
  }
})

test('an id longer than OpenID Connect allows is nobody’s', () => {
  const [longest, longer] = ['i'.repeat(255), 'i'.repeat(256)]
  assert.equal(readCaller({ sub: longest, tid: longest }, inOidc).objectId, longest)
  for (const claims of [{ sub: longer }, { oid: longer }, { sub: 'x', tid: longer }]) {
    assert.throws(
      () => readCaller(claims, inOidc),
      error => error instanceof Failure && error.code === 'token-malformed',
    )
  }
})
