/** People who sign in: from the text of the settings to the answer. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from '../src/serving/server.ts'
import { readConfig } from '../src/settings/config.ts'
import type { Texts } from '../src/settings/table.ts'
import {
  ourAudience,
  startTestIssuer,
  type TestClaims,
  type TestIssuer,
  unixSeconds,
} from './support/test-issuer.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

type Person = Readonly<{
  status: number
  id?: string
  userPrincipalName?: string
  displayName?: string
  givenName?: string | null
  error?: { message: string }
}>
type Ask = (path: string, claims: TestClaims) => Promise<Person>

async function withSettings(texts: Texts, work: (ask: Ask) => Promise<void>): Promise<void> {
  const realm = `${issuer.origin}/realm`
  const oidc = { issuer: realm, audience: ourAudience, port: '0' }
  const config = readConfig({ ...oidc, ...texts }, {})
  const server = await startServer({
    ...config,
    data: undefined,
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    write: () => {},
  })
  const now = unixSeconds(Date.now())
  const ask: Ask = async (path, claims) => {
    const base = { iss: realm, aud: ourAudience, iat: now, exp: now + 600, scope: 'User.Read.All' }
    const authorization = `Bearer ${issuer.sign({ ...base, ...claims })}`
    const response = await fetch(`${server.origin}/v1.0${path}`, { headers: { authorization } })
    return { status: response.status, ...((await response.json()) as object) }
  }
  try {
    await work(ask)
  } finally {
    await server.close()
  }
}

const anna = { sub: 'a-1', preferred_username: 'anna', name: 'Anna' }

test('a person who signs in is added, and found by the name in the answer', () =>
  withSettings({}, async ask => {
    const me = await ask('/me', anna)
    assert.equal(me.userPrincipalName, 'a-1@signed-in.invalid')
    const shown = await ask(`/users/${me.userPrincipalName}`, { sub: 'other' })
    assert.deepEqual([shown.status, shown.id], [200, 'a-1'])
    assert.equal((await ask('/users/anna', { sub: 'other' })).status, 404)
  }))

test('with VISAGE_ISSUER_VOUCHES they are found by their user name, without an @ too', () =>
  withSettings({ issuerVouches: 'userName' }, async ask => {
    assert.equal((await ask('/me', anna)).userPrincipalName, 'anna')
    const shown = await ask('/users/Anna', { sub: 'other' })
    assert.deepEqual([shown.status, shown.id], [200, 'a-1'])
  }))

test('a person whose id equals another’s name is identified by the id from the first request on', () =>
  withSettings({ issuerVouches: 'userName' }, async ask => {
    await ask('/me', anna)
    const other = { sub: 'anna', name: 'Other' }
    assert.equal((await ask('/users/anna', other)).displayName, 'Other')
    assert.equal((await ask('/me', other)).id, 'anna')
    assert.equal((await ask('/me', anna)).userPrincipalName, 'a-1@signed-in.invalid')
  }))

test('a name that equals another’s id does not stop that person from signing in', () =>
  withSettings({ issuerVouches: 'userName' }, async ask => {
    const names = ['bob@b.example', 'bob-id@default', 'bob-id', 'bob-id@signed-in.invalid']
    for (const [at, name] of names.entries()) {
      const mallory = { sub: `m-${at}`, preferred_username: name }
      assert.equal((await ask('/me', mallory)).status, 200)
    }
    const bob = await ask('/me', { sub: 'bob-id', preferred_username: 'bob@b.example' })
    assert.deepEqual([bob.status, bob.id], [200, 'bob-id'])
    assert.equal((await ask('/users/bob-id', { sub: 'x' })).id, 'bob-id')
    assert.equal((await ask('/users/bob-id@signed-in.invalid', { sub: 'x' })).id, 'bob-id')
  }))

test('with VISAGE_SIGN_IN=known no person is added', () =>
  withSettings({ signIn: 'known' }, async ask => {
    for (const path of ['/me', '/users/a-1', '/me']) {
      const answer = await ask(path, anna)
      assert.equal(answer.status, 404)
      assert.match(answer.error?.message ?? '', /a-1/)
    }
  }))

test('no person is added with an id in the form of a generated name', () =>
  withSettings({}, async ask => {
    assert.equal((await ask('/me', { sub: 'a-1@signed-in.invalid' })).status, 404)
  }))

test('names follow the newest token', () =>
  withSettings({}, async ask => {
    const iat = unixSeconds(Date.now()) - 100
    await ask('/me', { ...anna, iat })
    const newer = { ...anna, name: 'Anna New', given_name: 'Anna', iat: iat + 10 }
    const renamed = await ask('/me', newer)
    assert.deepEqual([renamed.displayName, renamed.givenName], ['Anna New', 'Anna'])
    assert.equal((await ask('/me', { ...anna, name: 'Older', iat })).displayName, 'Anna New')
  }))

test('while everything is read-only, names do not follow', () =>
  withSettings({ readOnly: 'true' }, async ask => {
    assert.equal((await ask('/me', anna)).displayName, 'Anna')
    assert.equal((await ask('/users/a-1', { sub: 'x' })).status, 404)
  }))

test('a person’s ID token is refused in words, and one of another type where at+jwt is demanded', async () => {
  await withSettings({}, async ask => {
    const answer = await ask('/me', { ...anna, scope: undefined, nonce: 'n', roles: ['X'] })
    assert.equal(answer.status, 401)
    assert.match(answer.error?.message ?? '', /ID token.* Send an access token/)
  })
  await withSettings({ requireAtJwt: 'true' }, async ask => {
    const answer = await ask('/me', anna)
    assert.equal(answer.status, 401)
    assert.match(answer.error?.message ?? '', /at\+jwt/)
  })
})
