/** The table of tokens, tested from the settings' text and a real signature to the caller. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Failure } from '../../src/failure.ts'
import { readConfig } from '../../src/settings/config.ts'
import { createVerifier } from '../../src/tokens/verify.ts'
import { contoso, startTestIssuer, type TestIssuer, unixSeconds } from '../support/test-issuer.ts'
import { type IssuerToken, issuerTokens } from './issuer-tokens.ts'

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

describe('tokens of each kind of issuer', () => {
  for (const token of issuerTokens) {
    const attack = token.attack === undefined ? '' : ` that ${token.attack}`
    test(`${token.preset}: ${token.what}${attack}`, async () => {
      assert.deepEqual(await identify(token), expected(token))
    })
  }
})

async function identify({ preset, claims, applications = [] }: IssuerToken) {
  const isEntra = preset === 'entra'
  const iss = isEntra
    ? `https://login.microsoftonline.com/${contoso}/v2.0`
    : `${issuer.origin}/realm`
  const { trust } = readConfig(
    {
      ...(isEntra ? { cloud: 'global', tenants: contoso } : { issuer: iss, issuerPreset: preset }),
      audience: 'visage',
      applications: applications.join(','),
    },
    {},
  )
  const now = Date.now()
  const verifier = createVerifier(trust, { fetch: issuer.fetch, now: () => now })
  const signed = { aud: 'visage', ...claims, iss, exp: unixSeconds(now) + 60 }
  try {
    const caller = await verifier.identify(`Bearer ${issuer.sign(signed)}`)
    return { ...caller, permissions: [...caller.permissions] }
  } catch (error) {
    if (error instanceof Failure) return { refused: error.code }
    throw error
  }
}

function expected({ becomes, claims, preset }: IssuerToken) {
  if ('refused' in becomes) return becomes
  const { kind, id, permissions, roles = rolesIn(claims) } = becomes
  return {
    kind,
    tenantId: preset === 'entra' ? contoso : 'default',
    // One for tokens of both versions.
    issuer: preset === 'entra' ? `https://sts.windows.net/${contoso}/` : `${issuer.origin}/realm`,
    objectId: id,
    appId: String(claims.client_id ?? claims.azp ?? claims.cid),
    permissions,
    roleTemplateIds: new Set(roles),
    isB2c: false,
    profile: profileIn(claims, preset),
  }
}

/** Keycloak's own realm roles stand where an administrator's role would. */
function rolesIn({ realm_access }: IssuerToken['claims']): readonly string[] {
  const { roles = [] } = (realm_access ?? {}) as { roles?: readonly string[] }
  return roles
}

function profileIn(claims: IssuerToken['claims'], preset: IssuerToken['preset']) {
  const profile = {
    userName: claims.preferred_username ?? (preset === 'okta' ? claims.sub : undefined),
    displayName: claims.name,
    givenName: claims.given_name,
    surname: claims.family_name,
    mail: claims.email,
  }
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined))
}
