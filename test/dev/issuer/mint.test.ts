/**
 * Tokens made to order, in the process and over the wire.
 */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { OrderRefused, type TokenOrder } from '../../../src/dev/issuer/mint.ts'
import {
  alice,
  app,
  bob,
  consent,
  json,
  pat,
  type Stand,
  startIssuer,
  tenantId,
  userAdministrator,
} from './stand.ts'

const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

describe('a token made to order', () => {
  let stand: Stand
  before(async () => {
    stand = await startIssuer({ now: () => Date.UTC(2030, 0, 1), newTokenId: () => 'an id' })
  })
  after(() => stand[Symbol.asyncDispose]())

  const claimsOf = async (order: TokenOrder) => decodeJwt(await stand.issuer.mint(order))
  const post = (order: unknown, headers: Record<string, string> = {}) =>
    stand.send('/_visage/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof order === 'string' ? order : JSON.stringify(order),
    })

  it('carries the claims of a signed-in user', async () => {
    const { azp, sub, ...claims } = await claimsOf({
      person: 'alice',
      scopes: ['User.ReadWrite', 'Group.Read.All'],
    })
    const issuedAt = Date.UTC(2030, 0, 1) / 1000
    assert.deepEqual(claims, {
      aud: 'https://graph.microsoft.com',
      iss: `${stand.origin}/${tenantId}/v2.0`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + 3600,
      azpacr: '0',
      idtyp: 'user',
      oid: alice.id,
      name: alice.displayName,
      scp: 'User.ReadWrite Group.Read.All',
      preferred_username: alice.userPrincipalName,
      upn: alice.userPrincipalName,
      tid: tenantId,
      uti: 'an id',
      ver: '2.0',
    })
    assert.match(String(azp), /^[0-9a-f-]{36}$/)
    assert.match(String(sub), /^[\w-]{43}$/)
  })

  it('carries the claims of an application, the same service principal each time', async () => {
    const claims = await claimsOf({ app: app.id })
    assert.equal(claims.idtyp, 'app')
    assert.equal(claims.azp, app.id)
    assert.deepEqual(claims.roles, consent.roles)
    assert.equal(claims.scp, undefined)
    assert.equal(claims.upn, undefined)
    assert.match(String(claims.oid), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.equal((await claimsOf({ app: app.id })).oid, claims.oid)
    assert.notEqual((await claimsOf({ app: 'another' })).oid, claims.oid)
  })

  it('adds admin roles, by name or template id, to those the person has', async () => {
    const other = '729827E3-9C14-49F7-BB1B-9608F156BBB8'
    const claims = await claimsOf({ person: 'bob', adminRoles: ['user administrator', other] })
    assert.deepEqual(claims.wids, [userAdministrator, other.toLowerCase()])
    assert.equal((await claimsOf({ person: 'alice' })).wids, undefined)
  })

  it('is a personal account under the tenant of personal accounts', async () => {
    const chosen = await claimsOf({ personal: true, scopes: ['User.ReadWrite'] })
    assert.equal(chosen.oid, pat.id)
    assert.equal(chosen.tid, personal)
    assert.equal(chosen.iss, `${stand.origin}/${personal}/v2.0`)
    assert.equal(chosen.upn, undefined)
    const borrowed = await claimsOf({ personal: true, person: 'alice' })
    assert.equal(borrowed.oid, alice.id)
    assert.equal(borrowed.tid, personal)
    assert.equal(borrowed.preferred_username, alice.mail)
  })

  it('has the older shape, another audience or lifetime as ordered', async () => {
    const claims = await claimsOf({
      person: bob,
      version: 1,
      lifetimeSeconds: -60,
      audience: 'api://visage',
    })
    assert.equal(claims.ver, '1.0')
    assert.equal(claims.iss, `${stand.origin}/${tenantId}/`)
    assert.equal(claims.aud, 'api://visage')
    assert.equal((claims.exp ?? 0) - (claims.iat ?? 0), -60)
    assert.equal(claims.unique_name, bob.userPrincipalName)
  })

  const refused: readonly [string, TokenOrder, RegExp][] = [
    ['a user who is unknown', { person: 'alce' }, /no user 'alce'.*Did you mean alice\?/],
    ['a user of a misspelled name', { person: 'bob@contoso.exampel' }, /mean bob@contoso\.example/],
    ['a tenant that is unknown', { tenantId: 'x' }, /no tenant 'x', only contoso\.example/],
    ['a role that is unknown', { adminRoles: ['User Admin'] }, /mean User Administrator\?/],
    ['a permission that cannot be one', { scopes: ['a b'] }, /'a b' is not the name/],
    ['scopes of an application', { app: 'x', scopes: ['User.Read'] }, /application has roles/],
    ['roles of a user', { person: 'alice', roles: ['User.Read.All'] }, /user has scopes/],
    ['a user and an application', { person: 'alice', app: 'x' }, /not both/],
    ['a personal application', { personal: true, app: 'x' }, /no personal account/],
    ['half a second', { lifetimeSeconds: 0.5 }, /whole number/],
  ]
  for (const [what, order, words] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(stand.issuer.mint(order), error => {
        assert.ok(error instanceof OrderRefused)
        assert.match(error.message, words)
        return true
      })
    })
  }

  it('is answered over HTTP for a JSON order', async () => {
    const answer = await post({ user: 'bob', scopes: 'User.Read Group.Read.All', wids: [] })
    assert.equal(answer.status, 200)
    const body = json(answer)
    assert.equal(body.token_type, 'Bearer')
    assert.equal(body.expires_in, 3600)
    assert.equal(body.user, bob.userPrincipalName)
    assert.equal(answer.headers['cache-control'], 'no-store')
    const keys = createLocalJWKSet(await stand.issuer.jwks())
    const currentDate = new Date(Date.UTC(2030, 0, 1))
    const { payload } = await jwtVerify(String(body.access_token), keys, { currentDate })
    assert.equal(payload.scp, 'User.Read Group.Read.All')
  })

  it('is answered over HTTP for an application, with or without its id', async () => {
    for (const named of [true, app.id]) {
      const body = json(await post({ app: named, roles: ['ProfilePhoto.ReadWrite.All'] }))
      const claims = decodeJwt(String(body.access_token))
      assert.deepEqual(claims.roles, ['ProfilePhoto.ReadWrite.All'])
      assert.equal(claims.idtyp, 'app')
      assert.equal(body.user, undefined)
    }
  })

  const malformed: readonly [string, unknown, RegExp][] = [
    ['a user who is unknown', { user: 'alce' }, /no user 'alce'/],
    ['a field that is unknown', { usr: 'alice' }, /no field 'usr'.*mean user/],
    ['a field inherited by every object', { constructor: 1 }, /no field 'constructor'/],
    ['a field of the wrong kind', { personal: 'yes' }, /'personal' is neither/],
    ['what is no JSON', '{', /not a JSON object/],
    ['a list', [], /not a JSON object/],
  ]
  for (const [what, order, words] of malformed) {
    it(`refuses ${what} over HTTP with 400 and the reason`, async () => {
      const answer = await post(order)
      assert.equal(answer.status, 400)
      assert.match(String(json(answer).error_description), words)
    })
  }

  it('suggests similar names for an unknown person', async () => {
    assert.deepEqual(json(await post({ user: 'alce' })).suggestions, ['alice'])
  })

  it('is not given to web pages, by form, by script or by preflight', async () => {
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
      assert.equal((await post({ user: 'alice' }, { origin })).status, 403)
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      assert.equal((await post({ user: 'alice' }, { 'content-type': type })).status, 415)
    }
    const preflight = await stand.send('/_visage/token', { method: 'OPTIONS' })
    assert.equal(preflight.status, 405)
    assert.equal(preflight.headers['access-control-allow-origin'], undefined)
    assert.equal((await stand.send('/_visage/token')).status, 405)
  })

  it('is given to the issuer’s own origin', async () => {
    assert.equal((await post({ user: 'alice' }, { origin: stand.origin })).status, 200)
  })
})
