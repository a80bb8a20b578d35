/** An API exchanges the token that it was called with: on-behalf-of, by hand and with MSAL. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import { decodeJwt } from 'jose'
import {
  type Answer,
  alice,
  app,
  bob,
  guestApp,
  json,
  openBrowser,
  postForm,
  type Stand,
  send,
  startIssuer,
  tenantId,
  userAdministrator,
} from './stand.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const graphScope = 'https://graph.microsoft.com/User.ReadWrite'

describe('on-behalf-of', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer()
  })
  after(() => stand[Symbol.asyncDispose]())

  const askToken = (fields: Record<string, string>, version: 1 | 2 = 2) =>
    postForm(stand.send, `/${tenantId}/oauth2/${version === 2 ? 'v2.0/' : ''}token`, fields)

  /** The token that a front end gets for the API. */
  const frontToken = async (scope = `api://${app.id}/access_as_user`, name = 'bob') => {
    const browser = openBrowser(stand)
    const page = await browser.visit(
      `/${tenantId}/oauth2/v2.0/authorize?response_type=code&client_id=${guestApp}` +
        `&redirect_uri=http://localhost/here&scope=${encodeURIComponent(`openid ${scope}`)}`,
    )
    const landed = await browser.submit(page, { name })
    const answer = await askToken({
      grant_type: 'authorization_code',
      client_id: guestApp,
      code: new URL(landed.url).searchParams.get('code') ?? '',
      redirect_uri: 'http://localhost/here',
      scope,
    })
    assert.equal(answer.status, 200, answer.text)
    return json(answer)
  }
  const exchange = (assertion: unknown, change: Record<string, string> = {}) =>
    askToken({
      grant_type,
      client_id: app.id,
      client_secret: app.secret,
      assertion: String(assertion),
      requested_token_use: 'on_behalf_of',
      scope: `${graphScope} openid offline_access`,
      ...change,
    })

  it('begins with a token for the API, which names the API and the person', async () => {
    const { access_token, scope } = await frontToken()
    const claims = decodeJwt(String(access_token))
    assert.equal(claims.aud, app.id)
    assert.equal(claims.azp, guestApp)
    assert.deepEqual([claims.oid, claims.scp], [bob.id, 'access_as_user'])
    assert.match(String(scope), new RegExp(`api://${app.id}/access_as_user`))
  })

  it('gives a token of the same person for this Graph, with id token and refresh token', async () => {
    const { access_token } = await frontToken()
    const answer = await exchange(access_token)
    assert.equal(answer.status, 200, answer.text)
    const body = json(answer)
    const claims = decodeJwt(String(body.access_token))
    assert.equal(claims.aud, 'https://graph.microsoft.com')
    assert.deepEqual([claims.oid, claims.azp, claims.azpacr], [bob.id, app.id, '1'])
    assert.deepEqual([claims.scp, claims.wids], ['User.ReadWrite', [userAdministrator]])
    assert.equal(decodeJwt(String(body.id_token)).oid, bob.id)
    const renewed = await askToken({
      grant_type: 'refresh_token',
      client_id: app.id,
      client_secret: app.secret,
      refresh_token: String(body.refresh_token),
      scope: graphScope,
    })
    assert.equal(decodeJwt(String(json(renewed).access_token)).oid, bob.id)
  })

  it('goes on to a further API, and from there to this Graph', async () => {
    const { access_token } = await frontToken()
    const middle = await exchange(access_token, { scope: 'api://second/.default' })
    const claims = decodeJwt(String(json(middle).access_token))
    assert.deepEqual([claims.aud, claims.scp, claims.oid], ['second', 'access_as_user', bob.id])
    const last = await exchange(json(middle).access_token, { client_id: 'second' })
    assert.equal(decodeJwt(String(json(last).access_token)).oid, bob.id)
  })

  it('works at the older endpoint, where the audience is the URI of the API', async () => {
    const token = await stand.issuer.mint({ person: 'alice', audience: `api://${app.id}` })
    const answer = await askToken(
      {
        grant_type,
        client_id: app.id,
        client_secret: app.secret,
        assertion: token,
        requested_token_use: 'on_behalf_of',
        resource: 'https://graph.microsoft.com',
      },
      1,
    )
    assert.equal(answer.status, 200, answer.text)
    const claims = decodeJwt(String(json(answer).access_token))
    assert.deepEqual([claims.ver, claims.oid, claims.appid], ['1.0', alice.id, app.id])
  })

  const expect = (answer: Answer, status: number, error: string, number: number, words: RegExp) => {
    assert.equal(answer.status, status, answer.text)
    assert.equal(json(answer).error, error)
    assert.deepEqual(json(answer).error_codes, [number])
    assert.match(answer.text, words)
  }

  it('is refused for a token that was meant for somebody else', async () => {
    const forGraph = await stand.issuer.mint({ person: 'alice' })
    expect(await exchange(forGraph), 400, 'invalid_grant', 500131, /is for 'https:\/\/graph/)
    const { access_token } = await frontToken()
    const asAnother = await exchange(access_token, { client_id: guestApp })
    expect(asAnother, 400, 'invalid_grant', 500131, new RegExp(`api://${guestApp}`))
  })

  it('is refused for a token of an application, an expired, a foreign or a broken one', async () => {
    const audience = app.id
    const ofApp = await stand.issuer.mint({ app: 'x', audience })
    expect(await exchange(ofApp), 400, 'invalid_grant', 7000114, /tokens of people/)
    const old = await stand.issuer.mint({ person: 'alice', audience, lifetimeSeconds: -10 })
    expect(await exchange(old), 400, 'invalid_grant', 500133, /expired/)
    await using other = await startIssuer()
    const foreign = await other.issuer.mint({ person: 'alice', audience })
    for (const token of [foreign, 'x.y.z', '']) {
      expect(await exchange(token), 400, 'invalid_grant', 50013, /not an access token of this/)
    }
  })

  it('is refused without proof of the client, and for another use', async () => {
    const { access_token } = await frontToken()
    const unproven = await askToken({
      grant_type,
      client_id: app.id,
      assertion: String(access_token),
      requested_token_use: 'on_behalf_of',
      scope: graphScope,
    })
    expect(unproven, 401, 'invalid_client', 7000218, /client_secret/)
    const use = await exchange(access_token, { requested_token_use: 'x' })
    expect(use, 400, 'invalid_request', 900144, /on_behalf_of/)
  })

  it('asks for one resource at a time', async () => {
    const { access_token } = await frontToken()
    const mixed = await exchange(access_token, { scope: `${graphScope} api://second/x` })
    expect(mixed, 400, 'invalid_request', 28000, /api:\/\/second/)
    const unknown = await exchange(access_token, { scope: 'https://vault.example/.default' })
    expect(unknown, 400, 'invalid_resource', 500011, /api:\/\/\{client id\}/)
  })

  const network: INetworkModule = {
    sendGetRequestAsync: (address, options) => call('GET', address, options),
    sendPostRequestAsync: (address, options) => call('POST', address, options),
  }
  async function call(method: string, address: string, options: Options = {}) {
    const { headers = {}, body } = options
    const answer = await send(new URL(address), stand.certificate, { method, headers, body })
    return { status: answer.status, headers: {}, body: JSON.parse(answer.text) }
  }

  it('is what MSAL does, with a certificate in place of a secret, and caches', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const api = new ConfidentialClientApplication({
      auth: {
        clientId: app.id,
        authority: `${stand.origin}/${tenantId}`,
        knownAuthorities: [new URL(stand.origin).host],
        clientCertificate: {
          thumbprintSha256: 'ab'.repeat(32),
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        },
      },
      system: { networkClient: network },
    })
    const { access_token } = await frontToken()
    const request = { oboAssertion: String(access_token), scopes: [graphScope] }
    const result = await api.acquireTokenOnBehalfOf(request)
    const claims = decodeJwt(result?.accessToken ?? '')
    assert.deepEqual([claims.oid, claims.azpacr, claims.scp], [bob.id, '2', 'User.ReadWrite'])
    assert.equal((await api.acquireTokenOnBehalfOf(request))?.fromCache, true)
    const own = await api.acquireTokenByClientCredential({
      scopes: ['https://graph.microsoft.com/.default'],
    })
    assert.equal(decodeJwt(own?.accessToken ?? '').azpacr, '2')
  })

  it('logs no error', () => assert.deepEqual(stand.errors, []))
})

type Options = { headers?: Record<string, string>; body?: string }
