import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import type { KeySource, WantedKey } from '../../src/tokens/key-set.ts'
import { createKeys, type Keys } from '../../src/tokens/keys.ts'
import {
  contoso,
  fabrikam,
  personal,
  startTestIssuer,
  type TestIssuer,
} from '../support/test-issuer.ts'

const minute = 60_000
const host = 'https://login.microsoftonline.com'

let issuer: TestIssuer
let elapsedMs: number
let keys: Keys
let source: KeySource
const wanted: WantedKey = {
  alg: 'RS256',
  kid: 'rsa-1',
  tenantId: contoso,
  spellings: [`${host}/${contoso}/v2.0`, `https://sts.windows.net/${contoso}/`],
}

beforeEach(async () => {
  issuer = await startTestIssuer()
  elapsedMs = 0
  keys = createKeys({ fetch: issuer.fetch, elapsed: () => elapsedMs })
  source = {
    discovery: `${host}/${contoso}/v2.0/.well-known/openid-configuration`,
    declares: [`${host}/${contoso}/v2.0`],
  }
})
afterEach(() => issuer[Symbol.asyncDispose]())

async function refusal(want: Partial<WantedKey> = {}): Promise<Failure> {
  try {
    await keys.find(source, { ...wanted, ...want })
  } catch (error) {
    assert.ok(error instanceof Failure, String(error))
    return error
  }
  throw new Error('a key was found')
}

test('keys are fetched once, however many callers wait for them', async () => {
  const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(source, wanted)))
  assert.equal(issuer.requests.length, 2)
  assert.equal(new Set(found.map(([key]) => key)).size, 1)
})

test('keys of Ed25519 are known by either name of their algorithm', async () => {
  for (const alg of ['EdDSA', 'Ed25519']) {
    issuer.keyMembers.alg = alg
    keys = createKeys({ fetch: issuer.fetch, elapsed: () => elapsedMs })
    for (const wantedAs of ['EdDSA', 'Ed25519']) {
      const found = await keys.find(source, { ...wanted, kid: 'Ed25519-1', alg: wantedAs })
      assert.equal(found.length, 1)
    }
  }
})

test('keys are fetched again when they are no longer fresh, and not before', async () => {
  await keys.find(source, wanted)
  elapsedMs = 10 * minute
  await keys.find(source, wanted)
  assert.equal(issuer.requests.length, 2)
  elapsedMs += 1
  await keys.find(source, wanted)
  assert.equal(issuer.requests.length, 4)
})

describe('an unknown key', () => {
  test('is found after a rotation', async () => {
    await keys.find(source, wanted)
    issuer.rotateKeys()
    elapsedMs = minute
    assert.equal((await keys.find(source, { ...wanted, kid: 'rsa-2' })).length, 1)
  })

  test('causes at most one request in half a minute', async () => {
    await keys.find(source, wanted)
    elapsedMs = minute
    for (let i = 0; i < 5; i++) {
      elapsedMs += 5_000
      assert.equal((await refusal({ kid: `invented-${i}` })).code, 'token-key-unknown')
    }
    assert.equal(issuer.requests.length, 4)
  })

  test('is unavailable, not wrong, while the issuer does not answer', async () => {
    await keys.find(source, wanted)
    issuer.misbehave('status-500')
    elapsedMs = minute
    const failure = await refusal({ kid: 'rsa-2' })
    assert.equal(failure.code, 'signing-keys-unavailable')
    assert.deepEqual(failure.facts, { retryAfterSeconds: 30 })
    assert.equal((await keys.find(source, wanted)).length, 1)
  })
})

describe('an issuer that does not answer as it should', () => {
  for (const how of [
    'status-500',
    'hang',
    'garbage',
    'not-an-object',
    'no-keys',
    'redirect',
  ] as const) {
    for (const where of [/openid-configuration$/, /keys$/]) {
      test(`${how} at ${where.source}: the keys are unavailable, then found`, async () => {
        if (how === 'hang') {
          keys = createKeys({ fetch: issuer.fetch, elapsed: () => elapsedMs, timeoutMs: 2_000 })
        }
        issuer.misbehave(how, where)
        const failure = await refusal()
        assert.equal(failure.code, 'signing-keys-unavailable')
        assert.deepEqual(failure.facts, { retryAfterSeconds: 5 })
        issuer.misbehave(undefined)
        elapsedMs += 5_000
        assert.equal((await keys.find(source, wanted)).length, 1)
      })
    }
  }

  test('is not asked again at once', async () => {
    issuer.misbehave('status-500')
    for (let i = 0; i < 5; i++) await refusal()
    assert.equal(issuer.requests.length, 1)
  })

  test('without a listening server keys are unavailable', async () => {
    source = { jwksUri: 'http://127.0.0.1:1/keys', declares: [] }
    assert.equal((await refusal()).code, 'signing-keys-unavailable')
  })

  test('earlier keys stay in use for a day', async () => {
    await keys.find(source, wanted)
    issuer.misbehave('garbage')
    for (const hours of [1, 12, 24]) {
      elapsedMs = hours * 60 * minute
      assert.equal((await keys.find(source, wanted)).length, 1)
    }
    elapsedMs += minute
    assert.equal((await refusal()).code, 'signing-keys-unavailable')
  })
})

describe('what the issuer says of itself', () => {
  for (const [declared, expected, words] of [
    [`${host}/${contoso}/v2.0/`, `${host}/${contoso}/v2.0`, /with a slash at its end/],
    [`${host}/${contoso}/v2.0`, `${host}/${contoso}/v2.0/`, /without the slash at the end/],
  ] as const) {
    test(`${declared} is not ${expected}, and the message names the slash`, async () => {
      issuer.discovery.issuer = declared
      source = { ...source, declares: [expected] }
      assert.match((await refusal()).detail, words)
    })
  }

  for (const declared of [
    `${host}/${fabrikam}/v2.0`,
    `${host}/{tenantid}/v2.0`,
    'https://evil.example',
    5,
    undefined,
  ]) {
    test(`the issuer ${declared} is not the one expected`, async () => {
      issuer.discovery.issuer = declared
      assert.equal((await refusal()).code, 'signing-keys-unavailable')
    })
  }

  for (const address of ['file:///etc/passwd', 'keys', 7, undefined]) {
    test(`keys are not fetched from ${address}`, async () => {
      issuer.discovery.jwks_uri = address
      assert.equal((await refusal()).code, 'signing-keys-unavailable')
      assert.equal(issuer.requests.length, 1)
    })
  }

  test('keys are not fetched over plain http for an issuer on https', async () => {
    issuer.discovery.jwks_uri = `${issuer.origin}/keys`
    assert.equal((await refusal()).code, 'signing-keys-unavailable')
    assert.equal(issuer.requests.length, 1)
  })

  test('a document over a megabyte is not read', async () => {
    issuer.discovery.padding = 'x'.repeat(1024 * 1024)
    assert.match((await refusal()).detail, /over 1048576 bytes/)
  })
})

describe('which keys fit', () => {
  const shared = `${host}/{tenantid}/v2.0`

  test('a key bound to the shared issuer is for every tenant', async () => {
    issuer.keyMembers.issuer = shared
    assert.equal((await keys.find(source, wanted)).length, 1)
  })

  test("a key bound to personal accounts is not for an organisation's tenant", async () => {
    issuer.keyMembers.issuer = `${host}/${personal}/v2.0`
    assert.equal((await refusal()).code, 'token-key-unknown')
  })

  test("a key bound to another tenant is not for this one's", async () => {
    issuer.keyMembers.issuer = `${host}/${fabrikam}/v2.0`
    assert.equal((await refusal()).code, 'token-key-unknown')
  })

  test('a key of another cloud is not for this one', async () => {
    issuer.discovery.cloud_instance_name = 'microsoftonline.com'
    issuer.keyMembers.cloud_instance_name = 'microsoftonline.us'
    assert.equal((await refusal()).code, 'signing-keys-unavailable')
  })

  for (const members of [
    { use: 'enc' },
    { kty: 'oct', k: 'c2VjcmV0' },
    { kty: 'OKP', crv: 'X25519' },
  ]) {
    test(`a key with ${JSON.stringify(members)} verifies nothing`, async () => {
      Object.assign(issuer.keyMembers, members)
      assert.equal((await refusal()).code, 'signing-keys-unavailable')
    })
  }

  for (const members of [
    { alg: 'RS512' },
    { n: 'AQAB' },
    { n: '***' },
    { e: 5 },
    { kid: undefined },
  ]) {
    test(`a key with ${JSON.stringify(members)} does not fit`, async () => {
      Object.assign(issuer.keyMembers, members)
      assert.equal((await refusal()).code, 'token-key-unknown')
    })
  }

  test('an elliptic key is not tried for an RSA token of the same kid', async () => {
    assert.equal((await refusal({ kid: 'P-256-1' })).code, 'token-key-unknown')
    elapsedMs = minute
    assert.equal((await keys.find(source, { ...wanted, kid: 'P-256-1', alg: 'ES256' })).length, 1)
  })
})

test('sources are bounded: the oldest is removed, and fetched again when needed', async () => {
  const at = (i: number): KeySource => ({ jwksUri: `${issuer.origin}/${i}/keys`, declares: [] })
  for (let i = 0; i <= 64; i++) await keys.find(at(i), wanted)
  assert.equal(issuer.requests.length, 65)
  await keys.find(at(64), wanted)
  assert.equal(issuer.requests.length, 65)
  await keys.find(at(0), wanted)
  assert.equal(issuer.requests.length, 66)
})
