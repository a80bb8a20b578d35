/** Clients that prove who they are by an assertion in place of a secret. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type CryptoKey, decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { app, json, postForm, type Stand, startIssuer, tenantId } from './stand.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const nowMs = Date.parse('2026-11-29T12:00:00Z')

describe('a client assertion', () => {
  let stand: Stand
  let privateKey: CryptoKey
  before(async () => {
    stand = await startIssuer({ now: () => nowMs })
    privateKey = (await generateKeyPair('PS256')).privateKey
  })
  after(() => stand[Symbol.asyncDispose]())

  const endpoint = (tenant = tenantId) => `${stand.origin}/${tenant}/oauth2/v2.0/token`
  const seconds = nowMs / 1000
  const right = () => ({
    iss: app.id,
    sub: app.id,
    aud: endpoint(),
    nbf: seconds,
    exp: seconds + 600,
    jti: 'x',
  })
  const sign = (claims: object) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'PS256' }).sign(privateKey)
  const ask = async (claims: object | string, change: Record<string, string> = {}) =>
    postForm(stand.send, `/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: app.id,
      client_assertion_type: type,
      client_assertion: typeof claims === 'string' ? claims : await sign(claims),
      scope: 'https://graph.microsoft.com/.default',
      ...change,
    })

  it('is proof enough for a token, which says so', async () => {
    const answer = await ask(right())
    assert.equal(answer.status, 200, answer.text)
    const claims = decodeJwt(String(json(answer).access_token))
    assert.deepEqual([claims.azp, claims.azpacr, claims.idtyp], [app.id, '2', 'app'])
  })

  const audiences = [
    () => endpoint('common'),
    () => endpoint('contoso.example'),
    () => `${stand.origin}/${tenantId}/oauth2/token`,
    () => `${stand.origin}/${tenantId}/v2.0`,
    () => `${stand.origin}/${tenantId}/`,
    () => endpoint().replace('localhost', '127.0.0.1'),
  ]
  for (const [index, audience] of audiences.entries()) {
    it(`is for this issuer by each of its addresses, ${index + 1}`, async () => {
      const answer = await ask({ ...right(), aud: ['https://other.example', audience()] })
      assert.equal(answer.status, 200, answer.text)
    })
  }

  it('is not for this issuer under another port, host or tenant', async () => {
    const { port } = new URL(stand.origin)
    for (const [from, to] of [
      [`:${port}`, ':1'],
      ['localhost', 'elsewhere.example'],
      [tenantId, 'fabrikam.example'],
      ['https', 'http'],
    ] as const) {
      const answer = await ask({ ...right(), aud: endpoint().replace(from, to) })
      assert.deepEqual(json(answer).error_codes, [700023], to)
    }
  })

  it('may come from another issuer, as with workload identity federation', async () => {
    for (const aud of ['api://AzureADTokenExchange', 'api://AzureADTokenExchangeUSGov']) {
      const answer = await ask({
        iss: 'https://ci.example',
        sub: 'repo:a/b',
        aud,
        exp: seconds + 9,
      })
      assert.equal(answer.status, 200, answer.text)
    }
  })

  const refusals: readonly (readonly [
    what: string,
    change: object,
    number: number,
    words: RegExp,
  ])[] = [
    ['of another client', { iss: 'other' }, 700021, /client_id/],
    ['about another client', { sub: 'other' }, 700021, /client_id/],
    ['for another issuer', { aud: 'https://x.example/token' }, 700023, /token endpoint/],
    ['for the token endpoint of an unknown tenant', { aud: 'x' }, 700023, /token endpoint/],
    ['that has expired', { exp: seconds - 301 }, 700024, /exp/],
    ['that is not valid yet', { nbf: seconds + 301 }, 700024, /nbf/],
    ['without a time', { exp: undefined }, 50027, /lacks exp/],
    [
      'with nothing in it',
      { iss: null, sub: '', aud: undefined, exp: 0 },
      50027,
      /iss, sub, aud, exp/,
    ],
    ['whose time is a text', { exp: 'tomorrow' }, 50027, /JSON Web Token|exp/],
  ]
  for (const [what, change, number, words] of refusals) {
    it(`${what} is refused`, async () => {
      const answer = await ask({ ...right(), ...change })
      assert.equal(answer.status, 401, answer.text)
      assert.equal(json(answer).error, 'invalid_client')
      assert.deepEqual(json(answer).error_codes, [number])
      assert.match(answer.text, words)
    })
  }

  it('is refused when it is no token, of another type, or comes with a secret', async () => {
    for (const [claims, change, words] of [
      ['x.y.z', {}, /not a JSON Web Token/],
      ['', {}, /not a JSON Web Token/],
      [right(), { client_assertion_type: 'saml' }, /client_assertion_type/],
      [right(), { client_secret: 'x' }, /not both/],
    ] as const) {
      const answer = await ask(claims, change)
      assert.equal(answer.status, 401, answer.text)
      assert.match(answer.text, words)
    }
  })

  it('is announced in the discovery document', async () => {
    const document = json(await stand.send(`/${tenantId}/v2.0/.well-known/openid-configuration`))
    assert.ok([document.token_endpoint_auth_methods_supported].flat().includes('private_key_jwt'))
  })

  it('logs no error', () => assert.deepEqual(stand.errors, []))
})
