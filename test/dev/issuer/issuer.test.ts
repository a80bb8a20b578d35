/**
 * The issuer's addresses: discovery, the clients that it accepts, and its refusals.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createIssuer } from '../../../src/dev/issuer/issuer.ts'
import { makeSigningKey } from '../../../src/dev/issuer/keys.ts'
import {
  app,
  consent,
  guestApp,
  json,
  openBrowser,
  postForm,
  type Stand,
  send,
  startIssuer,
  tenantId,
} from './stand.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('the issuer', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer()
  })
  after(() => stand[Symbol.asyncDispose]())

  const askToken = (fields: Record<string, string>, path = '/oauth2/v2.0/token', headers = {}) =>
    postForm(stand.send, `/${tenantId}${path}`, fields, headers)
  const asApp = {
    grant_type: 'client_credentials',
    client_id: app.id,
    client_secret: app.secret,
    scope: 'https://graph.microsoft.com/.default',
  }

  it('lists addresses in its discovery document that work', async () => {
    const path = `/${tenantId}/v2.0/.well-known/openid-configuration`
    const answer = await stand.send(path)
    const document = json(answer)
    assert.equal(document.issuer, `${stand.origin}/${tenantId}/v2.0`)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    for (const name of ['jwks_uri', 'authorization_endpoint', 'end_session_endpoint']) {
      const { pathname } = new URL(String(document[name]))
      assert.notEqual((await stand.send(pathname)).status, 404, pathname)
    }
    for (const name of ['token_endpoint', 'device_authorization_endpoint']) {
      const { pathname } = new URL(String(document[name]))
      const { status, text } = await postForm(stand.send, pathname, { client_id: guestApp })
      assert.ok(text.includes('device_code') || (status === 400 && text.includes('AADSTS')), text)
    }
  })

  it('describes its older endpoints, whose issuer ends in a slash', async () => {
    const document = json(await stand.send(`/${tenantId}/.well-known/openid-configuration`))
    assert.equal(document.issuer, `${stand.origin}/${tenantId}/`)
    assert.equal(document.token_endpoint, `${stand.origin}/${tenantId}/oauth2/token`)
  })

  for (const [alias, tenant] of [
    ['common', tenantId],
    ['organizations', tenantId],
    ['CONTOSO.example', tenantId],
    ['consumers', '9188040d-6c67-4c5b-b112-36a304b66dad'],
  ]) {
    it(`has the tenant ${alias}`, async () => {
      const document = json(await stand.send(`/${alias}/v2.0/.well-known/openid-configuration`))
      assert.equal(document.issuer, `${stand.origin}/${tenant}/v2.0`)
    })
  }

  it('lists its tenants in the answer for an unknown one', async () => {
    const answer = await stand.send('/fabrikam.example/v2.0/.well-known/openid-configuration')
    assert.equal(answer.status, 400)
    assert.match(answer.text, /AADSTS90002.*fabrikam\.example.*contoso\.example/)
  })

  for (const path of ['/v1.0/me', '/beta/oauth2/token', '/', '/me/photo', '/oauth2/v2.0/token']) {
    it(`leaves ${path} to others`, async () => {
      assert.equal((await stand.send(path)).text, 'not the issuer')
    })
  }

  it('signs with its published keys', async () => {
    const { access_token } = json(await askToken(asApp))
    const keys = createLocalJWKSet(await stand.issuer.jwks())
    const issuer = `${stand.origin}/${tenantId}/v2.0`
    const { protectedHeader } = await jwtVerify(String(access_token), keys, { issuer })
    assert.deepEqual(Object.keys(protectedHeader).sort(), ['alg', 'kid', 'typ'])
    assert.equal(protectedHeader.alg, 'RS256')
    assert.equal(protectedHeader.typ, 'JWT')
  })

  it('gives the older shape at the older endpoint, for a resource', async () => {
    const { scope: _, ...rest } = asApp
    const answer = await askToken(
      { ...rest, resource: 'https://graph.microsoft.com/' },
      '/oauth2/token',
    )
    const token = String(json(answer).access_token)
    const claims = decodeJwt(token)
    assert.equal(claims.ver, '1.0')
    assert.equal(claims.iss, `${stand.origin}/${tenantId}/`)
    assert.equal(claims.appid, app.id)
    assert.equal(claims.appidacr, '1')
    assert.equal(claims.azp, undefined)
    assert.deepEqual(claims.roles, consent.roles)
    assert.equal(decodeProtectedHeader(token).x5t, decodeProtectedHeader(token).kid)
  })

  it('signs a person in at the older endpoints', async () => {
    const browser = openBrowser(stand)
    const page = await browser.visit(
      `/common/oauth2/authorize?response_type=code&client_id=${guestApp}` +
        '&redirect_uri=http://localhost/here&resource=https://graph.microsoft.com',
    )
    const landed = await browser.submit(page, { name: 'alice' })
    const answer = await askToken(
      {
        grant_type: 'authorization_code',
        client_id: guestApp,
        code: new URL(landed.url).searchParams.get('code') ?? '',
        redirect_uri: 'http://localhost/here',
        resource: 'https://graph.microsoft.com',
      },
      '/oauth2/token',
    )
    const claims = decodeJwt(String(json(answer).access_token))
    assert.equal(claims.ver, '1.0')
    assert.equal(claims.unique_name, 'alice@contoso.example')
    assert.equal(claims.scp, 'User.ReadWrite')
  })

  it('takes the secret in an Authorization header as well', async () => {
    const { client_id, client_secret, ...rest } = asApp
    const authorization = `Basic ${btoa(`${client_id}:${encodeURIComponent(client_secret)}`)}`
    const answer = await askToken(rest, undefined, { authorization })
    assert.equal(answer.status, 200, answer.text)
  })

  for (const scope of [
    'https://graph.microsoft.com/.default openid profile offline_access',
    'https://graph.microsoft.com/.default openid offline_access profile',
  ]) {
    it(`gives an application the token of its roles for the scope ${scope}`, async () => {
      const answer = await askToken({ ...asApp, scope })
      assert.equal(answer.status, 200, answer.text)
      const { access_token, id_token, refresh_token } = json(answer)
      assert.deepEqual(decodeJwt(String(access_token)).roles, consent.roles)
      assert.deepEqual([id_token, refresh_token], [undefined, undefined])
    })
  }

  it('reads a device code request without a content type as a form', async () => {
    const body = new URLSearchParams({ client_id: guestApp, scope: 'User.Read' }).toString()
    const path = `/${tenantId}/oauth2/v2.0/devicecode`
    const answer = await stand.send(path, { method: 'POST', body })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(typeof json(answer).user_code, 'string')
  })

  const refusals = [
    ['no client id', { grant_type: 'client_credentials' }, 400, 'invalid_request', 900144],
    ['a scope that is no default', { ...asApp, scope: 'User.Read' }, 400, 'invalid_scope', 1002012],
    [
      'scopes of people alone',
      { ...asApp, scope: 'openid profile offline_access' },
      400,
      'invalid_scope',
      1002012,
    ],
    [
      'a permission beside the default',
      { ...asApp, scope: 'https://graph.microsoft.com/.default User.Read' },
      400,
      'invalid_scope',
      1002012,
    ],
    [
      'a resource that is not here',
      { ...asApp, scope: 'https://vault.example/.default' },
      400,
      'invalid_resource',
      500011,
    ],
    [
      'a grant that is unknown',
      { ...asApp, grant_type: 'x' },
      400,
      'unsupported_grant_type',
      70003,
    ],
    [
      'a code that is none',
      { ...asApp, grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost' },
      400,
      'invalid_grant',
      70000,
    ],
    [
      'a refresh token of before the restart',
      { ...asApp, grant_type: 'refresh_token', refresh_token: 'x', scope: 'User.Read' },
      400,
      'invalid_grant',
      700082,
    ],
  ] as const

  for (const [what, fields, status, error, number] of refusals) {
    it(`refuses ${what} as ${error}`, async () => {
      const answer = await askToken({ ...fields })
      assert.equal(answer.status, status, answer.text)
      const body = json(answer)
      assert.equal(body.error, error)
      assert.deepEqual(body.error_codes, [number])
      assert.match(String(body.error_description), new RegExp(`^AADSTS${number}: \\S`))
      assert.match(String(body.timestamp), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/)
    })
  }

  it('gives tokens for its own address, also without the port and under other names', async () => {
    const { port } = new URL(stand.origin)
    for (const resource of [
      'https://localhost',
      `https://localhost:${port}/`,
      'https://127.0.0.1',
      `https://[::1]:${port}`,
    ]) {
      const answer = await askToken({ ...asApp, scope: `${resource}/.default` })
      assert.equal(answer.status, 200, answer.text)
      const { aud } = decodeJwt(String(json(answer).access_token))
      assert.equal(aud, 'https://graph.microsoft.com')
    }
    for (const resource of ['http://localhost', 'https://localhost:1', 'https://localhost/x']) {
      const answer = await askToken({ ...asApp, scope: `${resource}/.default` })
      assert.deepEqual(json(answer).error_codes, [500011], resource)
    }
  })

  it('gives an application no roles at an API of another client', async () => {
    const answer = await askToken({ ...asApp, scope: `api://${guestApp}/.default` })
    const { aud, roles } = decodeJwt(String(json(answer).access_token))
    assert.deepEqual([aud, roles], [guestApp, undefined])
    const byId = await askToken({ ...asApp, scope: `${guestApp}/.default` })
    assert.equal(decodeJwt(String(json(byId).access_token)).aud, guestApp)
  })

  it('lists what it supports for what it does not', async () => {
    const password = await askToken({ ...asApp, grant_type: 'password' })
    assert.match(password.text, /'password' here, only authorization_code.*jwt-bearer/)
    const realm = await stand.send('/common/userrealm/alice@contoso.example?api-version=1.0')
    assert.equal(realm.status, 400)
    assert.match(realm.text, /no passwords here.*authorization_code/)
    const endpoint = await stand.send(`/${tenantId}/oauth2/v2.0/introspect`)
    assert.equal(endpoint.status, 404)
    assert.match(endpoint.text, /introspect.*only \/oauth2\/v2\.0\/authorize/)
  })

  it('echoes the id of a request, and names it in errors', async () => {
    const id = '0f0e0d0c-0000-4000-8000-000000000001'
    const header = { 'client-request-id': id }
    const wrong = { ...asApp, scope: 'https://vault.example/.default' }
    for (const answer of [
      await askToken(asApp, undefined, header),
      await askToken({ ...asApp, ...header }),
      await askToken(wrong, undefined, header),
      await askToken(
        { ...asApp, grant_type: 'refresh_token', refresh_token: 'x' },
        undefined,
        header,
      ),
      await stand.send(`/common/v2.0/.well-known/openid-configuration`, { headers: header }),
      await stand.send(`/nowhere/v2.0/.well-known/openid-configuration`, { headers: header }),
    ]) {
      assert.equal(answer.headers['client-request-id'], id)
      const body = json(answer)
      if (body.error !== undefined) assert.equal(body.correlation_id, id)
    }
    const without = await askToken(wrong)
    assert.equal(without.headers['client-request-id'], undefined)
    assert.equal(json(without).correlation_id, json(without).trace_id)
    const strange = await askToken({ ...wrong, 'client-request-id': 'a\r\nb: c' })
    assert.equal(strange.headers['client-request-id'], undefined)
  })

  it('refuses an application that shows no secret at all', async () => {
    const { client_secret: _, ...rest } = { ...asApp, client_id: guestApp }
    const answer = await askToken(rest)
    assert.equal(answer.status, 401)
    assert.match(answer.text, /AADSTS7000218/)
  })

  it('refuses a body that is no form, and one that is too large', async () => {
    const path = `/${tenantId}/oauth2/v2.0/token`
    const headers = { 'content-type': 'application/json' }
    assert.equal((await stand.send(path, { method: 'POST', headers, body: '{}' })).status, 415)
    const body = `a=${'x'.repeat(70_000)}`
    assert.equal((await stand.send(path, { method: 'POST', headers: form, body })).status, 413)
  })

  it('gives tokens only to pages served from this machine', async () => {
    const fromPage = (origin: string) => askToken(asApp, undefined, { origin })
    const own = await fromPage('http://localhost:3000')
    assert.equal(own.status, 200)
    assert.equal(own.headers['access-control-allow-origin'], 'http://localhost:3000')
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      const foreign = await fromPage(origin)
      assert.equal(foreign.status, 403)
      assert.equal(foreign.headers['access-control-allow-origin'], undefined)
      assert.doesNotMatch(foreign.text, /access_token/)
    }
  })

  it('refuses a foreign host name that resolves to this machine', async () => {
    const { port } = new URL(stand.origin)
    const answer = await send(new URL(`${stand.origin}/common/discovery/keys`), stand.certificate, {
      headers: { host: `rebound.example:${port}` },
    })
    assert.equal(answer.status, 403)
  })

  it('keeps its key when it is given the one of an earlier start', async () => {
    const signingKey = await makeSigningKey()
    const options = {
      origin: 'https://localhost:1',
      tenants: [{ id: tenantId }] as const,
      people: { findPerson: () => undefined, listPeople: () => [] },
      consent: { scopes: [], roles: ['User.Read.All'] },
    }
    const token = await createIssuer({ ...options, signingKey }).mint({ app: 'x' })
    const later = createIssuer({ ...options, signingKey: JSON.parse(JSON.stringify(signingKey)) })
    await jwtVerify(token, createLocalJWKSet(await later.jwks()))
    assert.deepEqual(await later.signingKey(), signingKey)
    const other = createIssuer(options)
    await assert.rejects(jwtVerify(token, createLocalJWKSet(await other.jwks())))
  })

  it('answers over plain http too, and survives a client that hangs up in mid-request', async () => {
    const errors: unknown[] = []
    const issuer = createIssuer({
      origin: 'http://127.0.0.1:1',
      tenants: [{ id: tenantId }],
      people: { findPerson: () => undefined, listPeople: () => [] },
      consent: { scopes: [], roles: [] },
      onError: error => errors.push(error),
    })
    const server = createServer((req, res) => void issuer.handle(req, res)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n` +
        'Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant',
    )
    await new Promise(resolve => setTimeout(resolve, 50))
    socket.destroy()
    const url = `http://127.0.0.1:${port}/common/v2.0/.well-known/openid-configuration`
    assert.equal((await fetch(url)).status, 200)
    server.closeAllConnections()
    server.close()
  })

  it('logs no error', () => {
    assert.deepEqual(stand.errors, [])
  })
})
