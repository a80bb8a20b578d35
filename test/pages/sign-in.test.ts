/** From the settings about tokens to what the page needs to sign somebody in. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeSignIn } from '../../src/pages/sign-in.ts'
import { permissionReach } from '../../src/permissions/tables.ts'
import { readConfig } from '../../src/settings/config.ts'
import type { Texts } from '../../src/settings/table.ts'

const one = '7d4c3c2e-0b7e-4c6c-9a58-1f2f0a5d3b11'
const two = 'b0c5f9a4-6d1d-4b4e-8f0e-52a7c1d9e622'
const app = 'e4a1c1de-6f7b-4b6e-8a0c-7c6d5e4f3a04'
const login = 'https://login.microsoftonline.com'
const entra: Texts = { cloud: 'global', tenants: one, audience: app }

/** Each row: the case, the settings, the issuer, and the text of User.ReadWrite. */
const cases: readonly (readonly [string, Texts, string, string])[] = [
  ['one tenant', entra, `${login}/${one}/v2.0`, `api://${app}/User.ReadWrite`],
  [
    'an App ID URI beside the client id',
    { ...entra, audience: `${app},api://photos/` },
    `${login}/${one}/v2.0`,
    'api://photos/User.ReadWrite',
  ],
  [
    'an App ID URI of https',
    { ...entra, audience: 'https://photos.example' },
    `${login}/${one}/v2.0`,
    'https://photos.example/User.ReadWrite',
  ],
  [
    'several tenants',
    { ...entra, tenants: `${one},${two}` },
    `${login}/organizations/v2.0`,
    `api://${app}/User.ReadWrite`,
  ],
  [
    'any tenant',
    { ...entra, tenants: 'any' },
    `${login}/organizations/v2.0`,
    `api://${app}/User.ReadWrite`,
  ],
  [
    'personal accounts',
    { ...entra, tenants: 'any', personalAccounts: 'true' },
    `${login}/common/v2.0`,
    `api://${app}/User.ReadWrite`,
  ],
  [
    'another cloud',
    { ...entra, cloud: 'china' },
    `https://login.partner.microsoftonline.cn/${one}/v2.0`,
    `api://${app}/User.ReadWrite`,
  ],
  [
    'Entra as an issuer',
    { issuer: `${login}/${one}/v2.0`, audience: app },
    `${login}/${one}/v2.0`,
    `api://${app}/User.ReadWrite`,
  ],
  [
    'another issuer, with its slash',
    { issuer: 'https://id.example/staff/', audience: 'visage' },
    'https://id.example/staff/',
    'User.ReadWrite',
  ],
]

describe('the page signs in', () => {
  for (const [name, texts, issuer, scope] of cases) {
    test(`at ${name}`, () => {
      const found = describeSignIn(readConfig(texts, {}).trust, 'serve')
      assert.deepEqual([found.issuer, found.scopes['User.ReadWrite']], [issuer, scope])
    })
  }

  test('with the audience in the request where tokens would be for none otherwise', () => {
    const parametersFor = (issuerPreset: string) => {
      const texts = { issuer: 'https://id.example', audience: 'https://photos,b', issuerPreset }
      return describeSignIn(readConfig(texts, {}).trust, 'serve').parameters
    }
    assert.deepEqual(parametersFor('auth0'), { audience: 'https://photos' })
    assert.deepEqual(parametersFor('hydra'), { audience: 'https://photos' })
    assert.deepEqual(parametersFor('keycloak'), {})
  })

  test('with any permission of the tables', () => {
    const { scopes } = describeSignIn(readConfig(entra, {}).trust, 'serve')
    assert.deepEqual(Object.keys(scopes), Object.keys(permissionReach))
  })
})
