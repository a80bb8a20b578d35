/**
 * "Azure AD B2C 租户目前不支持使用Microsoft 图形 API更新用户的照片。" B2C tenants do not support updating the photo
 * of a user through the API. From the text of VISAGE_B2C_TENANTS to the answers that its users get.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer } from '../src/serving/server.ts'
import { readConfig } from '../src/settings/config.ts'
import type { Texts } from '../src/settings/table.ts'
import { portraitJpeg } from './support/pictures.ts'
import {
  b2cUser,
  contoso,
  fabrikam,
  ourAudience,
  startTestIssuer,
  type TestClaims,
  type TestIssuer,
} from './support/test-issuer.ts'

const host = 'fabrikam.b2clogin.com'
const cloud: Texts = { cloud: 'global', tenants: contoso, audience: ourAudience, port: '0' }
const one = `${fabrikam}=${host}/B2C_1_sign_in`
const two = `${one}/B2C_1_edit`

let issuer: TestIssuer
before(async () => {
  issuer = await startTestIssuer()
})
after(() => issuer[Symbol.asyncDispose]())

type Ask = (method: string, path: string, claims?: TestClaims) => Promise<Answer>
type Answer = Readonly<{ status: number; message: string }>

async function withTenants(b2cTenants: string, work: (ask: Ask) => Promise<void>): Promise<void> {
  const config = readConfig({ ...cloud, b2cTenants }, {})
  const server = await startServer({
    ...config,
    data: undefined,
    identity: () => ({ trust: config.trust, fetch: issuer.fetch }),
    write: () => {},
  })
  const picture = await portraitJpeg({ width: 300, height: 300, seed: 5 })
  const ask: Ask = async (method, path, claims) => {
    const token = issuer.sign(b2cUser(Date.now(), claims))
    const response = await fetch(`${server.origin}/v1.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' },
      ...(method === 'GET' ? {} : { body: Uint8Array.from(picture) }),
    })
    const { error } = (await response.json()) as { error?: { message: string } }
    return { status: response.status, message: error?.message ?? '' }
  }
  try {
    await work(ask)
  } finally {
    await server.close()
  }
}

const forms: readonly (readonly [string, TestClaims])[] = [
  ['without the policy', {}],
  ['with the policy', { iss: `https://${host}/tfp/${fabrikam}/b2c_1_sign_in/v2.0/` }],
  [
    'with the policy, which no claim repeats',
    { iss: `https://${host}/tfp/${fabrikam}/b2c_1_sign_in/v2.0/`, tfp: undefined },
  ],
  ['without the policy, which an older claim names', { tfp: undefined, acr: 'b2c_1_sign_in' }],
]

describe('a user of a B2C tenant', () => {
  for (const [form, claims] of forms) {
    test(`whose issuer is written ${form} reads, and sets no photo`, () =>
      withTenants(two, async ask => {
        assert.equal((await ask('GET', '/me', claims)).status, 200)
        assert.match((await ask('GET', '/me/photo', claims)).message, /ImageNotFound/)
        for (const method of ['PUT', 'PATCH']) {
          const { status, message } = await ask(method, '/me/photo/$value', claims)
          assert.equal(status, 403, method)
          assert.match(message, /not supported in Azure AD B2C tenants/)
        }
      }))
  }

  test('a token of a user flow that is not listed is refused, with one flow or several', async () => {
    for (const tenants of [one, two]) {
      await withTenants(tenants, async ask => {
        assert.equal((await ask('GET', '/me', { tfp: 'B2C_1_other' })).status, 401)
        assert.equal((await ask('GET', '/me', { acr: 'B2C_1_other' })).status, 401)
      })
    }
  })

  test('a token without a user flow is accepted if there is only one', async () => {
    await withTenants(one, async ask => {
      assert.equal((await ask('GET', '/me', { tfp: undefined })).status, 200)
    })
    await withTenants(two, async ask => {
      assert.equal((await ask('GET', '/me', { tfp: undefined })).status, 401)
    })
  })
})
