import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import type { Caller } from '../../src/tokens/caller.ts'
import { readCaller } from '../../src/tokens/claims.ts'
import { findIssuer } from '../../src/tokens/issuers.ts'
import type { Trust } from '../../src/tokens/trust.ts'
import { createVerifier, type Verifier } from '../../src/tokens/verify.ts'
import {
  alice,
  contoso,
  ourAudience,
  startTestIssuer,
  type TestIssuer,
  v2User,
} from '../support/test-issuer.ts'

const now = Date.UTC(2026, 0, 15, 12)
const iss = `https://login.microsoftonline.com/${contoso}/v2.0`
const trust: Trust = {
  kind: 'entra',
  cloud: 'global',
  tenants: [contoso],
  b2cTenants: [{ tenantId: contoso, host: 'contoso.b2clogin.com', policies: ['B2C_1_in'] }],
  audiences: [ourAudience],
  personal: true,
}

let issuer: TestIssuer
let verifier: Verifier
before(async () => {
  issuer = await startTestIssuer()
  verifier = createVerifier(trust, { fetch: issuer.fetch, now: () => now })
})
after(() => issuer[Symbol.asyncDispose]())

/** The caller, or the code of the refusal; anything but a Failure is a bug and fails the property. */
async function outcome(authorization: string | undefined): Promise<Caller | string> {
  try {
    return await verifier.identify(authorization)
  } catch (error) {
    if (error instanceof Failure) return error.code
    throw error
  }
}

const separators = fc.constantFrom(' ', '  ', '\t', ',', '.', '..', '=', '"', '\u0000', '')
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.base64String({ maxLength: 400 }),
  fc.constantFrom('Bearer', 'bearer', 'Basic', 'eyJhbGciOiJSUzI1NiJ9', 'e30', 'EwB'),
)

test('no header, however odd, is anything but a refusal', async () => {
  const headers = fc
    .array(fc.tuple(words, separators), { maxLength: 8 })
    .map(parts => parts.flat().join(''))
  const bearers = headers.map(text => `Bearer ${text}`)
  await fc.assert(
    fc.asyncProperty(fc.oneof(headers, bearers), async authorization => {
      assert.equal(typeof (await outcome(authorization)), 'string')
    }),
    { numRuns: 1000 },
  )
})

test('no token of arbitrary JSON parts is anything but a refusal', async () => {
  const part = fc.jsonValue().map(value => Buffer.from(JSON.stringify(value)).toString('base64url'))
  const header = fc.oneof(
    part,
    fc.constant(Buffer.from('{"alg":"RS256","kid":"rsa-1"}').toString('base64url')),
  )
  await fc.assert(
    fc.asyncProperty(header, part, part, async (...parts) => {
      assert.equal(typeof (await outcome(`Bearer ${parts.join('.')}`)), 'string')
    }),
    { numRuns: 500 },
  )
})

const edits = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 3 }),
  insert: fc.string({
    unit: fc.constantFrom(...'ABCDEFXYZabcxyz0189-_.=+/ \n'),
    maxLength: 3,
  }),
})

for (const alg of ['RS256', 'ES256']) {
  test(`no mutation of a token signed with ${alg} is accepted`, async () => {
    const token = issuer.sign(v2User(now), { alg })
    const original = await outcome(`Bearer ${token}`)
    assert.equal(typeof original, 'object')
    await fc.assert(
      fc.asyncProperty(edits, async ({ at, remove, insert }) => {
        const index = at % (token.length + 1)
        const mutated = token.slice(0, index) + insert + token.slice(index + remove)
        // Spaces around a token belong to the header, not to the token.
        fc.pre(mutated.replace(/^[ \t]+|[ \t]+$/g, '') !== token)
        assert.equal(typeof (await outcome(`Bearer ${mutated}`)), 'string')
      }),
      { numRuns: 1000 },
    )
  })

  test(`every other last character of a ${alg} signature is refused`, async () => {
    const token = issuer.sign(v2User(now), { alg })
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const mutated = token.slice(0, -1) + last
      if (mutated !== token)
        assert.equal(typeof (await outcome(`Bearer ${mutated}`)), 'string', last)
    }
  })
}

const claimNames = ['iss', 'aud', 'tid', 'oid', 'sub', 'azp', 'appid', 'client_id', 'idtyp', 'scp']
const moreNames = [
  'scope',
  'roles',
  'wids',
  'tfp',
  'acr',
  'name',
  'upn',
  'email',
  'exp',
  'nbf',
  'iat',
]
const likely = fc.constantFrom('app', 'user', '', 'B2C_1_in', contoso, alice, iss, ourAudience)
const claims = fc.dictionary(
  fc.oneof(fc.constantFrom(...claimNames, ...moreNames), fc.string()),
  fc.oneof(fc.jsonValue(), likely, fc.array(likely)),
)

function isCaller(caller: Caller): void {
  assert.ok(['delegated', 'personal', 'application'].includes(caller.kind))
  for (const text of [caller.tenantId, caller.objectId, caller.appId]) {
    assert.equal(typeof text, 'string')
  }
  assert.notEqual(caller.objectId, '')
  for (const text of [...caller.permissions, ...caller.roleTemplateIds]) {
    assert.equal(typeof text, 'string')
  }
}

test('claims of any type are a caller of plain text, or a refusal', () => {
  const found = findIssuer(trust, { iss })
  fc.assert(
    fc.property(claims, payload => {
      try {
        isCaller(readCaller(payload, found, trust))
      } catch (error) {
        if (!(error instanceof Failure)) throw error
      }
    }),
    { numRuns: 2000 },
  )
})

test('properly signed claims of any type are a caller of plain text, or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(claims, async changed => {
      const result = await outcome(`Bearer ${issuer.sign({ ...v2User(now), ...changed })}`)
      if (typeof result !== 'string') isCaller(result)
    }),
    { numRuns: 300 },
  )
})

function isEmpty(scp: unknown): boolean {
  return (
    readCaller({ sub: 'x', scp: scp ?? '' }, findIssuer(trust, { iss }), trust).permissions.size ===
    0
  )
}

test('only a token that is marked as one, or has roles and no scopes, is of an application', () => {
  const found = findIssuer(trust, { iss })
  fc.assert(
    fc.property(claims, payload => {
      try {
        const { kind } = readCaller({ sub: 'x', ...payload }, found, trust)
        if (kind !== 'application') return
      } catch {
        return
      }
      const { idtyp, scp, roles } = payload
      assert.ok(idtyp === 'app' || (isEmpty(scp) && Array.isArray(roles) && roles.length > 0))
    }),
    { numRuns: 2000 },
  )
})

test('for any unverified token, keys come only from addresses of the trusted hosts', () => {
  const text = fc.oneof(likely, fc.webUrl(), fc.string())
  const tail = fc.tuple(
    fc.constantFrom('https://', 'http://'),
    fc.string(),
    fc.constant(`/${contoso}/v2.0`),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        tail.map(parts => parts.join('')),
      ),
      text,
      text,
      (from, tfp, acr) => {
        try {
          const { keys } = findIssuer(trust, { iss: from, tfp, acr })
          assert.match(
            keys.discovery ?? '',
            /^https:\/\/(login\.microsoftonline|contoso\.b2clogin)\.com\//,
          )
        } catch (error) {
          if (!(error instanceof Failure)) throw error
        }
      },
    ),
    { numRuns: 2000 },
  )
})
