import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Failure, type FailureCode } from '../../src/failure.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { presets, readingOf } from '../../src/tokens/presets.ts'
import type { EntraTrust, Trust } from '../../src/tokens/trust.ts'
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/tokens/verify.ts'
import {
  alice,
  b2cUser,
  client,
  contoso,
  fabrikam,
  graphUser,
  ourAudience,
  personal,
  personalUser,
  robot,
  startTestIssuer,
  type TestIssuer,
  tamper,
  unixSeconds,
  unsigned,
  v1App,
  v1User,
  v2App,
  v2User,
} from '../support/test-issuer.ts'

const start = Date.UTC(2026, 0, 15, 12)

const entra: EntraTrust = {
  kind: 'entra',
  cloud: 'global',
  tenants: [contoso],
  b2cTenants: [
    {
      tenantId: fabrikam,
      host: 'fabrikam.b2clogin.com',
      policies: ['B2C_1_sign_in', 'B2C_1_edit'],
    },
  ],
  audiences: [ourAudience, `api://${ourAudience}`],
  personal: true,
}

const b2cIssuer = (policy: string) =>
  `https://fabrikam.b2clogin.com/tfp/${fabrikam}/${policy}/v2.0/`

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

function verifierFor(trust: Trust = entra, options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier(trust, { fetch: issuer.fetch, now: () => start, ...options })
}

async function refusal(verifier: Verifier, authorization: string | undefined): Promise<Failure> {
  try {
    await verifier.identify(authorization)
  } catch (error) {
    assert.ok(error instanceof Failure, `a bug instead of a refusal: ${error}`)
    return error
  }
  throw new Error('the token was accepted')
}

describe('a valid token names its caller', () => {
  const cases: [string, () => unknown, Partial<Caller>][] = [
    [
      'v2.0 of a person',
      () => v2User(start),
      { kind: 'delegated', objectId: alice, appId: client },
    ],
    [
      'v1.0 of a person',
      () => v1User(start),
      { kind: 'delegated', objectId: alice, appId: client },
    ],
    ['v2.0 of an application', () => v2App(start), { kind: 'application', objectId: robot }],
    ['v1.0 of an application', () => v1App(start), { kind: 'application', objectId: robot }],
    ['a personal account', () => personalUser(start), { kind: 'personal', tenantId: personal }],
    ['a B2C user', () => b2cUser(start), { isB2c: true, tenantId: fabrikam, objectId: alice }],
    [
      'a B2C user whose issuer names the policy',
      () =>
        b2cUser(start, {
          iss: `https://fabrikam.b2clogin.com/tfp/${fabrikam}/b2c_1_edit/v2.0/`,
          tfp: undefined,
        }),
      { isB2c: true },
    ],
    [
      'an audience with a trailing slash',
      () => v1User(start, { aud: `api://${ourAudience}/` }),
      {},
    ],
    ['one audience of several', () => v2User(start, { aud: ['else', ourAudience] }), {}],
    ['expired within the skew', () => v2User(start, { exp: unixSeconds(start) - 59 }), {}],
    ['valid from within the skew', () => v2User(start, { nbf: unixSeconds(start) + 59 }), {}],
    ['without nbf', () => v2User(start, { nbf: undefined }), {}],
  ]
  for (const [name, claims, expected] of cases) {
    test(name, async () => {
      const caller = await verifierFor().identify(`Bearer ${issuer.sign(claims())}`)
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(Reflect.get(caller, key), value, key)
      }
      assert.equal(caller.isB2c, expected.isB2c ?? false)
    })
  }

  for (const alg of [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ]) {
    test(`signed with ${alg}`, async () => {
      const caller = await verifierFor().identify(`Bearer ${issuer.sign(v2User(start), { alg })}`)
      assert.equal(caller.objectId, alice)
    })
  }

  for (const scheme of ['bearer', 'BEARER', 'BeArEr']) {
    test(`the scheme spelled ${scheme}`, async () => {
      const caller = await verifierFor().identify(`${scheme}  ${issuer.sign(v2User(start))}`)
      assert.equal(caller.objectId, alice)
    })
  }

  test('an iat in the future counts as now', async () => {
    for (const iat of [start / 1000 + 86_400, 2 ** 53, 1e30]) {
      const { profile } = await verifierFor().identify(bearer(issuer.sign(v2User(start, { iat }))))
      assert.equal(profile.issuedAt, start / 1000)
    }
  })

  test('a token without kid is tried with every matching key', async () => {
    await using own = await startTestIssuer()
    own.addKeys()
    const verifier = createVerifier(entra, { fetch: own.fetch, now: () => start })
    const token = own.sign(v2User(start), { header: { kid: undefined } })
    assert.equal((await verifier.identify(bearer(token))).objectId, alice)
  })

  test('where every tenant is allowed, one shared key set is used', async () => {
    const verifier = verifierFor({ ...entra, tenants: 'any', b2cTenants: [] })
    const before = issuer.requests.length
    for (const tid of [contoso, fabrikam, alice, robot]) {
      const iss = `https://login.microsoftonline.com/${tid}/v2.0`
      const caller = await verifier.identify(`Bearer ${issuer.sign(v2User(start, { iss, tid }))}`)
      assert.equal(caller.tenantId, tid)
    }
    assert.deepEqual(issuer.requests.slice(before), [
      'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
      'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    ])
  })

  const clouds = [
    ['usgov', 'https://login.microsoftonline.us', 'https://sts.windows.net'],
    ['usgov-dod', 'https://login.microsoftonline.us', 'https://sts.windows.net'],
    ['china', 'https://login.chinacloudapi.cn', 'https://sts.chinacloudapi.cn'],
    ['china', 'https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn'],
  ] as const
  for (const [cloud, v2, v1] of clouds) {
    test(`tokens of both versions in the cloud ${cloud}, issued by ${v2}`, async () => {
      const verifier = verifierFor({ ...entra, cloud })
      const tokens = [
        v2User(start, { iss: `${v2}/${contoso}/v2.0` }),
        v1User(start, { iss: `${v1}/${contoso}/` }),
      ]
      for (const claims of tokens) {
        const caller = await verifier.identify(`Bearer ${issuer.sign(claims)}`)
        assert.equal(caller.tenantId, contoso)
      }
    })
  }
})

describe('an invalid token is refused with the reason', () => {
  const cases: [string, FailureCode, () => string | undefined][] = [
    ['no header', 'token-missing', () => undefined],
    ['an empty header', 'token-missing', () => ''],
    ['a blank header', 'token-missing', () => '   '],
    ['a scheme without a token', 'token-missing', () => 'Bearer '],
    ['another scheme', 'token-malformed', () => 'Basic YWxpY2U6c2VjcmV0'],
    ['a token without a scheme', 'token-malformed', () => issuer.sign(v2User(start))],
    ['Bearer twice', 'token-malformed', () => `Bearer Bearer ${issuer.sign(v2User(start))}`],
    ['two tokens', 'token-malformed', () => `Bearer ${issuer.sign(v2User(start))} x`],
    ['no JWT', 'token-malformed', () => 'Bearer not-a-jwt'],
    ['five parts', 'token-malformed', () => 'Bearer a.b.c.d.e'],
    ['empty parts', 'token-malformed', () => 'Bearer ..'],
    ['parts that are no JSON', 'token-malformed', () => 'Bearer AAAA.AAAA.AAAA'],
    ['more than 16 KB', 'token-malformed', () => `Bearer ${'a'.repeat(16_400)}`],
    ['claims that are an array', 'token-malformed', () => bearer(issuer.sign([1, 2]))],
    ['claims that are no JSON', 'token-malformed', () => bearer(issuer.sign('{"a":'))],
    [
      'no issuer',
      'token-claim-missing',
      () => bearer(issuer.sign(v2User(start, { iss: undefined }))),
    ],
    ['a numeric issuer', 'token-malformed', () => bearer(issuer.sign(v2User(start, { iss: 1 })))],
    [
      'no expiry',
      'token-claim-missing',
      () => bearer(issuer.sign(v2User(start, { exp: undefined }))),
    ],
    ['expiry as text', 'token-malformed', () => bearer(issuer.sign(v2User(start, { exp: '1' })))],
    ['nbf as text', 'token-malformed', () => bearer(issuer.sign(v2User(start, { nbf: 'now' })))],
    [
      'an audience of numbers',
      'token-malformed',
      () => bearer(issuer.sign(v2User(start, { aud: [1] }))),
    ],
    [
      'no audience',
      'token-claim-missing',
      () => bearer(issuer.sign(v2User(start, { aud: undefined }))),
    ],
    [
      'a numeric kid',
      'token-malformed',
      () => bearer(issuer.sign(v2User(start), { header: { kid: 7 } })),
    ],
    [
      'an unknown critical header',
      'token-malformed',
      () => bearer(issuer.sign(v2User(start), { header: { crit: ['exp'], exp: 1 } })),
    ],
    [
      'a logout token',
      'token-malformed',
      () => bearer(issuer.sign(v2User(start), { header: { typ: 'logout+jwt' } })),
    ],
    ['alg none', 'token-algorithm-refused', () => bearer(unsigned(v2User(start)))],
    [
      'HS256 keyed with the public key',
      'token-algorithm-refused',
      () => bearer(issuer.signWithPublicKeyAsSecret(v2User(start))),
    ],
    [
      'an algorithm that is no text',
      'token-algorithm-refused',
      () => bearer(issuer.sign(v2User(start), { header: { alg: ['RS256'] } })),
    ],
    [
      'a key nobody published',
      'token-signature-invalid',
      () => bearer(issuer.sign(v2User(start), { withForeignKey: true })),
    ],
    [
      'an unknown kid',
      'token-key-unknown',
      () => bearer(issuer.sign(v2User(start), { header: { kid: 'unheard-of' } })),
    ],
    [
      'its own key in the header',
      'token-signature-invalid',
      () =>
        bearer(
          issuer.sign(v2User(start), {
            withForeignKey: true,
            header: { kid: undefined, jwk: { kty: 'RSA' }, jku: `${issuer.origin}/keys` },
          }),
        ),
    ],
    [
      'changed claims',
      'token-signature-invalid',
      () => bearer(tamper(issuer.sign(v2User(start)), claims => ({ ...claims, oid: robot }))),
    ],
    [
      'expired',
      'token-expired',
      () => bearer(issuer.sign(v2User(start, { exp: unixSeconds(start) - 61 }))),
    ],
    [
      'not valid yet',
      'token-not-yet-valid',
      () => bearer(issuer.sign(v2User(start, { nbf: unixSeconds(start) + 61 }))),
    ],
    [
      'another audience',
      'token-audience-wrong',
      () => bearer(issuer.sign(v2User(start, { aud: client }))),
    ],
    [
      'another issuer',
      'token-issuer-unknown',
      () => bearer(issuer.sign(v2User(start, { iss: `https://evil.example/${contoso}/v2.0` }))),
    ],
    [
      "another cloud's issuer",
      'token-issuer-unknown',
      () =>
        bearer(
          issuer.sign(v2User(start, { iss: `https://login.microsoftonline.us/${contoso}/v2.0` })),
        ),
    ],
    [
      'a tenant other than its issuer',
      'token-issuer-unknown',
      () => bearer(issuer.sign(v2User(start, { tid: fabrikam }))),
    ],
    [
      'a v1.0 token of a personal account, which does not exist',
      'token-issuer-unknown',
      () =>
        bearer(
          issuer.sign(
            v1User(start, { iss: `https://sts.windows.net/${personal}/`, tid: personal }),
          ),
        ),
    ],
    [
      'a B2C policy that is not listed',
      'token-issuer-unknown',
      () => bearer(issuer.sign(b2cUser(start, { tfp: 'B2C_1_other' }))),
    ],
    ...(
      [
        ['a B2C policy in acr that is not listed', { tfp: undefined, acr: 'B2C_1_other' }],
        ['a B2C policy in acr beside a listed one in tfp', { acr: 'B2C_1_edit' }],
        ['a B2C policy that is no text', { tfp: 1 }],
        ['a B2C policy that is null', { tfp: null }],
        ['a B2C policy that is empty', { tfp: '' }],
        ['no B2C policy where there are several', { tfp: undefined }],
        ['a B2C policy other than that of its issuer', { iss: b2cIssuer('b2c_1_edit') }],
        ['a B2C issuer of a policy that is not listed', { iss: b2cIssuer('b2c_1_other') }],
      ] as const
    ).map(
      ([name, claims]) =>
        [name, 'token-issuer-unknown', () => bearer(issuer.sign(b2cUser(start, claims)))] as [
          string,
          FailureCode,
          () => string,
        ],
    ),
    [
      'a tenant that is not allowed',
      'token-tenant-not-allowed',
      () =>
        bearer(
          issuer.sign(v2User(start, { iss: `https://sts.windows.net/${robot}/`, tid: robot })),
        ),
    ],
    [
      'no subject',
      'token-subject-missing',
      () => bearer(issuer.sign(v2User(start, { oid: undefined, sub: undefined }))),
    ],
    ['scopes as a number', 'token-malformed', () => bearer(issuer.sign(v2User(start, { scp: 5 })))],
    [
      "Graph's own token",
      'token-for-microsoft-graph',
      () => bearer(issuer.signForGraph(graphUser(start))),
    ],
    [
      "Graph's own token by application id, without the nonce",
      'token-for-microsoft-graph',
      () => bearer(issuer.sign(v2User(start, { aud: '00000003-0000-0000-c000-000000000000' }))),
    ],
    [
      "a national Graph's own token",
      'token-for-microsoft-graph',
      () =>
        bearer(
          issuer.signForGraph(
            graphUser(start, {
              aud: 'https://microsoftgraph.chinacloudapi.cn/',
              iss: `https://sts.chinacloudapi.cn/${contoso}/`,
            }),
          ),
        ),
    ],
    [
      "a personal account's opaque token",
      'token-for-microsoft-graph',
      () => 'Bearer EwBwA8l6BAAU+/x==',
    ],
  ]
  for (const [name, code, authorization] of cases) {
    test(`${name}: ${code}`, async () => {
      const failure = await refusal(verifierFor(), authorization())
      assert.equal(failure.code, code, failure.message)
      assert.deepEqual(failure.facts.audience, entra.audiences)
      assert.ok(failure.detail.length < 400)
    })
  }

  const lacking: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['aud'], ['aud']],
    [
      ['aud', 'oid', 'sub'],
      ['aud', 'sub'],
    ],
    [
      ['exp', 'iss'],
      ['iss', 'exp'],
    ],
  ]
  for (const [left, named] of lacking) {
    test(`a token without ${left.join(' and ')} is refused with their names`, async () => {
      const without = Object.fromEntries(left.map(name => [name, undefined]))
      const failure = await refusal(verifierFor(), bearer(issuer.sign(v2User(start, without))))
      assert.equal(failure.code, 'token-claim-missing')
      assert.deepEqual(failure.facts.claims, named)
    })
  }

  test('a refusal of another issuer names the expected ones', async () => {
    const claims = v2User(start, { iss: 'https://id.example/realms/staff' })
    const of = (trust: Trust) => refusal(verifierFor(trust), bearer(issuer.sign(claims)))
    assert.deepEqual((await of({ ...entra, personal: false })).facts.issuer, [
      `https://login.microsoftonline.com/${contoso}/v2.0`,
      `https://sts.windows.net/${contoso}/`,
      `https://fabrikam.b2clogin.com/${fabrikam}/v2.0/`,
    ])
    assert.deepEqual((await of({ ...entra, tenants: 'any', b2cTenants: [] })).facts.issuer, [
      'https://login.microsoftonline.com/{tenantid}/v2.0',
      'https://sts.windows.net/{tenantid}/',
    ])
    const issuers = [{ issuer: 'https://id.example/realms/others' }]
    const own = await of(issuer.trust({ issuers }))
    assert.deepEqual(own.facts.issuer, ['https://id.example/realms/others'])
    assert.equal(own.facts.slash, undefined)
  })

  test('a wrong or missing slash at the end of the issuer is named', async () => {
    const slashOf = async (configured: string, iss: string) => {
      const trust = issuer.trust({ issuers: [{ issuer: configured }] })
      const failure = await refusal(verifierFor(trust), bearer(issuer.sign(v2User(start, { iss }))))
      assert.equal(failure.code, 'token-issuer-unknown')
      return failure.facts.slash
    }
    assert.equal(await slashOf('https://id.example/a', 'https://id.example/a/'), 'extra')
    assert.equal(await slashOf('https://id.example/a/', 'https://id.example/a'), 'missing')
    assert.equal(await slashOf('https://id.example/a', 'https://id.example/a//'), undefined)
    const iss = `https://login.microsoftonline.com/${contoso}/v2.0/`
    const failure = await refusal(verifierFor(), bearer(issuer.sign(v2User(start, { iss }))))
    assert.equal(failure.facts.slash, 'extra')
  })

  test('personal accounts are refused where the settings do not allow them', async () => {
    const failure = await refusal(
      verifierFor({ ...entra, personal: false, tenants: 'any' }),
      bearer(issuer.sign(personalUser(start))),
    )
    assert.equal(failure.code, 'token-tenant-not-allowed')
  })

  test('personal accounts do not exist in a national cloud, whatever the settings say', async () => {
    const iss = `https://login.microsoftonline.us/${personal}/v2.0`
    const failure = await refusal(
      verifierFor({ ...entra, cloud: 'usgov', personal: true, tenants: 'any' }),
      bearer(issuer.sign(personalUser(start, { iss }))),
    )
    assert.equal(failure.code, 'token-tenant-not-allowed')
  })

  test('a token for Graph is refused as such even if our audience is that of Graph', async () => {
    const trust: Trust = { ...entra, audiences: ['https://graph.microsoft.com'] }
    const failure = await refusal(verifierFor(trust), bearer(issuer.signForGraph(graphUser(start))))
    assert.equal(failure.code, 'token-for-microsoft-graph')
    assert.deepEqual(failure.facts.audience, ['https://graph.microsoft.com'])
  })

  test('a refused token never makes the server fetch an address that the token names', async () => {
    const before = issuer.requests.length
    const hosts = ['evil.example', 'login.microsoftonline.com.evil.example', '127.0.0.1', 'x@y']
    for (const host of hosts) {
      const iss = `https://${host}/${contoso}/v2.0`
      await refusal(verifierFor(), bearer(issuer.sign(v2User(start, { iss }))))
    }
    const tfp = 'B2C_1_sign_in/../../evil'
    await refusal(verifierFor(), bearer(issuer.sign(b2cUser(start, { tfp }))))
    assert.equal(issuer.requests.length, before)
  })
})

describe('an OpenID Connect issuer', () => {
  const graph = 'https://graph.microsoft.com'

  test('one host issues for several tenants, in both versions, for the audience of Graph', async () => {
    const verifier = verifierFor(issuer.trust({ audiences: [graph] }))
    const cases = [
      [v2User(start, { iss: `${issuer.origin}/${contoso}/v2.0`, aud: graph }), 'delegated'],
      [v1App(start, { iss: `${issuer.origin}/${contoso}/`, aud: graph }), 'application'],
      [personalUser(start, { iss: `${issuer.origin}/${personal}/v2.0`, aud: graph }), 'personal'],
    ] as const
    for (const [claims, kind] of cases) {
      assert.equal((await verifier.identify(bearer(issuer.sign(claims)))).kind, kind)
    }
  })

  test('a real token of Graph is still recognised', async () => {
    const verifier = verifierFor(issuer.trust({ audiences: [graph] }))
    const failure = await refusal(verifier, bearer(issuer.signForGraph(graphUser(start))))
    assert.equal(failure.code, 'token-for-microsoft-graph')
  })

  test('with a key address in the settings discovery is not used', async () => {
    const jwksUri = `${issuer.origin}/{tenantid}/discovery/keys`
    const issuers = [{ issuer: `${issuer.origin}/{tenantid}/`, jwksUri }]
    const before = issuer.requests.length
    const iss = `${issuer.origin}/${contoso}/`
    await verifierFor(issuer.trust({ issuers })).identify(
      bearer(issuer.sign(v1User(start, { iss, aud: ourAudience }))),
    )
    assert.deepEqual(issuer.requests.slice(before), [`${issuer.origin}/${contoso}/discovery/keys`])
  })

  test('an issuer without tenants gives its callers the configured one', async () => {
    const issuers = [{ issuer: `${issuer.origin}/realm` }]
    const verifier = verifierFor(issuer.trust({ issuers, reading: readingOf(presets.generic) }))
    const claims = {
      iss: `${issuer.origin}/realm`,
      aud: ourAudience,
      sub: 'Alice|1',
      client_id: 'photo-app',
      scope: 'openid User.ReadWrite',
      exp: unixSeconds(start) + 60,
    }
    const token = issuer.sign(claims, { header: { typ: 'at+jwt' } })
    assert.deepEqual(await verifier.identify(bearer(token)), {
      kind: 'delegated',
      tenantId: contoso,
      issuer: `${issuer.origin}/realm`,
      objectId: 'Alice|1',
      appId: 'photo-app',
      permissions: new Set(['openid', 'User.ReadWrite']),
      roleTemplateIds: new Set(),
      isB2c: false,
      profile: {},
    })
  })

  const strangers = [
    'x',
    '..',
    `${contoso}/../${fabrikam}`,
    `${contoso}%2f`,
    contoso.toUpperCase(),
    '',
  ]
  for (const stranger of strangers) {
    test(`"${stranger}" is not a tenant`, async () => {
      const iss = `${issuer.origin}/${stranger}/v2.0`
      const before = issuer.requests.length
      const failure = await refusal(
        verifierFor(issuer.trust()),
        bearer(issuer.sign(v2User(start, { iss }))),
      )
      assert.equal(failure.code, 'token-issuer-unknown')
      assert.equal(issuer.requests.length, before)
    })
  }

  test('tenants outside the list are refused', async () => {
    const iss = `${issuer.origin}/${fabrikam}/v2.0`
    const verifier = verifierFor(issuer.trust({ tenants: [contoso] }))
    const failure = await refusal(
      verifier,
      bearer(issuer.sign(v2User(start, { iss, tid: fabrikam }))),
    )
    assert.equal(failure.code, 'token-tenant-not-allowed')
  })
})

describe('a token seen before', () => {
  test('is not verified again: the same caller, though the issuer is gone', async () => {
    const verifier = verifierFor()
    const authorization = bearer(issuer.sign(v2User(start)))
    const caller = await verifier.identify(authorization)
    issuer.misbehave('status-500')
    assert.equal(await verifier.identify(authorization), caller)
    issuer.misbehave(undefined)
  })

  test('still expires on time', async () => {
    let now = start
    const verifier = verifierFor(entra, { now: () => now })
    const authorization = bearer(issuer.sign(v2User(start, { exp: unixSeconds(start) + 10 })))
    await verifier.identify(authorization)
    now = start + 71_000
    assert.equal((await refusal(verifier, authorization)).code, 'token-expired')
  })

  test('is verified again after five minutes, so that a withdrawn key stops counting', async () => {
    let now = start
    await using own = await startTestIssuer()
    const verifier = createVerifier(own.trust(), { fetch: own.fetch, now: () => now })
    const iss = `${own.origin}/${contoso}/v2.0`
    const authorization = bearer(own.sign(v2User(start, { iss })))
    await verifier.identify(authorization)
    own.rotateKeys()
    now = start + 4 * 60_000
    assert.equal((await verifier.identify(authorization)).objectId, alice)
    now = start + 11 * 60_000
    assert.equal((await refusal(verifier, authorization)).code, 'token-key-unknown')
  })

  test('stops counting after five minutes, and new keys are found, when the clock was set back', async () => {
    let now = start
    let elapsedMs = 0
    await using own = await startTestIssuer()
    const clocks = { now: () => now, elapsed: () => elapsedMs }
    const verifier = createVerifier(own.trust(), { fetch: own.fetch, ...clocks })
    const iss = `${own.origin}/${contoso}/v2.0`
    const claims = v2User(start, { iss, nbf: unixSeconds(start) - 7 * 86_400 })
    const withdrawn = bearer(own.sign(claims))
    await verifier.identify(withdrawn)
    own.rotateKeys()
    now = start - 3 * 86_400_000
    elapsedMs = 60_000
    assert.equal((await verifier.identify(bearer(own.sign(claims)))).objectId, alice)
    elapsedMs = 11 * 60_000
    assert.equal((await refusal(verifier, withdrawn)).code, 'token-key-unknown')
  })

  test('is not found for a token that only begins or ends like it', async () => {
    const verifier = verifierFor()
    const token = issuer.sign(v2User(start))
    await verifier.identify(bearer(token))
    for (const other of [`${token}A`, token.slice(0, -1), `A${token}`, token.slice(1)]) {
      await refusal(verifier, bearer(other))
    }
  })

  test('stays cached when the same person sends many others', async () => {
    // A share of 20 KB, a few tokens.
    const verifier = verifierFor(entra, { cache: { maxBytes: 64 * 20_000 } })
    const bobs = bearer(issuer.sign(v2User(start, { oid: bob, sub: 'bob' })))
    const kept = await verifier.identify(bobs)
    const tokens = numbered(50).map(uti => bearer(issuer.sign(v2User(start, { uti }))))
    const first = await verifier.identify(tokens[0])
    for (const token of tokens) await verifier.identify(token)
    assert.equal(await verifier.identify(bobs), kept)
    assert.notEqual(await verifier.identify(tokens[0]), first)
  })

  test('is found in every spelling that HTTP allows', async () => {
    const verifier = verifierFor()
    const token = issuer.sign(v2User(start))
    const kept = await verifier.identify(bearer(token))
    for (const header of [
      `bearer ${token}`,
      `BEARER   ${token}`,
      ` Bearer ${token} `,
      `\tBearer\t ${token}\t\t`,
      ' '.repeat(6_000) + bearer(token) + ' '.repeat(6_000),
    ]) {
      assert.equal(await verifier.identify(header), kept)
    }
  })

  const otherSpaces = [
    ...'\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009',
    ...'\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
  ]
  test('is not found with other white space around it', async () => {
    const verifier = verifierFor()
    const token = issuer.sign(v2User(start))
    await verifier.identify(bearer(token))
    for (const space of otherSpaces) {
      for (const header of [
        `${space}Bearer ${token}`,
        `Bearer${space}${token}`,
        `Bearer ${space}${token}`,
        `Bearer ${token}${space}`,
        `Bearer ${token}${space} `,
      ]) {
        const { code } = await refusal(verifier, header)
        assert.equal(code, 'token-malformed', JSON.stringify(header.slice(0, 10)))
      }
    }
  })
})

const bob = '0b0b0b0b-0000-4000-8000-00000000000b'

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function bearer(token: string): string {
  return `Bearer ${token}`
}
