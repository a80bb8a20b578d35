/** Table, a part of effects.ts: the settings about claims of a token, and their effect on a person who signs in. */
import assert from 'node:assert/strict'
import type { SettingName, Texts } from '../../src/settings/table.ts'
import { ourAudience, type TestClaims, unixSeconds } from '../support/test-issuer.ts'
import { type Given, issOf, type Others, type Stand, smallPicture } from './stand.ts'

const role = 'fe930be7-5e62-47db-91af-98c3a49a38b1'

export const claimEffects = {
  issuerPreset: me('okta', { uid: '00u1', scp: ['User.Read'] }, { id: '00u1' }),
  issuerVouches: me('userName', { preferred_username: 'anna' }, { userPrincipalName: 'anna' }),
  signIn: status('known', {}, 404),
  async linkBy(given: Given) {
    const stand = await given.serve('userPrincipalName', { issuerVouches: 'userName' })
    const { visage, headersFor } = stand
    const application = { client_id: 'p', scope: 'User.ReadWrite.All' }
    const made = await fetch(`${visage.origin}/v1.0/users`, {
      method: 'POST',
      headers: {
        ...headersFor(claimsOf(given, application)),
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        accountEnabled: true,
        displayName: 'Anna',
        mailNickname: 'anna',
        userPrincipalName: 'anna@link.example',
      }),
    })
    const { id } = (await made.json()) as { id: string }
    const claims = claimsOf(given, { sub: '00u1', preferred_username: 'Anna@link.example' })
    const shown = (await (await stand.get('/v1.0/me', claims)).json()) as { id: string }
    assert.equal(shown.id, id)
    assert.equal((await stand.line('linked')).subject, '00u1')
  },
  applications: status('web', { azp: 'web' }, 400),
  applicationSign: status('none', { client_id: 'p' }, 200),
  groupRoles: setsAnothersPhoto(`Admins=${role}`, { groups: ['Admins'] }),
  requireAtJwt: status('true', {}, 401),
  claimId: me('/ext/id', { ext: { id: 'one' } }, { id: 'one' }),
  async claimTenant(given: Given) {
    const stand = await given.serve('/org')
    const seen = async (org: string) => {
      const claims = claimsOf(given, { sub: 'q', org, scope: 'User.Read.All' })
      return (await stand.get('/v1.0/users/p', claims)).status
    }
    await stand.get('/v1.0/me', claimsOf(given, { org: 'one' }))
    assert.deepEqual([await seen('one'), await seen('two')], [200, 404])
  },
  claimClient: status('/app', { app: 'web' }, 400, { applications: 'web' }),
  claimUserName: me('/login', { login: 'anna' }, { displayName: 'anna' }),
  claimName: me('/nick', { nick: 'A', name: 'B' }, { displayName: 'A' }),
  claimGivenName: me('/first', { first: 'A' }, { givenName: 'A' }),
  claimSurname: me('/last', { last: 'A' }, { surname: 'A' }),
  claimMail: me('/post', { post: 'a@b.example' }, { mail: 'a@b.example' }),
  claimMailVerified: me(
    '/checked',
    { email: 'a@b.example', checked: true },
    { userPrincipalName: 'a@b.example' },
    { issuerVouches: 'mail' },
  ),
  claimScopes: status('/rights', { scope: '', rights: ['User.Read'] }, 200),
  async claimAppPermissions(given: Given) {
    const { get } = await given.serve('/rights')
    const claims = claimsOf(given, { client_id: 'p', scope: '', rights: ['User.Read.All'] })
    assert.equal((await get('/v1.0/users', claims)).status, 200)
  },
  claimRoles: setsAnothersPhoto('/admin', { admin: [role] }),
  claimGroups: setsAnothersPhoto('/teams', { teams: ['T'] }, { groupRoles: `T=${role}` }),
} as const satisfies Partial<Record<SettingName, (given: Given) => Promise<void>>>

function claimsOf({ issuer }: Given, claims: TestClaims): TestClaims {
  const now = unixSeconds(Date.now())
  const base = { iss: issOf(issuer), aud: ourAudience, iat: now, exp: now + 600 }
  return { ...base, sub: 'p', scope: 'User.Read', ...claims }
}

/** The person who has these claims, as Graph returns them. */
function me(text: string, claims: TestClaims, expected: TestClaims, others: Texts = {}) {
  return async (given: Given) => {
    const { get } = await given.serve(text, others)
    const shown = (await (await get('/v1.0/me', claimsOf(given, claims))).json()) as object
    const seen = Object.keys(expected).map(name => [name, Reflect.get(shown, name)])
    assert.deepEqual(Object.fromEntries(seen), expected)
  }
}

function status(text: string, claims: TestClaims, expected: number, others: Texts = {}) {
  return async (given: Given) => {
    const { get } = await given.serve(text, others)
    assert.equal((await get('/v1.0/me', claimsOf(given, claims))).status, expected)
  }
}

/** Allowed only for a person with an administrator role. */
function setsAnothersPhoto(text: string, claims: TestClaims, others: Others = {}) {
  return async (given: Given) => {
    const stand = await given.serve(text, others)
    await stand.get('/v1.0/me', claimsOf(given, { sub: 'q' }))
    const scope = 'User.ReadWrite.All'
    assert.equal(await putFor(stand, claimsOf(given, { ...claims, scope })), 200)
    assert.equal(await putFor(stand, claimsOf(given, { scope })), 403)
  }
}

async function putFor({ visage, headersFor }: Stand, claims: TestClaims): Promise<number> {
  const answer = await fetch(`${visage.origin}/v1.0/users/q/photo/$value`, {
    method: 'PUT',
    headers: { ...headersFor(claims), 'content-type': 'image/jpeg' },
    body: Uint8Array.from(smallPicture),
  })
  return answer.status
}
