/**
 * Microsoft's own sign-in library obtains tokens from the issuer over https.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  CryptoProvider,
  type INetworkModule,
  InteractionRequiredAuthError,
  PublicClientApplication,
} from '@azure/msal-node'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import {
  alice,
  bob,
  guestApp,
  json,
  openBrowser,
  app as program,
  type Stand,
  send,
  startIssuer,
  tenantId,
  userAdministrator,
} from './stand.ts'

const graph = 'https://graph.microsoft.com'
const redirectUri = 'http://localhost:4321/signed-in'

describe('msal-node', () => {
  let stand: Stand
  let tokenRequests = 0

  before(async () => {
    stand = await startIssuer()
  })
  after(() => stand[Symbol.asyncDispose]())

  /** MSAL offers no setting for a certificate authority, only for the network as a whole. */
  const network = (): INetworkModule => {
    const call = async (method: string, address: string, options?: Call) => {
      if (address.includes('/token')) tokenRequests++
      const { headers = {}, body } = options ?? {}
      const answer = await send(new URL(address), stand.certificate, { method, headers, body })
      return { status: answer.status, headers: {}, body: JSON.parse(answer.text) }
    }
    return {
      sendGetRequestAsync: (address, options) => call('GET', address, options),
      sendPostRequestAsync: (address, options) => call('POST', address, options),
    }
  }
  const settings = (clientId: string, authority = tenantId) => ({
    auth: {
      clientId,
      authority: `${stand.origin}/${authority}`,
      knownAuthorities: [new URL(stand.origin).host],
    },
    system: { networkClient: network() },
  })
  const publicApp = (authority?: string) =>
    new PublicClientApplication(settings(guestApp, authority))
  const confidentialApp = (clientId: string, clientSecret: string) => {
    const { auth, system } = settings(clientId)
    return new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system })
  }

  /** A complete sign-in: address, page, choice, code, token. */
  const signIn = async (
    app: PublicClientApplication,
    name: string,
    scopes = [`${graph}/User.ReadWrite`],
  ): Promise<AuthenticationResult> => {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
    const address = await app.getAuthCodeUrl({
      scopes,
      redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      prompt: 'select_account',
    })
    const browser = openBrowser(stand)
    const landed = await browser.submit(await browser.visit(address), { person: name })
    const code = new URL(landed.url).searchParams.get('code') ?? ''
    return app.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier })
  }

  const verify = (token: string) =>
    jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${stand.origin}/${tenantId}/discovery/v2.0/keys`), {
        [customFetch]: async address => {
          const { text, status } = await send(new URL(address), stand.certificate)
          return new Response(text, { status })
        },
      }),
      { audience: graph, issuer: `${stand.origin}/${tenantId}/v2.0`, typ: 'JWT' },
    )

  it('gets an application token with the roles that are consented to', async () => {
    const app = confidentialApp(program.id, program.secret)
    const result = await app.acquireTokenByClientCredential({ scopes: [`${graph}/.default`] })

    const { payload } = await verify(result?.accessToken ?? '')
    assert.deepEqual(pick(payload, 'ver', 'idtyp', 'azp', 'azpacr', 'tid', 'roles', 'scp', 'upn'), {
      ver: '2.0',
      idtyp: 'app',
      azp: program.id,
      azpacr: '1',
      tid: tenantId,
      roles: ['ProfilePhoto.Read.All'],
      scp: undefined,
      upn: undefined,
    })
    assert.equal(payload.sub, payload.oid)
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600)
  })

  it('finds the application token in its cache the second time', async () => {
    const app = confidentialApp(program.id, program.secret)
    await app.acquireTokenByClientCredential({ scopes: [`${graph}/.default`] })
    const before = tokenRequests
    const again = await app.acquireTokenByClientCredential({ scopes: [`${graph}/.default`] })
    assert.equal(again?.fromCache, true)
    assert.equal(tokenRequests, before)
  })

  it('takes any secret of any client', async () => {
    const app = confidentialApp(guestApp, 'whatever the app has configured')
    const result = await app.acquireTokenByClientCredential({ scopes: [`${graph}/.default`] })
    assert.deepEqual(decodeJwt(result?.accessToken ?? '').roles, ['ProfilePhoto.Read.All'])
  })

  it('signs a person in with code and PKCE, and gets their account', async () => {
    const result = await signIn(publicApp(), 'bob')

    const { payload } = await verify(result.accessToken)
    assert.deepEqual(
      pick(payload, 'idtyp', 'azp', 'azpacr', 'oid', 'scp', 'upn', 'name', 'wids', 'roles'),
      {
        idtyp: 'user',
        azp: guestApp,
        azpacr: '0',
        oid: bob.id,
        scp: 'User.ReadWrite',
        upn: bob.userPrincipalName,
        name: bob.displayName,
        wids: [userAdministrator],
        roles: undefined,
      },
    )
    assert.notEqual(payload.sub, bob.id)
    assert.equal(result.account?.homeAccountId, `${bob.id}.${tenantId}`)
    assert.equal(result.account?.username, bob.userPrincipalName)
    assert.equal(result.tenantId, tenantId)
  })

  it('refuses a code with the wrong verifier', async () => {
    const app = publicApp()
    const { challenge } = await new CryptoProvider().generatePkceCodes()
    const { verifier } = await new CryptoProvider().generatePkceCodes()
    const address = await app.getAuthCodeUrl({
      scopes: ['User.Read'],
      redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
    })
    const browser = openBrowser(stand)
    const landed = await browser.submit(await browser.visit(address), { person: 'alice' })
    const code = new URL(landed.url).searchParams.get('code') ?? ''
    await assert.rejects(
      app.acquireTokenByCode({
        code,
        scopes: ['User.Read'],
        redirectUri,
        codeVerifier: verifier,
      }),
      /invalid_grant/,
    )
  })

  it('renews the token silently, from the cache and from the refresh token', async () => {
    const app = publicApp()
    const scopes = [`${graph}/User.ReadWrite`]
    const { account, accessToken } = await signIn(app, 'alice', scopes)
    assert.ok(account)

    const cached = await app.acquireTokenSilent({ account, scopes })
    assert.equal(cached.accessToken, accessToken)

    for (let times = 0; times < 2; times++) {
      const renewed = await app.acquireTokenSilent({ account, scopes, forceRefresh: true })
      const claims = decodeJwt(renewed.accessToken)
      assert.equal(claims.scp, 'User.ReadWrite')
      assert.equal(claims.oid, alice.id)
      assert.notEqual(renewed.accessToken, accessToken)
    }
  })

  it('must ask the person again for a scope that was not requested at sign-in', async () => {
    const app = publicApp()
    const { account } = await signIn(app, 'alice')
    assert.ok(account)
    await assert.rejects(
      app.acquireTokenSilent({ account, scopes: [`${graph}/Group.ReadWrite.All`] }),
      InteractionRequiredAuthError,
    )
  })

  it('finds a token requested as /.default in its cache', async () => {
    const app = publicApp()
    const scopes = [`${graph}/.default`]
    const { account, accessToken } = await signIn(app, 'alice', scopes)
    assert.ok(account)
    assert.equal(decodeJwt(accessToken).scp, 'User.ReadWrite')
    assert.equal((await app.acquireTokenSilent({ account, scopes })).accessToken, accessToken)
  })

  for (const authority of ['common', 'organizations', 'contoso.example']) {
    it(`signs in at the authority ${authority}, which means the home tenant`, async () => {
      const { accessToken } = await signIn(publicApp(authority), 'alice', ['User.Read'])
      assert.equal(decodeJwt(accessToken).tid, tenantId)
    })
  }

  it('signs personal accounts in at the authority consumers', async () => {
    const { accessToken } = await signIn(publicApp('consumers'), 'pat', ['User.ReadWrite'])
    const claims = decodeJwt(accessToken)
    assert.equal(claims.tid, '9188040d-6c67-4c5b-b112-36a304b66dad')
    assert.equal(claims.iss, `${stand.origin}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`)
    assert.equal(claims.upn, undefined)
  })

  it('gets a token with a device code that a person enters elsewhere', async () => {
    let entered: Promise<unknown> | undefined
    const result = await publicApp().acquireTokenByDeviceCode({
      scopes: [`${graph}/User.ReadWrite`],
      deviceCodeCallback: ({ userCode, verificationUri, message }) => {
        assert.match(message, new RegExp(userCode))
        entered = enterCode(verificationUri, userCode)
      },
    })
    await entered
    const claims = decodeJwt(result?.accessToken ?? '')
    assert.deepEqual(pick(claims, 'scp', 'oid', 'idtyp'), {
      scp: 'User.ReadWrite',
      oid: alice.id,
      idtyp: 'user',
    })
    assert.equal(result?.account?.username, alice.userPrincipalName)
  })

  const enterCode = async (address: string, code: string) => {
    const browser = openBrowser(stand)
    const confirm = await browser.submit(await browser.visit(address), { user_code: code })
    assert.match(confirm.text, new RegExp(code))
    const choose = await browser.submit(confirm, {})
    const done = await browser.submit(choose, { person: 'alice' })
    assert.match(done.text, /Signed in/)
  }

  it('logs no error', () => {
    assert.deepEqual(stand.errors, [])
  })

  it('publishes the key with which all of that was signed', async () => {
    const { keys } = json(await stand.send(`/common/discovery/v2.0/keys`))
    assert.deepEqual(keys, (await stand.issuer.jwks()).keys)
  })
})

type Call = { headers?: Record<string, string>; body?: string }

function pick(claims: Record<string, unknown>, ...names: string[]) {
  return Object.fromEntries(names.map(name => [name, claims[name]]))
}
