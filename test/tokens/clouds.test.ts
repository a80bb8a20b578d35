import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clouds, isB2cIssuer, isEntraIssuer, isGraphAudience } from '../../src/tokens/clouds.ts'
import { describeTrust } from '../../src/tokens/trust.ts'
import { contoso, fabrikam } from '../support/test-issuer.ts'

test("Graph's audiences are recognised in every cloud, with or without a slash, and nothing else", () => {
  for (const { graphRoot } of Object.values(clouds)) {
    assert.ok(isGraphAudience(graphRoot))
    assert.ok(isGraphAudience(`${graphRoot}/`))
  }
  assert.ok(isGraphAudience('00000003-0000-0000-c000-000000000000'))
  for (const other of [
    'https://graph.microsoft.com.evil.example',
    'https://graph.windows.net',
    '',
  ]) {
    assert.ok(!isGraphAudience(other), other)
  }
})

test('Entra issuers are recognised by host and https alone', () => {
  for (const { authorityHosts, v1IssuerHost } of Object.values(clouds)) {
    for (const host of [...authorityHosts, v1IssuerHost]) {
      assert.ok(isEntraIssuer(`https://${host}/${contoso}/`))
      assert.ok(!isEntraIssuer(`http://${host}/${contoso}/`))
      assert.ok(!isEntraIssuer(`https://${host}.evil.example/`))
      assert.ok(!isEntraIssuer(`https://${host}:8443/`))
    }
  }
  assert.ok(!isEntraIssuer('no url'))
  assert.ok(!isB2cIssuer('no url'))
})

test('only the global cloud has personal accounts', () => {
  const having = Object.entries(clouds).filter(([, cloud]) => cloud.hasPersonalAccounts)
  assert.deepEqual(
    having.map(([name]) => name),
    ['global'],
  )
})

test('a refused caller learns where tokens come from', () => {
  const entra = { kind: 'entra', b2cTenants: [], audiences: ['us'] } as const
  const authority = (tenants: 'any' | string[], personal = false) =>
    describeTrust({ ...entra, cloud: 'china', tenants, personal }).authority[0]
  const host = 'https://login.partner.microsoftonline.cn'
  assert.equal(authority([contoso]), `${host}/${contoso}`)
  assert.equal(authority([contoso, fabrikam]), `${host}/common`)
  assert.equal(authority([contoso], true), `${host}/common`)
  assert.equal(authority('any'), `${host}/common`)
})
